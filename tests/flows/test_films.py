"""Films that are not as they are announced, through the commands: what is kept, what is told, and how a run ends."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

from tests.flows.place import NO_MODEL, little_archive, videos
from tests.world.channel import Video


def test_a_run_exits_3_while_a_clip_is_failed_also_the_second_time(tmp_path: Path, films: Path) -> None:
    whole, other = videos(films, 2)
    half = tmp_path / "half.mp4"
    half.write_bytes(other.film.read_bytes()[: other.film.stat().st_size // 2])
    with little_archive(tmp_path / "place", [whole, replace(other, film=half)], model=NO_MODEL) as (place, _):
        first = place.thirdcopy("fetch", "--json")
        assert first.code == 3
        assert (first.json["fetched"], first.json["failed"]) == (1, 1)
        second = place.thirdcopy("run", "--plain")
        assert second.code == 3
        assert f"peertube-{other.id}: fetch failed on" in second.err
        assert "(damaged)" in second.err
        mended = place.thirdcopy("retry", "--json")
        assert mended.json["fetched"] == 1, "the source gives the same bytes again, and has no others"
        shown = place.thirdcopy("show", f"peertube-{other.id}")
        assert "the source gave the same bytes twice" in " ".join(shown.out.split())
        assert f"peertube-{other.id}: fetch failed" not in place.thirdcopy("run", "--plain").err


def test_a_film_of_another_length_is_kept_and_told_once_and_shown(tmp_path: Path, films: Path) -> None:
    (video,) = videos(films, 1)
    with little_archive(tmp_path / "place", [replace(video, duration=60)], model=NO_MODEL) as (place, _):
        done = place.thirdcopy("fetch")
        assert "where the platform announced 60.0 s" in " ".join((done.out + done.err).split())
        assert done.code == 0
        assert "announced" not in place.thirdcopy("fetch").out
        shown = place.thirdcopy("show", f"peertube-{video.id}")
        assert "where the platform announced 60.0 s" in " ".join(shown.out.split())


def test_what_an_earlier_build_may_have_read_wrongly_is_counted_with_what_mends_it(
    tmp_path: Path, films: Path, whisper_folder: Path
) -> None:
    (video,) = videos(films, 1)
    clip = clip_of(video)
    with little_archive(tmp_path / "place", [video], model=whisper_folder) as (place, _):
        assert place.thirdcopy("run", "--plain").code == 0
        assert place.thirdcopy("status", "--json").json["again"] == {
            "mixed": 0,
            "empty_track": 0,
            "refused_length": 0,
        }
        with closing(connect(place.folder / "state" / "ledger.sqlite")) as ledger, ledger:
            (body,) = ledger.execute("SELECT body FROM done WHERE step = 'transcribe'").fetchone()
            earlier = [{name: one[name] for name in one if name not in ("form", "unread")} for one in json.loads(body)]
            ledger.execute("UPDATE done SET body = ? WHERE step = 'transcribe'", (json.dumps(earlier),))
        status = place.thirdcopy("status")
        assert "again        1 read before channels were compared: `transcribe --again`" in status.out
        assert place.thirdcopy("transcribe", "--again", "--dry-run", "--json").json == {"dry_run": {"again": [clip]}}
        done = place.thirdcopy("transcribe", "--again", "--json")
        assert (done.code, done.json["transcribed"]) == (0, 0), "a clip of one channel is only looked at"
        assert place.thirdcopy("status", "--json").json["again"]["mixed"] == 0


def clip_of(video: Video) -> str:
    return f"peertube-{video.id}"
