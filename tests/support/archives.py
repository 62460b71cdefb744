"""An archive in this process: real ledger, real spool, made-up captures, and a clock that stands still."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from threading import Lock

from archive.ledger import Ledger
from archive.ledger.copies import SealedVersion
from archive.ledger.opening import open_engine
from archive.objects import sidecar
from archive.opening.archive import Archive
from archive.preservation.fixity import blocks_document
from archive.preservation.mirroring import Stored, store_owed
from archive.preservation.newest_run import point_to_newest
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.usable_targets import ready
from archive.records.clip import Capture, File, FileRole, Stream
from archive.records.event import Event
from archive.records.link import Decision, Judgement, Link, link_id
from archive.records.object_ids import ObjectId
from archive.records.transcript import TranscriptRef
from archive.settings.settings import Settings
from archive.settings.stanzas import RegisterSettings
from archive.steps.recording import record
from archive.steps.work_objects import seal_work
from storage.contract import Target
from storage.file_digests import digest
from storage.targets import FolderSettings, address
from storage.targets.folder import FolderTarget
from tests.support.engines import place_in
from transcription.documents.formats import to_json
from transcription.records import Gap, Options, Segment, Transcript

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MODEL_DIGEST = sha256(b"weights").hexdigest()


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Move on, by hours or days."""
        self.now += timedelta(**by)


def folder_target(path: Path, name: str | None = None) -> FolderTarget:
    """A target in a folder, which is made."""
    path.mkdir(parents=True, exist_ok=True)
    settings = FolderSettings(path=path)
    return FolderTarget(name or path.name, settings, address(settings))


def folder_targets(folder: Path, names: str = "abc") -> dict[str, Target]:
    """Targets in folders beside each other, one a letter."""
    return {name: folder_target(folder / name) for name in names}


@contextmanager
def an_archive(
    state: Path,
    targets: Mapping[str, Target],
    *,
    clock: Clock | None = None,
    minimum: int | None = None,
    registers: Mapping[str, RegisterSettings] | None = None,
) -> Iterator[Archive]:
    """An archive over targets; opened again over the same state, it is the same one."""
    settings = Settings(
        name="made-up",
        state=state,
        minimum_copies=minimum or len(targets),
        targets={name: FolderSettings(path=state / "unused" / name) for name in targets},
        registers=dict(registers or {}),
        free_gib=0,
    )
    place = place_in(state)
    if isinstance(place, Path) and not place.exists():
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=state) as draft, suppress(FileExistsError):
            with _ONE_MAKES_IT:
                draft.write(_empty_ledger())
            draft.flush()
            os.link(draft.name, place)  # whole, whoever else makes one at this moment
    ledger = Ledger(place)
    try:
        yield Archive(settings, ledger, dict(targets), clock=clock or Clock())
    finally:
        ledger.close()


_ONE_MAKES_IT = Lock()
"""Alembic works in one thread of a process at a time."""


