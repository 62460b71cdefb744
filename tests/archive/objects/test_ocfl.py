"""Inventories: round trips, what a next version may and may not change, and hostile documents."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256, sha512
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.objects import ocfl
from archive.objects.ocfl import Inventory, InventoryError, User, VersionMetadata

METADATA = VersionMetadata(
    created=datetime(2026, 3, 2, tzinfo=UTC).isoformat(),
    message="A version",
    user=User(name="thirdcopy@0", address="urn:uuid:1"),
)

contents = st.integers(0, 6).map(lambda n: f"content {n}")
names = st.text("abXY09-_ .", min_size=1, max_size=8).filter(lambda name: name.strip(".") != "")
paths = st.tuples(st.sampled_from(["media", "captions", "transcripts"]), names).map("/".join)
states = st.dictionaries(paths, contents, max_size=5)


def digest(text: str) -> str:
    return sha512(text.encode()).hexdigest()


def make(previous: Inventory | None, state: dict[str, str], left: dict[str, str] | None = None) -> Inventory:
    number = previous.number + 1 if previous else 1
    return ocfl.next_version(
        previous,
        "evidence-peertube-abc",
        METADATA,
        files={path: digest(text) for path, text in state.items()},
        sha256s={digest(text): sha256(text.encode()).hexdigest() for text in state.values()},
        recovered={f"v{number}/content/{path}": digest(text) for path, text in (left or {}).items()},
    )


@given(st.lists(st.tuples(states, states), min_size=1, max_size=4))
def test_versions_follow_one_another(versions: list[tuple[dict[str, str], dict[str, str]]]) -> None:
    inventory: Inventory | None = None
    for state, left in versions:
        before, inventory = inventory, make(inventory, state, left)
        assert ocfl.parse(inventory.to_bytes()) == inventory
        assert ocfl.parse(inventory.to_bytes()).to_bytes() == inventory.to_bytes()
        recovered = {f"recovered/{path}": digest(text) for path, text in left.items()}
        assert inventory.state() == {path: digest(text) for path, text in state.items()} | recovered
        assert inventory.holds({path: digest(text) for path, text in state.items()})
        brought = inventory.content_of(inventory.number)
        assert {f"v{inventory.number}/content/{path}": digest(text) for path, text in left.items()}.items() <= (
            brought.items()
        )
        assert all(inventory.manifest[found][0] == inventory.where(path) for path, found in inventory.state().items())
        stored = [found for path, found in brought.items() if path.split("/", 2)[2] not in left]
        assert len(stored) == len(set(stored))
        for versioned, fixity in inventory.fixity.get("sha256", {}).items():
            assert {sha256(f"content {n}".encode()).hexdigest() for n in range(7)} >= {versioned}
            assert all(path in inventory.content() for path in fixity)
        if before:
            assert inventory.number == before.number + 1
            assert {name: inventory.versions[name] for name in before.versions} == before.versions
            assert before.content().items() <= inventory.content().items()
            assert not set(stored) & set(before.manifest)
            assert all(inventory.state(n) == before.state(n) for n in range(1, before.number + 1))


def test_new_file_does_not_take_the_place_of_a_recovered_one() -> None:
    inventory = make(None, {"media/a.mp4": "new", "media/b.mp4": "same"}, {"media/a.mp4": "old", "media/b.mp4": "same"})
    assert inventory.content() == {
        "v1/content/media/a.mp4": digest("old"),
        "v1/content/media/b.mp4": digest("same"),
        f"v1/content/{digest('new')[:16]}/media/a.mp4": digest("new"),
    }


@pytest.mark.parametrize(
    ("object_id", "path"),
    [
        ("evidence-peertube-abc", "b12/7ef/aa9/evidence-peertube-abc"),
        ("work-peertube-abc", "c56/c99/801/work-peertube-abc"),
        ("object-01", "3c0/ff4/240/object-01"),  # this and the next two are the extension's own examples
        ("..hor/rib:le-$id", "487/326/d8c/%2e%2ehor%2frib%3ale-%24id"),
        (
            "abcdefghij" * 26,
            "55b/432/806/" + "abcdefghij" * 10 + "-55b432806f4e270da0cf23815ed338742179002153cd8d896f23b3e2d8a14359",
        ),
    ],
)
def test_object_path(object_id: str, path: str) -> None:
    assert ocfl.object_path(object_id) == path


def hostile(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(make(make(None, {"media/a": "one"}), {"media/a": "two"}).to_bytes())
    change(document)
    return json.dumps(document).encode()


def rename_content(path: str) -> Callable[[dict[str, Any]], object]:
    return lambda d: d["manifest"].update({digest("one"): [path]})


def rename_logical(path: str) -> Callable[[dict[str, Any]], object]:
    return lambda d: d["versions"]["v2"]["state"].update({digest("two"): [path]})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": ' * 100_000,
        hostile(lambda d: d.update(head="v1")),
        hostile(lambda d: d.update(head="v02")),
        hostile(lambda d: d.update(head="v" + "9" * 9000)),
        hostile(lambda d: d.update(head="v999999999999")),
        hostile(lambda d: d.update(head="vX")),
        hostile(lambda d: d.update(versions={})),
        hostile(lambda d: d["versions"].update({"v4": d["versions"]["v2"]}) or d.update(head="v4")),
        hostile(lambda d: d["versions"].pop("v1")),
        hostile(lambda d: d.update(digestAlgorithm="md5")),
        hostile(lambda d: d.update(type="https://ocfl.io/9/spec/#inventory")),
        hostile(lambda d: d.update(contentDirectory="../elsewhere")),
        hostile(lambda d: d["manifest"].pop(digest("one"))),
        hostile(lambda d: d["manifest"].update({"short": ["v1/content/b"]})),
        hostile(lambda d: d["manifest"].update({digest("three"): ["v1/content/media/a"]})),
        hostile(lambda d: d["versions"]["v2"]["state"].update({digest("one"): ["media/a"]})),
        hostile(rename_content("../../../etc/passwd")),
        hostile(rename_content("v1/content/../../../x")),
        hostile(rename_content("v1/content//x")),
        hostile(rename_content("/v1/content/x")),
        hostile(rename_content("v1/content")),
        hostile(rename_content("v1/content/")),
        hostile(rename_content("v1/elsewhere/x")),
        hostile(rename_content("v3/content/x")),
        hostile(rename_content("v1/content/a\\..\\b")),
        hostile(rename_content("v1/content/a\x00b")),
        hostile(rename_logical("../a")),
        hostile(rename_logical("/etc/passwd")),
        hostile(rename_logical("a/./b")),
        hostile(rename_logical("a\x00b")),
        hostile(rename_logical("x" * 5000)),
        hostile(rename_logical("")),
    ],
)
def test_hostile_inventory_is_refused(data: bytes) -> None:
    with pytest.raises(InventoryError):
        ocfl.parse(data)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_digest_line_states_a_digest_or_nothing(data: bytes) -> None:
    assert ocfl.read_digest_line(data) is None
    assert ocfl.read_digest_line(ocfl.digest_line(ocfl.digest_of(data))) == ocfl.digest_of(data)


def test_only_what_no_inventory_names_is_left_over() -> None:
    inventory = make(None, {"media/a": "one"})
    there = ["v1/content/media/a", "v1/content/media/b", "v2/content/c", "v1/inventory.json", "inventory.json"]
    assert ocfl.leftovers(there, inventory) == ["v1/content/media/b", "v2/content/c"]
    assert ocfl.leftovers(there, None) == ["v1/content/media/a", "v1/content/media/b", "v2/content/c"]
    assert ocfl.committed(["v2/inventory.json.sha512", "v10/inventory.json.sha512", "v3/inventory.json"]) == [10, 2]
