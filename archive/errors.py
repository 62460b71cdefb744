"""What can go wrong in the archive.

ArchiveError
├── SettingsError    a setting is wrong: names the file, the key and the nearest right one (exit 2)
├── FetchFailed      one clip could not be fetched; `kind` says what follows from it
│   └── SourceAway   the source is not there now, such as a disk that is not mounted: no clip is blamed
├── WrongFile        an edited file that is of another clip, or of no transcript that there is (exit 2)
├── NoSuchClip       a clip id that the ledger does not know (exit 2)
├── NotHere          a film that is not held, or of which no copy can be read now
├── ChangedMeanwhile a link is another one than the one that a person looked at
├── KnownPeopleError a list of known people that cannot be read (exit 2)
├── UnknownLanguage  a language that cannot be declared for a clip (exit 2)
├── ForeignWords     an object at a target whose documents are none, or speak of another object
├── SpaceShort       the state folder's disk is too full to go on
├── LedgerUnusable   the ledger's file is damaged, locked, no ledger, or cannot be written
└── RefusedError     going on would harm the archive (exit 4)
    ├── LeaseHeld    another run is at work
    ├── WriterHeld   a target belongs to another ledger
    ├── LeadsOut     a local path that is made of a stranger's words leads out of its folder
    └── Fork         one version of an object exists with two contents
"""

from typing import Literal

FailureKind = Literal["gone", "no_access", "refused", "not_yet", "passing", "outdated", "damaged", "barred", "unknown"]
"""Classes of a failed fetch.

`gone` (404, removed), `no_access` (private, members only), `refused` (the source refuses us: the whole source stops),
`not_yet` (premieres, still processing), `passing` (the only one that is retried), `outdated` (our yt-dlp no longer
understands the site), `damaged` (bytes came, and are not the whole, decodable video that was announced), `barred` (a
bound of ours was met: a private address, a program of its own, too slow, too large; the message names the setting),
`unknown` (the source said something that no rule knows: it is shown, and asked for again).
"""


class ArchiveError(Exception):
    """Base of all that the archive raises on purpose; its text is one sentence for a person."""

    exit_code = 1


class SettingsError(ArchiveError):
    """Settings that cannot be used: each problem names file, key, and the nearest right one."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class KnownPeopleError(ArchiveError):
    """A list of known people that cannot be read."""

    exit_code = 2


class UnknownLanguage(ArchiveError):
    """A language that cannot be declared for a clip, since it is none of the archive's."""

    exit_code = 2


class NoSuchClip(ArchiveError):
    """The ledger knows no such clip."""

    exit_code = 2


class NotHere(ArchiveError):
    """A film cannot be played: it is not held, or no copy that is known to be sound can be read now.

    Its text may name targets, for whoever keeps them.
    """


class ChangedMeanwhile(ArchiveError):
    """A link was proposed anew, or is gone, since a person looked at it: they must look again."""


class WrongFile(ArchiveError):
    """An edited file does not belong to the transcript, or to the proposals, that it is to change."""

    exit_code = 2


class FetchFailed(ArchiveError):
    """One clip could not be fetched. `after`: seconds that the source asked us to wait.

    `cut`: the sha256 of the film that came, where it was refused only since it lacks what its own index has. `words`:
    the source's own, without what may sign an address.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: FailureKind,
        clip: str | None = None,
        after: float | None = None,
        cut: str | None = None,
        words: str = "",
    ) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.clip = clip
        self.after = after
        self.cut = cut
        self.words = words


class SourceAway(FetchFailed):
    """A source is not there now, such as a disk that is not mounted: nothing of it is tried, and no clip is blamed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, kind="not_yet")


class ForeignWords(ArchiveError):
    """An object at a target says what it has no right to say, or nothing that this version understands."""


class SpaceShort(ArchiveError):
    """The state folder's disk is too full to fetch or bring more. No clip is blamed for it."""


class LedgerUnusable(ArchiveError):
    """The ledger's file is damaged, locked by another process, another program's, or its disk is full or read-only."""


class RefusedError(ArchiveError):
    """Going on would harm the archive."""

    exit_code = 4


class LeaseHeld(RefusedError):
    """Another run holds the archive's lease."""


class WriterHeld(RefusedError):
    """A target's `writer.json` names another ledger."""


class LeadsOut(RefusedError):
    """A local path that is made of what others wrote would lead out of its folder, or through a link out of it."""


class Fork(RefusedError):
    """One version of an object exists with two contents: a person must look."""
