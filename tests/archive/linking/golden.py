"""Texts in all languages with the links they had when `golden.json` was made, of made-up people.

    python -m tests.archive.linking.golden

makes the links anew. It refuses where the rules have the name that they had, and the links would be others: logic has
changed, which wants a new version (see `archive.linking.rules`).
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from archive.linking.index import RegisterIndex
from archive.linking.known_people import NOBODY, KnownPeople
from archive.linking.material import Material, Utterance
from archive.linking.proposals import propose
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register
from archive.linking.rules import rules

FILE = Path(__file__).with_name("golden.json")

_ENTRIES = TypeAdapter(tuple[Entry, ...])

Links = list[list[str]]


def read() -> dict[str, Any]:
    """The corpus: the name of the rules, known people, entries, and texts with their links."""
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


def index_of(corpus: dict[str, Any]) -> RegisterIndex:
    """The corpus's register, with its known people."""
    entries = _ENTRIES.validate_python(corpus["entries"])
    return RegisterIndex(Register(name="golden", sha256="0" * 64, entries=entries), KnownPeople(corpus["known"]))


def links_of(lines: list[str], index: RegisterIndex) -> Links:
    """The links of a text: of one line as a clip's description, of several as what is said in a transcript.

    Each as a person reads it, with a digest of all that it says but the name of its rules.
    """
    spoken = tuple(Utterance(float(i), i + 1.0, line) for i, line in enumerate(lines)) if len(lines) > 1 else ()
    material = Material(
        clip="file-" + "0" * 32,
        description=None if spoken else lines[0],
        transcripts=(("spoken", spoken),) if spoken else (),
    )
    found = []
    for link in propose(material, index):
        whole = sha256(link.model_copy(update={"rules": ""}).model_dump_json().encode()).hexdigest()[:12]
        shown = f"{link.entry} {link.method} {link.tier} {link.role} {link.score:.3f}"
        found.append([shown, f"{link.offset}: {link.quote}", whole])
    return found


def written(corpus: dict[str, Any]) -> str:
    """The corpus as its file has it: an entry a line, a text a line."""
    entries, texts = (",\n".join(_json(row) for row in corpus[name]) for name in ("entries", "texts"))
    head = _json({"rules": corpus["rules"], "known": corpus["known"]})[:-1]
    return f'{head},\n"entries": [\n{entries}\n],\n"texts": [\n{texts}\n]}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Make the links anew."""
    corpus = read()
    index, now = index_of(corpus), rules(NOBODY)
    texts = [[lines, links_of(lines, index)] for lines, _ in corpus["texts"]]
    changed = sum(links != before for (_, links), (_, before) in zip(texts, corpus["texts"], strict=True))
    if changed and now == corpus["rules"]:
        sys.exit(f"the links of {changed} texts change, and the rules are still {now}: raise VERSION first")
    FILE.write_text(written({**corpus, "rules": now, "texts": texts}), encoding="utf-8")
    print(f"{changed} texts have other links")


if __name__ == "__main__":
    main()
