"""The messages of the room's pages, as catalogues have to translate them: out of templates, phrases and sentences.

`python -m flows.reading_room.messages` brings the catalogues up to date; what is new in them is empty then.
"""

import ast
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from flows.reading_room.made_lines import forms
from flows.reading_room.page_words import CURVES, NAMED, PHRASES
from flows.reading_room.texts import FOLDER, SPOKEN, UNITS

HERE = Path(__file__).parent
SAYING = ("problem", "HTTPException")
"""Calls whose last text is a sentence for a reader."""

OF_STARLETTE = (HTTPStatus.NOT_FOUND.phrase, HTTPStatus.METHOD_NOT_ALLOWED.phrase)
"""What it says itself of an address that there is not, and of a form sent to a page that takes none."""


def messages() -> Catalog:
    """All of them, with nothing translated."""
    catalogue = Catalog(project="thirdcopy", charset="utf-8", fuzzy=False)
    for words in (*PHRASES.values(), *NAMED.values(), *CURVES.values(), *UNITS, *forms(), *OF_STARLETTE):
        catalogue.add(words)
    for template in sorted((HERE / "templates").glob("*.html")):
        with template.open("rb") as source:
            found = babel_extract(source, ("_", "gettext", "ngettext"), (), {"extensions": "jinja2.ext.i18n"})
            for _, function, message, _ in found:
                parts = [part for part in (message if isinstance(message, tuple) else [message]) if part]
                if parts:
                    catalogue.add(tuple(parts[:2]) if function == "ngettext" else parts[0])
    for module in sorted(HERE.rglob("*.py")):
        for sentence in _sentences(ast.parse(module.read_text("utf-8"))):
            catalogue.add(sentence)
    return catalogue


def _sentences(tree: ast.AST) -> Iterator[str]:
    """Texts that begin with a capital and end with a stop, of calls that say them and of constants."""
    for node in ast.walk(tree):
        texts = list[ast.expr]()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (*SAYING, "FilmOnPage"):
            texts = [*node.args, *(word.value for word in node.keywords)]
        elif isinstance(node, ast.Assign):
            texts = [node.value]
        for text in texts:
            for one in text.elts if isinstance(text, ast.Tuple) else [text]:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.endswith("."):
                    yield one.value


def updated(language: str) -> bytes:
    """A language's catalogue with today's messages: what was translated stays."""
    file, catalogue = FOLDER / f"{language}.po", Catalog(locale=language)
    if file.exists():
        catalogue = read_po(BytesIO(file.read_bytes()), locale=language)
    catalogue.update(messages(), no_fuzzy_matching=True, update_creation_date=False)
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, omit_header=True, no_location=True, ignore_obsolete=True, width=118)
    return out.getvalue()


if __name__ == "__main__":
    for spoken in SPOKEN[1:]:
        (FOLDER / f"{spoken}.po").write_bytes(updated(spoken))
