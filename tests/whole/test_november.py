"""What the build of November 2026 wrote: a ledger and three targets go on under this one, and nothing is done twice.

`november.tar.xz` holds a state folder, three folders as targets and a register, as that build left them after three
runs, an audit, a judgement, a correction, an opened clip and a declaration; made-up people. Names of its rules and what
lies at its targets are data for ever: never made anew, only read.
"""

import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.flows.place import Place, little_archive
from tests.world.channel import Video
from tests.world.media import clip

ROSA = "peertube-X3vydoT9ftaP345ozG5tUK"
EXTRA = """
[registers.victims]
file = "register.csv"

[linking]
known = ["Sasha Lindenbrook"]
"""


@pytest.fixture
def november(tmp_path: Path, whisper_folder: Path) -> Iterator[Place]:
    """The archive as it was left, and its channel, which shows the same two videos still."""
    films = tmp_path / "films"
    films.mkdir()
    shown = [Video(title=key, film=clip(films, seconds=1, tone=400), key=key) for key in ("Rosa", "Perhat")]
    with little_archive(tmp_path / "archive", shown, model=whisper_folder, extra=EXTRA) as (place, _):
        with tarfile.open(Path(__file__).with_name("november.tar.xz")) as kept:
            # Not an argument: Python 3.11.3 and older have none.
            kept.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
            kept.extractall(place.folder)  # noqa: S202  # it is ours
        yield place


def at_targets(place: Place) -> dict[str, str]:
    """Every file of sealed versions at the targets, by its sha256; root documents of builds are none."""
    files = (f for name in ("one", "two", "three") for f in (place.folder / name / "ocfl").rglob("*"))
    return {
        str(file.relative_to(place.folder)): sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file() and len(file.relative_to(place.folder).parts) > 3
    }


def test_a_run_does_nothing_twice(november: Place) -> None:
    before = at_targets(november)
    links = november.thirdcopy("show", ROSA, "--json").json["sidecar"]["links"]
    done = november.thirdcopy("run", "--plain", "--json")
    assert done.code == 0, done.err
    did = {key: done.json[key] for key in ("fetched", "captioned", "transcribed", "snapshots", "linked", "sealed")}
    assert did == dict.fromkeys(did, 0)
    after = at_targets(november)
    (record,) = {Path(name).parts[5] for name in after.keys() - before.keys()}
    assert record.startswith("run-"), "the clips were seen, which that build kept nowhere"
    assert {name: digest for name, digest in after.items() if f"/{record}/" not in name} == before
    again = november.thirdcopy("run", "--plain", "--json")
    assert again.code == 0, again.err
    assert at_targets(november) == after
    assert november.thirdcopy("show", ROSA, "--json").json["sidecar"]["links"] == links


def test_what_it_wrote_is_audited_and_linked(november: Place) -> None:
    audit = november.thirdcopy("audit", "--all")
    assert audit.code == 0, audit.err
    again = november.thirdcopy("link")
    assert again.code == 0, again.err
    assert (november.thirdcopy("show", ROSA, "--json").json["sidecar"]["links"][0]["tier"]) == "A"


def test_a_lost_ledger_is_made_anew_and_links_no_clip_again(november: Place) -> None:
    before = november.thirdcopy("show", ROSA, "--json").json["sidecar"]
    (november.folder / "state").rename(november.folder / "lost")
    rebuilt = november.thirdcopy("rebuild")
    assert rebuilt.code == 0, rebuilt.err
    after = november.thirdcopy("show", ROSA, "--json").json["sidecar"]
    assert {key: after[key] for key in after if key != "evidence"} == {k: before[k] for k in before if k != "evidence"}
    audit = november.thirdcopy("audit", "--all")  # until then, copies are claimed, and no clip is safe
    assert audit.code == 0, audit.err
    done = november.thirdcopy("run", "--plain", "--json", "--take-over")
    assert done.code == 0, done.err
    assert done.json["linked"] == done.json["sealed"] == done.json["transcribed"] == 0
