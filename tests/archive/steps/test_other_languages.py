"""Which clips were read with other languages than are declared: of all clips at once, as of each by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.acts.declaring import declare, declare_source
from archive.objects.sidecar import Reading
from archive.opening.archive import Archive
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.steps.other_languages import read_otherwise, told
from archive.steps.transcribing import FORM, to_transcribe, written_readings
from archive.texts.in_force import declared_of
from tests.support.archives import Clock, an_archive, folder_targets, keep, store_all

KAZAKH, UYGHUR = ("kk", "zh"), ("ug",)


@contextmanager
def declaring(folder: Path, **languages: tuple[str, ...]) -> Iterator[Archive]:
    """The archive in a folder, with sources that declare some languages now."""
    clock = Clock()
    clock.advance(hours=1)
    with an_archive(folder / "state", folder_targets(folder, "ab"), clock=clock) as archive:
        sources = {
            name: YtdlpSettings(url=f"https://tube.example.org/c/{name}", languages=some)
            for name, some in languages.items()
        }
        yield replace(archive, settings=archive.settings.model_copy(update={"sources": sources}))


def read(
    archive: Archive, clip: str, source: str, *with_: tuple[str, ...] | None, listed: bool = True, model: str = ""
) -> None:
    """A clip of a source that was read so often, each time with some languages."""
    platform_id = clip.partition("-")[2]
    listing = Listing(
        source=source, extractor="PeerTube", platform_id=platform_id, url=f"https://tube.example.org/w/{clip}"
    )
    if listed:
        archive.ledger.clips.seen([listing], archive.clock())
    keep(archive, clip, source=source)
    media = archive.ledger.clips.captures(clip)[-1].media.sha256
    readings = [
        Reading(
            media_sha256=media,
            model=model or archive.settings.transcription.model_name,
            model_digest="1" * 64,
            tracks=1,
            declared=declared,
            form=FORM,
        )
        for declared in with_
    ]
    archive.ledger.clips.mark_done(clip, "transcribe", written_readings(readings))


def fill(archive: Archive) -> None:
    read(archive, "peertube-same", "voices", KAZAKH)
    read(archive, "peertube-turned", "voices", KAZAKH[::-1])
    read(archive, "peertube-other", "voices", UYGHUR)
    read(archive, "peertube-another", "voices", ("ar",))
    read(archive, "peertube-again", "voices", UYGHUR, KAZAKH)
    read(archive, "peertube-back", "voices", KAZAKH, UYGHUR)
    read(archive, "peertube-unnoted", "voices", None)
    read(archive, "peertube-model", "voices", UYGHUR, model="another")
    read(archive, "peertube-unlisted", "voices", UYGHUR, listed=False)
    read(archive, "peertube-letters", "letters", KAZAKH)
    read(archive, "peertube-moved", "letters", UYGHUR)
    keep(archive, "peertube-moved", source="voices", media=b"the same film")
    keep(archive, "peertube-unread", source="voices")
    store_all(archive)


def test_clips_are_told_of_by_the_source_of_their_newest_capture(tmp_path: Path) -> None:
    with declaring(tmp_path, voices=KAZAKH, letters=UYGHUR, none=()) as archive:
        fill(archive)
        found = read_otherwise(archive)
        assert found == {
            "voices": ["peertube-another", "peertube-back", "peertube-other"],
            "letters": ["peertube-letters"],
        }
        assert list(found) == ["voices", "letters"]
        assert read_otherwise(archive, ["letters"]) == {"letters": ["peertube-letters"]}
        assert read_otherwise(archive, ["none"]) == {}
        declare(archive, "peertube-back", ["ug"], by="R. Researcher")
        assert read_otherwise(archive)["voices"] == ["peertube-another", "peertube-other"]
        assert told(read_otherwise(archive))[1] == (
            "1 clips of letters were read with other languages than it declares now: "
            "`thirdcopy declare --source letters` has them read again"
        )


def test_what_a_person_declared_is_read_again_where_it_was_read_otherwise(tmp_path: Path) -> None:
    with declaring(tmp_path, voices=KAZAKH, letters=UYGHUR) as archive:
        fill(archive)
        model = archive.settings.transcription.model_name
        never = {*to_transcribe(archive, model)}
        assert never == {"peertube-unread", "peertube-model", "peertube-moved"}
        for clip, languages in (("peertube-same", ["ug"]), ("peertube-other", ["ug"]), ("peertube-back", ["zh", "kk"])):
            declare(archive, clip, languages, by="R. Researcher")
        declare(archive, "peertube-turned", ["ug"], by="R. Researcher")
        declare(archive, "peertube-turned", [], by="R. Researcher")
        assert declare_source(archive, "letters", by="R. Researcher") == ["peertube-letters"]
        due = {*to_transcribe(archive, model)} - never
        assert due == {"peertube-same", "peertube-back", "peertube-turned", "peertube-letters"}
        assert {clip: declared_of(archive, clip) for clip in sorted(due)} == {
            "peertube-back": ("zh", "kk"),
            "peertube-letters": UYGHUR,
            "peertube-same": UYGHUR,
            "peertube-turned": KAZAKH,
        }


@pytest.mark.parametrize("clips", [1, 40])
def test_no_clip_is_asked_for_by_itself(tmp_path: Path, clips: int) -> None:
    with declaring(tmp_path, voices=KAZAKH) as archive:
        for number in range(clips):
            read(archive, f"peertube-{number}", "voices", UYGHUR)
        store_all(archive)
        asked = list[str]()

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.extend([statement] if statement.startswith(("SELECT", "WITH")) else [])

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            assert len(read_otherwise(archive)["voices"]) == clips
            assert len(asked) <= 3
            assert len(declare_source(archive, "voices", by="R. Researcher")) == clips
            asked.clear()
            assert len(to_transcribe(archive, archive.settings.transcription.model_name)) == clips
            assert len(asked) <= 8
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
