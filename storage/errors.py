"""What can go wrong at a target.

TargetError
├── NotFound      nothing is under the key
├── Conflict      other content is under the key than was to be written, or than was expected to be replaced
├── Damaged       the bytes that came back are not the bytes that were asked for
├── Unavailable   no answer, or an answer that may be better later; the only one that is retried
├── AnotherPlace  what answers under the target's name is no longer the place that the work began with
├── LeftBehind    the target was too slow for the others that one reading feeds; it gets a reading of its own later
└── Refused       the target understood and said no: keys, permissions, a missing bucket, a full disk
"""

TAKEN = "other content lies under this key and stays; a person must look"
"""What the Conflict of a `put` says."""


class TargetError(Exception):
    """Base of all: which target, which key, and a sentence that says what to do."""

    def __init__(self, message: str, *, target: str, key: str | None = None) -> None:
        super().__init__(f"{target}: {message}" + (f" [{key}]" if key else ""))
        self.target = target
        self.key = key
        self.message = message


class NotFound(TargetError):
    """Nothing is under the key. `instead` says what lies there and is no file, if anything does."""

    def __init__(self, instead: str | None = None, *, target: str, key: str | None = None) -> None:
        super().__init__(instead or "nothing is under this key", target=target, key=key)
        self.instead = instead


class Conflict(TargetError):
    """Other content is under the key."""


class Damaged(TargetError):
    """Bytes came back whose digest is wrong."""

    def __init__(self, message: str, *, target: str, key: str | None = None, expected: str, found: str) -> None:
        super().__init__(message, target=target, key=key)
        self.expected = expected
        self.found = found


class Unavailable(TargetError):
    """No answer, or one that may be better later. `after` is the number of seconds the target asked us to wait."""

    def __init__(self, message: str, *, target: str, key: str | None = None, after: float | None = None) -> None:
        super().__init__(message, target=target, key=key)
        self.after = after


class AnotherPlace(TargetError):
    """An emptied disk, another bucket, a place that somebody took over: asking again does not bring the first back."""


class LeftBehind(TargetError):
    """The other targets did not wait for this one. Nothing is wrong with it but its pace."""


class Refused(TargetError):
    """The target said no, and will say no again until a person changes something.

    `setting` is the key of the target's stanza that is probably wrong, `nearest` the value that may be meant.
    """

    def __init__(
        self,
        message: str,
        *,
        target: str,
        key: str | None = None,
        setting: str | None = None,
        nearest: str | None = None,
    ) -> None:
        super().__init__(message, target=target, key=key)
        self.setting = setting
        self.nearest = nearest
