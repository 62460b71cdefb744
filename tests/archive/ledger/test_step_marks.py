"""Marks of steps asked of all clips at once, against the same asked clip by clip; and where evidence has arrived."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.column_types import lacks
from archive.objects.sidecar import Reading
from archive.opening.archive import Archive
from archive.preservation.mirroring import store_owed
from archive.records.object_ids import ObjectId
from archive.steps.again import count_again, to_read_again
from archive.steps.transcribing import FORM, written_form, written_readings
from tests.support import engines
from tests.support.archives import a_link, an_archive, folder_targets, keep, store_all, transcript

ONE, TWO, THREE, LISTED = "peertube-1", "peertube-2", "peertube-3", "peertube-4"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        for clip in (ONE, TWO, THREE):
            keep(opened, clip)
        yield opened


def media(archive: Archive, clip: str) -> str:
    return archive.ledger.clips.captures(clip)[-1].media.sha256


def test_marks_that_name_the_newest_media_are_one_form(archive: Archive) -> None:
    marks, clips = archive.ledger.marks, archive.ledger.clips
    for clip in (ONE, TWO):
        clips.mark_done(clip, "joins", f"rules/1 {media(archive, clip)}")
    clips.mark_done(THREE, "joins", "rules/1 of media that were there before")
    assert sorted(marks.forms("joins")) == ["rules/1 ", "rules/1 of media that were there before"]
    assert marks.of_forms("joins", ["rules/1 "]) == [ONE, TWO]
    assert marks.without("joins", ["rules/1 "]) == {THREE: media(archive, THREE)}
    assert marks.without("captions", ["rules/1 "]) == {clip: media(archive, clip) for clip in (ONE, TWO, THREE)}
    keep(archive, ONE, 2)
    assert marks.of_forms("joins", ["rules/1 "]) == [TWO], "its mark is of the media before"


def test_forms_without_words_are_those_of_which_some_mark_lacks_them_or_has_others(archive: Archive) -> None:
    marks, clips = archive.ledger.marks, archive.ledger.clips
    for clip, body in ((ONE, "new"), (TWO, "new and old"), (THREE, "100%_neither")):
        clips.mark_done(clip, "transcribe", body)
    assert sorted(marks.forms_without("transcribe", "new", or_with=[])) == ["100%_neither"]
    assert sorted(marks.forms_without("transcribe", "new", or_with=["old"])) == ["100%_neither", "new and old"]
    assert sorted(marks.forms_without("transcribe", "%_n", or_with=[])) == ["new", "new and old"]
    assert marks.forms_without("link", "new", or_with=[]) == []


def reading(archive: Archive, clip: str, form: int, *, model: str | None = None, old: bool = False) -> Reading:
    return Reading(
        media_sha256="0" * 64 if old else media(archive, clip),
        model=model or archive.settings.transcription.model_name,
        model_digest="1" * 64,
        tracks=1,
        form=form,
    )


def test_only_old_readings_of_the_newest_media_by_the_model_of_the_settings_are_counted_again(archive: Archive) -> None:
    kept = {
        ONE: [reading(archive, ONE, FORM, model="another"), reading(archive, ONE, 1)],
        TWO: [reading(archive, TWO, 1), reading(archive, TWO, FORM)],
        THREE: [reading(archive, THREE, 1, old=True), reading(archive, THREE, 1, model="another")],
    }
    for clip, readings in kept.items():
        archive.ledger.clips.mark_done(clip, "transcribe", written_readings(readings))
    assert all(written_form(one.form) in written_readings([one]) for readings in kept.values() for one in readings)
    assert to_read_again(archive) == [ONE]
    assert count_again(archive, []).mixed == 1
    without_form = written_readings([reading(archive, THREE, 1)]).replace(f", {written_form(1)}", "")
    archive.ledger.clips.mark_done(THREE, "transcribe", without_form)
    assert to_read_again(archive) == [ONE, THREE], "so the earliest builds wrote"


def test_a_mark_of_a_version_is_behind_once_there_is_another(archive: Archive) -> None:
    for clip in (ONE, TWO):
        archive.ledger.clips.mark_done(clip, "captions", "1")
    keep(archive, TWO, 2)
    archive.ledger.clips.mark_done(TWO, "captions", "1")
    assert archive.ledger.marks.behind("captions") == [TWO, THREE]


def test_what_is_worth_a_step_has_something_to_read_and_no_such_mark(archive: Archive) -> None:
    marks, clips, readings = archive.ledger.marks, archive.ledger.clips, archive.ledger.readings
    assert marks.worth_linking(["rules/1"]) == []
    readings.add_transcript(ONE, *transcript(ONE), event=None)
    clips.mark_done(TWO, "transcribe", "[]")
    assert marks.worth_linking(["rules/1"]) == [ONE, TWO]
    clips.mark_done(ONE, "link", "rules/1")
    clips.mark_done(TWO, "link", "rules/0")
    assert marks.worth_linking(["rules/1"]) == [TWO]
    assert marks.worth_linking(["rules/0", "rules/1"]) == []


def test_spread_counts_where_every_version_has_arrived(archive: Archive) -> None:
    copies, names = archive.ledger.copies, ("a", "b", "c")
    assert copies.count_evidence(names).spread(names) == {frozenset(): 3}
    store_all(archive)
    assert copies.count_evidence(names).spread(names) == {frozenset(names): 3}
    keep(archive, ONE, 2)
    some = {name: archive.targets[name] for name in "ab"}
    store_owed(archive, some)
    spread = copies.count_evidence(names).spread(names)
    assert spread == {frozenset(names): 2, frozenset("ab"): 1}
    each = copies.spread(names)
    assert Counter(each.values()) == spread
    assert each[ObjectId.evidence_of(ONE)] == frozenset("ab")
    assert copies.count_evidence(names).spread(("c",)) == {frozenset("c"): 2, frozenset(): 1}
    assert copies.count_evidence(()).spread(()) == {frozenset(): 3}
    assert sum(copies.count_evidence(names).heads["c"].values()) == 2
    assert sum(copies.count_evidence(names).heads["a"].values()) == 3


def test_evidence_is_counted_at_more_targets_than_one_number_holds(archive: Archive) -> None:
    copies, many = archive.ledger.copies, [*(f"t{n}" for n in range(30)), "a", "b", "c"]
    store_all(archive)
    keep(archive, ONE, 2)
    store_owed(archive, {"b": archive.targets["b"]})
    (copy,) = [one for one in copies.of(ObjectId.evidence_of(ONE), 2) if one.target == "b"]
    for number, state in enumerate(("owed", "claimed", "arrived", "proven")):
        copies.mark(replace(copy, target=f"t{12 + number}", state=state), event=None)  # type: ignore[arg-type]
    counted = copies.count_evidence(many)
    assert counted.spread(many) == {frozenset("abc"): 2, frozenset("b"): 1}
    assert {name: states for name, states in counted.heads.items() if name[0] == "t"} == {
        "t12": {"owed": 1}, "t13": {"claimed": 1}, "t14": {"arrived": 1}, "t15": {"proven": 1},
    }  # fmt: skip
    assert counted.heads["a"] == {"arrived": 2}
    assert counted.heads["b"] == {"arrived": 3}


def test_the_few_links_that_disagree_are_found_by_an_index(archive: Archive) -> None:
    links = [a_link(ONE, str(n)) for n in range(3)]
    links[1] = links[1].model_copy(update={"conflict": "the number points at entry 1, the name beside it at 2"})
    archive.ledger.readings.set_links(ONE, links, event=None)
    assert archive.ledger.readings.disagreeing() == {links[1].id}
    assert "ix_links_disagreeing" in plan(archive, sa.select(t.links.c.id).where(lacks(t.links.c.body, t.AGREED)))


def test_clips_that_an_earlier_build_transcribed_are_found_by_an_index(archive: Archive) -> None:
    """One for the forms of today: who raises `FORM` makes another index, or status reads all marks."""
    today, earlier = written_form(FORM), [written_form(form) for form in range(1, FORM)]
    assert (t.READ, [*t.READ_BEFORE]) == (today, earlier)
    asked = sa.select(t.done.c.clip).where(t.not_as_today("transcribe", today, earlier))
    assert "ix_done_read_before" in plan(archive, asked)


def plan(archive: Archive, query: sa.Select[tuple[str]]) -> str:
    """How an engine would answer."""
    with engines.written(archive.ledger) as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        if connection.dialect.name == "sqlite":
            return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return str(connection.exec_driver_sql(f"EXPLAIN {text}").all())