@cache
def _empty_ledger() -> bytes:
    """A ledger's tables and nothing in them, not even its id: to have them made takes longer than many a test."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        open_engine(file).sql.dispose()
        return file.read_bytes()


def usable(archive: Archive, *, take_over: bool = False) -> dict[str, Target]:
    """The targets that can be written to now."""
    return ready(archive, take_over=take_over).writable


def store_all(archive: Archive) -> dict[str, Stored]:
    """What a run does at its start: targets made ready, debts paid."""
    return store_owed(archive, usable(archive))


def finished(archive: Archive) -> None:
    """What the end of a run does: everything stored, a run record too, and the targets told of it."""
    store_all(archive)
    while record(archive, archive.targets):
        store_all(archive)
    point_to_newest(archive, archive.targets)


def with_work(archive: Archive, clip: str) -> None:
    """A clip with a transcript, sealed as a work object."""
    ref, body = transcript(clip)
    archive.ledger.readings.add_transcript(clip, ref, body, event=None)
    assert seal_work(archive, clip, archive.targets).sealed


def media_of(clip: str, take: int = 1, size: int = 3000) -> bytes:
    """Bytes that stand for a video."""
    return (f"{clip} take {take} ".encode() * size)[:size]


def keep(
    archive: Archive,
    clip: str,
    take: int = 1,
    *,
    targets: Mapping[str, Target] | None = None,
    source: str = "voices",
    media: bytes | None = None,
    description: str = "A made-up testimony.",
    captions: Mapping[str, str | bytes] | None = None,
    said: Mapping[str, object] | None = None,
    duration: float = 20.5,
    streams: tuple[Stream, ...] = (),
) -> SealedVersion | None:
    """Seal a made-up capture of a clip as the fetch step does: files that are moved, and documents.

    `said` are fields of the capture that are to be other ones.
    """
    attempt = archive.attempts / clip
    attempt.mkdir(parents=True, exist_ok=True)
    items, files = dict[str, Item](), list[File]()

    def add(path: str, role: FileRole, data: bytes, language: str | None = None) -> tuple[str, ...]:
        local = attempt / path.replace("/", "-")
        local.write_bytes(data)
        found = digest(local)
        items[path] = Item(found.sha512, local, sha256=found.sha256)
        files.append(
            File(path=path, role=role, size=found.size, sha512=found.sha512, sha256=found.sha256, language=language)
        )
        return found.blocks

    name = f"media/{clip}.mp4"
    blocks = add(name, "media", media_of(clip, take) if media is None else media)
    items["blocks.sha256"] = document(blocks_document(blocks, name))
    add("info.json", "info", b'{"id": "made-up"}')
    add("description.txt", "description", description.encode())
    for language, text in sorted((captions or {}).items()):
        add(f"captions/{language}.vtt", "caption", text if isinstance(text, bytes) else text.encode(), language)
    capture = Capture(
        clip=clip,
        source=source,
        url=f"https://tube.example.org/w/{clip}",
        extractor="PeerTube",
        platform_id=clip.partition("-")[2],
        title=f"Testimony {clip}",
        description=description,
        fetched=archive.clock(),
        tool="yt-dlp",
        tool_version="2026.7.4",
        format_id="0",
        container="mp4",
        duration=duration,
        streams=streams,
        files=tuple(files),
    )
    capture = Capture.model_validate(capture.model_dump() | dict(said or {}))
    items["capture.json"] = document(sidecar.to_bytes(capture))
    return seal(
        archive,
        ObjectId.evidence_of(clip),
        items,
        Provenance("Captured from voices", clip=clip, capture=capture),
        usable=archive.targets if targets is None else targets,
    )


def transcript(clip: str, text: str = "Please remember her name.") -> tuple[TranscriptRef, str]:
    """A transcript made by hand, and its reference."""
    made = Transcript(
        container="mov,mp4,m4a,3gp,3g2,mj2",
        codec="aac",
        start=0.0,
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
        segments=(
            Segment(
                start=0,
                end=12.25,
                text=text,
                language="en",
                language_probability=0.98,
                avg_logprob=-0.2,
                no_speech_prob=0.01,
                compression_ratio=1.2,
            ),
        ),
        gaps=(Gap(start=12.25, end=20.5, reason="no_speech", level=None),),
    )
    body = to_json(made)
    ref = TranscriptRef(
        name="whisper-base-t1",
        sha512=document(body.encode()).sha512,
        media_sha256=made.media_sha256,
        track=1,
        model=made.model,
        model_digest=made.model_digest,
        languages=made.languages,
        segments=1,
        gaps=1,
        doubtful=made.doubtful,
    )
    return ref, body


def a_link(clip: str, entry: str = "1358", *, score: float = 0.7, register: str = "made-up") -> Link:
    """A link that somebody proposed."""
    return Link(
        id=link_id(clip, register, entry),
        clip=clip,
        register_name=register,
        register_sha256="0" * 64,
        entry=entry,
        method="numbered",
        tier="B",
        role="subject",
        score=score,
        where="whisper-base-t1",
        quote=f"entry {entry}",
        offset=0,
        start=0.0,
        end=12.25,
        rules="rules/1",
    )


def a_judgement(link: Link, verdict: Decision = "positive", by: str = "A. Reader", *, hours: float = 0) -> Judgement:
    """What somebody decided about a link."""
    return Judgement(link=link.id, verdict=verdict, by=by, at=MONDAY + timedelta(hours=hours))


def events(archive: Archive, object_id: str) -> list[Event]:
    """What happened to an object, so far as the ledger knows."""
    return [event for event in archive.ledger.events.all() if event.object == object_id]


def digest_of_file(path: Path) -> str:
    """The sha512 of a file."""
    return digest(path).sha512
