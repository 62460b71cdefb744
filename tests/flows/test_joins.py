"""One recording in two clips, through the commands: a run proposes, a person judges and takes it back."""

from pathlib import Path

import pytest

from tests.flows.place import little_archive
from tests.support.talks import ffmpeg, film_of, talk, words
from tests.world.channel import Video


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[Video]:
    """A talk, the end of it as a messenger sent it, and another talk."""
    folder = tmp_path_factory.mktemp("talks")
    film = film_of(talk(folder / "talk.wav", words(1)), folder / "film.mp4")
    sent = folder / "sent.mp4"
    ffmpeg(
        "-ss", "12", "-i", str(film), "-vf", "scale=80:44", "-c:v", "libx264", "-c:a", "aac", "-b:a", "24k", str(sent)
    )
    another = film_of(talk(folder / "another.wav", words(2), voice="en-us+f2"), folder / "another.mp4")
    films = {"A talk": film, "Sent to me": sent, "Another talk": another}
    return [Video(title=title, film=file, key=title) for title, file in films.items()]


def test_a_run_proposes_a_join_and_a_person_judges_it_and_takes_it_back(tmp_path: Path, shown: list[Video]) -> None:
    talk_, sent, other = (f"peertube-{video.id}" for video in shown)
    pair = sorted((talk_, sent))
    with little_archive(tmp_path / "place", shown) as (place, _):
        done = place.thirdcopy("run", "--plain", "--json")
        assert done.json["joins"] == 1, done.err
        (found,) = place.thirdcopy("joins", "--json").json["joins"]
        assert [found["one"]["clip"], found["other"]["clip"]] == pair
        assert found["proposal"]["kind"] == "likely"
        late = found["proposal"]["shared"]["offset"]
        assert (late if found["one"]["clip"] == sent else -late) == pytest.approx(12, abs=0.5)
        listed = place.thirdcopy("review", "--joins", "--by", "R. Researcher").out
        assert all(word in listed for word in ("A talk", "Sent to me", "the sound is the same for", "1 wait for you"))
        assert max(map(len, listed.splitlines())) <= 80
        assert (" MB, mp4" in listed, "m4a" in listed) == (True, False), (
            "as its name ends, not as ffprobe calls all MP4"
        )
        counted = place.thirdcopy("status", "--json").json["joins"]
        assert counted == {"waiting": 1, "conflicts": 0}
        assert "1 wait: `thirdcopy joins` lists them" in place.thirdcopy("status").out
        assert "may be  one recording with" in place.thirdcopy("show", talk_).out
        assert place.thirdcopy("run", "--plain", "--json").json["joins"] == 0

        told = place.thirdcopy("joins", sent, talk_, "--same", "--by", "R. Researcher", "--why", "I was there")
        assert (told.code, told.out.strip()) == (0, f"{sent} and {talk_}: same")
        assert place.thirdcopy("joins", "--json").json["joins"] == []
        assert place.thirdcopy("status", "--json").json["joins"] == {"waiting": 0, "conflicts": 0}
        lines = place.thirdcopy("show", sent).out.splitlines()
        start = next(n for n, line in enumerate(lines) if line.startswith(" recording"))
        assert [line.split()[0] for line in lines[start + 1 : start + 3]] == [talk_, sent]
        assert max(map(len, lines[start : start + 3])) <= 80
        for clip in pair:
            document = place.thirdcopy("show", clip, "--json").json
            assert document["recording"] == [talk_, sent], "the whole one is the better"
            (join,) = document["sidecar"]["joins"]
            assert (join["judgement"], join["judgements"][0]["why"]) == ("same", "I was there")
        assert place.thirdcopy("show", other, "--json").json["recording"] == []
        assert place.thirdcopy("run", "--plain", "--json").json["sealed"] == 2

        assert place.thirdcopy("joins", talk_, sent, "--withdrawn", "--by", "R. Researcher").code == 0
        assert len(place.thirdcopy("joins", "--json").json["joins"]) == 1
        assert place.thirdcopy("show", talk_, "--json").json["recording"] == []
        (place.folder / "state" / "ledger.sqlite").rename(place.folder / "lost.sqlite")
        for name in ("ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.sqlite-journal"):
            (place.folder / "state" / name).unlink(missing_ok=True)
        assert place.thirdcopy("rebuild").code == 0
        (found,) = place.thirdcopy("joins", "--all", "--json").json["joins"]
        assert [one["verdict"] for one in found["judgements"]] == ["same"], "what was sealed; the rest was the ledger's"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--same",),
        ("--same", "--by", "R"),
        ("--same", "--different", "--by", "R"),
        ("--find", "--same", "--by", "R"),
        ("nobody",),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused_with_what_to_do(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    with little_archive(tmp_path / "place", []) as (place, _):
        done = place.thirdcopy("joins", *wrong)
        assert done.code in (1, 2)
        assert done.err
