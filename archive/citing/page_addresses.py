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

    def named(self, address: str, ending: str) -> str:
        """The address of the original or the light copy for players that go by its ending."""
        return f"{address}.{quote(ending, safe='')}"

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

    def ohms(self, transcript: str | None = None) -> str:
        """The OHMS document, with the transcript that is shown first or with another one."""
        asked = f"?transcript={quote(transcript, safe='')}" if transcript else ""
        return f"{self.page}/ohms.xml{asked}"

    def captions(self, name: str) -> str:
        """A transcript as WebVTT that players show, with what was read later of its gaps."""
        return f"{self.page}/captions/{quote(name, safe='')}.vtt"

    def sentences(self, name: str) -> str:
        """A page of annotations, the sentences of a transcript with what was read later of its gaps."""
        return f"{self.page}/annotations/{quote(name, safe='')}.json"

    def transcript(self, name: str, form: str = "vtt") -> str:
        """A transcript, in a form of `export`."""
        return f"{self.page}/transcripts/{quote(name, safe='')}.{form}"
