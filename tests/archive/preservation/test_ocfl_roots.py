"""No byte is written beside another tool's OCFL root, nor into files that nobody declares."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.objects import ocfl
from archive.preservation.usable_targets import ready
from tests.support.archives import an_archive, folder_targets, keep, store_all
from tests.support.kept import tree


def declare(root: Path, name: str, text: str) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def ours_without_a_writer(root: Path) -> None:
    for name, data in ocfl.root_files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        (lambda root: declare(root, "0=ocfl_1.0", "ocfl_1.0\n"), "an OCFL root of another kind"),
        (lambda root: declare(root, "0=ocfl_1.1", "something else\n"), "says something else"),
        (lambda root: declare(root, "0=ocfl_1.1", "ocfl_1.1\n"), "another layout .its ocfl_layout.json names none."),
        (lambda root: declare(root, "notes.txt", "mine\n"), "files that no OCFL root declares"),
        (ours_without_a_writer, "no writer.json says whose it is"),
    ],
    ids=["declaration", "content", "layout", "files", "writer"],
)
def test_a_root_that_is_not_ours_is_refused_before_a_byte_is_written(
    tmp_path: Path, lay: Callable[[Path], None], said: str
) -> None:
    targets = folder_targets(tmp_path, "a")
    lay(tmp_path / "a" / "ocfl")
    before = tree(tmp_path / "a")
    with an_archive(tmp_path / "state", targets) as archive, pytest.raises(SettingsError, match=said) as refused:
        ready(archive)
    assert "targets.a.prefix" in str(refused.value)
    assert tree(tmp_path / "a") == before


def test_a_root_of_our_layout_is_taken_over_by_a_person(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    ours_without_a_writer(tmp_path / "a" / "ocfl")
    with an_archive(tmp_path / "state", targets) as archive:
        assert set(ready(archive, take_over=True).writable) == {"a"}


def test_a_root_whose_laying_was_broken_off_is_gone_on_with(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        (tmp_path / "a" / "ocfl" / ocfl.ROOT_DECLARATION).unlink()
        (tmp_path / "a" / "ocfl" / "ocfl_layout.json").unlink()
        assert ready(archive).problems == {}
        keep(archive, "peertube-1")
        assert store_all(archive)["a"].problems == ()
