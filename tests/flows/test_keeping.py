"""Audit, repair and backfill as commands: what they say, and how they end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest

from archive.objects import ocfl
from archive.preservation.audit_round import Round
from archive.preservation.auditing import Audited
from archive.preservation.newest_run import NewestRun
from archive.preservation.unaccepted import Unaccepted
from tests.flows.in_process import Call, in_process
from tests.flows.place import Done
from tests.support.archives import MONDAY
from tests.support.kept import CLIP, EVIDENCE, MEDIA, MIB, at, copy_of, flip, make
from tests.tampering.objects import Object, dumped

SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 3
free_gib = 0
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    """Two clips at three folders, and a fourth folder that nothing was stored to."""
    (tmp_path / "new").mkdir()
    stanzas = [f'[targets.{name}]\nkind = "folder"\npath = "{name}"\n' for name in ("a", "b", "c", "new")]
    (tmp_path / "archive.toml").write_text("\n".join([SETTINGS, *stanzas]))
    with copy_of(made, tmp_path):
        yield tmp_path


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command within this process, as its script would be."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")

    return in_process(monkeypatch, capsys)


def test_damage_is_found_made_right_and_then_gone(folder: Path, call: Callable[..., Done]) -> None:
    sound = (at(folder, "a") / MEDIA).read_bytes()
    flip(at(folder, "a") / MEDIA, 2)
    found = call("audit", "--all")
    assert found.code == 3
    assert "a damaged: ocfl/" in found.out
    assert "Next: `thirdcopy repair --all`" in found.out
    assert max(len(line) for line in found.out.splitlines() if "ocfl/" not in line) <= 80
    assert call("repair", "--all", "--dry-run", "--json").json == {"dry_run": {"a": 1, "b": 0, "c": 0, "new": 0}}
    mended = call("repair", CLIP, "--json")
    assert (mended.code, mended.json["a"]["versions"], len(mended.json["a"]["quarantined"])) == (0, 1, 1), mended.err
    assert (at(folder, "a") / MEDIA).read_bytes() == sound
    again = call("audit", CLIP, "--target", "a", "--json")
    assert (again.code, set(again.json), again.json["a"]["sound"]) == (0, {"a"}, 2)


def test_what_is_sound_nowhere_is_said_loudly(folder: Path, call: Callable[..., Done]) -> None:
    for name in "abc":
        flip(at(folder, name) / MEDIA)
    assert call("audit", "--all").code == 3
    done = call("repair", "--all")
    assert done.code == 3
    assert done.err.count(f"{EVIDENCE}: nothing sound is left of {MEDIA} at a, b, c, new") == 3
    again = call("audit", "--all")
    assert again.code == 3  # nothing new was found, and nobody may think that all is well
    assert "a is owed 1 versions that were wanting before" in again.out


def test_budgets_and_challenges(folder: Path, call: Callable[..., Done]) -> None:
    for words in (("--bytes", "10 quux"), ("--fraction", "31/30"), ("--fraction", "nothing"), ("--challenges", "0")):
        assert call("audit", "--all", *words).code == 2
    assert call("audit").code == 2
    planned = call("audit", "--bytes", "20kB", "--target", "a", "--dry-run", "--json").json["dry_run"]["a"]
    assert (planned["of"], planned["challenge"]) == (3, 0)
    done = call("audit", "--bytes", "20kB", "--target", "a", "--json").json["a"]
    assert (done["sound"], done["left"]) == (planned["read"], 3 - planned["read"])
    done = call("audit", "--fraction", "1/1000", "--challenges", "1", "--json").json["b"]
    assert done["sound"] + done["challenged"] == 3
    asked = call("audit", "--all", "--challenges", "1", "--target", "c", "--json").json["c"]
    assert (asked["sound"], asked["challenged"], asked["bytes"] < 2 * MIB) == (0, 3, True)


def test_new_target_is_filled(folder: Path, call: Callable[..., Done]) -> None:
    told = call("backfill", "new", "--dry-run").out
    assert "would store 3 versions of 2 objects at new, 4.2 MB; a has 3, b has 3, c has 3" in told
    done = call("backfill", "new")
    assert (done.code, done.out) == (0, "new: 3 versions stored, 4.2 MB; 0 still owed\n"), done.err
    assert call("backfill", "new", "--json").json["versions"] == 0
    assert call("audit", "--all", "--target", "new", "--json").json["new"]["sound"] == 3


def test_target_that_is_away_is_a_debt(folder: Path, call: Callable[..., Done]) -> None:
    (folder / "c").rename(folder / "away")
    for words in (("audit", "--all"), ("repair", "--all"), ("backfill", "c")):
        done = call(*words)
        assert done.code == 3, done.err
        assert "is the disk mounted" in done.out + done.err


def test_a_fork_is_shown_with_its_digest_refused_by_a_person_and_repaired(
    folder: Path, call: Callable[..., Done]
) -> None:
    there = Object(folder / "a" / "ocfl", EVIDENCE)
    sound, inventory = there.inventory(), there.inventory()
    inventory["versions"]["v2"]["message"] = "another hand's"
    there.commit(dumped(inventory))
    sha512 = ocfl.digest_of(dumped(inventory))
    assert call("backfill", "new").code == 0
    found = call("audit", "--all")
    assert (found.code, found.out.count(f"v2, {sha512[:12]}…, at a")) == (3, 1)
    assert max(len(line) for line in found.out.splitlines() if "ocfl/" not in line and EVIDENCE not in line) <= 80
    for words in (("status",), ("accept", "--dry-run"), ("refuse",)):
        assert f"v2, {sha512[:12]}…, at a" in call(*words).out
    assert [one["sha512"] for one in call("status", "--json").json["forks"]] == [sha512]
    assert [one["sha512"] for one in call("accept", "--dry-run", "--json").json["waiting"]] == [sha512]
    assert [one["sha512"] for one in call("audit", "--all", "--json").json["a"]["beyond"]] == [sha512]
    assert call("accept", EVIDENCE, "--by", "A. Keeper").code == 3
    assert "say who refuses it" in call("refuse", EVIDENCE).err
    assert call("repair", "--all").code == 3

    done = call("refuse", EVIDENCE, "--by", "A. Keeper", "--why", "no run of ours wrote it", "--json")
    assert (done.code, [one["version"] for one in done.json["refused"]]) == (0, [2]), done.err
    assert "nothing waits" in call("refuse", "--dry-run").out
    assert call("repair", "--all").code == 0
    assert there.inventory() == sound
    assert call("audit", "--all").code == 0


def test_new_disk_in_the_place_of_a_lost_one_is_filled_by_its_name(folder: Path, call: Callable[..., Done]) -> None:
    rmtree(folder / "c")
    (folder / "c").mkdir()
    (folder / "state/ledger.sqlite").rename(folder / "lost.sqlite")
    rebuilt = call("rebuild")
    assert rebuilt.code == 3
    assert "is empty now: is the disk mounted" in " ".join(rebuilt.err.split())
    taken = call("mirror", "--take-over")
    assert taken.code == 3
    assert "thirdcopy backfill c --empty" in taken.err
    assert list((folder / "c").iterdir()) == []
    for words in (("backfill", "c"), ("backfill", "b", "--empty")):
        assert "is the disk mounted" in call(*words).err
        assert list((folder / "c").iterdir()) == []
    filled = call("backfill", "c", "--empty")
    assert filled.code == 0, filled.err
    assert call("audit", "--all", "--target", "c").code == 0


def test_target_that_holds_more_than_the_ledger_knows_is_a_debt_of_every_command_that_writes(
    folder: Path, call: Callable[..., Done]
) -> None:
    said = NewestRun(ledger="another", run=f"run-20260302T080000Z-{'0' * 8}-1", sha512="0" * 128, written=MONDAY)
    for words in (
        ("fetch",),
        ("transcribe",),
        ("link",),
        ("repair", "--all"),
        ("backfill", "a"),
        ("mirror",),
        ("retry",),
        ("run", "--plain"),
    ):
        (folder / "a/newest-run.json").write_text(said.model_dump_json())
        done = call(*words)
        assert done.code == 3, words
        assert "a: " in done.err


def test_audit_of_what_lies_beyond_the_ledger_is_not_all_well_for_the_schedule_either() -> None:
    beyond = Unaccepted(object=EVIDENCE, version=2, sha512="0" * 128, targets=("a",), why="nobody else says it")
    sound = Audited("a", sound=3)
    well = Round({"a": sound}, {})
    assert well.problems == ()
    for odd in (replace(sound, beyond=(beyond,)), replace(sound, strange=("x at a: no object of ours",))):
        found = Round({"a": odd}, {})
        assert len(found.problems) == 1
        assert sum(map(bool, found.counts["a"].values())) == sum(map(bool, well.counts["a"].values())) + 1
