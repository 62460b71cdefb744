"""The addresses under which the reading room shows a clip and its parts, below a base that its keeper names. Pure."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class ClipPages:
    """The pages of one clip, below a base address."""

    base: str
    clip: str

    @property
    def room(self) -> str:
        """The room's front page."""
        return f"{self.base.rstrip('/')}/"

    @property
    def page(self) -> str:
        """The clip's page."""
        return f"{self.room}clips/{quote(self.clip, safe='')}"

    @property
    def film(self) -> str:
        """The original."""
        return f"{self.page}/film"

    @property
    def derivative(self) -> str:
        """The light copy for browsers."""
        return f"{self.page}/derivative"

    @property
    def sidecar(self) -> str:
        """All that is known of the clip, as JSON."""
        return f"{self.page}/sidecar.json"

    @property
    def manifest(self) -> str:
        """The IIIF manifest."""
        return f"{self.page}/manifest.json"

    @property
    def canvas(self) -> str:
        """The canvas of the manifest: no fragment, so that one can point at a part of it (Presentation 3.0, 3.2)."""
        return f"{self.page}/canvas"

    def part(self, name: str) -> str:
        """A part of the manifest that nobody asks for by itself."""
        return f"{self.page}/manifest/{name}"

    @property
    def ohms(self) -> str:
        """The OHMS document."""
        return f"{self.page}/ohms.xml"

    def transcript(self, name: str, form: str = "vtt") -> str:
        """A transcript, in a form of `export`."""
        return f"{self.page}/transcripts/{quote(name, safe='')}.{form}"
