"""What both engines do alike: texts, order, numbers; and the tables, made at once or by the migrations."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from archive.ledger import Ledger, opening, tables
from archive.ledger.column_types import Words
from archive.ledger.kept_texts import MARK, as_it_came, kept
from archive.ledger.ledger_places import Place
from archive.ledger.transactions import upsert
from archive.records.clip import Listing
from tests.support.archives import MONDAY
from tests.support.engines import EngineName, place_in, written
from tests.support.packages import HOME

ANY_TEXT = st.text(st.characters(), max_size=20) | st.lists(
    st.sampled_from(["\0", "\ud800", "\udfff", "\ufdd0", "\ufdd1", "0000", "d800", "a", MARK]), max_size=8
).map("".join)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path, made=False)


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with closing(Ledger(place)) as ledger:
        yield ledger


@given(ANY_TEXT)
def test_any_text_is_kept_as_utf8_without_nul_and_comes_back(text: str) -> None:
    written_ = kept(text)
    assert "\0" not in written_
    assert written_.encode("utf-8").decode("utf-8") == written_
    assert as_it_came(written_) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_what_an_earlier_version_kept_is_read_as_it_lies(text: str) -> None:
    assert as_it_came(text) == text


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ANY_TEXT)
def test_texts_of_strangers_come_back_as_they_came(ledger: Ledger, text: str) -> None:
    ledger.clips.failed("peertube-x", "fetch", kind="gone", message=text, now=MONDAY)
    assert ledger.clips.failures("peertube-x")[0].message == text
    ledger.markers.set(f"name {text}", text)
    assert ledger.markers.get(f"name {text}") == text
    assert ledger.markers.beginning(f"name {text}")[""] == text


def test_keys_are_ordered_by_code_point_whatever_the_locale(ledger: Ledger) -> None:
    names = ["work_a", "workA", "Work-a", "work-b", "work/c", "Äa", "a", "B", "ё", "һ", "三"]
    for name in names:
        ledger.markers.set(name, "1")
    wanted = sorted(names)
    assert [name for name in ledger.markers.beginning("") if name in names] == wanted
    assert list(ledger.markers.beginning("work")) == ["-b", "/c", "A", "_a"]


def test_more_clips_than_a_statement_takes_parameters_are_asked_for_at_once(ledger: Ledger) -> None:
    listing = Listing(source="v", extractor="PeerTube", platform_id="x", url="https://tube.example/x", title=None)
    ledger.clips.seen([listing], MONDAY)
    assert ledger.clips.known([f"peertube-{number}" for number in range(70_000)] + ["peertube-x"]) == {"peertube-x"}


@pytest.mark.parametrize("number", [(1 << 31) + 5, (1 << 63) - 1, -(1 << 63)])
def test_numbers_of_64_bits_are_kept(ledger: Ledger, number: int) -> None:
    with written(ledger) as connection:
        upsert(connection, tables.disks, {"disk": "d"}, {"source": "s", "serial": "", "folder": "", "visit": number})
    with written(ledger) as connection:
        assert connection.scalar(sa.select(tables.disks.c.visit)) == number


def test_upsert_is_one_statement_that_changes_what_it_names(ledger: Ledger) -> None:
    statements = list[str]()

    @sa.event.listens_for(ledger._engine.sql, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement.split()[0])

    with written(ledger) as connection:
        upsert(connection, tables.clips, {"id": "x"}, {})
        upsert(connection, tables.clips, {"id": "x"}, {"access": "public", "access_by": "A"})
        upsert(connection, tables.clips, {"id": "x"}, {"access": "restricted"})
        upsert(connection, tables.clips, {"id": "x"}, {})
    assert [word for word in statements if word not in ("BEGIN", "PRAGMA")] == ["INSERT"] * 4
    with written(ledger) as connection:
        assert connection.execute(sa.select(tables.clips)).one()[:3] == ("x", "restricted", "A")


def _differences(place: Place) -> list[object]:
    engine = opening.open_engine(place).sql
    try:
        with engine.connect() as connection:
            return list(
                compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), tables.metadata)
            )
    finally:
        engine.dispose()


def test_new_tables_are_those_that_the_code_knows(place: Place) -> None:
    assert _differences(place) == []


def test_tables_made_by_the_migrations_are_those_that_the_code_knows(tmp_path: Path) -> None:
    """Old ledgers are SQLite's: with the first version that had PostgreSQL, new ones are made at once."""
    path = tmp_path / "old.sqlite"
    config = Config()
    config.set_main_option("script_location", str(opening.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    shapes = []
    new = opening.open_engine(tmp_path / "new.sqlite").sql
    for one in (engine, new):
        there = sa.inspect(one)
        shapes.append(
            {
                name: (
                    [(column["name"], str(column["type"]), column["nullable"]) for column in there.get_columns(name)],
                    sorted((index["name"] or "", tuple(index["column_names"])) for index in there.get_indexes(name)),
                    there.get_pk_constraint(name),
                )
                for name in there.get_table_names()
            }
        )
        one.dispose()
    assert shapes[0] == shapes[1]
    assert _differences(path) == []


def test_every_text_is_compared_by_code_point() -> None:
    columns = [column for table in tables.metadata.sorted_tables for column in table.columns]
    texts = [column for column in columns if isinstance(column.type, sa.String | Words)]
    assert texts
    for column in texts:
        made = str(sa.schema.CreateColumn(column).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert 'TEXT COLLATE "C"' in made, column


def test_the_clock_is_the_ledgers(ledger: Ledger, engine: EngineName) -> None:
    with written(ledger) as connection:
        first, second = ledger._transactions.now(connection), ledger._transactions.now(connection)
    assert first <= second
    assert first.utcoffset() == second.utcoffset()
    assert ledger.several is (engine == "postgresql")


READ = """
import sys
from pathlib import Path
from archive.ledger import Ledger
from tests.support.engines import place_in
ledger = Ledger(place_in(Path(sys.argv[1])))
ledger.markers.set("a", "2")
print(ledger.markers.get("a"))
ledger.close()
"""


def test_who_writes_sees_what_others_wrote_before_and_a_reader_one_moment(ledger: Ledger, tmp_path: Path) -> None:
    ledger.markers.set("a", "1")
    with ledger._transactions.reading() as connection:
        query = sa.select(tables.facts.c.value).where(tables.facts.c.name == "a")
        assert connection.scalar(query) == "1"
        if ledger.several:  # in a rollback journal of SQLite, a writer waits for readers
            done = subprocess.run([sys.executable, "-c", READ, str(tmp_path)], cwd=HOME, capture_output=True, text=True)
            assert done.stdout == "2\n", done.stderr
            assert connection.scalar(query) == "1"
    if ledger.several:
        with ledger.at_once():
            assert ledger.markers.get("a") == "2"
