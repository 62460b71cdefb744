"""The head of an answer, read as http.client reads it; what is written of a request, and what is not."""

from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.targets.s3.kept_connections import Response, _head
from storage.targets.s3.sockets import Meter

STATUS = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 204 No Content",
    b"HTTP/1.1 304",
    b"HTTP/1.1 404  Not found ",
    b"HTTP/1.0 412",
    b"HTTP/1.1 twenty",
    b"HTTP/2 200 OK",
    b"HTTP/1.1 99 Less",
    b"ICY 200 OK",
    b"",
]
FIELDS = st.sampled_from(
    [
        b"Content-Length: 5",
        b"content-length:0",
        b"Content-Length: many",
        b"Content-Length: -1",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: Chunked",
        b"Transfer-Encoding: identity",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: Upgrade, Close",
        b'ETag: "a:b"',
        b"X-Empty:",
        b"X-Letters: \xe9\xff",
    ]
)


class Said:
    """A socket that has said something, and its connection."""

    def __init__(self, text: bytes) -> None:
        self.sock, self.text, self.meter = self, text, Meter()

    def makefile(self, *_: object) -> BytesIO:
        return BytesIO(self.text)

    def close(self) -> None:
        pass


def outcome(answer: Any) -> object:
    try:
        answer.begin()
        found = answer.status, answer.reason, answer.version, bool(answer.chunked), answer.length, answer.will_close
        return (*found, answer.read(3) if not answer.chunked else None, answer.isclosed())
    except (HTTPException, ConnectionError) as error:
        return type(error)


@given(
    before=st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100\r\nConnection: close\r\n\r\n"]),
    status=st.sampled_from(STATUS),
    fields=st.lists(FIELDS, max_size=4),
    method=st.sampled_from(["GET", "HEAD", "PUT"]),
    ending=st.sampled_from([b"\r\n", b"\n"]),
)
def test_a_head_means_what_it_means_to_http_client(
    *, before: bytes, status: bytes, fields: list[bytes], method: str, ending: bytes
) -> None:
    text = before + ending.join((status, *fields, b"", b"hello"))
    theirs: Any = HTTPResponse(Said(text), method=method)  # type: ignore[arg-type]
    assert outcome(Response(None, Said(text), method)) == outcome(theirs)


def test_a_head_that_ends_in_the_middle_is_none() -> None:
    assert outcome(Response(None, Said(b"HTTP/1.1 200 OK\r\nContent-Len"), "GET")) is ConnectionResetError


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", {}),
        ("a", {}),
        ("/\u0430", {}),
        ("/a\r\nx: y", {}),
        ("/a", {"x": "y\r\nz: 1"}),
        ("/a", {"x\n": "y"}),
        ("/a", {"x": "\0"}),
    ],
)
def test_nothing_is_written_that_would_be_another_line(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a request"):
        _head("GET", target, headers, expect=False)


def test_a_request_is_written_as_http_has_it() -> None:
    written = _head("PUT", "/b/a?uploads", {"host": "store", "content-length": "2"}, expect=True)
    assert written == (
        b"PUT /b/a?uploads HTTP/1.1\r\naccept-encoding: identity\r\nhost: store\r\ncontent-length: 2\r\n"
        b"expect: 100-continue\r\n\r\n"
    )
