"""Edits at the source, through each runner, and how `show` tells them on 80 columns and as JSON."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.opening.archive import LEDGER
from tests.flows.place import Place, little_archive, videos

pytestmark = pytest.mark.timeout(600)
WORDS = "She asks for her brother Ghulamjan Ablimit, who was taken in the spring, and for"
RUNNERS = {"plain": ("run", "--plain"), "prefect": ("run",), "retry": ("retry",)}


def a_month_later(place: Place) -> None:
    """All that was looked at was so 40 days ago; and no model has read it, so a retry takes it."""
    with closing(sqlite3.connect(place.folder / "state" / LEDGER)) as ledger, ledger:
        ledger.execute("UPDATE looks SET at = datetime(at, '-40 days') || '.000000'")
        ledger.execute(
            "INSERT OR REPLACE INTO failures (clip, step, kind, message, at, times) "
            "SELECT clip, 'transcribe', 'passing', 'no model', at, 1 FROM looks"
        )


def test_every_runner_looks_again_and_show_tells_what_changed(
    tmp_path: Path, films: Path, prefect_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (video,) = videos(films, 1)
    with little_archive(tmp_path, [video], prefect=prefect_home) as (place, channel):
        channel.edit(video.id, description=f"{WORDS} her mother.")
        fetched = place.thirdcopy("fetch", "--json").json
        assert (fetched["fetched"], fetched["looked"]) == (1, 0)
        for number, (runner, words) in enumerate(RUNNERS.items(), start=1):
            a_month_later(place)
            channel.edit(video.id, description=f"{WORDS} her father, as of {number}.", views=number)
            tally = place.thirdcopy(*words, "--json").json
            assert (runner, tally["looked"], tally["edited"], tally["fetched"]) == (runner, 1, 1, 0)
        assert channel.downloads == {video.id: 1}
        clip = f"peertube-{video.id}"
        document = place.thirdcopy("show", clip, "--json").json
        assert [(edit["version"], [one["what"] for one in edit["changes"]]) for edit in document["edits"]] == [
            (number, ["description"]) for number in (4, 3, 2)
        ]
        assert document["edits"][2]["changes"] == [
            {"what": "description", "before": f"{WORDS} her mother.", "after": f"{WORDS} her father, as of 1."}
        ]
        monkeypatch.setenv("COLUMNS", "80")
        shown = place.thirdcopy("show", clip).out
        lines = [line.split(maxsplit=1)[1] for line in shown.splitlines() if line.startswith("   changed")]
        assert [line.partition(",")[0] for line in lines] == ["v4", "v3", "v2"]
        assert "            - …the spring, and for her mother." in shown
        assert "            + …the spring, and for her father, as of 1." in shown
        told = [line for line in shown.splitlines() if line.lstrip().startswith(("- ", "+ ", "changed"))]
        assert max(map(len, told)) <= 80


def test_a_held_clip_that_is_named_is_looked_at_at_once(tmp_path: Path, films: Path) -> None:
    first, second = videos(films, 2)
    with little_archive(tmp_path, [first, second]) as (place, channel):
        assert place.thirdcopy("fetch", "--json").json["fetched"] == 2
        for video in (first, second):
            channel.edit(video.id, title="Another title")
        clip = f"peertube-{first.id}"
        dry = place.thirdcopy("retry", clip, "--dry-run")
        assert dry.out.splitlines() == [f"would ask again for {clip}, of which nothing failed"]
        done = place.thirdcopy("retry", clip, "--json")
        assert (done.json["looked"], done.json["edited"]) == (1, 1), done.err
        assert len(place.thirdcopy("show", f"peertube-{second.id}", "--json").json["edits"]) == 0


def test_a_retry_asks_the_source_that_refused_us_and_no_other(tmp_path: Path, films: Path) -> None:
    shown = videos(films, 1)
    with little_archive(tmp_path, shown, page_status={1: 429}) as (place, channel):
        assert place.thirdcopy("fetch").code == 3
        assert list(place.thirdcopy("status", "--json").json["resting"]) == ["voices"]
        (place.folder / "disk").mkdir()
        place.file.write_text(place.file.read_text() + '\n[sources.red]\nkind = "folder"\npath = "disk"\n')
        assert place.thirdcopy("retry", "--dry-run").out.strip() == "would ask voices, which refused us"
        channel.page_status.clear()
        done = place.thirdcopy("retry", "--json")
        assert (done.json["listed"], done.json["new"]) == (1, 1), done.err
        assert not any(problem.startswith("red:") for problem in done.json["problems"])
        assert place.thirdcopy("status", "--json").json["resting"] == {}
