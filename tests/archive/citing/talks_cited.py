"""An archive with one talk that is worth citing: three sentences in two scripts, one corrected, a judged entry."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from archive.acts.access import give_access
from archive.acts.correcting import EditedFile, correct
from archive.acts.judging import judge
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.preservation.sealing import document
from archive.records.transcript import TranscriptRef
from archive.settings.stanzas import RegisterSettings
from archive.steps.registering import import_register
from archive.steps.work_objects import seal_work
from archive.texts.shown import shown
from storage.contract import Target
from tests.support.archives import (
    MODEL_DIGEST,
    Clock,
    a_link,
    an_archive,
    folder_targets,
    keep,
    media_of,
    store_all,
    usable,
)
from transcription.documents.formats import from_json, to_json
from transcription.documents.showing import to_vtt
from transcription.records import Gap, Options, Segment, Transcript

CLIP, CLOSED, PLAIN = "peertube-one", "peertube-closed", "peertube-two"
NAME, TRANSLATION, COMPLETION = "whisper-base-t1", "whisper-base-t1-en", "whisper-base-t1.ky"
LATER = "Кечирээк окулган сөз."
AHEAD = 10.0
"""Where a browser's clock stands at the beginning of the film."""

SAID = ("Менің әкем 2017 жылы кетті.", "We waited for a letter.", "Her number is 990000199001010000, entry 1358.")
CORRECTED = "We waited for a letter, for years."
HOSTILE = "}, title={x}\r\nER  - \r\nTY  - JOUR <script>&amp;“%$#_~^\\{ 沙吾提 ئۇيغۇر"
REGISTER = "Entry,Victim's Name\n7,Mahire Tohti\n1358,Dauren Seitqali\n"
KEEPER, REVIEWER, VISITOR = Reader("K", "keeper"), Reader("R", "reviewer"), Reader()
READER = Reader("A", "reader")


def spoken(clip: str, *, translated: bool = False) -> tuple[TranscriptRef, str]:
    """A transcript of three sentences, of 4 s each, from 0 s of its own clock; or its translation."""
    texts = ("My father left in 2017.", "We waited.", "Her number.") if translated else SAID
    languages = ("en", "en", "en") if translated else ("kk", "en", "en")
    made = Transcript(
        kind="translation" if translated else "whisper",
        container="mov,mp4,m4a,3gp,3g2,mj2",
        codec="aac",
        start=AHEAD,
        channels=1,
        media_sha256=sha256(media_of(clip)).hexdigest(),
        track=1,
        duration=20.5,
        model="whisper-base",
        model_digest=MODEL_DIGEST,
        device="cpu",
        compute_type="int8",
        options=Options(model="whisper-base"),
        versions={"faster-whisper": "1.2.1"},
        segments=tuple(
            Segment(
                start=4.0 * number,
                end=4.0 * number + 4,
                text=text,
                language=language,
                language_probability=0.98,
                avg_logprob=-0.2,
                no_speech_prob=0.01,
                compression_ratio=1.2,
                marks=("low_confidence",) if number == 0 else (),
            )
            for number, (text, language) in enumerate(zip(texts, languages, strict=True))
        ),
        gaps=() if translated else (Gap(start=12, end=20.5, reason="no_speech", level=None),),
    )
    body = to_json(made)
    ref = TranscriptRef(
        name=TRANSLATION if translated else NAME,
        kind=made.kind,
        sha512=document(body.encode()).sha512,
        media_sha256=made.media_sha256,
        track=1,
        model=made.model,
        model_digest=made.model_digest,
        languages=made.languages,
        segments=3,
        gaps=len(made.gaps),
        doubtful=made.doubtful,
        starts_at=AHEAD,
    )
    return ref, body


def read_later(archive: Archive, clip: str = CLIP) -> None:
    """Add what was read later of the end of the talk, as a transcript that completes the first."""
    _, body = spoken(clip)
    first = from_json(body)
    words = {"start": 13.0, "end": 15.0, "text": LATER, "language": "ky", "marks": ()}
    said = first.segments[0].model_copy(update=words)
    gaps = tuple(Gap(start=a, end=b, reason="read_before", level=None) for a, b in ((0.0, 13.0), (15.0, 20.5)))
    of = sha256(body.encode()).hexdigest()
    made = to_json(first.model_copy(update={"segments": (said,), "gaps": gaps, "completes": of}))
    told = {"name": COMPLETION, "kind": "completion", "languages": ("ky",), "segments": 1, "gaps": 2}
    ref = spoken(clip)[0].model_copy(update={**told, "sha512": document(made.encode()).sha512})
    archive.ledger.readings.add_transcript(clip, ref, made, event=None)


def correcting(archive: Archive, old: str, new: str, clip: str = CLIP) -> None:
    """Put other words over a transcript's."""
    one = next(one for one in shown(archive, clip) if one.ref.name == NAME)
    text = to_vtt(one.document, one.layers, one.stamp(clip))
    assert old in text
    assert correct(archive, clip, EditedFile(text.replace(old, new).encode()), by="A. Reader").applied


def fill(archive: Archive, targets: dict[str, Target]) -> None:
    """The clips, a register and what people said of them, sealed and stored at the targets."""
    keep(archive, CLIP, said={"title": HOSTILE, "uploader": "Voices, {of} the missing", "uploaded": "20240131"})
    keep(archive, CLOSED)
    keep(archive, PLAIN)
    for clip in (CLIP, CLOSED):
        archive.ledger.readings.add_transcript(clip, *spoken(clip), event=None)
        archive.ledger.readings.add_transcript(clip, *spoken(clip, translated=True), event=None)
    store_all(archive)
    assert import_register(archive, "victims", usable(archive), by="A. Archivist").new
    links = [a_link(CLIP, "1358", register="victims"), a_link(CLIP, "7", register="victims")]
    archive.ledger.readings.set_links(CLIP, links, event=None)
    judge(archive, links[0], "positive", by="B. Reader")
    correcting(archive, SAID[1], CORRECTED)
    give_access(archive, CLIP, "public", by="K. Keeper")
    give_access(archive, PLAIN, "public", by="K. Keeper")
    for clip in (CLIP, CLOSED):
        assert seal_work(archive, clip, targets).sealed
    store_all(archive)


def make(folder: Path, names: str = "ab") -> Path:
    """All of it in a folder, with targets in folders beside the state."""
    (folder / "victims.csv").write_text(REGISTER, encoding="utf-8")
    targets = folder_targets(folder, names)
    with opened(folder, targets) as archive:
        fill(archive, targets)
    return folder


@contextmanager
def opened(folder: Path, targets: dict[str, Target] | None = None) -> Iterator[Archive]:
    """The archive in a folder, an hour after the clock's beginning."""
    registers = {"victims": RegisterSettings(file=folder / "victims.csv")}
    clock = Clock()
    clock.advance(hours=1)
    there = targets if targets is not None else folder_targets(folder, "ab")
    with an_archive(folder / "state", there, clock=clock, registers=registers) as archive:
        yield archive


@contextmanager
def copied(made: Path, folder: Path) -> Iterator[Archive]:
    """A copy of an archive that was made, opened."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    with opened(folder) as archive:
        yield archive
