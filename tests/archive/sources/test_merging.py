"""Films whose picture and sound come apart, by HLS and DASH at an address: the real yt-dlp, ffmpeg, an archive."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.errors import FetchFailed
from archive.preservation.restoring import restore
from archive.preservation.usable_targets import ready
from archive.sources.contract import Fetched
from archive.sources.ytdlp.source import YtdlpSource
from archive.steps.counted_steps import fetch_step, list_step, to_fetch
from tests.archive.sources.conftest import source_of
from tests.support.archives import Clock, an_archive, finished, folder_targets
from tests.world.adaptive import dash, dash_of_files, hls
from tests.world.channel import Channel
from tests.world.media import clip

HOST = "films.example"
KINDS: dict[str, tuple[str, Callable[[Path], dict[str, bytes]]]] = {
    "HLS in MP4": ("master.m3u8", hls),
    "HLS in MPEG-TS": ("master.m3u8", lambda film: hls(film, kind="mpegts")),
    "DASH in pieces": ("manifest.mpd", dash),
    "DASH in files": ("manifest.mpd", dash_of_files),
}
CUT = {
    "HLS in MP4": ("sound-1.m4s", "sound-3.m4s", "picture-1.m4s"),
    "HLS in MPEG-TS": ("sound-1.ts", "picture-1.ts"),
    "DASH in pieces": ("chunk-stream1-00002.m4s", "chunk-stream1-00003.m4s", "chunk-stream0-00002.m4s"),
    "DASH in files": ("sound.m4a", "picture.mp4"),
}


@contextmanager
def served(files: dict[str, bytes], page: str) -> Iterator[tuple[Channel, YtdlpSource]]:
    with Channel([], elsewhere={f"{HOST}/1/{name}": data for name, data in files.items()}) as channel:
        yield channel, source_of(channel, url=f"https://{HOST}/1/{page}", allowed_extractors=("generic",))


def fetch(source: YtdlpSource, into: Path, refused: str | None = None) -> Fetched:
    return source.fetch(next(iter(source.list())), into, lambda done, whole: None, refused=refused)


@pytest.fixture(scope="module")
def made(films: Path) -> dict[str, dict[str, bytes]]:
    """The files of each kind."""
    film = clip(films)
    return {kind: make(film) for kind, (_, make) in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_picture_and_sound_are_merged_whole_and_to_the_same_bytes_twice(
    tmp_path: Path, made: dict[str, dict[str, bytes]], kind: str
) -> None:
    with (
        served(made[kind], KINDS[kind][0]) as (channel, source),
        an_archive(tmp_path / "state", folder_targets(tmp_path, "ab"), clock=Clock()) as archive,
    ):
        assert list_step(archive, source).new == 1
        assert fetch_step(archive, ready(archive), source, to_fetch(archive, "demo")).fetched == 1
        (name,) = archive.ledger.clips.ids()
        assert name.startswith(f"generic-films-example-1-{KINDS[kind][0].partition('.')[0]}-")
        (capture,) = archive.ledger.clips.captures(name)
        assert [stream.kind for stream in capture.streams] == ["video", "audio"]
        assert capture.duration == pytest.approx(3, abs=0.1)
        assert "mp4" in capture.container
        assert capture.disagreements == ()
        assert capture.context is not None
        assert (capture.context.of, capture.context.certificate) == ("film", channel.certificate)
        finished(archive)
        restored = restore(archive, name, tmp_path / "out", archive.targets)
        (film,) = [path for path in restored.files if path.suffix == ".mp4"]
        assert fetch(source, tmp_path / "again").media.read_bytes() == film.read_bytes()


@pytest.mark.parametrize(("kind", "part"), [(kind, part) for kind, parts in CUT.items() for part in parts])
def test_a_part_that_is_cut_anywhere_is_found_out_and_kept_only_if_the_source_has_no_other(
    tmp_path: Path, made: dict[str, dict[str, bytes]], kind: str, part: str
) -> None:
    whole = made[kind][part]
    half = len(whole) // 2 // 188 * 188 + 100
    with served(made[kind] | {part: whole[:half]}, KINDS[kind][0]) as (channel, source):
        with pytest.raises(FetchFailed) as failed:
            fetch(source, tmp_path / "into")
        assert failed.value.kind == "damaged"
        assert not list((tmp_path / "into").glob("info.json"))
        assert failed.value.cut
        kept = fetch(source, tmp_path / "into", refused=failed.value.cut)
        assert "the source gave the same bytes twice" in kept.disagreements[0]
        channel.elsewhere[f"{HOST}/1/{part}"] = whole
        mended = fetch(source, tmp_path / "into", refused=failed.value.cut)
        assert mended.disagreements == ()


@pytest.mark.parametrize("kind", ["HLS in MP4", "DASH in pieces"])
def test_a_part_that_is_cut_and_has_no_length_stays_refused(
    tmp_path: Path, made: dict[str, dict[str, bytes]], kind: str
) -> None:
    part = CUT[kind][0]
    with served(made[kind], KINDS[kind][0]) as (channel, source):
        channel.unannounced[f"{HOST}/1/{part}"] = 0.5
        with pytest.raises(FetchFailed) as failed:
            fetch(source, tmp_path / "into")
        assert (failed.value.kind, failed.value.cut) == ("damaged", None)


@pytest.mark.parametrize(("kind", "part"), [(kind, parts[0]) for kind, parts in CUT.items()])
def test_a_part_that_is_missing_is_no_hole(
    tmp_path: Path, made: dict[str, dict[str, bytes]], kind: str, part: str
) -> None:
    files = {name: data for name, data in made[kind].items() if name != part}
    with served(files, KINDS[kind][0]) as (channel, source):
        with pytest.raises(FetchFailed) as failed:
            fetch(source, tmp_path / "into")
        assert failed.value.kind in ("passing", "gone")
        channel.elsewhere[f"{HOST}/1/{part}"] = made[kind][part]
        assert fetch(source, tmp_path / "into").disagreements == ()
