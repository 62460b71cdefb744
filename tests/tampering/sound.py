"""The sound archive that is tampered with: made once, copied for each case."""

import io
import json
import shutil
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from archive.acts.declaring import declare
from archive.ledger import Ledger
from archive.ledger.clips import AccessGiven
from archive.ledger.sightings import Seen
from archive.linking.lists.list_reading import read_list
from archive.objects import ocfl
from archive.objects.sidecar import Reading
from archive.opening.archive import Archive
from archive.records.clip import Listing
from archive.records.transcript import Correction
from archive.settings.stanzas import RegisterSettings
from archive.steps.expecting import import_list
from archive.steps.recording import record
from archive.steps.registering import import_register
from archive.steps.work_objects import seal_work
from tests.support.archives import (
    MODEL_DIGEST,
    MONDAY,
    Clock,
    a_judgement,
    a_link,
    an_archive,
    folder_targets,
    keep,
    media_of,
    store_all,
    transcript,
    usable,
)
from transcription.documents.corrections import Change, Told

CLIPS = ("peertube-1", "peertube-2", "peertube-3")
OPENED = CLIPS[2]
"""The one clip that a person opened."""

REGISTER, LIST = "victims", "struck"
CSV = "Entry,Victim's Name,About the Victim\n7,Dauren Seitqali,a farmer\n8,Aqbota Seitqali,a nurse\n"
VIDEOS = "Link,Title\nhttps://www.youtube.com/watch?v=AAAAAAAAAAA,First\nhttps://youtu.be/bbbbbbbbbb0,Second\n"


