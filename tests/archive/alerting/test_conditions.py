"""Conditions: each begins at its limit, can be switched off, and says counts and names and nothing else."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.alerting.conditions import LIMITS, NAMES, Condition, Debt, Facts, Gone, Name, conditions
from archive.settings.alert_stanza import AlertsSettings
from tests.support.archives import MONDAY

LIMITED = AlertsSettings()
WELL = Facts(at=MONDAY, watched=MONDAY, ran_well=MONDAY, free={"one": 500.0})


def ago(**by: float) -> timedelta:
    return timedelta(**by)


def found(facts: Facts, limits: AlertsSettings = LIMITED) -> dict[str, Condition]:
    return {one.name: one for one in conditions(facts, limits)}


def holding(facts: Facts, limits: AlertsSettings = LIMITED) -> dict[str, str]:
    return {one.name: one.line for one in conditions(facts, limits) if one.line}


AT_THE_LIMIT: list[tuple[Name, Facts, Facts, str]] = [
    (
        "run",
        replace(WELL, ran_well=MONDAY - ago(hours=72)),
        replace(WELL, ran_well=MONDAY - ago(hours=71.9)),
        "No run ended well for 3 days.",
    ),
    (
        "run",
        replace(WELL, ran_well=None, watched=MONDAY - ago(hours=72)),
        replace(WELL, ran_well=None),
        "No run ended well yet, and alerts are looked at for 3 days.",
    ),
    (
        "debt",
        replace(WELL, debts={"one": Debt(1200, MONDAY - ago(days=3)), "two": Debt(5, MONDAY - ago(days=1))}),
        replace(WELL, debts={"one": Debt(1200, MONDAY - ago(days=2.9))}),
        "one lacks 1,200 versions, the oldest for 3 days.",
    ),
    (
        "damage",
        replace(WELL, wanting={"two": 2, "one": 1}),
        replace(WELL, wanting={}),
        "Copies found damaged, lost or rolled back: 1 at one; 2 at two.",
    ),
    (
        "proof",
        replace(WELL, unread={"one": 7}),
        replace(WELL, unread={"one": 0}),
        "Copies not read in full for 400 days: 7 at one.",
    ),
    (
        "refused",
        replace(WELL, refusing={"voices": MONDAY - ago(hours=48)}),
        replace(WELL, refusing={"voices": MONDAY - ago(hours=47)}),
        "1 source refusing us, for up to 2 days.",
    ),
    (
        "worker",
        replace(WELL, workers_gone={"cellar": MONDAY - ago(hours=6)}),
        replace(WELL, workers_gone={"cellar": MONDAY - ago(hours=5)}),
        "1 worker not heard of, for up to 6 hours.",
    ),
    ("disk", replace(WELL, free={"one": 9.96}), replace(WELL, free={"one": 10.0}), "one has 10.0 GiB free."),
    (
        "keys",
        replace(WELL, keys_refused={"store": MONDAY - ago(hours=1)}),
        replace(WELL, keys_refused={"store": MONDAY}),
        "store refuses our keys for 1 hour.",
    ),
    (
        "ytdlp",
        replace(WELL, ytdlp=MONDAY - ago(days=90)),
        replace(WELL, ytdlp=MONDAY - ago(days=89)),
        "yt-dlp is 90 days old.",
    ),
    (
        "gone",
        replace(WELL, gone={"voices": Gone(2, 1)}),
        replace(WELL, gone={}),
        "2 clips vanished within seven days, 1 of them held.",
    ),
]


@pytest.mark.parametrize(("name", "beyond", "within", "line"), AT_THE_LIMIT)
def test_a_condition_begins_at_its_limit_and_not_before(name: Name, beyond: Facts, within: Facts, line: str) -> None:
    assert holding(beyond) == {name: line}
    assert holding(within) == {}


def test_every_condition_has_a_case_a_limit_and_words() -> None:
    assert {case[0] for case in AT_THE_LIMIT} == set(NAMES) == set(LIMITS) == set(found(WELL))
    for one in found(WELL).values():
        assert len(one.title) <= 30  # a phone shows so much of it beside the archive's name
        assert one.do
        assert one.over


@pytest.mark.parametrize(("name", "beyond"), [(case[0], case[1]) for case in AT_THE_LIMIT])
def test_a_limit_of_nought_switches_a_condition_off(name: Name, beyond: Facts) -> None:
    assert name not in found(beyond, AlertsSettings.model_validate({LIMITS[name]: 0}))


def test_a_moment_of_a_clock_that_was_ahead_counts_as_older_than_any_limit() -> None:
    assert "run" in holding(replace(WELL, ran_well=MONDAY + ago(days=400)))
    assert holding(replace(WELL, ran_well=MONDAY + ago(minutes=30))) == {}


def test_one_line_names_a_few_and_counts_the_rest() -> None:
    line = holding(replace(WELL, wanting={f"target-{number}": 1 for number in range(9)}))["damage"]
    assert (line.count(" at target-"), line.endswith("; and 4 more.")) == (5, True)


NAMED = st.sampled_from(["one", "two-2", "voices_3"])
MOMENTS = st.timedeltas(timedelta(days=-900), timedelta(days=900)).map(lambda by: MONDAY + by)
COUNTS = st.integers(0, 10**7)
FACTS = st.builds(
    Facts,
    at=st.just(MONDAY),
    watched=MOMENTS,
    ran_well=st.none() | MOMENTS,
    debts=st.dictionaries(NAMED, st.builds(Debt, st.integers(1, 10**7), MOMENTS)),
    wanting=st.dictionaries(NAMED, COUNTS),
    unread=st.dictionaries(NAMED, COUNTS),
    refusing=st.dictionaries(NAMED, MOMENTS),
    workers_gone=st.dictionaries(NAMED, MOMENTS),
    free=st.dictionaries(NAMED, st.floats(0, 10**6)),
    keys_refused=st.dictionaries(NAMED, MOMENTS),
    ytdlp=st.none() | MOMENTS,
    gone=st.dictionaries(NAMED, st.builds(Gone, COUNTS, COUNTS)),
)


@given(FACTS)
def test_no_line_is_more_than_words_of_ours_with_counts_names_and_days(facts: Facts) -> None:
    ours = re.compile(r"(?:[A-Za-z' ,;:.()\[\]-]|\d[\d,.]*|one|two-2|voices_3|\d{4}-\d{2}-\d{2})+")
    for one in conditions(facts, LIMITED):
        if one.line is not None:
            assert ours.fullmatch(one.line)
            assert one.line.endswith(".")
            assert len(one.line) < 600
