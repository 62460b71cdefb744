"""`targets check`: what a person reads of a target, and what a script is told."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.probing import CHECKS, odd_keys
from storage.targets import FolderSettings
from storage.targets.folder_probing import probe_folder
from tests.flows.place import Place, little_archive
from tests.world.proxy import proxy
from tests.world.proxy_faults import says
from tests.world.servers import S3Server

SECTIONS = ("keeps its promises", "can, cannot, pretends", "recommended", "a stolen key")


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, seaweedfs_server: S3Server, rclone_server: S3Server
) -> Iterator[Place]:
    """An archive with a target `sea`, a target `odd` that is told to do what it cannot, and three folders."""
    stanzas, keys = "", {}
    for name, server, extra in (("sea", seaweedfs_server, ""), ("odd", rclone_server, "conditional_put = true\n")):
        stanzas += f'[targets.{name}]\nkind = "s3"\nendpoint = "{server.endpoint}"\nbucket = "{server.bucket}"\n'
        stanzas += f'prefix = "examined"\npart_size_mib = 5\n{extra}'
        keys[f"THIRDCOPY_TARGETS__{name.upper()}__ACCESS_KEY"] = server.access_key
        keys[f"THIRDCOPY_TARGETS__{name.upper()}__SECRET_KEY"] = server.secret_key
    with little_archive(tmp_path_factory.mktemp("examined"), [], extra=stanzas) as (place, _):
        place.environment |= keys
        yield place


def test_a_person_reads_it_in_eighty_columns(place: Place, seaweedfs_server: S3Server) -> None:
    done = place.thirdcopy("targets", "check", "sea")
    assert (done.code, done.err) == (0, "")
    starts = [done.out.index(f"\n{section}") for section in SECTIONS]
    assert starts == sorted(starts)
    assert all(len(line) <= 80 for line in done.out.splitlines())
    recommended = done.out[done.out.index("[targets.sea]") : done.out.index("\na stolen key")]
    assert tomllib.loads(recommended)["targets"]["sea"]["conditional_put"] is True
    assert "a stolen key could overwrite and delete everything here, for good" in done.out
    assert seaweedfs_server.secret_key not in done.out
    assert seaweedfs_server.access_key not in done.out


def test_a_script_is_told_all_of_it(place: Place, seaweedfs_server: S3Server) -> None:
    done = place.thirdcopy("targets", "check", "sea", "--json")
    assert (done.code, done.err) == (0, "")
    told = done.json
    assert told["strangers"] == told["left"] == []
    assert all(check["ok"] for check in told["checks"])
    assert {trait["verdict"] for trait in told["traits"]} == {"can", "cannot"}
    assert told["recommended"]["changes"] == {"conditional_put": True}
    assert tomllib.loads(told["recommended"]["stanza"])["targets"]["sea"]["bucket"] == seaweedfs_server.bucket
    assert told["stolen_key"]["verdict"].endswith("for good")
    assert {deed["name"] for deed in told["stolen_key"]["deeds"]} >= {"overwrite", "delete"}
    assert seaweedfs_server.secret_key not in done.out


def test_a_setting_that_the_store_does_not_honour_is_to_be_changed(place: Place) -> None:
    told = place.thirdcopy("targets", "check", "odd", "--json").json
    assert told["recommended"]["changes"] == {"conditional_put": False}
    assert "pretends" in {trait["verdict"] for trait in told["traits"]}


def test_a_broken_promise_fails_and_the_rest_is_still_told(seaweedfs_server: S3Server, tmp_path: Path) -> None:
    """The store refuses whatever one check writes."""
    with proxy(seaweedfs_server.endpoint) as store:
        extra = f'[targets.odd]\nkind = "s3"\nendpoint = "{store.endpoint}"\nbucket = "{seaweedfs_server.bucket}"\n'
        with little_archive(tmp_path / "place", [], extra=f'{extra}prefix = "broken"\npart_size_mib = 5\n') as (
            place,
            _,
        ):
            place.environment |= {
                "THIRDCOPY_TARGETS__ODD__ACCESS_KEY": seaweedfs_server.access_key,
                "THIRDCOPY_TARGETS__ODD__SECRET_KEY": seaweedfs_server.secret_key,
            }
            store.at("PutObject", says(400, "InvalidRequest"), where=f"/{CHECKS.index(odd_keys):02d}/")
            done = place.thirdcopy("targets", "check", "odd")
            told = place.thirdcopy("targets", "check", "odd", "--json")
    assert (done.code, told.code) == (1, 1)
    assert "odd breaks 1 of" in done.err
    assert "✗ Odd but legal keys are kept as they are: Refused" in done.out
    assert "a stolen key" in done.out
    assert [check["name"] for check in told.json["checks"] if not check["ok"]] == [
        "Odd but legal keys are kept as they are"
    ]


def test_a_folder_says_whom_it_keeps_out_and_what_it_shares(place: Place) -> None:
    folder = place.folder / "one"
    folder.chmod(0o700)
    closed = place.thirdcopy("targets", "check", "one", "--json").json
    traits = {trait["name"]: trait for trait in closed["traits"]}
    assert traits["keep other people of this machine out"]["verdict"] == "can"
    assert traits["be changed by its owner alone"]["verdict"] == "can"
    assert traits["refuse a second writer of a name (hard links)"]["verdict"] == "can"
    shared = traits["lie on a file system of its own"]
    assert shared["verdict"] == "cannot"
    assert "the state folder, target two, target three" in shared["detail"]
    assert "there is no key" in closed["stolen_key"]["verdict"]
    folder.chmod(0o777)
    done = place.thirdcopy("targets", "check", "one")
    assert done.code == 0
    assert "cannot  be changed by its owner alone: drwxrwxrwx: its group and anyone may" in done.out
    assert [path.name for path in folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_all_may_enter_is_told(tmp_path: Path) -> None:
    with TemporaryDirectory() as home:  # beside those of pytest, which are below a folder that is shut
        folder = Path(home)
        for mode, verdict in ((0o755, "cannot"), (0o711, "cannot"), (0o750, "can"), (0o700, "can")):
            folder.chmod(mode)
            privacy, *_ = probe_folder("one", FolderSettings(path=folder), {"nothing": tmp_path / "none"})
            assert privacy.verdict == verdict, mode
            assert ("its group can read it" in privacy.detail) == (mode == 0o750)
        assert list(folder.iterdir()) == []
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o755)
    tmp_path.chmod(0o700)
    assert probe_folder("one", FolderSettings(path=shut), {})[0].verdict == "can"
