"""What a report counts: every item once, and numbers that reconcile whatever comes; what changed between two."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from archive.ledger.reconciliation import JudgedLink, Reached
from archive.linking.lists.reconciling import Reconciled
from archive.records.expected import Expected
from archive.records.report import (
    NUMBERS,
    Asked,
    Counts,
    Missing,
    Report,
    ReportRow,
    Unheld,
    Unsafe,
    month_of,
)
from archive.views.report_changes import changed
from archive.views.report_counts import Counting, Enough, Judged, by_source, judged_by_clip
from archive.views.report_sheet import to_csv
from archive.views.report_words import LACKS, foremost, gaps
from tests.support.archives import MONDAY, a_judgement, a_link

TARGETS = ("a", "b", "c")
ENOUGH = Enough(lambda there: {"a", "b"} <= there, minimum=2)
"""Two copies, and not with one provider: `c` is `b`'s."""

Made = tuple[list[tuple[Reached, Judged]], list[Reconciled]]


class Lots:
    """Choices that are read out of one number, so that any number is an archive and 0 the plainest."""

    def __init__(self, number: int) -> None:
        self._left = number

    def among(self, *choices: Any) -> Any:
        """One of some choices."""
        self._left, place = divmod(self._left, len(choices))
        return choices[place]


def clip_by(number: int, lots: Lots) -> tuple[Reached, Judged]:
    """Any clip that a ledger may have."""
    arrived = frozenset(lots.among("", "a", "b", "c", "ab", "bc", "abc"))
    links = lots.among(0, 1, 2, 3)
    judged = lots.among(*range(links + 1))
    one = Reached(
        clip=f"peertube-{number}",
        source=lots.among(None, "voices", "disk"),
        month=lots.among(None, "2019-03", "2026-02"),
        seen=lots.among(None, MONDAY, datetime(2019, 12, 31, 23, 59, tzinfo=UTC)),
        held=lots.among(True, True, False),
        failure=lots.among(None, "gone", "barred", "fork", "a kind of tomorrow"),
        arrived=arrived,
        proven=arrived & frozenset(lots.among("", "a", "ab", "abc")),
        heard=lots.among(False, True),
        unheard=lots.among(None, "damaged"),
        languages=frozenset(lots.among((), ("ug",), ("ug", "kk"))),
        linking=lots.among(False, True),
        links=links,
    )
    return one, Judged(judged, lots.among(*range(links - judged + 1)))


def video_by(number: int, lots: Lots) -> Reconciled:
    """Any video of a list that is no clip."""
    item = Expected(form=f"youtu.be/{number}", address="x", date=lots.among(None, "2019", "2019-03", "2019-03-02"))
    return Reconciled(item, lots.among("nowhere", "perhaps"))


NUMBERS_OF_CLIPS = st.lists(st.integers(0, 2**32), max_size=6)
NUMBERS_OF_VIDEOS = st.lists(st.integers(0, 7), max_size=3)


def archive_by(clips: list[int], videos: list[int]) -> Made:
    """The archive that some numbers are."""
    return (
        [clip_by(number, Lots(lot)) for number, lot in enumerate(clips)],
        [video_by(number, Lots(lot)) for number, lot in enumerate(videos)],
    )


ARCHIVES = st.builds(archive_by, NUMBERS_OF_CLIPS, NUMBERS_OF_VIDEOS)


def counted(clips: list[tuple[Reached, Judged]], videos: list[Reconciled]) -> tuple[list[ReportRow], list[Missing]]:
    missing = list[Missing]()
    counting = Counting(ENOUGH, missing.append)
    for one, judged in clips:
        counting.clip(one, judged)
    for video in videos:
        counting.listed("list struck", video)
    return counting.rows(), missing


