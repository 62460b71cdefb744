"""Conditions that both engines understand alike: what begins with a text, and what is one of very many."""

import json
import sys
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from archive.ledger.kept_texts import kept


def begins(column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    """Whether a text begins with another: a range, which an index answers.

    LIKE takes A and a for one letter in SQLite, and not in PostgreSQL.
    """
    first = kept(prefix)
    after = _after(first)
    from_there = column >= sa.literal(first, sa.Text)
    return from_there if after is None else from_there & (column < sa.literal(after, sa.Text))


def _after(text: str) -> str | None:
    """The first text after all that begin with one, by code point; None where every later text does."""
    text = text.rstrip(chr(sys.maxunicode))
    if not text:
        return None
    following = ord(text[-1]) + 1
    return text[:-1] + ("\ue000" if 0xD800 <= following < 0xE000 else chr(following))


def among(column: sa.ColumnElement[str], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a text is one of some, however many: they are one parameter, and the statement is always the same."""
    return _Among(column, sa.bindparam(None, list(values), type_=_Texts()))


def not_among(column: sa.ColumnElement[str], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a text is none of some, however many."""
    return _NotAmong(column, sa.bindparam(None, list(values), type_=_Texts()))


class _Texts(sa.TypeDecorator[list[str]]):
    """Texts as one parameter: a list in PostgreSQL, a JSON text in SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.ARRAY(sa.Text()) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: list[str] | None, dialect: sa.Dialect) -> Any:
        texts = [kept(text) for text in value or ()]
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class _Among(FunctionElement[bool]):
    name = "among"
    type = sa.Boolean()
    inherit_cache = True
    in_sqlite, in_postgresql = "IN", "= ANY"

    def self_group(self, against: Any = None) -> Any:
        """As it is: SQLAlchemy would have SQLite compare it with 1, and then no index answers it."""
        return self


class _NotAmong(_Among):
    name = "not_among"
    inherit_cache = True
    in_sqlite, in_postgresql = "NOT IN", "<> ALL"


@compiles(_Among, "sqlite")
@compiles(_NotAmong, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    some = compiler.process(values, **options)
    return f"{compiler.process(column, **options)} {element.in_sqlite} (SELECT value FROM json_each({some}))"  # noqa: S608


@compiles(_Among, "postgresql")
@compiles(_NotAmong, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    some = compiler.process(values, **options)
    return f"{compiler.process(column, **options)} {element.in_postgresql} ({some})"
