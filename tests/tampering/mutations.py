"""What a value becomes: words, numbers and structures that nobody of good will writes, each as raw JSON text."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

AIMS = ("keep", "archive.toml", "outside", "b", "state/ledger.sqlite")
"""What lies beside the state folder, and must stay as it is."""

FAMILIES = (
    "ids",
    "paths",
    "sizes",
    "dates",
    "numbers",
    "depth",
    "types",
    "unknown",
    "schema",
    "duplicate",
    "missing",
    "lists",
)
_PLACE = "@@here@@"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_IDS = (
    "clip", "object", "run", "id", "transcript", "register_name", "list_name", "entry", "link", "ledger", "name",
    "platform_id",
)  # fmt: skip
_PATHS = ("path", "name", "file", "where", "container", "language", "role", "state", "manifest", "head")


def hostile_ids(rng: Random, home: Path) -> str:
    """A word that is no part of a good id: it leads elsewhere, or is what a file's name cannot be."""
    up = "../" * rng.randint(1, 6)
    aim = rng.choice(AIMS)
    return rng.choice(
        (
            up + aim,
            up + aim,
            str(home / aim),
            str(home / aim),
            f"peertube-1/{up}{aim}",
            f"%2e%2e%2f%2e%2e%2f{aim}",
            f"..\\..\\{aim}",
            f"keep\0{aim}",
            f"{aim}\n",
            "\n",
            f"a\r\n[b]{aim}[/b]\x1b[2J",
            "x" * 300,
            "x" * 5000,
            "",
            ".",
            "..",
            "/",
            "-rf",
            "é" * 200,
            "peertube-1 ",
            "peertube-1.",
            "PEERTUBE-1",
            "peertube-9",
            "peertube-2",
            "tube-../x",
            "evidence-peertube-1",
            "run-20260302T080000Z-00000000-1",
        )
    )


def hostile_paths(rng: Random, home: Path) -> str:
    """A path that leads out of its place, or that no file can have."""
    up, aim = "../" * rng.randint(1, 6), rng.choice(AIMS)
    return rng.choice(
        (
            up + aim,
            str(home / aim),
            f"v1/content/{up}{aim}",
            f"v1/{up}{aim}",
            "v9/content/media",
            "v1//content/x",
            "v01/content/x",
            "v" + "9" * 5000,
            f"v{'9' * 5000}/content/x",
            "v1/content/./x",
            f"media/{up}{aim}",
            "media/" + "d/" * 500 + "x",
            "x" * 300,
            "media\\x",
            "media/\0x",
            "media/x\n",
            "v1/content",
            "v1/inventory.json",
            "media",
            "",
            "é",
            "/dev/null",
        )
    )


_DATES = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "2126-03-02T08:00:00Z",
    "2026-03-02T08:00:00",
    "2026-02-30T08:00:00Z",
    "2026-03-02T08:00:60Z",
    "2026-03-02",
    "yesterday",
    "",
    "10000-01-01T00:00:00Z",
    "2026-03-02T08:00:00+99:99",
)
_NUMBERS = ("-1", "0", "1e308", "1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 30, "1" + "0" * 6000, "1.5", "-0.0")
_SIZES = (
    "-1",
    "0",
    "4611686018427387904",
    "9223372036854775807",
    "9223372036854775808",
    "1" + "0" * 30,
    "1.5",
    '"12"',
    "null",
    "true",
)
_TYPES = ("null", "true", "[]", "{}", '""', "0", '["x"]', '{"x": 1}', "[[]]", '"x"', '"\\ud800"', '"\\u0000"')


_LISTS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "emptied": lambda _: [],
    "twice": lambda some: some + some,
    "with its first again": lambda some: some + some[:1],
    "a thousand times": lambda some: some * 1000,
    "turned round": lambda some: some[::-1],
    "without its first": lambda some: some[1:],
}


def deep(rng: Random) -> str:
    """Lists or objects within each other, deeper than a reader recurses."""
    depth = rng.choice((900, 3000, 50_000))
    return rng.choice(("[" * depth + "]" * depth, '{"x":' * depth + "1" + "}" * depth))


@dataclass(frozen=True)
class _Node:
    """A place in a document: what holds it, under which key, and the name that it goes by."""

    parent: Any
    key: Any
    name: str

    @property
    def value(self) -> Any:
        return self.parent[self.key]


