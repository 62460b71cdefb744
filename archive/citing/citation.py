"""A citation: one moment of a clip with all that lets a stranger check it, years later, against any copy. Pure.

A citation names digests and versions, never a place alone, so that it holds whatever becomes of the platform, of the
reading room and of this archive's ledger.
"""

import json
from typing import Any, Final, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from archive.errors import ArchiveError
from archive.linking.deciding.judgements import JointVerdict
from archive.records.object_ids import CLIP, ObjectId
from archive.records.record import LogicalPath, Moment, Number, Record
from archive.records.transcript import TranscriptKind, TranscriptName
from transcription.documents.platform_captions import Sha512
from transcription.records import Seconds, Sha256

CLOCK: Final = "seconds of a browser that plays the original"
MOST_BYTES = 1 << 20
"""Of a citation's file: ours have a few thousand."""

CUSTOM: Final = "thirdcopy"
"""The key under which a CSL item carries the whole citation, so that it can be checked too."""


class UnreadableCitation(ArchiveError):
    """A file that holds no citation of ours."""

    exit_code = 2


class CitedFilm(Record):
    """The film that was heard: a file of a version of the evidence object, by both of its digests."""

    object: str
    version: Number
    file: LogicalPath
    sha256: Sha256
    sha512: Sha512


class CitedMoment(Record):
    """Where in the film: `start`, and `end` where a stretch is cited, on the clock that is named.

    `starts_at` is where that clock stands at the film's own beginning, in seconds; null where nobody knows. Less
    `starts_at`, seconds are those of transcripts and links as they are stored.
    """

    start: Seconds
    end: Seconds | None = None
    clock: Literal["seconds of a browser that plays the original"] = CLOCK
    starts_at: float | None = None

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("a stretch ends after it begins")
        return self


class CitedWords(Record):
    """What is written at that moment: the cues of one transcript that are shown then, as corrected, joined by a blank.

    Private numbers are masked, as in every quote. `start` and `end` are the span of the cues, on the citation's clock.
    `kind` says whether a machine read it, translated it, or the platform showed it; `corrected` of its `cues` stand as
    a person left them. `marks` are a machine's doubts. `sha512` is of the transcript as it was made, under the first so
    many `corrections`.
    """

    text: str
    start: Seconds
    end: Seconds
    languages: tuple[str, ...]
    kind: TranscriptKind
    cues: int = Field(ge=1)
    corrected: int = Field(ge=0)
    marks: tuple[str, ...] = ()
    transcript: TranscriptName
    sha512: Sha512
    corrections: int = Field(ge=0, le=1_000_000)


class CitedWork(Record):
    """The work object that has the words; no version where they were at no target yet when they were cited."""

    object: str
    version: Number | None = None


class CitedEntry(Record):
    """An entry of a register, in the snapshot of that sha256. `judgement` is what people say of its link to the clip.

    Null is no claim: none stood then, or none that whoever cites may see.
    """

    object: str
    register_name: str = Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=63)
    entry: str = Field(pattern=r"^[0-9]{1,7}$")
    snapshot_sha256: Sha256
    entry_sha256: Sha256
    judgement: JointVerdict | None = None


class Citation(Record):
    """One moment of a clip, cited. Title, uploader and date are the platform's words, as captured with that version.

    `source` is what the archive calls the channel or disk. `cited` is when this was drawn up, `address` where the
    reading room shows the moment, if it has one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    schema_: Literal["thirdcopy/citation/1"] = Field(default="thirdcopy/citation/1", alias="schema")
    archive: str
    clip: str = Field(pattern=rf"^{CLIP}$")
    source: str
    platform: str
    url: str
    title: str | None
    uploader: str | None = None
    uploaded: str | None = Field(default=None, description="YYYYMMDD, as the platform says")
    captured: Moment = Field(description="when that version was fetched, or looked at again")
    film: CitedFilm
    moment: CitedMoment
    words: CitedWords | None
    work: CitedWork | None
    entry: CitedEntry | None = None
    cited: Moment
    address: str | None = None

    @model_validator(mode="after")
    def _of_one_clip(self) -> Self:
        if self.film.object != ObjectId.evidence_of(self.clip):
            raise ValueError(f"the film is in {self.film.object}, which is not the clip's")
        if self.work is not None and self.work.object != ObjectId.work_of(self.clip):
            raise ValueError(f"the words are in {self.work.object}, which is not the clip's")
        if (self.words is None) != (self.work is None):
            raise ValueError("words are cited with the object that has them")
        if self.entry is not None and self.entry.object != ObjectId.register_of(self.entry.register_name):
            raise ValueError(f"the entry is in {self.entry.object}, which is not the register's")
        return self

    def shown_on(self, page: str) -> "Citation":
        """The citation with the address of its moment on a clip's page."""
        return self.model_copy(update={"address": f"{page.partition('#')[0]}#t={in_seconds(self.moment.start)}"})


def read_citation(data: bytes) -> Citation:
    """The citation in a file: as `cite --style json` writes it, or in an item of CSL-JSON that carries it.

    Raises UnreadableCitation, which says what is wrong.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableCitation(f"it has more than {MOST_BYTES:,} bytes, which no citation has")
    try:
        return Citation.model_validate_json(json.dumps(_of_csl(json.loads(data.decode("utf-8-sig")))))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the citation"
        raise UnreadableCitation(f"no citation that this version reads: {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableCitation(
            "no JSON: what can be checked is what `thirdcopy cite` writes with --style json or csl"
        ) from error


def in_seconds(seconds: float) -> str:
    """Seconds as an address has them: to the millisecond, without what is zero."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def entry_begins(number: str) -> bytes:
    """How the line of an entry begins in a snapshot: canonical JSON has the number first."""
    return f'{{"entry":"{number}",'.encode()


def _of_csl(document: Any) -> Any:
    """What an item of CSL-JSON carries, where a document is one or a list of one; else the document."""
    if isinstance(document, list):
        if len(document) != 1:
            raise UnreadableCitation(f"it has {len(document):,} items: check them one by one")
        document = document[0]
    custom = document.get("custom") if isinstance(document, dict) else None
    return custom[CUSTOM] if isinstance(custom, dict) and CUSTOM in custom else document
