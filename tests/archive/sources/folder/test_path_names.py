"""Paths of a disk as text, and back to their own bytes."""

from hypothesis import given
from hypothesis import strategies as st

from archive.safe_text import plain
from archive.sources.folder.path_names import bytes_of, written


@given(st.binary(max_size=60))
def test_any_name_comes_back_as_its_own_bytes_and_hides_nothing(name: bytes) -> None:
    text = written(name)
    assert bytes_of(text) == name
    assert plain(text) == text
    text.encode("utf-8")


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_what_begins_so_is_written_so(stem: bytes, rest: bytes) -> None:
    assert written(stem + b"." + rest) == f"{written(stem)}.{written(rest)}"