def _nodes(document: Any, name: str = "") -> Iterator[_Node]:
    if isinstance(document, dict | list):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            called = str(key) if isinstance(document, dict) else name
            yield _Node(document, key, called)
            yield from _nodes(value, called)


def _fits(family: str, node: _Node) -> bool:
    value = node.value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "ids": isinstance(value, str) and node.name in _IDS,
        "paths": isinstance(value, str) and (node.name in _PATHS or "/" in value),
        "sizes": number,
        "numbers": number,
        "dates": isinstance(value, str) and bool(_DATE.match(value)),
        "lists": isinstance(value, list),
    }.get(family, True)


def mutate(rng: Random, document: Any, home: Path) -> tuple[str, str, str]:
    """Change one place of a document: the family of the change, what was done, and the document as text."""
    family = rng.choice(FAMILIES)
    nodes = list(_nodes(document))
    # A table of contents is longer than what it is about: each name of a field is as likely as any other.
    fitting: dict[str, list[_Node]] = {}
    for node in nodes:
        if _fits(family, node):
            fitting.setdefault(node.name if len(node.name) < 64 else "a digest", []).append(node)
    if not fitting:
        family = "types"
        for node in nodes:
            fitting.setdefault(node.name, []).append(node)
    node = rng.choice(fitting[rng.choice(sorted(fitting))])
    where = node.name if len(node.name) < 64 else f"{node.name[:12]}…"
    if family == "missing":
        del node.parent[node.key]
        return family, f"{where} taken out", json.dumps(document)
    if family == "lists" and isinstance(node.value, list):
        how = rng.choice(sorted(_LISTS))
        node.parent[node.key] = _LISTS[how](node.value)
        return family, f"{where} {how}", json.dumps(document)
    if family == "schema" and isinstance(document, dict):
        raw = rng.choice(("2", "99", '"1"', "1.0", "null", "true", "[1]", "1e999"))
        document["schema_version"] = _PLACE
        return family, f"schema_version {raw}", json.dumps(document).replace(f'"{_PLACE}"', raw)
    if family == "unknown":
        holder = rng.choice([document, *(one.value for one in nodes if isinstance(one.value, dict))])
        if isinstance(holder, dict):
            holder[rng.choice(("extra", "__proto__", "x" * 300, "clip ", "Access"))] = rng.choice((1, "x", [], {}))
        return family, "a field more", json.dumps(document)
    if family == "duplicate" and isinstance(node.parent, dict):
        before = json.dumps(node.value)
        raw = json.dumps(hostile_ids(rng, home))
        node.parent[node.key] = _PLACE
        both = (raw, before) if rng.random() < 0.5 else (before, raw)
        name = json.dumps(node.key)
        text = json.dumps(document).replace(f'{name}: "{_PLACE}"', f"{name}: {both[0]}, {name}: {both[1]}")
        return family, f"{where} twice", text
    raw = _raw(rng, family, home)
    node.parent[node.key] = _PLACE
    return family, f"{where} became {raw[:80]}", json.dumps(document).replace(f'"{_PLACE}"', raw)


def _raw(rng: Random, family: str, home: Path) -> str:
    match family:
        case "ids":
            return json.dumps(hostile_ids(rng, home))
        case "paths":
            return json.dumps(hostile_paths(rng, home))
        case "sizes":
            return rng.choice(_SIZES)
        case "numbers":
            return rng.choice(_NUMBERS)
        case "dates":
            return json.dumps(rng.choice(_DATES))
        case "depth":
            return deep(rng)
        case _:
            return rng.choice(_TYPES)


def spoil(rng: Random, data: bytes) -> tuple[str, bytes]:
    """Change bytes as a whole: what was done, and what became of them."""
    half = data[: len(data) // 2]
    choices = {
        "emptied": b"",
        "cut in half": half,
        "invalid UTF-8": half + b"\xff\xfe\x80" + data[len(half) :],
        "in UTF-16": data.decode("utf-8", "replace").encode("utf-16"),
        "with a mark of byte order": b"\xef\xbb\xbf" + data,
        "rubbish": rng.randbytes(200),
        "zeros": bytes(len(data)),
        "more behind it": data + b"\n{}\n",
        "one bit": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:] if len(data) > 3 else b"?",
        "null": b"null\n",
        "a list": b"[]\n",
        "a number": b"1e999\n",
        "deep": deep(rng).encode(),
        "larger than any document": data + bytes(65 << 20),
    }
    what = rng.choice(sorted(choices)[:-1] if rng.random() < 0.95 else sorted(choices))
    return what, choices[what]
