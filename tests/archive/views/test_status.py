"""Status and safety: what an archivist answers for, as asked by the settings, and what a loss would leave."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ledger.copies import Copy, CopyState
from archive.opening.archive import Archive
from archive.settings.spread import Loss
from archive.settings.stanzas import AuditSettings, DistinctSettings, ScheduleSettings
from archive.steps.storing import owed, safe, store, tidy
from archive.views.status import status, yearly_costs
from storage.targets import FolderSettings
from storage.targets.common_settings import Labels, Price
from tests.support.archives import MONDAY, Clock, a_judgement, a_link, an_archive, folder_targets, keep, usable

HERE = Labels(provider="Ourselves", country="KZ", key_holder="A. Keeper")
CLOUD = Labels(provider="Example Cloud", country="DE", key_holder="B. Archivist")
NORTH = Labels(provider="Example Cloud", country="FI", key_holder="B. Archivist")


def stanza(labels: Labels, *, counts_as_copy: bool = True, read_back: float = 1, price: float = 0) -> FolderSettings:
    prices = Price(read_gb=price, currency="EUR")
    common = {"labels": labels, "counts_as_copy": counts_as_copy, "read_back": read_back, "price": prices}
    return FolderSettings.model_validate({"path": Path("unused"), **common})


def asking(archive: Archive, **settings: object) -> Archive:
    """The same archive, whose settings ask for something else."""
    return replace(archive, settings=archive.settings.model_copy(update=settings))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Three targets, `a` here and `b` and `c` with one provider; two copies make a clip safe."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock(), minimum=2) as archive:
        yield asking(archive, targets={"a": stanza(HERE), "b": stanza(CLOUD), "c": stanza(NORTH)})


@pytest.fixture
def put(archive: Archive) -> Callable[..., None]:
    """Say in what state a version is at targets."""

    def mark(object_id: str, state: CopyState, *targets: str, version: int = 1) -> None:
        for target in targets:
            archive.ledger.copies.mark(Copy(object_id, version, target, state, at=MONDAY), event=None)

    return mark


def test_a_clip_is_safe_as_asked(archive: Archive, put: Callable[..., None]) -> None:
    for number in (1, 2, 3):
        keep(archive, f"peertube-{number}")
    put("evidence-peertube-1", "arrived", "a", "b")
    put("evidence-peertube-2", "proven", "b", "c")
    put("evidence-peertube-3", "arrived", "a")
    put("evidence-peertube-3", "claimed", "b", "c")
    assert safe(archive) == ["peertube-1", "peertube-2"]
    assert safe(asking(archive, distinct=DistinctSettings(provider=2))) == ["peertube-1"]
    assert safe(asking(archive, distinct=DistinctSettings(country=2))) == ["peertube-1", "peertube-2"]
    assert safe(asking(archive, minimum_copies=1, distinct=DistinctSettings(country=2))) == ["peertube-1", "peertube-2"]
    targets = {**archive.settings.targets, "a": stanza(HERE, counts_as_copy=False)}
    assert safe(asking(archive, targets=targets)) == ["peertube-2"]
    counted = status(asking(archive, distinct=DistinctSettings(provider=2)))
    assert (counted.clips.held, counted.clips.safe, counted.distinct.provider) == (3, 1, 2)


def test_the_spool_is_freed_of_what_is_safe_and_owed_to_nobody(archive: Archive, put: Callable[..., None]) -> None:
    keep(archive, "peertube-1")
    assert store(archive, {name: target for name, target in usable(archive).items() if name != "a"})
    assert (owed(archive), safe(archive)) == ({"a": 1, "b": 0, "c": 0}, ["peertube-1"])
    assert tidy(archive, keep_unread=False) == 0  # a is owed it
    put("evidence-peertube-1", "claimed", "a")
    wanting = asking(archive, distinct=DistinctSettings(provider=2))
    assert tidy(wanting, keep_unread=False) == 0  # b and c have one provider
    uncounted = {**archive.settings.targets, "c": stanza(NORTH, counts_as_copy=False)}
    assert tidy(asking(archive, targets=uncounted), keep_unread=False) == 0
    assert tidy(asking(archive, minimum_copies=3), keep_unread=False) == 0  # what is claimed is no copy
    keep(archive, "peertube-1", 2)
    assert tidy(archive, keep_unread=False) == 0  # the new version is owed to all
    for name in "abc":
        put("evidence-peertube-1", "arrived" if name != "a" else "claimed", name, version=2)
    put("evidence-peertube-1", "owed", "b")
    assert tidy(archive, keep_unread=False) == 0  # the old version was found damaged at b
    put("evidence-peertube-1", "arrived", "b")
    assert tidy(archive) == 0  # nobody has transcribed it
    assert tidy(archive, keep_unread=False) == 1
    assert list(archive.spool.iterdir()) == []


def test_a_share_that_is_not_read_back_is_claimed_and_not_safe(archive: Archive) -> None:
    targets = {**archive.settings.targets, "b": stanza(CLOUD, read_back=1e-9)}
    sampling = asking(archive, targets=targets, minimum_copies=3)
    keep(sampling, "peertube-1")
    store(sampling, usable(sampling))
    counted = status(sampling)
    assert {name: (one.copies, one.claimed, one.owed) for name, one in counted.targets.items()} == {
        "a": (1, 0, 0),
        "b": (0, 1, 0),
        "c": (1, 0, 0),
    }
    assert (counted.clips.safe, tidy(sampling, keep_unread=False)) == (0, 0)
    assert tidy(asking(sampling, minimum_copies=2), keep_unread=False) == 1


def test_what_a_loss_would_leave(archive: Archive, put: Callable[..., None]) -> None:
    assert status(archive).survivors == {}
    for number in (1, 2):
        keep(archive, f"peertube-{number}")
    put("evidence-peertube-1", "arrived", "a", "b", "c")
    put("evidence-peertube-2", "arrived", "b", "c")
    counted = status(archive)
    assert counted.survivors == {
        "nothing": Loss(None, 2, 0),
        "key_holder": Loss("B. Archivist", 0, 1),
        "provider": Loss("Example Cloud", 0, 1),
        "country": Loss("DE", 1, 0),
    }
    assert counted.model_dump(mode="json")["survivors"]["provider"] == {"value": "Example Cloud", "left": 0, "none": 1}
    assert counted.targets["c"].labels == NORTH
    keep(archive, "peertube-3")  # sealed, and at no target yet
    assert status(archive).survivors["nothing"] == Loss(None, 0, 1)


def test_a_year_of_reading_from_what_was_stored(archive: Archive) -> None:
    schedule, audit = ScheduleSettings(audit="0 3 * * *"), AuditSettings.model_validate({"fraction": "1/365"})
    priced = {**archive.settings.targets, "b": stanza(CLOUD, read_back=0.5, price=2_000_000)}
    scheduled = asking(archive, targets=priced, schedule=schedule, audit=audit)
    usable(archive)
    clock = archive.clock
    assert isinstance(clock, Clock)
    for clip in ("peertube-1", "peertube-2"):
        keep(archive, clip, media=b"m" * 100_000)
        store(archive, archive.targets)
        clock.advance(days=200)
    versions = [archive.ledger.copies.version(f"evidence-peertube-{number}", 1) for number in (1, 2)]
    sizes = [version.size or 0 for version in versions if version]
    assert [version.files for version in versions if version] == [5, 5]
    assert all(100_000 < size < 110_000 for size in sizes)
    costs = yearly_costs(scheduled)
    assert costs["a"].read_back.bytes == sizes[1]  # the other is older than a year
    assert costs["a"].audits.bytes == sum(sizes)  # a 365th each night
    assert (costs["a"].read_back.requests, costs["a"].audits.requests) == (10, 20)
    assert (costs["a"].read_back.cost, costs["a"].unknown) == (0, 0)
    assert costs["b"].read_back.bytes == pytest.approx(sizes[1] / 2, abs=1)
    assert costs["b"].audits.cost == pytest.approx(sum(sizes) / 1e9 * 2_000_000)
    assert yearly_costs(archive)["b"].audits.bytes == 0  # no audit is scheduled


def test_links_are_counted_by_how_they_stand(archive: Archive) -> None:
    links = [a_link("peertube-1", str(number)) for number in range(6)]
    links[4] = links[4].model_copy(update={"conflict": "the number is another's", "quote": '"conflict":null'})
    links[5] = links[5].model_copy(update={"quote": 'they wrote "conflict":null, and "conflict":"yes"'})
    archive.ledger.readings.set_links("peertube-1", links, event=None)
    for judgement in (
        a_judgement(links[0], "positive"),
        a_judgement(links[1], "negative"),
        a_judgement(links[2], "unsure"),
        a_judgement(links[2], "unsure", "B. Reader"),
        a_judgement(links[3], "positive"),
        a_judgement(links[3], "negative", "B. Reader"),
        a_judgement(links[4], "positive"),
    ):
        archive.ledger.readings.judge("peertube-1", judgement, event=None)
    assert status(archive).links.model_dump() == {
        "proposed": 1,
        "positive": 2,
        "negative": 1,
        "unsure": 1,
        "conflicts": 2,
        "returned": 0,
    }
    archive.ledger.readings.judge("peertube-1", a_judgement(links[0], "withdrawn", hours=1), event=None)
    seen = a_judgement(links[1], "negative", hours=1).model_copy(update={"evidence": ("a piece that was seen",)})
    archive.ledger.readings.judge("peertube-1", seen, event=None)
    counts = status(archive).links
    assert (counts.proposed, counts.positive, counts.negative, counts.returned) == (2, 1, 1, 1)
