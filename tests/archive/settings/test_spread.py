"""Spread: copies are counted by whose hands they are in, and a loss takes all that share a value."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.settings.spread import KINDS, Loss, is_safe, survivors, unreachable
from archive.settings.stanzas import DistinctSettings
from storage.targets.common_settings import Labels

PLACES = {
    "disk": Labels(provider="Ourselves", country="KZ", key_holder="A. Keeper"),
    "cloud": Labels(provider="Example Cloud", country="DE", key_holder="B. Archivist"),
    "second": Labels(provider="example cloud", country="FI", key_holder="B. Archivist"),
    "bare": Labels(),
    "barer": Labels(),
}
LABELS = st.builds(Labels, **{kind: st.sampled_from([None, "a", "b", "A"]) for kind in KINDS})
TARGETS = st.dictionaries(st.sampled_from("pqrst"), LABELS)


def safe(targets: Sequence[str], minimum: int = 1, **distinct: int) -> bool:
    return is_safe(targets, PLACES, minimum=minimum, distinct=DistinctSettings(**distinct))


def test_copies_are_counted_where_they_count() -> None:
    assert safe(["disk", "cloud", "second"], 3)
    assert not safe(["disk", "cloud"], 3)
    assert not safe(["disk", "disk", "disk"], 2)
    assert not safe(["disk", "cloud", "a target that counts no longer"], 3)
    assert not safe([])


@pytest.mark.parametrize(
    ("targets", "distinct", "enough"),
    [
        (["disk", "cloud"], {"provider": 2}, True),
        (["cloud", "second"], {"provider": 2}, False),  # upper and lower case are one provider
        (["cloud", "second"], {"country": 2}, True),
        (["cloud", "second"], {"country": 2, "key_holder": 2}, False),
        (["disk", "cloud", "second"], {"country": 3, "key_holder": 2, "provider": 2}, True),
        (["disk", "cloud", "second"], {"country": 4}, False),
        (["bare", "barer"], {"provider": 2}, False),  # what is unknown is one value
        (["bare", "barer", "disk"], {"provider": 2, "country": 2, "key_holder": 2}, True),
        (["bare", "barer"], {}, True),
    ],
)
def test_copies_lie_in_enough_hands(targets: list[str], distinct: dict[str, int], enough: bool) -> None:
    assert safe(targets, 2, **distinct) is enough


def test_what_no_copies_could_fulfil_is_said() -> None:
    assert unreachable(PLACES, DistinctSettings(provider=3, country=4, key_holder=3)) == []
    said = unreachable(PLACES, DistinctSettings(provider=4, country=5))
    assert [line.split(",")[0] for line in said] == ["distinct.provider is 4", "distinct.country is 5"]
    assert "have 3 different provider, those without the label being one: write labels = { provider" in said[0]
    assert said[1].endswith("or set country = 4 under [distinct]")
    assert unreachable({}, DistinctSettings())[0].endswith("or set key_holder = 1 under [distinct]")


def test_the_worst_loss_of_each_kind() -> None:
    held = {frozenset(("disk", "cloud", "second")): 5, frozenset(("cloud", "second")): 2, frozenset[str](): 1}
    found = survivors(held, PLACES)
    assert found["nothing"] == Loss(None, 0, 1)
    assert found["key_holder"] == Loss("B. Archivist", 0, 3)
    assert found["provider"] == Loss("Example Cloud", 0, 3)
    del held[frozenset()]
    found = survivors(held, PLACES)
    assert found["nothing"] == Loss(None, 2, 0)
    assert found["provider"] == Loss("Example Cloud", 0, 2)
    assert found["country"] == Loss("DE", 1, 0)
    unlabelled = {frozenset(("bare", "barer")): 4, frozenset(("disk", "cloud")): 1}
    assert survivors(unlabelled, PLACES)["provider"] == Loss(None, 0, 4)


def test_without_clips_nothing_can_be_lost() -> None:
    assert survivors({}, PLACES) == {}
    assert survivors({frozenset(("disk",)): 0}, PLACES) == {}
    assert survivors({frozenset(("disk",)): 2}, {})["country"] == Loss(None, 0, 2)


@given(labels=TARGETS, data=st.data())
def test_no_single_loss_is_worse_than_what_is_said(labels: dict[str, Labels], data: st.DataObject) -> None:
    """Counted the slow way: clip by clip, value by value."""
    clips = data.draw(st.lists(st.frozensets(st.sampled_from("pqrstu")), min_size=1, max_size=6))
    found = survivors(Counter(clips), labels)
    for kind in KINDS:
        values = {(getattr(one, kind) or "").lower() for one in labels.values()}
        for value in values:
            left = [
                sum(name in labels and (getattr(labels[name], kind) or "").lower() != value for name in clip)
                for clip in clips
            ]
            assert found[kind].left <= min(left)
            if min(left) == found[kind].left:
                assert left.count(0) <= found[kind].none
            if (found[kind].value or "").lower() == value:
                assert (found[kind].left, found[kind].none) == (min(left), left.count(0))


@given(labels=TARGETS, there=st.frozensets(st.sampled_from("pqrst")), minimum=st.integers(1, 4), data=st.data())
def test_more_copies_are_never_less_safe(
    labels: dict[str, Labels], there: frozenset[str], minimum: int, data: st.DataObject
) -> None:
    distinct = DistinctSettings(**{kind: data.draw(st.integers(1, 3)) for kind in KINDS})
    everywhere = is_safe(labels, labels, minimum=minimum, distinct=distinct)
    assert everywhere or not is_safe(there, labels, minimum=minimum, distinct=distinct)
    assert everywhere == (len(labels) >= minimum and not unreachable(labels, distinct))