def sound_of(clip: str) -> bytes:
    """Media that ffprobe reads: a fifth of a second of a tone of its own, in little space."""
    body = io.BytesIO()
    with wave.open(body, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(media_of(clip, size=1600))
    return body.getvalue()


@dataclass(frozen=True)
class Standing:
    """What people said that is in force: opened clips, judgements, corrections, declared languages."""

    opened: frozenset[str]
    judgements: frozenset[tuple[str, str]]
    corrections: frozenset[tuple[str, str]]
    declarations: frozenset[tuple[str, str]]

    def beyond(self, sound: "Standing") -> list[str]:
        """What is in force here that nobody said in the sound archive."""
        found = [f"{clip} is open" for clip in sorted(self.opened - sound.opened)]
        for what in ("judgements", "corrections", "declarations"):
            found += [
                f"{what} of {clip}: {said[:200]}" for clip, said in sorted(getattr(self, what) - getattr(sound, what))
            ]
        return found


def standing(archive: Archive) -> Standing:
    """What is in force in an archive now, also of clips that it does not hold.

    A correction is known by who made it when: the archive may carry it over to a newer transcript.
    """
    clips, readings = archive.ledger.clips, archive.ledger.readings
    opened = {clip for clip in clips.with_access() if (given := clips.access(clip)) and given.level != "restricted"}
    of_clip = {link.id: link.clip for link in readings.links()}
    return Standing(
        frozenset(opened),
        frozenset((of_clip.get(one.link, one.link), one.model_dump_json()) for one in readings.judgements()),
        frozenset((clip, f"{one.by} {one.at}") for clip in readings.corrected() for one in readings.corrections(clip)),
        frozenset((clip, one.model_dump_json()) for clip in readings.declared() for one in readings.declarations(clip)),
    )


@dataclass(frozen=True)
class Sound:
    """The folder of the sound archive: `a` is its target, `state` an empty one whose ledger is made."""

    folder: Path
    standing: Standing
    heads: Mapping[str, tuple[int, str]]

    @cached_property
    def files(self) -> dict[str, dict[str, bytes]]:
        """Object → logical path → bytes of its newest version."""
        found: dict[str, dict[str, bytes]] = {}
        for name in self.heads:
            there = self.folder / "a" / "ocfl" / ocfl.object_path(name)
            inventory = ocfl.parse((there / "inventory.json").read_bytes())
            found[name] = {path: (there / inventory.where(path)).read_bytes() for path in inventory.state()}
        return found


def make(folder: Path) -> Sound:
    """Three clips with words, links, people's judgements, a correction, languages, one opened; a register and a list.

    One capture and one work object have two versions; two run records are chained, and tell of sightings.
    """
    clock, csv = Clock(), folder / "victims.csv"
    csv.parent.mkdir(parents=True, exist_ok=True)
    csv.write_text(CSV)
    registers = {REGISTER: RegisterSettings(file=csv)}
    targets = folder_targets(folder, "a")
    _ledger(folder / "made", "00000000-0000-4000-8000-000000000001")
    with an_archive(folder / "made", targets, clock=clock, registers=registers) as archive:
        usable(archive)
        import_register(archive, REGISTER, targets, by="C. Keeper")
        videos = folder / "videos.csv"
        videos.write_text(VIDEOS)
        import_list(archive, LIST, read_list(videos), targets, by="C. Keeper")
        for clip in CLIPS:
            _fill(archive, clip)
        declare(archive, CLIPS[0], ["ug", "zh"], by="R. Researcher", why="I know both")
        keep(archive, CLIPS[1], 2, media=sound_of(CLIPS[1]), description="The same media, other words.")
        archive.ledger.clips.give_access(
            OPENED, AccessGiven("public", "C. Keeper", MONDAY + timedelta(hours=1)), event=None
        )
        for clip in CLIPS:
            seal_work(archive, clip, targets)
        store_all(archive)
        see(archive, *map(Seen, CLIPS))
        record(archive, targets)
        store_all(archive)
        clock.advance(hours=1)
        link = archive.ledger.readings.links(CLIPS[0])[1]
        archive.ledger.readings.judge(CLIPS[0], a_judgement(link, "negative", "B. Reader", hours=1), event=None)
        seal_work(archive, CLIPS[0], targets)
        store_all(archive)
        see(archive, Seen(CLIPS[1], "no_access", "Private video"))
        record(archive, targets)
        store_all(archive)
        heads = {head.object: (head.version, head.sha512) for head in archive.ledger.copies.heads()}
        said = standing(archive)
    shutil.rmtree(folder / "made")
    _ledger(folder / "state", "00000000-0000-4000-8000-000000000002")  # to make one takes as long as a case
    return Sound(folder, said, heads)


def see(archive: Archive, *seen: Seen) -> None:
    """Let clips be looked for."""
    archive.ledger.sightings.add("voices", seen, network="home", tool="yt-dlp 2026.10.26", now=archive.clock())


def _ledger(state: Path, name: str) -> None:
    """An empty ledger of an id of its own, so that a seed is the same case each time."""
    ledger = Ledger(state / "ledger.sqlite")
    ledger.markers.set("ledger", name)
    ledger.close()


def _fill(archive: Archive, clip: str) -> None:
    name = clip.partition("-")[2]
    url = f"https://tube.example.org/w/{clip}"
    archive.ledger.clips.seen(
        [Listing(source="voices", extractor="PeerTube", platform_id=name, url=url)], archive.clock()
    )
    keep(archive, clip, media=sound_of(clip))
    ref, body = transcript(clip, f"Words of {clip}.")
    archive.ledger.readings.add_transcript(clip, ref, body, event=None)
    links = [a_link(clip, entry, register=REGISTER) for entry in ("7", "8")]
    archive.ledger.readings.set_links(clip, links, event=None)
    archive.ledger.readings.judge(clip, a_judgement(links[0], "positive", hours=2), event=None)
    change = Change(
        was=Told(start=0, end=12.25, text=f"Words of {clip}.", language="en"),
        now=Told(start=0, end=12.25, text=f"The words of {clip}.", language="en"),
    )
    correction = Correction(transcript=ref.name, sha512=ref.sha512, by="D. Editor", at=MONDAY, changes=(change,))
    archive.ledger.readings.correct(clip, [correction], events=())
    reading = Reading(media_sha256=ref.media_sha256, model=str(ref.model), model_digest=MODEL_DIGEST, tracks=1)
    archive.ledger.clips.mark_done(clip, "transcribe", json.dumps([reading.model_dump(mode="json")]))
