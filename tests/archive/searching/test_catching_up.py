"""The index follows the ledger: what changed is taken in, and nothing else; it may be dropped, killed and made anew."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.ledger import tables
from archive.ledger.clips import AccessGiven
from archive.ledger.sightings import Seen
from archive.opening.archive import Archive
from archive.progress import Silent
from archive.searching import answering, clip_texts, merging, search_index
from archive.searching.hits import Asked
from archive.searching.search_index import Index, open_index
from archive.settings.stanzas import RegisterSettings
from archive.steps.registering import import_register
from tests.archive.searching.test_finding import ALL, told
from tests.support import engines
from tests.support.archives import MONDAY, a_judgement, a_link, an_archive, folder_targets, keep, transcript

CLIP, OTHER = "peertube-one", "peertube-two"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        yield archive


@pytest.fixture
def index(archive: Archive) -> Iterator[Index]:
    with open_index(archive) as index:
        yield index


def count(index: Index, text: str) -> int:
    return index.search(Asked(text), ALL, proposals=True).count


def answers(index: Index, texts: tuple[str, ...]) -> list[object]:
    return [index.search(Asked(text), ALL, proposals=True, limit=1_000) for text in texts]


CHANGES: dict[str, Callable[[Archive], object]] = {
    "access": lambda archive: archive.ledger.clips.give_access(
        CLIP, AccessGiven("public", "A. Archivist", MONDAY), event=None
    ),
    "capture": lambda archive: keep(archive, CLIP, 2),
    "judgement": lambda archive: archive.ledger.readings.judge(CLIP, a_judgement(a_link(CLIP)), event=None),
    "links": lambda archive: archive.ledger.readings.set_links(CLIP, [a_link(CLIP)], event=None),
    "sighting": lambda archive: archive.ledger.sightings.add(
        "voices", [Seen(CLIP)], network="home", tool="yt-dlp", now=MONDAY
    ),
    "transcript": lambda archive: archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_taken_in_once_and_nothing_else(archive: Archive, index: Index, change: str) -> None:
    for clip in (CLIP, OTHER):
        keep(archive, clip)
    assert index.catch_up(archive) == 2
    assert index.catch_up(archive) == 0
    CHANGES[change](archive)
    assert index.catch_up(archive) == 1
    assert index.catch_up(archive) == 0


def test_a_new_clip_is_found_and_one_that_is_held_no_more_is_not(archive: Archive, index: Index) -> None:
    told(archive, CLIP, ("en", "Unheardof words."))
    index.catch_up(archive)
    assert count(index, "unheardof") == 1
    captures, mine = tables.captures, tables.captures.c.clip == CLIP
    with engines.written(archive.ledger) as connection:
        rows = [dict(row) for row in connection.execute(sa.select(captures).where(mine)).mappings()]
        connection.execute(sa.delete(captures).where(mine))
        connection.execute(sa.delete(tables.done).where(tables.done.c.clip == CLIP))
    assert index.catch_up(archive) == 1
    assert count(index, "unheardof") == 0
    assert index.catch_up(archive) == 0
    with engines.written(archive.ledger) as connection:
        connection.execute(sa.insert(captures), rows)
    assert index.catch_up(archive) == 1
    assert count(index, "unheardof") == 1


def test_an_index_that_is_opened_again_is_the_same_one(archive: Archive, index: Index) -> None:
    told(archive, CLIP, ("en", "Words that stay."))
    index.catch_up(archive)
    with open_index(archive) as again:
        assert again.catch_up(archive) == 0
        assert count(again, "stay") == 1


def test_one_that_was_rebuilt_beside_is_seen_as_another_one(archive: Archive, index: Index) -> None:
    told(archive, CLIP, ("en", "First words."))
    index.catch_up(archive)
    assert count(index, "first") == 1
    with open_index(archive) as other:
        for number in range(3):
            told(archive, f"peertube-{number}", ("en", f"More of the first words, {number}."))
            other.catch_up(archive)
        assert other.rebuild(archive) == 4
    assert count(index, "first") == 4
    assert index.catch_up(archive) == 0


def test_one_by_earlier_rules_is_made_anew(archive: Archive, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    told(archive, CLIP, ("en", "Words that stay."))
    index.catch_up(archive)
    monkeypatch.setattr(search_index, "RULES", search_index.RULES + 1)
    assert index.catch_up(archive) == 1
    assert index.catch_up(archive) == 0
    assert count(index, "stay") == 1


def test_what_changes_while_a_clip_is_read_is_taken_in_the_next_time(
    archive: Archive, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(archive, CLIP, ("en", "First words."))
    read = clip_texts.facts_of

    def changed_meanwhile(archive: Archive, clips: list[str]) -> object:
        found = read(archive, clips)
        told(archive, CLIP, ("en", "Second words."), title="another title")
        return found

    monkeypatch.setattr(search_index, "facts_of", changed_meanwhile)
    assert index.catch_up(archive) == 1
    monkeypatch.undo()
    assert count(index, '"second words"') == 0
    assert index.catch_up(archive) == 1
    assert (count(index, '"second words"'), count(index, '"first words"')) == (1, 0)


def test_what_breaks_off_is_done_the_next_time(archive: Archive, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    told(archive, CLIP, ("en", "Сауытбайдың words."))
    from archive.searching.filling import Filling

    def breaks_off(_: Filling) -> None:
        raise KeyboardInterrupt

    index.catch_up(archive)
    told(archive, OTHER, ("en", "Тұрсынның words."))
    monkeypatch.setattr(Filling, "end", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        index.catch_up(archive)
    monkeypatch.undo()
    assert count(index, "words") == 1
    assert index.catch_up(archive) == 1
    assert (count(index, "words"), count(index, "Sauytbai"), count(index, "Tursun")) == (2, 1, 1)


def test_a_transcript_that_cannot_be_read_costs_no_other_text(archive: Archive, index: Index) -> None:
    told(archive, CLIP, ("en", "Words."), title="A title of mountains")
    with engines.written(archive.ledger) as connection:
        connection.exec_driver_sql("UPDATE transcripts SET body = '{}'")
    said = list[str]()

    class Heard:
        def say(self, line: str) -> None:
            said.append(line)

        task = Silent.task

    assert index.catch_up(archive, Heard()) == 1
    assert count(index, "mountains") == 1
    assert len(said) == 1
    assert CLIP in said[0]


def test_registers_are_taken_in_where_they_are_another_one(tmp_path: Path) -> None:
    file = tmp_path / "victims.csv"
    file.write_text("Entry,Victim's Name\n1,Perhat Yolwas\n2,Aynur Tursun\n", encoding="utf-8")
    registers = {"victims": RegisterSettings(file=file)}
    with (
        an_archive(tmp_path / "state", folder_targets(tmp_path, "a"), registers=registers) as archive,
        open_index(archive) as index,
    ):

        def entries(text: str) -> list[str | None]:
            index.catch_up(archive)
            return [hit.title for hit in index.search(Asked(text), ALL, proposals=True, entries=True).hits]

        assert entries("yolwas") == []
        import_register(archive, "victims", archive.targets)
        assert (entries("yolwas"), entries("aynur")) == (["1"], ["2"])
        file.write_text("Entry,Victim's Name\n1,Perhat Yolwas\n3,Aynur Tursun\n", encoding="utf-8")
        import_register(archive, "victims", archive.targets)
        assert (entries("yolwas"), entries("aynur")) == (["1"], ["3"])
        assert index.search(Asked("yolwas"), ALL, proposals=True).count == 0


TEXTS = ("word", "wo*", '"one word"', "Sauytbai", "numbers -word", "沙", "沙吾")


def test_answers_are_the_same_taken_in_bit_by_bit_merged_and_at_once(archive: Archive, index: Index) -> None:
    lots = random.Random(16)  # noqa: S311
    words = ("one", "word", "numbers", "Сауытбайдың", "沙吾提巴依", "wonder", "two")
    texts = {f"peertube-{n:02d}": [" ".join(lots.choices(words, k=5)) for _ in range(3)] for n in range(20)}
    for clip in texts:
        told(archive, clip, ("en", "To be changed, one word."))
        index.catch_up(archive)
    for clip, lines in texts.items():
        told(archive, clip, *(("kk", line) for line in lines), title="changed")
        index.catch_up(archive)
    bit_by_bit = answers(index, TEXTS)
    assert all(found.count for found in bit_by_bit)  # type: ignore[attr-defined]
    index.compact()
    assert answers(index, TEXTS) == bit_by_bit
    assert index.catch_up(archive) == 0
    assert index.rebuild(archive) == 20
    assert answers(index, TEXTS) == bit_by_bit


def test_it_is_cheap_where_nothing_changed(archive: Archive, index: Index) -> None:
    told(archive, CLIP, ("en", "Words."))
    index.catch_up(archive)
    asked = list[str]()
    began = time.process_time()
    for _ in range(20):
        asked.append(str(index.catch_up(archive)))
    assert asked == ["0"] * 20
    assert time.process_time() - began < 2


def test_a_killed_process_leaves_an_index_that_goes_on(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        for number in range(30):
            told(archive, f"peertube-{number}", *((("en", f"Words of clip {number}."),) * 30))
    script = (
        "from pathlib import Path\nfrom tests.support.archives import an_archive\n"
        "from archive.searching.search_index import open_index\n"
        f"state = Path({str(tmp_path / 'state')!r})\n"
        "with an_archive(state, {}, minimum=1) as archive, open_index(archive) as index:\n"
        "    print('ready', flush=True)\n    index.catch_up(archive)\n"
    )
    for delay in (0.0, 0.05, 0.15):
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
        )
        assert process.stdout
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive, open_index(archive) as index:
        index.catch_up(archive)
        assert index.catch_up(archive) == 0
        assert count(index, "words") == 900


def test_much_that_is_gone_is_forgotten(archive: Archive, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "LOOSE", 4)
    for number in range(12):
        told(archive, CLIP, ("en", f"Words of number {number}."), title=f"Title {number}")
        index.catch_up(archive)
    with index._place.reading() as connection:
        gone = connection.scalar(sa.text("SELECT count(*) FROM search_pages WHERE gone"))
    assert (gone or 0) <= 6
    assert (count(index, '"number 11"'), count(index, '"number 3"')) == (1, 0)


def test_runs_are_merged_into_blocks_and_too_much_to_read_is_a_lower_bound(
    archive: Archive, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "BLOCK", 30)
    for number in range(10):
        told(archive, f"peertube-{number}", *((("en", "Often these words."),) * 10))
        index.catch_up(archive)
    index.compact()
    with index._place.reading() as connection:
        assert (connection.scalar(sa.text("SELECT count(*) FROM search_runs")) or 0) >= 2
    whole = index.search(Asked("often"), ALL, proposals=True)
    assert (whole.count, whole.more) == (100, False)
    monkeypatch.setattr(answering, "READ", 35)
    some = index.search(Asked("often"), ALL, proposals=True)
    assert some.more
    assert 0 < some.count <= 60
    assert index.search(Asked("often -words"), ALL, proposals=True).count == 0


def test_a_prefix_of_very_many_words_is_said_to_be_bounded(
    archive: Archive, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(archive, CLIP, *(("en", f"word{n}") for n in range(10)))
    index.catch_up(archive)
    monkeypatch.setattr(answering, "BEGUN", 4)
    found = index.search(Asked("word*"), ALL, proposals=True)
    assert (found.count, found.more) == (4, True)
    assert "very many words" in found.faults[0]
