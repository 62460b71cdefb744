"""Captions: what the platform showed beside a clip, as transcripts of their own. No model is needed.

Each caption file of the newest capture is read, as players read it; what it gave is found by its name, which has the
file's digest, and made once. What players leave out is not in it, and is told with its line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from archive.errors import SpaceShort
from archive.ledger.copies import SealedVersion
from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.bringing import held
from archive.preservation.space import file_at
from archive.records.clip import Capture, File
from archive.records.event import CREATION
from archive.records.object_ids import ObjectId
from archive.records.transcript import TranscriptRef
from archive.steps.storing import safe
from storage.contract import Target
from storage.errors import TargetError
from transcription.documents.cues import Cue, plain, played
from transcription.documents.parsed_cues import Slip
from transcription.documents.platform_captions import made, to_json
from transcription.errors import DocumentError

STEP: Final = "captions"
SLIPS = "slips"
"""The kind of a failure that cost no file: players leave out a part of it, and so does its transcript."""

_TOLD = 5
"""So many slips of a file are told; the others are counted."""


@dataclass(frozen=True)
class CaptionedClip:
    """How many transcripts were made of a clip's captions, why others were not, and what is left out of some."""

    clip: str
    transcripts: int = 0
    problems: tuple[str, ...] = ()


def to_caption(archive: Archive, *, retry: bool = False) -> list[str]:
    """Safe clips whose newest capture was not looked at for captions. Those with a faulty file wait for `retry`."""
    ledger, due = archive.ledger, {*archive.ledger.marks.behind(STEP)}
    if retry:
        due |= {f.clip for f in ledger.clips.failures() if f.step == STEP}.intersection(ledger.clips.held())
    return safe(archive, due)


def caption_clip(archive: Archive, clip: str, usable: Mapping[str, Target]) -> CaptionedClip:
    """Make a transcript of each caption file of a clip's newest capture. Failures are kept and reported, not raised."""
    clips, head = archive.ledger.clips, archive.ledger.copies.head(ObjectId.evidence_of(clip))
    captures = clips.captures(clip)
    known = {(ref.name, ref.media_sha256) for ref, _ in archive.ledger.readings.transcripts(clip)}
    problems, kinds, number = list[str](), list[str](), 0
    for file in (file for file in captures[-1].files if is_read(file)):
        if head is None:
            continue
        try:
            found = played(_bytes(archive, head, file, usable))
            slips = _told(found.slips)
            if (name_of(file), captures[-1].media.sha256) not in known:
                _make(archive, captures[-1], file, found.cues, slips)
                number += 1
        except (DocumentError, SpaceShort, TargetError, KeyError, FileNotFoundError) as error:
            kinds.append("damaged" if isinstance(error, DocumentError) else "passing")
            problems.append(f"{file.path}: {error}")
        else:
            kinds += [SLIPS] if slips else []
            problems += [f"{file.path}: {slips}"] if slips else []
    passing = "passing" in kinds
    if problems:
        kind = next(kind for kind in ("passing", "damaged", SLIPS) if kind in kinds)
        clips.failed(clip, STEP, kind=kind, message="; ".join(problems), now=archive.clock())
    else:
        clips.mended(clip, STEP)
    if not passing:
        clips.mark_done(clip, STEP, str(len(captures)))
    return CaptionedClip(clip, number, tuple(problems))


def is_read(file: File) -> bool:
    """Whether a file holds captions in a form that is read here; those in others are kept, and no failure."""
    return file.role == "caption" and PurePosixPath(file.path).suffix in (".vtt", ".srt")


def name_of(file: File) -> str:
    """What the transcript of a caption file is called: its language tag, and the beginning of its digest."""
    return f"captions-{PurePosixPath(file.path).stem}-{file.sha512[:8]}"


def _told(slips: Sequence[Slip]) -> str:
    """The first slips of a file in words; nothing where there are none."""
    if not slips:
        return ""
    more = f"; and {len(slips) - _TOLD:,} more" if len(slips) > _TOLD else ""
    return f"read as players read it, with slips at {'; '.join(slip.where for slip in slips[:_TOLD])}{more}"


def _make(archive: Archive, capture: Capture, file: File, cues: tuple[Cue, ...], slips: str) -> None:
    captions = made(
        cues,
        tag=file.language or PurePosixPath(file.path).stem,
        media_sha256=capture.media.sha256,
        file=file.path,
        file_sha512=file.sha512,
        extractor=capture.extractor,
        automatic=file.automatic,
    )
    body = to_json(captions)
    ref = TranscriptRef(
        name=name_of(file),
        kind="captions",
        sha512=ocfl.digest_of(body.encode()),
        media_sha256=capture.media.sha256,
        languages=(captions.language,),
        segments=len(captions.segments),
        gaps=0,
        doubtful=captions.automatic is not False,
    )
    detail = f"{ref.name} of {file.path} ({file.sha512[:12]})" + (f", {slips}" if slips else "")
    outcome = "warning" if slips else "success"
    event = archive.happened(ObjectId.work_of(capture.clip), CREATION, detail=plain(detail), outcome=outcome)
    archive.ledger.readings.add_transcript(capture.clip, ref, body, event=event)


def _bytes(archive: Archive, head: SealedVersion, file: File, usable: Mapping[str, Target]) -> bytes:
    """A file of the evidence: from the spool, or from a target that has it sound. Raises the last target's error."""
    with held(archive, file_at(archive, head, file.path), usable) as local:
        return local.read_bytes()
