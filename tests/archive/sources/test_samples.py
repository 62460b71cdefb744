"""The demo channel and the demo register are what they say."""

import csv
from pathlib import Path

from archive.errors import FetchFailed
from tests.archive.sources.conftest import Open
from tests.world.samples import (
    DOUBLED_TRACKS,
    ENTRY_OF,
    FETCHABLE,
    NAMESAKES,
    SAMPLES,
    sample_register,
    sample_video,
)
from transcription.media.probing_media import probe


def test_the_samples_fail_or_succeed_as_they_promise(opened: Open, films: Path, tmp_path: Path) -> None:
    spoken = {sample.key for sample in SAMPLES if sample.tracks}  # slow to make, and fetched no differently
    videos = [sample_video(films, sample.key) for sample in SAMPLES if sample.key not in spoken - {"doubled"}]
    _, source = opened(*videos)
    outcome = {}
    for listing, video in zip(source.list(), videos, strict=True):
        try:
            source.fetch(listing, tmp_path / listing.clip, lambda done, whole: None)
            outcome[video.key] = "fetched"
        except FetchFailed as failed:
            outcome[video.key] = failed.kind
    failing = {"gone": "gone", "cut": "passing", "false": "damaged"}
    assert outcome == {v.key: failing.get(v.key, "fetched") for v in videos}
    assert {key for key, how in outcome.items() if how == "fetched"} <= set(FETCHABLE)
    assert len({video.film.read_bytes() for video in videos}) == len(videos)


def test_a_film_has_the_tracks_and_the_length_of_what_is_spoken(films: Path) -> None:
    media = probe(sample_video(films, "doubled").film)
    assert [s.language for s in media.streams if s.kind == "audio"] == [t.language for t in DOUBLED_TRACKS]
    assert 5 < media.duration < 20


def test_the_register_names_made_up_people_and_cites_one_clip(films: Path, tmp_path: Path) -> None:
    video = sample_video(films, "cited")
    with sample_register(tmp_path / "register.csv", [video]).open(encoding="utf-8", newline="") as file:
        entries = {int(row["Entry"]): row for row in csv.DictReader(file)}
    assert len(entries) == 48
    assert {number for number, row in entries.items() if video.url in row["About the Testifier"]} == {ENTRY_OF["cited"]}
    assert len({entries[number]["Victim's Name"] for number in NAMESAKES}) == 1
    assert not any(row["ID no."] for row in entries.values())