@settings(deadline=None)
@given(ARCHIVES)
def test_every_item_is_counted_once_and_the_numbers_reconcile(made: Made) -> None:
    clips, videos = made
    rows, missing = counted(clips, videos)
    totals = Counts.together(row.counts for row in rows)
    held = [(one, judged) for one, judged in clips if one.held]
    safe = [one for one, _ in held if {"a", "b"} <= one.arrived]
    links = [(one, one.links - judged.dropped, judged.judged) for one, judged in held]
    assert totals.expected == len(clips) + len(videos) == totals.held + sum(totals.unheld.values())
    assert totals.held == len(held) == totals.safe + sum(totals.unsafe.values())
    assert totals.safe == len(safe)
    assert totals.proven == sum({"a", "b"} <= one.proven for one in safe) <= totals.safe
    assert totals.held == totals.transcribed + sum(totals.untranscribed.values())
    assert totals.transcribed == sum(one.heard for one, _ in held)
    assert totals.languages.get("ug", 0) == sum(one.heard and "ug" in one.languages for one, _ in held)
    assert totals.held == totals.linked + sum(totals.unlinked.values())
    assert totals.linked == sum(count > 0 for _, count, _ in links)
    assert totals.judged == sum(count == judged > 0 for _, count, judged in links)
    assert len({(row.source, row.month) for row in rows}) == len(rows)
    assert Counts.together(by_source(rows).values()) == totals
    assert [one.name for one in missing] == [one.clip for one, _ in clips if one not in safe] + [
        video.item.form for video in videos
    ]
    lacks = Counter(one.lacks for one in missing)
    assert lacks == Counter(totals.unheld) + Counter(totals.unsafe)
    assert len(missing) == totals.missing
    assert sum(count for step, count, _ in gaps(totals) if step in ("held", "safe")) == totals.missing
    assert {one.name for one in foremost(missing, 3)} <= {one.name for one in missing}


@settings(deadline=None)
@given(ARCHIVES, ARCHIVES)
def test_what_changed_is_the_difference_of_two_reports(one: Made, other: Made) -> None:
    (rows, missing), (rows_before, missing_before) = counted(*one), counted(*other)
    now, before = a_report(rows, missing), a_report(rows_before, missing_before)
    changes = changed(now, before, rows=(rows, rows_before), missing=(missing, missing_before))
    for name in NUMBERS:
        by_row = sum(row.numbers.get(name, 0) for row in changes.rows)
        assert getattr(now.totals, name) - getattr(before.totals, name) == changes.totals.get(name, 0) == by_row
    assert now.missing - before.missing == len(changes.newly_missing) - len(changes.no_longer_missing)
    again = changed(now, now, rows=(rows, rows), missing=(missing, missing))
    assert again.none
    lines = to_csv(rows, changes).decode("utf-8-sig").splitlines()
    places = {(row.source, row.month) for row in rows} | {(row.source, row.month) for row in changes.rows}
    assert len(lines) == 1 + len(places)


def a_report(rows: list[ReportRow], lacking: list[Missing], **other: Any) -> Report:
    """A report of some rows."""
    sources = by_source(rows)
    facts = {
        "report": "report-20260302T080000Z-0123abcd-7",
        "ledger": "0123abcd-0000-4000-8000-000000000000",
        "archive": "made-up",
        "written": MONDAY,
        "agent": "thirdcopy@0.1.0",
        "asked": Asked(minimum_copies=2, provider=1, country=1, key_holder=1, targets=TARGETS),
        "totals": Counts.together(sources.values()),
        "sources": sources,
        "rows": len(rows),
        "rows_sha256": "0" * 64,
        "missing": len(lacking),
        "missing_sha256": "0" * 64,
    }
    return Report.model_validate({**facts, **other})


def test_why_something_is_missing_is_said() -> None:
    clips = [
        Reached("peertube-1", "voices", "2019-03", MONDAY, held=False),
        Reached("peertube-2", "voices", None, MONDAY, held=False, failure="gone"),
        Reached("peertube-3", "voices", None, None, held=False, failure="a kind of tomorrow"),
        Reached("peertube-4", "voices", "2019-03", MONDAY, held=True, arrived=frozenset("a")),
        Reached("peertube-5", "voices", "2019-03", MONDAY, held=True, arrived=frozenset("bc")),
        Reached("peertube-6", None, None, None, held=False),
    ]
    video = Reconciled(Expected(form="youtu.be/7", address="x", date="2019"), "nowhere")
    rows, missing = counted([(one, Judged()) for one in clips], [video])
    assert [(one.name, one.source, one.month, one.lacks) for one in missing] == [
        ("peertube-1", "voices", "2019-03", "waits"),
        ("peertube-2", "voices", "2026-03", "gone"),
        ("peertube-3", "voices", "undated", "unknown"),
        ("peertube-4", "voices", "2019-03", "too_few"),
        ("peertube-5", "voices", "2019-03", "not_spread"),
        ("peertube-6", "none", "undated", "waits"),
        ("youtu.be/7", "list struck", "undated", "nowhere"),
    ]
    assert [(row.source, row.month, row.counts.expected, row.counts.first_seen) for row in rows] == [
        ("list struck", "undated", 1, 0),
        ("none", "undated", 1, 0),
        ("voices", "2019-03", 3, 0),
        ("voices", "2026-03", 1, 1),
        ("voices", "undated", 1, 0),
    ]
    assert [one.lacks for one in foremost(missing, 6)][-1] == "too_few"


