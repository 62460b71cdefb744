"""A reading room over a small archive of made-up people, served on loopback as it is for readers."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from argon2 import PasswordHasher

from archive.acts.access import give_access
from archive.acts.judging import judge
from archive.opening.archive import Archive
from archive.people.passwords import Passwords
from archive.people.people import People
from archive.people.reader_roles import ROLES
from archive.playing.derivatives import Derivatives
from archive.preservation.sealing import document
from archive.records.clip import Stream
from archive.records.transcript import TranscriptRef
from archive.searching.search_index import open_index
from archive.settings.stanzas import RegisterSettings
from archive.steps.registering import import_register
from archive.steps.report_records import keep_report
from archive.views.report_view import drawn_up
from flows.reading_room.opening_room import configured
from flows.reading_room.room import Room
from tests.support.archives import MODEL_DIGEST, a_link, an_archive, folder_targets, keep, store_all
from tests.world.media import clip as tone
from transcription.documents.formats import to_json
from transcription.records import Gap, Options, Segment, Transcript

OPEN, CLOSED, HOSTILE = "peertube-open", "peertube-closed", "peertube-hostile"
SECRET = "Xanadu"
"""A word of the closed clip alone."""

ATTACK = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)>\u202e"
PASSWORD = "correct horse battery"
NAME = "whisper-base-t1"
REGISTER = (
    "Entry,Victim's Name,Chinese name,Gender,Ethnicity,Assumed Location\n"
    "1,Madeup Person,,female,Kazakh,Nowhere\n"
    "2,Another Invented,,male,Uyghur,Elsewhere\n"
)
SAID = (
    (0.0, 1.0, "en", "My name is not a real one.", ()),
    (1.0, 2.0, "kk", "Менің ағам ойдан шығарылған.", ("low_confidence",)),
    (2.0, 2.5, "ug", "بۇ 2018-يىلى بولغان ئىش، Entry 1 دېگەن.", ()),
)


@dataclass(frozen=True)
class Place:
    """An open room: its address, and what it stands on."""

    address: str
    room: Room

    @property
    def archive(self) -> Archive:
        """The archive."""
        return self.room.archive


@contextmanager
def a_room(folder: Path, films: Path) -> Iterator[Place]:
    """A room with an open and a closed clip, one whose words attack, an entry each, and an account of each role."""
    register = folder / "register.csv"
    register.parent.mkdir(parents=True, exist_ok=True)
    register.write_text(REGISTER)
    registers = {"victims": RegisterSettings(file=register)}
    with an_archive(folder / "state", folder_targets(folder, "ab"), registers=registers) as bare:
        archive = Archive(bare.settings, bare.ledger, bare.targets, clock=_now)
        _fill(archive, films)
        people = People(archive.state, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
        for role in ROLES[1:]:
            people.add(role, role, PASSWORD)
        with open_index(archive) as index, closing(Derivatives(archive, gib=1, at_once=1)) as derivatives:
            index.catch_up(archive)
            room = Room(archive, index, people, derivatives)
            with _served(room) as address:
                yield Place(address, room)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _fill(archive: Archive, films: Path) -> None:
    film = tone(films, seconds=3)
    streams = (
        Stream(index=0, kind="video", codec="h264", sha256="0" * 64, height=90),
        Stream(index=1, kind="audio", codec="aac", sha256="1" * 64),
    )
    titles = {OPEN: "An open testimony", CLOSED: f"A closed one of {SECRET}", HOSTILE: ATTACK}
    for clip, title in titles.items():
        said = {"title": title, "container": "mov,mp4,m4a,3gp,3g2,mj2", "uploaded": "20180331", "uploader": ATTACK}
        media = film.read_bytes() + clip.encode()  # one film a clip, to a player the same
        keep(archive, clip, media=media, duration=3.0, streams=streams, said=said, description=f"{title} described")
    store_all(archive)
    import_register(archive, "victims", archive.targets)
    store_all(archive)
    for clip in titles:
        words = tuple(
            (start, end, language, f"{text} {SECRET}" if clip == CLOSED else text, marks)
            for start, end, language, text, marks in SAID
        )
        archive.ledger.readings.add_transcript(clip, *a_transcript(archive, clip, words), event=None)
        links = [a_link(clip, entry, register="victims") for entry in ("1", "2")]
        archive.ledger.readings.set_links(clip, links, event=None)
        (first,) = [link for link in archive.ledger.readings.links(clip) if link.entry == "1"]
        judge(archive, first, "positive", by="somebody")
    for clip in (OPEN, HOSTILE):
        give_access(archive, clip, "public", by="keeper")
    with drawn_up(archive) as drawn:
        keep_report(archive, drawn.kept, archive.targets)


def a_transcript(
    archive: Archive,
    clip: str,
    words: tuple[tuple[float, float, str, str, tuple[str, ...]], ...],
    *,
    duration: float = 3.0,
    name: str = NAME,
) -> tuple[TranscriptRef, str]:
    """A transcript of a clip's film, of three seconds or longer; nothing is written of its end."""
    media = archive.ledger.clips.captures(clip)[-1].media
    made = Transcript(
        container="mov,mp4,m4a,3gp,3g2,mj2",
        codec="aac",
        start=0.0,
        channels=1,
        media_sha256=media.sha256,
        track=1,
        duration=duration,
        model="whisper-base",
        model_digest=MODEL_DIGEST,
        device="cpu",
        compute_type="int8",
        options=Options(model="whisper-base"),
        versions={"faster-whisper": "1.2.1"},
        segments=tuple(
            Segment(
                start=start, end=end, text=text, language=language, language_probability=0.98, avg_logprob=-0.2,
                no_speech_prob=0.01, compression_ratio=1.2, marks=marks,
            )
            for start, end, language, text, marks in words
        ),
        gaps=(Gap(start=words[-1][1], end=duration, reason="no_text", level=-20.0),),
    )  # fmt: skip
    body = to_json(made)
    return (
        TranscriptRef(
            name=name,
            sha512=document(body.encode()).sha512,
            media_sha256=media.sha256,
            track=1,
            model=made.model,
            model_digest=made.model_digest,
            languages=made.languages,
            segments=len(made.segments),
            gaps=len(made.gaps),
            doubtful=made.doubtful,
        ),
        body,
    )


@contextmanager
def _served(room: Room) -> Iterator[str]:
    config = configured(room)
    config.port = 0
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
