"""What tests.world.proxy can be told to do to a request: what bad lines, tired stores and liars do."""

import re
from collections.abc import Callable
from hashlib import md5

from tests.world.proxy import Answer, Cut, Exchange, Fault, Proxy, passed


def cut_request(after: int) -> Fault:
    """The server gets `after` bytes of the body, the client no answer."""

    def fault(exchange: Exchange) -> None:
        exchange.ask(limit=after)

    return fault


def cut_answer(after: int) -> Fault:
    """The server does what was asked, the client gets `after` bytes of the answer's body; with 0 nothing at all."""

    def fault(exchange: Exchange) -> None:
        exchange.give(exchange.ask(), limit=after)

    return fault


def stall(exchange: Exchange) -> None:
    """Nothing happens until the rules are cleared (then it passes) or the client goes; `stalled` says it has begun."""
    freed = exchange.proxy.freed
    exchange.proxy.stalled.set()
    while not freed.is_set():
        if exchange.gone():
            raise Cut
    passed(exchange)


def says(status: int, code: str = "", **headers: str) -> Fault:
    """An error instead of the server's answer; the server hears nothing. `Retry_After="7"` makes a header."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode() if code else b""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.give(Answer(status, body, told))


def flip_request(at: int) -> Fault:
    """One bit of the body is another when it arrives at the server."""
    return lambda exchange: exchange.give(exchange.ask(flip=at))


def altered(change: Callable[[Exchange, bytes], bytes]) -> Fault:
    """The answer's body is another."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.ask()
        exchange.give(Answer(answer.status, change(exchange, answer.body), answer.headers))

    return fault


def flip_answer(at: int) -> Fault:
    """One bit of the answer's body is another when it arrives at the client."""
    return altered(lambda _, body: body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])


def announced(more: int) -> Fault:
    """The answer's Content-Length is longer than its body, or shorter; the body is as it was."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.ask()
        size = len(answer.body) + more
        exchange.give(Answer(answer.status, answer.body[:size], answer.headers, size))

    return fault


def swallow(exchange: Exchange) -> None:
    """A body is taken and answered with 200 and its MD5, and nothing is stored."""
    digest = md5(usedforsecurity=False)
    for block in exchange.body():
        digest.update(block)
    exchange.give(Answer(200, headers={"ETag": f'"{digest.hexdigest()}"'}))


def vouch(size: int) -> Fault:
    """A HEAD is answered with 200 and a size, whatever is there."""
    return lambda exchange: exchange.give(Answer(200, headers={"ETag": '"vouched"'}, announced=size))


def complete_nothing(exchange: Exchange) -> None:
    """An upload is said to be complete, and is not."""
    for _ in exchange.body():
        pass
    exchange.give(Answer(200, b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"))


def sink(proxy: Proxy) -> None:
    """Let a proxy be a store that takes everything and has nothing, without a server behind it."""

    def drained(exchange: Exchange) -> None:
        for _ in exchange.body():
            pass
        exchange.give(Answer(200, headers={"ETag": '"taken"'}))

    begun = b"<InitiateMultipartUploadResult><UploadId>sink</UploadId></InitiateMultipartUploadResult>"
    proxy.at("HeadObject", says(404))
    proxy.at("CreateMultipartUpload", lambda exchange: exchange.give(Answer(200, begun)))
    proxy.at("PutObject", drained)
    proxy.at("UploadPart", drained)
    proxy.at("CompleteMultipartUpload", complete_nothing)
    proxy.at("ListObjectsV2", lambda exchange: exchange.give(Answer(200, b"<ListBucketResult></ListBucketResult>")))


def drop_keys(count: int) -> Fault:
    """The first keys of a listing are left out, and it says that there are no more."""

    def change(_: Exchange, body: bytes) -> bytes:
        return re.sub(rb"<Contents>.*?</Contents>", b"", body, count=count, flags=re.S)

    return altered(change)


def same_page(_: Exchange, body: bytes) -> bytes:
    """A listing that says there is more, and names the same token each time (for `altered`)."""
    more = b"<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>"
    return re.sub(rb"<IsTruncated>false</IsTruncated>", more, body)


def parts_listed(change: Callable[[dict[int, str]], dict[int, str]], page: int | None = None) -> Fault:
    """ListParts says something else: `change` is given its parts, number → their XML; `page` is the most it names."""

    def alter(exchange: Exchange, body: bytes) -> bytes:
        text = body.decode()
        found = re.findall(r"<Part>.*?</Part>", text, re.S)
        parts = change({int(_only(r"<PartNumber>(\d+)<", part)): part for part in found})
        marker = int(exchange.seen.query.get("part-number-marker", 0))
        numbers = [number for number in sorted(parts) if number > marker]
        shown = numbers if page is None else numbers[:page]
        inner = "".join(parts[number] for number in shown)
        more = len(shown) < len(numbers)
        next_ = f"<NextPartNumberMarker>{shown[-1]}</NextPartNumberMarker>" if more else ""
        return (
            f"<ListPartsResult>{inner}<IsTruncated>{'true' if more else 'false'}</IsTruncated>{next_}</ListPartsResult>"
        ).encode()

    return altered(alter)


def part_listed(number: int, etag: str, size: int) -> str:
    """A part as ListParts names it."""
    return f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size></Part>"


def _only(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]
