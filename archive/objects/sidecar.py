"""The sidecar and the run record: what is written beside the evidence, as canonical JSON (RFC 8785), with schemas."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import rfc8785
from pydantic import BaseModel, Field, JsonValue, ValidationError

from archive.records.clip import Access, Capture, UnreadTrack
from archive.records.disk import DiskFile, Visit
from archive.records.event import Head
from archive.records.expected import Expected, ListImport
from archive.records.join import Join, JoinJudgement, JoinVerdict
from archive.records.link import Judgement, Link, Verdict
from archive.records.record import Moment, Record
from archive.records.report import Missing, Report, ReportRow
from archive.records.sighting import Sighting
from archive.records.snapshot import EntryLine, Snapshot
from archive.records.transcript import Correction, Declaration, TranscriptRef
from transcription.documents.platform_captions import Captions
from transcription.records import Transcript

README = """This is an OCFL 1.1 storage root (https://ocfl.io/1.1/spec/), written by thirdcopy.

evidence-CLIP   what was fetched: media/, its digests (blocks.sha256: one a MiB), capture.json (when, from where,
                with which tool), info.json (the platform's metadata without session secrets), platform.json (its own
                answer), description.txt, thumbnail, captions/, comments.json, lesser/ (a film that came later and is no
                better). A version is a capture: what changed at the source makes the next one.
work-CLIP       what was made of it: sidecar.json (links to a victims register and judgements, both also as W3C Web
                Annotations, other clips that may be the same recording, people's corrections, access) and
                transcripts/: NAME.json and .vtt are as they were made, NAME.corrected.vtt as people left them;
                captions-… are the platform's own.
disk-NAME       what a disk held; a version is a visit that found it changed: disk.json (its label and serial, when, how
                many files), files.jsonl (a line a file: path, size, time, digests, the clip it became or why none).
register-NAME   a register of victims; a version is a snapshot: entries.jsonl (an entry a line, without secret columns,
                numbers of living persons masked), snapshot.json (from which file, when, by whom), report.json (what
                was skipped or odd). Links name it by the sha256 of its entries.jsonl, which is in the inventory.
list-NAME       what somebody says should be here; a version is an import: expected.jsonl (a video a line: its address,
                the ids that its clip may have, title, date, rows), list.json (from which file, when, by whom),
                report.json (what in the file names no video).
run-TIME-ID     what was done to which object when (events.jsonl), the newest version of each object that changed
                (heads.jsonl), and when its source showed a clip or said that it is gone (sightings.jsonl, where there
                is news of that); run.json names the run record before it by digest.
report-TIME-ID  what should be there against what was, when a report was drawn up: report.json (totals), rows.jsonl (a
                line a source and month), missing.jsonl (a line for each video that was not held or not safe, and why).

Every file is named with its sha512 in the inventory.json of its object: any OCFL validator can check this root, and
`sha512sum` any file. sidecar.schema.json, run.schema.json, transcript.schema.json, captions.schema.json,
snapshot.schema.json, entry.schema.json (a line of entries.jsonl), list.schema.json, expected.schema.json (a line of
expected.jsonl), disk.schema.json, file.schema.json (a line of files.jsonl), sighting.schema.json (a line of
sightings.jsonl), report.schema.json, row.schema.json (a line of rows.jsonl) and missing.schema.json (a line of
missing.jsonl) describe the documents. No other software is needed.

Everything here is restricted unless a sidecar says that its clip is public. What it says is for readers is for those
who have signed in to the reading room of this archive, and restricted to all others.
"""


class AccessState(Record):
    """Who may read a clip; `by` is empty where the source's or the archive's default holds."""

    level: Access
    by: str | None = None
    at: Moment | None = None


class Reading(Record):
    """That a media file was transcribed: with which model, how many tracks of it, which languages were declared.

    `declared` is null where that was not noted. `unread` are the tracks that could not be read. `form` is that of the
    transcripts' schema: up to the first, channels were mixed without a look at what that loses.
    """

    media_sha256: str
    model: str
    model_digest: str
    tracks: int
    declared: tuple[str, ...] | None = None
    unread: tuple[UnreadTrack, ...] = ()
    form: int = 1


class Linking(Record):
    """That a clip was linked: against which snapshot of which register, by which rules."""

    register_name: str
    register_sha256: str
    rules: str


class JudgedLink(Link):
    """A link, what people decided about it, and what stands of that: null is no judgement."""

    judgements: tuple[Judgement, ...] = ()
    judgement: Verdict | Literal["conflict"] | None = None

    @property
    def proposal(self) -> Link:
        """The link as it was proposed."""
        return Link.model_validate(self.model_dump(exclude={"judgements", "judgement"}))


class JudgedJoin(Record):
    """That a clip and another may be one recording, what people decided about it, and what stands of that.

    `proposal` is null where nobody but a person says so; null is no judgement.
    """

    clips: tuple[str, str]
    proposal: Join | None = None
    judgements: tuple[JoinJudgement, ...] = ()
    judgement: JoinVerdict | Literal["conflict"] | None = None


class Sidecar(Record):
    """All that is known of a clip: captures, files, digests, transcripts by digest, corrections, links, judgements.

    Also access and consent. `annotations` are the links and judgements once more, as a collection of W3C Web
    Annotations in JSON-LD (https://www.w3.org/TR/annotation-model/), made of them whenever a sidecar is written; null
    without links. `joins` are in the sidecars of both their clips. Corrections and declarations are in the order in
    which they were made; a correction with `conflict` is not applied, and the newest declaration counts.
    `consent` is null until somebody asked the person who speaks and wrote down the answer.
    """

    schema_version: Literal[1] = 1
    clip: str
    sources: tuple[str, ...]
    access: AccessState
    consent: str | None = None
    evidence: Head
    captures: tuple[Capture, ...]
    declarations: tuple[Declaration, ...] = ()
    readings: tuple[Reading, ...] = ()
    transcripts: tuple[TranscriptRef, ...] = ()
    corrections: tuple[Correction, ...] = ()
    linkings: tuple[Linking, ...] = ()
    links: tuple[JudgedLink, ...] = ()
    joins: tuple[JudgedJoin, ...] = ()
    annotations: dict[str, JsonValue] | None = None


class SealedAs(BaseModel):
    """Of a sealed work object: a source of its clip, and the access level where that was the settings' to say."""

    source: str
    default: Access | None


def sealed_as(document: Sidecar) -> str:
    """What the ledger keeps of a sealed work object: enough to see that the settings' access level changed since."""
    default = None if document.access.by else document.access.level
    return SealedAs(source=document.captures[-1].source, default=default).model_dump_json()


class RunRecord(Record):
    """`run.json` of a run record: `previous` chains it to the one before; if `full`, heads.jsonl has every object."""

    schema_version: Literal[1] = 1
    run: str
    ledger: str
    archive: str
    written: Moment
    agent: str
    previous: Head | None
    full: bool
    events: int = Field(description="lines in events.jsonl")
    heads: int = Field(description="lines in heads.jsonl")
    sightings: int = Field(default=0, description="lines in sightings.jsonl, which is not there without any")


class UnknownSchema(ValueError):
    """A document of a later schema version, or of none."""


def to_bytes(document: BaseModel) -> bytes:
    """A record as canonical JSON (RFC 8785), with a newline at its end."""
    return rfc8785.dumps(document.model_dump(mode="json")) + b"\n"


def to_lines(records: Sequence[BaseModel]) -> bytes:
    """Records as JSON lines, each canonical."""
    return b"".join(to_bytes(record) for record in records)


def read_sidecar(data: bytes) -> Sidecar:
    """Read a sidecar back, upgrading older schema versions. Raises UnknownSchema."""
    try:
        return Sidecar.model_validate(_upgraded(json.loads(data)))
    except (ValueError, ValidationError, RecursionError) as error:
        raise UnknownSchema(f"not a sidecar that this version reads: {error}") from error


def root_documents() -> dict[str, bytes]:
    """The documents at an OCFL root: what this is, and the schemas."""
    return {
        "README.txt": README.encode(),
        "sidecar.schema.json": _schema(Sidecar),
        "run.schema.json": _schema(RunRecord),
        "transcript.schema.json": _schema(Transcript),
        "captions.schema.json": _schema(Captions),
        "snapshot.schema.json": _schema(Snapshot),
        "entry.schema.json": _schema(EntryLine),
        "list.schema.json": _schema(ListImport),
        "expected.schema.json": _schema(Expected),
        "sighting.schema.json": _schema(Sighting),
        "disk.schema.json": _schema(Visit),
        "file.schema.json": _schema(DiskFile),
        "report.schema.json": _schema(Report),
        "row.schema.json": _schema(ReportRow),
        "missing.schema.json": _schema(Missing),
    }


def _upgraded(document: Any) -> Any:
    """A document in today's form. Version 1 is the first: there is nothing to upgrade from yet."""
    if not isinstance(document, dict) or document.get("schema_version") != 1:
        raise UnknownSchema("schema_version is not 1")
    return document


@cache
def _schema(record: type[BaseModel]) -> bytes:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **record.model_json_schema(mode="serialization"),
    }
    return (json.dumps(schema, indent=1, sort_keys=True) + "\n").encode()
