"""The index's SQLite file: its owner's alone, and refused with what to do where it is none."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.errors import ArchiveError
from archive.searching.hits import Asked
from archive.searching.search_index import open_index
from tests.archive.searching.test_finding import told
from tests.support.archives import an_archive, folder_targets


def test_a_file_that_is_no_index_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        (archive.state / "search.sqlite").write_bytes(b"no database " * 1_000)
        with pytest.raises(ArchiveError, match=r"remove search\.sqlite"), open_index(archive):
            pass


def test_a_file_that_is_taken_away_while_it_is_open_is_made_anew(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive, open_index(archive) as index:
        told(archive, "peertube-one", ("en", "Words."))
        index.catch_up(archive)

        def count() -> int:
            return index.search(Asked("words"), frozenset({"restricted"}), proposals=False).count

        assert count() == 1
        (archive.state / "search.sqlite").unlink()
        assert count() == 0
        assert index.catch_up(archive) == 1
        assert [count() for _ in range(20)] == [1] * 20
        assert (archive.state / "search.sqlite").stat().st_mode & 0o077 == 0


def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive, open_index(archive) as index:
        told(archive, "peertube-one", ("en", "Words."))
        index.catch_up(archive)
        file = archive.state / "search.sqlite"
        assert file.stat().st_mode & 0o077 == 0
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
