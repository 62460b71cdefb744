"""`add`: what it says of an address before anything is asked."""

from pathlib import Path

import pytest

from archive.settings.settings import load
from tests.flows.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path, {"COLUMNS": "400"})
    assert place.thirdcopy("init").code == 0
    return place


def test_another_platform_than_the_usual_ones_is_allowed_to_the_source_that_names_it(place: Place) -> None:
    added = place.thirdcopy("add", "https://odysee.com/@voices:a", "--name", "voices")
    assert added.code == 0, added.err
    assert 'which yt-dlp\'s lbry:channel reads, and to it allowed_extractors = ["lbry.*"] alone.' in added.out
    source = load(place.file).sources["voices"]
    assert source.model_dump()["allowed_extractors"] == ("lbry.*",)


def test_a_usual_platform_needs_no_word_more(place: Place) -> None:
    added = place.thirdcopy("add", "https://www.youtube.com/@made-up")
    assert (added.code, "which yt-dlp's youtube:tab reads. Next" in added.out) == (0, True), added.err
    assert "allowed_extractors" not in place.file.read_text()


def test_an_address_that_nobody_reads_is_refused_with_the_form_that_somebody_does(place: Place) -> None:
    before = place.file.read_text()
    added = place.thirdcopy("add", "https://peertube2.cpy.re/@voices")
    assert added.code == 2
    assert "https://peertube2.cpy.re/c/voices/videos for a channel" in added.err
    assert place.file.read_text() == before


def test_one_address_and_one_folder_are_one_source(place: Place) -> None:
    disk = place.folder / "red"
    disk.mkdir()
    address = "https://www.youtube.com/@made-up"
    assert place.thirdcopy("add", address, "--name", "voices").code == 0
    assert place.thirdcopy("add", str(disk), "--name", "red").code == 0
    before = place.file.read_text()
    again = place.thirdcopy("add", address, "--name", "others")
    assert (again.code, "sources.voices has this address already" in again.err) == (2, True), again.err
    again = place.thirdcopy("add", "state/../red", "--name", "red-again")
    assert (again.code, "are one folder" in again.err) == (2, True), again.err
    assert place.file.read_text() == before