def test_a_clip_is_judged_when_all_of_its_links_are() -> None:
    open_, said, taken_back, gone, stays = (a_link("peertube-1", str(number)) for number in range(5))
    given = {
        said.id: [a_judgement(said, "negative")],
        taken_back.id: [a_judgement(taken_back), a_judgement(taken_back, "withdrawn", hours=1)],
        gone.id: [a_judgement(gone), a_judgement(gone, "withdrawn", hours=1)],
        stays.id: [a_judgement(stays, "unsure")],
    }
    there = [(said, True), (taken_back, True), (gone, False), (stays, False)]
    judged = judged_by_clip([JudgedLink(link.id, link.clip, proposed) for link, proposed in there], given)
    assert judged == {"peertube-1": Judged(judged=2, dropped=1)}
    one = Reached(open_.clip, "voices", None, MONDAY, held=True, linking=True, links=5)
    (row,), _ = counted([(one, judged["peertube-1"])], [])
    assert (row.counts.linked, row.counts.judged) == (1, 0)  # one was never judged, one was taken back
    (row,), _ = counted([(one, Judged(judged=4, dropped=1))], [])
    assert (row.counts.linked, row.counts.judged) == (1, 1)
    (row,), _ = counted([(one, Judged(judged=0, dropped=5))], [])
    assert (row.counts.linked, row.counts.unlinked) == (0, {"no_links": 1})


@pytest.mark.parametrize(
    "wrong",
    [
        {"expected": 2, "held": 1, "safe": 1, "transcribed": 1, "languages": {"ug": 1}, "linked": 1},
        {"expected": 1, "held": 1, "safe": 1, "proven": 2, "untranscribed": {"due": 1}, "unlinked": {"due": 1}},
        {"expected": 1, "unheld": {"gone": 1}, "first_seen": 2},
        {"expected": 1, "unheld": {"bored": 1}},
        {"expected": 1, "unheld": {"gone": 0, "waits": 1}},
        {"expected": 1, "held": 1, "safe": 1, "transcribed": 1, "unlinked": {"due": 1}},
        {"expected": -1, "unheld": {}},
    ],
)
def test_numbers_that_do_not_reconcile_are_no_counts(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Counts.model_validate(wrong)


def test_a_report_whose_totals_are_not_its_sources_is_none() -> None:
    rows, missing = counted([(Reached("peertube-1", "voices", None, MONDAY, held=False), Judged())], [])
    assert a_report(rows, missing).totals.expected == 1
    with pytest.raises(ValidationError, match="the sum of the sources"):
        a_report(rows, missing, sources={})
    with pytest.raises(ValidationError, match="by name"):
        a_report(rows, missing, missing=2)


def test_every_lack_has_words_and_something_to_do() -> None:
    assert set(LACKS) == {*get_args(Unheld), *get_args(Unsafe)}
    assert all(told.what and told.do for told in LACKS.values())


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("20190302", "2019-03"),
        ("2019-03-02", "2019-03"),
        ("2019-03", "2019-03"),
        ("201903", "2019-03"),
        ("2019", None),
        ("20191302", None),
        ("00000000", None),
        ("20190302\n", None),
        ("99990101", None),
        ("'); --", None),
        ("", None),
        (None, None),
    ],
)
def test_a_month_is_read_of_what_is_a_day(day: str | None, month: str | None) -> None:
    assert month_of(day) == month
