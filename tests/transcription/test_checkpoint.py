"""What was read is kept, also by a process that is killed."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transcription.hearing.checkpoint import Checkpoint

MINE = {"media_sha256": "a" * 64, "track": 1}
RESULTS = {
    "speech None 1": [[[0, 500]], []],
    "batch 0 0": {"took": 3, "text": "ئۇيغۇر \u2028\x85 新疆"},
    "apart": False,
}


def filled(file: Path) -> bytes:
    checkpoint = Checkpoint(file, MINE)
    for key, value in RESULTS.items():
        checkpoint.keep(key, value)
    return file.read_bytes()


def test_what_was_kept_is_known_again_and_the_file_stays_the_same(tmp_path: Path) -> None:
    written = filled(tmp_path / "made" / "x.jsonl")
    again = Checkpoint(tmp_path / "made" / "x.jsonl", dict(reversed(MINE.items())))
    assert {key: again.get(key) for key in RESULTS} == RESULTS
    assert again.get("batch 0 1") is None
    assert (tmp_path / "made" / "x.jsonl").read_bytes() == written


@pytest.mark.parametrize("other", [{**MINE, "track": 2}, {}, {**MINE, "versions": {"thirdcopy": "9"}}])
def test_of_another_media_model_or_software_nothing_is_taken(tmp_path: Path, other: dict[str, object]) -> None:
    filled(tmp_path / "x.jsonl")
    assert Checkpoint(tmp_path / "x.jsonl", other).get("apart") is None
    assert (tmp_path / "x.jsonl").read_text().count("\n") == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_wherever_a_crash_cut_the_file_it_goes_on_to_the_same_bytes(tmp_path: Path, data: st.DataObject) -> None:
    file = tmp_path / "x.jsonl"
    file.unlink(missing_ok=True)
    whole = filled(file)
    cut = data.draw(st.integers(0, len(whole)))
    file.write_bytes(whole[:cut])
    known = Checkpoint(file, MINE)
    kept = [key for key in RESULTS if known.get(key) is not None]
    assert kept == list(RESULTS)[: max(0, whole[:cut].count(b"\n") - 1)]
    for key, value in RESULTS.items():
        assert known.once(key, lambda value=value: value, lambda x: x, lambda x: x) == value  # type: ignore[misc]
    assert file.read_bytes() == whole


def test_a_result_is_made_once(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return 7

    for _ in range(3):
        assert Checkpoint(tmp_path / "x.jsonl", MINE).once("n", make, str, int) == 7
    assert made == [1]
    assert json.loads((tmp_path / "x.jsonl").read_text().splitlines()[1]) == ["n", "7"]


def test_no_file_keeps_nothing_and_a_finished_one_is_removed(tmp_path: Path) -> None:
    nothing = Checkpoint(None, MINE)
    nothing.keep("a", 1)
    assert nothing.get("a") is None
    nothing.discard()
    filled(tmp_path / "x.jsonl")
    Checkpoint(tmp_path / "x.jsonl", MINE).discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"\x00" * 40, b"\xff\xfe", b"{}\n", b"[1]\n", b"not json\n", b'["a"]\n'])
def test_a_line_that_the_disk_spoilt_is_left_out_with_all_that_follows(tmp_path: Path, damage: bytes) -> None:
    whole = filled(tmp_path / "x.jsonl")
    first, second, *rest = whole.splitlines(keepends=True)
    (tmp_path / "x.jsonl").write_bytes(first + second + damage + b"".join(rest))
    known = Checkpoint(tmp_path / "x.jsonl", MINE)
    assert [key for key in RESULTS if known.get(key) is not None] == ["speech None 1"]
    assert (tmp_path / "x.jsonl").read_bytes() == first + second
