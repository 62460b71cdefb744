"""A target that is down from the start, and one that dies in the middle: owed, reported, and paid once it is back."""

from pathlib import Path

from tests.whole.archives import clip_of, made, object_count
from tests.whole.films import quiet
from tests.whole.gate import Gate
from tests.world.channel import Channel
from tests.world.servers import S3Server


def test_a_target_that_is_away_is_owed_and_paid_when_it_is_back(
    tmp_path: Path, servers: dict[str, S3Server], whisper_folder: Path, films: Path, before_seaweedfs: Gate
) -> None:
    gate = before_seaweedfs
    with Channel([quiet(films, 41), quiet(films, 42)], password="p") as channel:
        folder = tmp_path / "targets-down"
        archive = made(
            folder,
            channel,
            servers,
            whisper_folder,
            endpoints={"seaweedfs": gate.endpoint},
            rest='[registers.victims]\nfile = "nowhere.csv"',
        )
        gate.dark()
        done = archive("run", "--plain", code=3)
        assert "seaweedfs is not usable now, and is owed what comes" in done.err
        assert "track" not in done.err
        status = archive.status()
        assert status["clips"] == {"listed": 2, "held": 2, "safe": 0, "degraded": 0, "failed": {}}
        assert status["transcripts"] == 0
        assert status["targets"]["seaweedfs"] | {"address": ""} == {
            "address": "",
            "labels": {"provider": None, "country": None, "key_holder": None},
            "counts_as_copy": True,
            "copies": 0,
            "claimed": 0,
            "proven": 0,
            "owed": 3,
            "problem": None,
        }
        for name in ("rclone", "disk"):
            assert (status["targets"][name]["copies"], status["targets"][name]["owed"]) == (2, 0)

        gate.light()
        archive("mirror")
        status = archive.status()
        assert status["clips"]["safe"] == 2
        assert status["targets"]["seaweedfs"]["owed"] == 0
        assert status["transcripts"] == 0

        dies = [quiet(films, 43), quiet(films, 44)]
        for video in dies:
            channel.add(video)
        (folder / "nowhere.csv").write_bytes(b"Entry,Victim's Name\n1,\xff\xfe\n")
        gate.stop_at(r"PUT /[^ ]*/evidence-[^/]*/v1/content/[^ ]*", dies=True)
        done = archive("run", "--plain", code=3)
        assert gate.reached.is_set()
        assert "register victims was not read" in done.err
        assert "is not UTF-8" in done.err
        for video in dies:
            assert f"{clip_of(video.id)} track" not in done.err
        status = archive.status()
        assert status["clips"] == {"listed": 4, "held": 4, "safe": 2, "degraded": 0, "failed": {}}
        assert status["transcripts"] == 2
        assert status["targets"]["seaweedfs"]["copies"] == 2
        assert status["targets"]["seaweedfs"]["owed"] > 2
        assert "seaweedfs" in status["targets"]["seaweedfs"]["problem"]
        assert status["targets"]["disk"]["owed"] == 0

        gate.light()
        (folder / "nowhere.csv").write_text("Entry,Victim's Name\n1,Nobody Atall\n")
        done = archive("run", "--plain")
        status = archive.status()
        assert status["clips"]["safe"] == 4
        assert status["transcripts"] == 4
        assert {target["owed"] for target in status["targets"].values()} == {0}
        assert set(channel.downloads.values()) == {1}
        object_count(archive.verdicts())
