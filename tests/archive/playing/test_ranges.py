"""Ranges as RFC 9110 has them: the examples of its section 14, and what holds of any header."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.playing.ranges import Span, Unsatisfiable, answer, asked

SIZE = 10_000


@dataclass(frozen=True)
class Sent:
    size: int = SIZE
    media_type: str = "video/mp4"
    etag: str = '"abc"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-499", (0, 500)),
        ("bytes=500-999", (500, 1000)),
        ("bytes=-500", (9500, SIZE)),
        ("bytes=9500-", (9500, SIZE)),
        ("bytes=0-", (0, SIZE)),
        ("bytes=0-0", (0, 1)),
        ("bytes=-1", (9999, SIZE)),
        ("bytes=-20000", (0, SIZE)),
        ("bytes=9000-20000", (9000, SIZE)),
        ("bytes=9000-" + "9" * 5000, (9000, SIZE)),
        ("Bytes=0-1", (0, 2)),
        ("bytes=0-0,-1", (0, 1)),
        ("bytes= 0-999, 4500-5499, -1000", (0, 1000)),
        ("bytes=20000-, 5-6", (5, 7)),
        ("bytes=,,0-1,", (0, 2)),
        ("bytes=000000000000000000000000000000007-8", (7, 9)),
        ("bytes=10000-", Unsatisfiable()),
        ("bytes=10000-10001,20000-", Unsatisfiable()),
        ("bytes=-0", Unsatisfiable()),
        ("bytes=" + "9" * 5000 + "-", Unsatisfiable()),
    ],
)
def test_what_is_asked_for(header: str | None, expected: Span | Unsatisfiable | None) -> None:
    assert asked(header, SIZE) == expected


@pytest.mark.parametrize(
    "header",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-4", "bytes=0-1;2-3", "bytes 0-1",
        "bytes = 0-1", "seconds=0-1", "bytes=+1-2", "bytes=1 -2", "bytes=٣-٤", "bytes=0x1-2", "bytes=0-1-2", "bytes=,",
    ],
)  # fmt: skip
def test_what_is_none_of_the_form_is_passed_over(header: str) -> None:
    assert asked(header, SIZE) is None
    assert answer(Sent(), header, None)[::2] == (200, (0, SIZE))


def test_of_nothing_there_is_no_range() -> None:
    assert asked("bytes=0-", 0) == Unsatisfiable()
    assert asked("bytes=-5", 0) is None
    assert answer(Sent(size=0), None, None)[2] == (0, 0)


def test_the_headers_of_each_answer() -> None:
    whole = {"Accept-Ranges": "bytes", "ETag": '"abc"', "Content-Type": "video/mp4"}
    assert answer(Sent(), None, None) == (200, {**whole, "Content-Length": "10000"}, (0, SIZE))
    part = {**whole, "Content-Length": "500", "Content-Range": "bytes 9500-9999/10000"}
    assert answer(Sent(), "bytes=-500", None) == (206, part, (9500, SIZE))
    nothing = {"Accept-Ranges": "bytes", "Content-Range": "bytes */10000", "Content-Length": "0"}
    assert answer(Sent(), "bytes=10000-", None) == (416, nothing, None)


@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        (None, 206),
        ('"abc"', 206),
        ('W/"abc"', 200),
        ('"abd"', 200),
        ("abc", 200),
        ("", 200),
        ("Mon, 30 Nov 2026 10:00:00 GMT", 200),
    ],
)
def test_a_range_of_what_has_changed_is_not_sent(if_range: str | None, status: int) -> None:
    assert answer(Sent(), "bytes=5-9", if_range)[0] == status
    past = answer(Sent(), "bytes=20000-", if_range)[0]
    assert past == (416 if status == 206 else 200)


SPECS = st.builds(
    lambda first, last: f"{first}-{last}",
    st.integers(0, 300).map(str) | st.just(""),
    st.integers(0, 300).map(str) | st.just(""),
)


@given(st.lists(SPECS, max_size=5).map(lambda specs: "bytes=" + ",".join(specs)) | st.text(), st.integers(0, 250))
def test_whatever_is_asked_the_answer_describes_what_is_sent(header: str, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    status, headers, span = answer(Sent(size=size), header, None)
    if span is None:
        assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")
        return
    sent = content[span[0] : span[1]]
    assert int(headers["Content-Length"]) == len(sent) == span[1] - span[0]
    if status == 206:
        assert sent
        assert headers["Content-Range"] == f"bytes {span[0]}-{span[1] - 1}/{size}"
    else:
        assert (status, sent) == (200, content)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 250))
def test_one_range_is_the_slice_that_it_names(first: int, more: int, size: int) -> None:
    content = bytes(n % 251 for n in range(size))

    def got(header: str) -> bytes | None:
        span = asked(header, size)
        return content[span[0] : span[1]] if isinstance(span, tuple) else None

    assert got(f"bytes={first}-{first + more}") == (content[first : first + more + 1] or None)
    assert got(f"bytes={first}-") == (content[first:] or None)
    assert got(f"bytes=-{more}") == ((content[-more:] if more else b"") or None)
