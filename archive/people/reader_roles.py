"""Who may see and do what: one table of roles, from which every page and count of the reading room follows. Pure.

Each role may all that the one before it may.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from archive.records.clip import Access

Role = Literal["visitor", "reader", "reviewer", "editor", "keeper"]
"""`visitor`: not signed in; a `reader` sees what was opened to readers, a `reviewer` judges links, an `editor` corrects
transcripts, a `keeper` all of it."""

Deed = Literal["see all entries", "see proposals", "judge", "correct", "open and close", "see who opened what"]

ROLES: tuple[Role, ...] = get_args(Role)

_SEES: dict[Access, Role] = {"public": "visitor", "readers": "reader", "restricted": "reviewer"}
_DOES: dict[Deed, Role] = {
    "see all entries": "reader",
    "see proposals": "reviewer",
    "judge": "reviewer",
    "correct": "editor",
    "open and close": "keeper",
    "see who opened what": "keeper",
}


def is_at_least(role: Role, other: Role) -> bool:
    """Whether a role may all that another may."""
    return ROLES.index(role) >= ROLES.index(other)


@dataclass(frozen=True)
class Reader:
    """Whoever asks for a page: `name` is None for a visitor."""

    name: str | None = None
    role: Role = "visitor"

    @property
    def levels(self) -> frozenset[Access]:
        """The access levels of the clips that they may read."""
        return frozenset(level for level, least in _SEES.items() if is_at_least(self.role, least))

    def may(self, deed: Deed) -> bool:
        """Whether they may do something."""
        return is_at_least(self.role, _DOES[deed])
