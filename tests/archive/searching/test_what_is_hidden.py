"""What a reader may not see betrays itself nowhere: counts, order and words are as if it were not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.ledger.clips import AccessGiven
from archive.ledger.waiting import Waits
from archive.opening.archive import Archive
from archive.records.clip import Access
from archive.searching.hits import Asked, Found
from archive.searching.search_index import Index, open_index
from tests.archive.searching.test_finding import ALL, PUBLIC, told
from tests.support.archives import MONDAY, an_archive, folder_targets

QUESTIONS = (
    "Sauytbai",
    "сауытбай",
    "沙吾提巴依",
    "words",
    "wor*",
    '"words of"',
    "words -secret",
    "secret",
    "新疆",
    "clip",
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        yield archive


def opened_to(archive: Archive, clip: str, level: Access) -> None:
    archive.ledger.clips.give_access(clip, AccessGiven(level, "A. Keeper", MONDAY), event=None)


def answers(index: Index, levels: frozenset[Access], **rest: Any) -> list[Found]:
    return [index.search(Asked(text, **rest), levels, proposals=False) for text in QUESTIONS]


def hide(archive: Archive, number: int) -> None:
    told(
        archive,
        f"peertube-hidden-{number}",
        ("en", "Sauytbai and secret words of somebody."),
        ("kk", "Сауытбайдың"),
        ("zh", "沙吾提巴依在新疆。"),
        uploaded="20260101",
    )


def test_answers_are_the_same_whatever_is_hidden(archive: Archive) -> None:
    for number, text in enumerate(("Sauytbai said words of hers.", "Other words.", "沙吾提巴依在新疆。")):
        told(archive, f"peertube-{number}", ("en", text))
        opened_to(archive, f"peertube-{number}", "public")
    with open_index(archive) as index:
        index.catch_up(archive)
        before = answers(index, PUBLIC)
        assert any(found.count for found in before)
        for number in range(12):
            hide(archive, number)
        index.catch_up(archive)
        assert answers(index, PUBLIC) == before
        assert answers(index, ALL) != before
        index.compact()
        assert answers(index, PUBLIC) == before


def test_a_clip_that_is_closed_is_found_no_more_and_one_that_is_opened_is(archive: Archive) -> None:
    hide(archive, 0)
    with open_index(archive) as index:
        index.catch_up(archive)
        assert [found.count for found in answers(index, PUBLIC)] == [0] * len(QUESTIONS)
        opened_to(archive, "peertube-hidden-0", "public")
        index.catch_up(archive)
        public = answers(index, PUBLIC)
        assert public == answers(index, ALL)
        assert public[0].count == 3
        opened_to(archive, "peertube-hidden-0", "restricted")
        index.catch_up(archive)
        assert [found.count for found in answers(index, PUBLIC)] == [0] * len(QUESTIONS)
        assert answers(index, ALL) == public


def test_a_clip_that_is_closed_is_gone_before_others_are_taken_in(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(archive, 0)
    opened_to(archive, "peertube-hidden-0", "public")
    with open_index(archive) as index:
        index.catch_up(archive)
        opened_to(archive, "peertube-hidden-0", "restricted")

        def breaks_off(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Index, "_take_in", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            index.catch_up(archive)
        monkeypatch.undo()
        assert [found.count for found in answers(index, PUBLIC)] == [0] * len(QUESTIONS)
        assert index.catch_up(archive) == 1
        assert answers(index, ALL)[0].count == 3


def test_what_waits_to_be_accepted_closes_a_clip_until_it_does_not(archive: Archive) -> None:
    clip = "peertube-hidden-0"
    hide(archive, 0)
    public = archive.settings.model_copy(update={"access": "public"})
    archive = Archive(public, archive.ledger, archive.targets, clock=archive.clock)
    with open_index(archive) as index:
        index.catch_up(archive)
        assert answers(index, PUBLIC)[0].count == 3
        archive.ledger.waiting.add([Waits(f"work-{clip}", 7, "0" * 128, "a", "only a says it")])
        assert index.catch_up(archive) == 1
        assert answers(index, PUBLIC)[0].count == 0
        archive.ledger.waiting.drop(f"work-{clip}", 7, "0" * 128)
        assert index.catch_up(archive) == 1
        assert answers(index, PUBLIC)[0].count == 3


def test_other_levels_in_the_settings_hold_at_once(archive: Archive) -> None:
    hide(archive, 0)
    public = archive.settings.model_copy(update={"access": "public"})
    with open_index(archive) as index:
        index.catch_up(Archive(public, archive.ledger, archive.targets, clock=archive.clock))
        assert answers(index, PUBLIC)[0].count == 3
        index.catch_up(archive)
        assert answers(index, PUBLIC)[0].count == 0


def test_nobodys_levels_find_nothing(archive: Archive) -> None:
    hide(archive, 0)
    with open_index(archive) as index:
        index.catch_up(archive)
        assert [found.count for found in answers(index, frozenset())] == [0] * len(QUESTIONS)
