"""Targets that lie in ways that tampering with one field does not reach."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from archive.ledger import Ledger
from archive.ledger.copies import SealedVersion
from archive.objects import ocfl
from archive.opening.archive import Archive, opened
from archive.preservation.auditing import audit
from archive.preservation.rebuilding import rebuild
from archive.preservation.space import discard
from archive.records.clip import Capture
from archive.settings.settings import load
from tests.support.archives import MONDAY
from tests.tampering.__main__ import remove
from tests.tampering.generator import Tampered
from tests.tampering.judge import Verdict, judge, lay
from tests.tampering.objects import Object, deep_folder, digest, plant
from tests.tampering.sound import CLIPS, Sound


def settled(folder: Path, sound: Sound, tampered: Tampered) -> Verdict:
    """The verdict on a target that is tampered with already and alone, a run included."""
    return judge(folder, sound, tampered, 0, "alone")


def captured(sound: Sound, clip: str) -> dict[str, bytes]:
    """The files of a sound capture, said to be of another clip."""
    files = dict(sound.files[f"evidence-{CLIPS[0]}"])
    document = json.loads(files["capture.json"]) | {"clip": clip}
    return {**files, "capture.json": json.dumps(document).encode()}


@pytest.mark.parametrize("clip", ["../../keep", "{home}/keep", "peertube-1/../../../keep", "../ledger.sqlite", "a\0b"])
def test_object_whose_id_holds_a_path_reaches_neither_ledger_nor_disk(sound: Sound, tmp_path: Path, clip: str) -> None:
    home = lay(tmp_path, sound, "alone")
    clip = clip.format(home=home)
    planted = plant(home / "a" / "ocfl", f"evidence-{clip}", captured(sound, clip))
    names = (planted.id, ocfl.object_path(planted.id))
    verdict = settled(tmp_path, sound, Tampered("by hand", clip, names=names, lacking=False))
    assert verdict.faults == []
    with opened(load(home / "archive.toml")) as archive:
        assert sorted(archive.ledger.clips.ids()) == sorted(CLIPS)
        assert {head.object for head in archive.ledger.copies.heads() if not head.object.startswith("run-")} == {
            name for name in sound.heads if not name.startswith("run-")
        }


def believing(home: Path, sound: Sound, clip: str) -> None:
    """Let a ledger know a clip whose id holds a path, as one of an earlier version may."""
    object_id = f"evidence-{clip}"
    planted = plant(home / "a" / "ocfl", object_id, captured(sound, clip))
    data = (planted.folder / "inventory.json").read_text()
    sealed = SealedVersion(object_id, 1, digest(data.encode()), clip, data, MONDAY, 1, 1)
    ledger = Ledger(home / "state" / "ledger.sqlite")
    ledger.copies.seal(sealed, capture=Capture.model_validate_json(captured(sound, clip)["capture.json"]), events=())
    ledger.close()


@pytest.mark.parametrize("up", ["../../keep", "{home}/keep"])
def test_ledger_that_believed_an_id_with_a_path_deletes_and_writes_nothing_outside(
    sound: Sound, tmp_path: Path, up: str
) -> None:
    home = lay(tmp_path, sound, "alone")
    believing(home, sound, up.format(home=home))
    tampered = Tampered("planted: in the ledger", up, spoiled=frozenset(sound.heads), rest=False)
    assert [fault for fault in settled(tmp_path, sound, tampered).faults if fault[0] in ("outside", "traceback")] == []


@pytest.mark.parametrize("name", ["../../keep", "/{home}/keep", "..", ".", ""])
def test_no_tree_but_a_child_of_the_state_folder_is_ever_deleted(sound: Sound, tmp_path: Path, name: str) -> None:
    home = lay(tmp_path, sound, "alone")
    with opened(load(home / "archive.toml")) as archive:
        archive.spool.mkdir()
        (archive.spool / "evidence-peertube-1").mkdir()
        with suppress(Exception):  # how it refuses is its own affair
            discard(archive, name.format(home=home))
        assert (home / "keep" / "precious.txt").is_file()
        assert (home / "state" / "ledger.sqlite").is_file()
        assert (archive.spool / "evidence-peertube-1").is_dir()


def deep_json(home: Path) -> None:
    (home / "a" / "writer.json").write_text('{"ledger":' + "[" * 30_000 + "]" * 30_000 + "}")


def deep_root(home: Path) -> None:
    deep_folder(home / "a" / "ocfl", 1200)


def deep_beside(home: Path) -> None:
    deep_folder(home / "a" / "ocfl" / "000", 1200)


def deep_in_an_object(home: Path) -> None:
    deep_folder(Object(home / "a" / "ocfl", f"evidence-{CLIPS[1]}").folder / "v1" / "content", 1200)


@pytest.mark.parametrize("dig", [deep_json, deep_root, deep_beside, deep_in_an_object])
def test_depth_ends_no_command_in_a_traceback(sound: Sound, tmp_path: Path, dig: Callable[[Path], None]) -> None:
    home = lay(tmp_path, sound, "alone")
    (home / "a" / "ocfl" / "000").mkdir(exist_ok=True)
    dig(home)
    spoiled = frozenset({f"evidence-{CLIPS[1]}"}) if dig is deep_in_an_object else frozenset()
    try:
        assert settled(tmp_path, sound, Tampered("root", dig.__name__, spoiled)).faults == []
    finally:
        remove(home / "a")


@pytest.mark.parametrize("what", ["file", "folder", "object"])
def test_symbolic_link_to_bytes_that_are_right_is_no_copy(sound: Sound, tmp_path: Path, what: str) -> None:
    home = lay(tmp_path, sound, "beside")
    evidence = Object(home / "a" / "ocfl", f"evidence-{CLIPS[0]}")
    place = {
        "file": evidence.folder / "v1" / "content" / "media" / f"{CLIPS[0]}.mp4",
        "folder": evidence.folder / "v1" / "content" / "media",
        "object": evidence.folder,
    }[what]
    outside = home / "elsewhere"
    place.rename(outside)
    place.symlink_to(outside)
    with opened(load(home / "archive.toml")) as archive:
        rebuild(archive, archive.targets)
        audit(archive, archive.targets)
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(evidence.id)}
    assert states["b"] == "arrived"
    assert states.get("a", "owed") == "owed"


def heads(archive: Archive) -> dict[str, tuple[int, str]]:
    return {head.object: (head.version, head.sha512) for head in archive.ledger.copies.heads()}


@pytest.mark.parametrize("kind", ["consent", "statement", "evidences"])
def test_object_of_an_unknown_kind_is_named_and_left_alone(sound: Sound, tmp_path: Path, kind: str) -> None:
    """A later thirdcopy may know what it is."""
    home = lay(tmp_path, sound, "alone")
    planted = plant(home / "a" / "ocfl", f"{kind}-{CLIPS[0]}", {"consent.json": b"{}"})
    before = {path: path.read_bytes() for path in planted.folder.rglob("*") if path.is_file()}
    verdict = settled(tmp_path, sound, Tampered("planted: kind", kind, names=(planted.id,), lacking=False))
    assert verdict.faults == []
    assert {path: path.read_bytes() for path in planted.folder.rglob("*") if path.is_file()} == before
    with opened(load(home / "archive.toml")) as archive:
        assert planted.id not in heads(archive)
        assert heads(archive).keys() >= {name for name in sound.heads if not name.startswith("run-")}


def test_sound_root_is_told_to_be_sound(sound: Sound, tmp_path: Path) -> None:
    """What the cases say of lies would be worth nothing if it were said of this one too."""
    lay(tmp_path, sound, "beside")
    assert judge(tmp_path, sound, Tampered("nothing", ""), 0, "beside").faults == []
