"""`targets check`: what a person reads of a target, and what a script is told."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.probing import odd_keys
from storage.targets import FolderSettings
from storage.targets.folder_probing import probe_folder
from storage.targets.s3.client import Client
from tests.flows.place import Place, little_archive, videos
from tests.world.proxy import proxy
from tests.world.proxy_faults import says
from tests.world.servers import S3Server

SECTIONS = ("keeps its promises", "can, cannot, pretends", "recommended", "a stolen key", "the bucket's own rules")


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
    assert told["rules"] == {"harmful": [], "others": [], "untold": ""}
    assert all(check["ok"] for check in told["checks"])
    assert {trait["verdict"] for trait in told["traits"]} == {"can", "cannot"}
    assert told["recommended"]["changes"] == {"conditional_put": True}
    assert tomllib.loads(told["recommended"]["stanza"])["targets"]["sea"]["bucket"] == seaweedfs_server.bucket
    assert told["stolen_key"]["verdict"].endswith("for good")
    assert {deed["name"] for deed in told["stolen_key"]["deeds"]} >= {"overwrite", "delete"}
    assert seaweedfs_server.secret_key not in done.out


DENIED = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
RULES = [
    {"ID": "monthly", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}},
    {
        "ID": "hasty",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    },
]


def bucket_of(server: S3Server, name: str) -> tuple[Client, str, dict[str, str]]:
    """A new bucket: who may ask it, its stanza `store`, and the keys that go with it."""
    client = Client("owner", server.settings(bucket=name))
    client.ask("create_bucket", None)
    stanza = f'[targets.store]\nkind = "s3"\nendpoint = "{server.endpoint}"\nbucket = "{name}"\npart_size_mib = 5\n'
    keys = {"ACCESS_KEY": server.access_key, "SECRET_KEY": server.secret_key}
    return client, stanza, {f"THIRDCOPY_TARGETS__STORE__{key}": value for key, value in keys.items()}


def test_a_key_that_may_not_delete_does_all_there_is_to_do(
    tmp_path: Path, films: Path, seaweedfs_server: S3Server
) -> None:
    client, stanza, keys = bucket_of(seaweedfs_server, "never-deleted")
    deny = {"Effect": "Deny", "Principal": "*", "Action": DENIED, "Resource": ["arn:aws:s3:::never-deleted/*"]}
    client.ask("put_bucket_policy", None, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    with little_archive(tmp_path, videos(films, 1), extra=stanza) as (place, _):
        place.environment |= keys
        for words in (("fetch",), ("mirror",), ("audit", "--all"), ("targets", "check", "store")):
            done = place.thirdcopy(*words)
            assert done.code == 0, (words, done.out, done.err)
        assert place.thirdcopy("status", "--json").json["targets"]["store"]["owed"] == 0
    said = " ".join(done.out.split())
    assert "could not be removed: keys without the right to delete are the best" in said
    assert "may expire scratch/ after a day" in said
    assert "a stolen key could overwrite everything here, for good" in said


def test_a_bucket_that_deletes_by_itself_fails_and_says_which_rule(tmp_path: Path, seaweedfs_server: S3Server) -> None:
    client, stanza, keys = bucket_of(seaweedfs_server, "expiring")
    client.ask("put_bucket_lifecycle_configuration", None, LifecycleConfiguration={"Rules": RULES})
    with little_archive(tmp_path, [], extra=stanza) as (place, _):
        place.environment |= keys
        done = place.thirdcopy("targets", "check", "store")
        doctor = place.thirdcopy("doctor", "--json")
    assert (done.code, doctor.code) == (1, 1)
    assert "error store's bucket has rules that undo what is kept there: rule " in done.err
    assert (
        "rule 'monthly', Expiration.Days = 30: deletes everything at that age; limit the rule to 'scratch/'" in done.err
    )
    assert "rule 'hasty', AbortIncompleteMultipartUpload.DaysAfterInitiation = 1: ends uploads" in done.err
    assert "keeps all" not in done.out
    found = {one["what"]: one for one in doctor.json["findings"]}
    assert (found["target store"]["ok"], found["rules of store"]["ok"]) == (True, False)
    assert "rule 'monthly', Expiration.Days = 30" in found["rules of store"]["found"]


def test_slips_in_the_settings_of_a_store_are_named_at_once(tmp_path: Path, seaweedfs_server: S3Server) -> None:
    server, keys = seaweedfs_server, "THIRDCOPY_TARGETS__STORE__"
    _, stanza, given = bucket_of(server, "slips")
    in_path = stanza.replace(server.endpoint, f"{server.endpoint}/slips")
    slips: tuple[tuple[str, dict[str, str], str], ...] = (
        (
            stanza,
            {f"{keys}ACCESS_KEY": f"{server.access_key}\r"},
            "targets.store.access_key: it ends in a carriage return",
        ),
        (stanza, {f"{keys}SECRET_KEY": ""}, "targets.store.secret_key: it is blank"),
        (stanza, {f"{keys}SESSION_TOKEN": "two\nlines"}, "targets.store.session_token: it has a line break"),
        (in_path, {}, f'write endpoint = "{server.endpoint}"'),
    )
    for number, (text, environment, said) in enumerate(slips):
        with little_archive(tmp_path / str(number), [], extra=text) as (place, _):
            place.environment |= given | environment
            done = place.thirdcopy("targets", "check", "store")
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert server.secret_key not in done.err


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
            store.at("PutObject", says(400, "InvalidRequest"), where=f"/{odd_keys.__name__}/")
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
