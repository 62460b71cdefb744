"""Deciding in a real ledger: what is kept of a judgement, what a run carries on, and what outlives new proposals."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from hashlib import sha512
from pathlib import Path

import pytest

from archive.acts import judging
from archive.acts.correcting import EditedFile, correct
from archive.errors import ChangedMeanwhile, WrongFile
from archive.linking.deciding.novelty import pieces
from archive.linking.deciding.review_queue import Wanted
from archive.linking.deciding.review_sheet import COLUMNS, write
from archive.linking.index import RegisterIndex
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register
from archive.objects.sidecar import Sidecar, read_sidecar, to_bytes
from archive.opening.archive import Archive
from archive.preservation.rebuilding import rebuild
from archive.records.event import METADATA
from archive.records.link import Link, Passage
from archive.steps.linking import link_clip
from archive.steps.quoted_texts import corrected_vtt
from archive.steps.work_objects import build, seal_work, to_seal
from archive.texts.shown import shown
from archive.views import exports
from archive.views import queue as queue_view
from tests.support.archives import (
    MONDAY,
    Clock,
    a_link,
    an_archive,
    events,
    folder_targets,
    keep,
    store_all,
    transcript,
    usable,
)
from tests.support.positions import holds

CLIP, OTHER = "peertube-one", "peertube-two"
TEXT = "She is Mahire Tohti, entry 1358. Her number is 990000199001010000."
ANY = Wanted()
ME, YOU = "A. Reader", "B. Reader"


def link_to(clip: str, entry: str = "1358", quote: str = "entry 1358", **fields: object) -> Link:
    link = a_link(clip, entry)
    return link.model_copy(update={"quote": quote, "offset": TEXT.index(quote), "entry_sha256": "e", **fields})


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Two clips with a talk and two links each."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        for clip in (CLIP, OTHER):
            keep(opened, clip)
            opened.ledger.readings.add_transcript(clip, *transcript(clip, TEXT), event=None)
            opened.ledger.readings.set_links(
                clip, [link_to(clip), link_to(clip, "7", "Mahire Tohti", tier="C")], event=None
            )
        store_all(opened)
        yield opened


def sealed(archive: Archive) -> Sidecar:
    """The sidecar as it was sealed last."""
    head = archive.ledger.copies.head(f"work-{CLIP}")
    assert head is not None
    folder = archive.spool / f"work-{CLIP}" / f"v{head.version}" / "content"
    return read_sidecar((folder / "sidecar.json").read_bytes())


def queue(archive: Archive, by: str = ME) -> list[tuple[str, str]]:
    return [(one.link.clip, one.link.entry) for one in queue_view.queue(archive, by, ANY)]


def test_a_judgement_says_who_when_why_what_it_replaced_and_what_was_seen(archive: Archive) -> None:
    link = link_to(CLIP)
    judging.judge(archive, link, "positive", by=ME, why="she says it")
    made = judging.judge(archive, link, "negative", by=ME)
    first, second = archive.ledger.readings.judgements(CLIP)
    assert second == made
    assert (first.by, first.at, first.why, first.was) == (ME, MONDAY, "she says it", None)
    assert (second.verdict, second.was, second.why) == ("negative", "positive", None)
    assert second.at > first.at
    assert (first.entry_sha256, first.evidence) == ("e", tuple(pieces(link)))
    told = [(event.type, event.agent, event.detail) for event in events(archive, f"work-{CLIP}")][-2:]
    assert told == [
        (METADATA, ME, f"link {link.id} judged positive"),
        (METADATA, ME, f"link {link.id} judged negative"),
    ]


def test_a_link_that_was_proposed_anew_is_not_judged_unseen(archive: Archive) -> None:
    before = len(list(archive.ledger.events.all()))
    for changed in (link_to(CLIP, score=0.1), link_to(CLIP, "99")):
        with pytest.raises(ChangedMeanwhile, match="look again"):
            judging.judge(archive, changed, "positive", by=ME)
    assert archive.ledger.readings.judgements() == []
    assert len(list(archive.ledger.events.all())) == before


def test_taking_back_adds_and_brings_the_verdict_before(archive: Archive) -> None:
    link = link_to(CLIP)
    first = judging.judge(archive, link, "positive", by=ME, why="she says it")
    archive.ledger.readings.set_links(CLIP, [newer := link_to(CLIP, entry_sha256="f")], event=None)
    second = judging.judge(archive, newer, "negative", by=ME)
    back = judging.take_back(archive, CLIP, second)
    assert (back.verdict, back.was, back.why, back.entry_sha256) == ("positive", "negative", "taken back", "e")
    gone = judging.take_back(archive, CLIP, first)
    assert (gone.verdict, gone.was) == ("withdrawn", "positive")
    assert [one.verdict for one in archive.ledger.readings.judgements(CLIP)] == [
        "positive",
        "negative",
        "positive",
        "withdrawn",
    ]
    assert (CLIP, "1358") in queue(archive)


def test_the_same_verdict_within_a_second_after_it_was_taken_back_stands(archive: Archive) -> None:
    link = link_to(CLIP)
    for _ in range(3):
        judging.take_back(archive, CLIP, judging.judge(archive, link, "positive", by=ME))
    judging.judge(archive, link, "positive", by=ME)
    assert len(archive.ledger.readings.judgements(CLIP)) == 7
    assert [one.judgement for one in build(archive, CLIP).links if one.id == link.id] == ["positive"]


def test_what_is_judged_is_out_of_the_queue_until_people_disagree(archive: Archive) -> None:
    assert len(queue(archive)) == 4
    judging.judge(archive, link_to(CLIP), "positive", by=ME)
    assert (CLIP, "1358") not in queue(archive)
    assert (CLIP, "1358") not in queue(archive, YOU)
    judging.judge(archive, link_to(CLIP), "negative", by=YOU)
    assert queue(archive)[0] == (CLIP, "1358")
    assert (CLIP, "1358") not in queue(archive, YOU)
    assert build(archive, CLIP).links[0].judgement == "conflict"


def test_a_run_carries_all_judgements_of_a_clip_in_one_version(archive: Archive) -> None:
    seal_work(archive, CLIP, usable(archive))
    for by, verdict in ((ME, "positive"), (YOU, "negative")):
        for entry, quote, tier in (("1358", "entry 1358", "B"), ("7", "Mahire Tohti", "C")):
            judging.judge(archive, link_to(CLIP, entry, quote, tier=tier), verdict, by=by)  # type: ignore[arg-type]
    assert CLIP in to_seal(archive)
    seal_work(archive, CLIP, usable(archive))
    head = archive.ledger.copies.head(f"work-{CLIP}")
    assert head is not None
    assert head.version == 2
    assert [len(link.judgements) for link in sealed(archive).links] == [2, 2]


def test_judgements_hold_over_a_new_capture_and_over_new_proposals(archive: Archive) -> None:
    judging.judge(archive, link_to(CLIP), "positive", by=ME)
    judging.judge(archive, link_to(CLIP, "7", "Mahire Tohti", tier="C"), "negative", by=ME)
    keep(archive, CLIP, take=2)
    store_all(archive)
    assert len(archive.ledger.clips.captures(CLIP)) == 2
    archive.ledger.readings.set_links(CLIP, [link_to(CLIP, rules="rules/2")], event=None)
    document = build(archive, CLIP)
    assert [(link.entry, link.judgement, link.proposed) for link in document.links] == [
        ("1358", "positive", True),
        ("7", "negative", False),
    ]
    assert queue(archive) == [(OTHER, "1358"), (OTHER, "7")]
    other = [link.judgement for link in build(archive, OTHER).links]
    assert other == [None, None]


def test_what_was_refused_comes_back_only_with_new_evidence(archive: Archive) -> None:
    judging.judge(archive, link_to(CLIP), "negative", by=ME)
    archive.ledger.readings.set_links(CLIP, [link_to(CLIP, score=0.1, tier="C", rules="rules/2", offset=3)], event=None)
    assert queue(archive) == [(OTHER, "1358"), (OTHER, "7")]
    passage = Passage(where="title", quote="https://register.example/1358", offset=0)
    archive.ledger.readings.set_links(CLIP, [link_to(CLIP, further=(passage,))], event=None)
    assert queue(archive)[0] == (CLIP, "1358")


def test_every_position_in_a_sealed_sidecar_holds_in_its_sealed_transcript(archive: Archive) -> None:
    judging.judge(archive, link_to(CLIP), "positive", by=ME)
    seal_work(archive, CLIP, usable(archive))
    document = sealed(archive)
    assert document.annotations is not None
    data = (archive.spool / f"work-{CLIP}" / "v1" / "content" / "transcripts" / "whisper-base-t1.json").read_bytes()
    items: Sequence[dict[str, object]] = document.annotations["first"]["items"]  # type: ignore[index,call-overload,assignment]
    assert [item["motivation"] for item in items] == ["identifying", "assessing", "linking"]
    assert [holds(item, data) for item in items] == [True, False, True]
    assert sha512(data).hexdigest() in json.dumps(items)
    assert "990000" not in json.dumps(items)


def test_what_the_rules_propose_has_places_that_hold_also_under_corrections(archive: Archive) -> None:
    people = (Entry(number="1358", latin="Mahire Tohti"), Entry(number="1391", latin="Ghulamjan Ablimit"))
    index = RegisterIndex(Register(name="made-up", sha256="0" * 64, entries=people))
    written = transcript(CLIP, TEXT)[0].name
    for corrected in (False, True):
        if corrected:
            (one,) = shown(archive, CLIP)
            edited = corrected_vtt(one, CLIP).decode().replace("She is", "Tell of Ghulamjan Ablimit. She &amp; I,")
            correct(archive, CLIP, EditedFile(edited.encode()), by=ME)
        link_clip(archive, {"made-up": index}, CLIP)
        document = build(archive, CLIP)
        assert document.annotations is not None
        (one,) = shown(archive, CLIP)
        data = corrected_vtt(one, CLIP) if corrected else one.body.encode()
        items: Sequence[dict[str, object]] = document.annotations["first"]["items"]  # type: ignore[index,call-overload,assignment]
        assert [link.entry for link in document.links] == ["1358", "1391"][: 1 + corrected]
        assert all(link.where == written for link in document.links)
        assert all(holds(item, data) for item in items)


def test_a_judged_link_comes_back_when_its_entry_changed_so_that_it_is_proposed_no_more(archive: Archive) -> None:
    people = Entry(number="1391", latin="Mahire Tohti", sha256="a" * 64)
    link_clip(archive, {"made-up": RegisterIndex(Register(name="made-up", sha256="0" * 64, entries=(people,)))}, CLIP)
    (link,) = archive.ledger.readings.links(CLIP)
    judging.judge(archive, link, "positive", by=ME)
    assert CLIP not in dict(queue(archive))
    changed = Entry(number="1391", latin="Ghulamjan Ablimit", sha256="b" * 64)
    link_clip(archive, {"made-up": RegisterIndex(Register(name="made-up", sha256="1" * 64, entries=(changed,)))}, CLIP)
    (one,) = [one for one in queue_view.queue(archive, YOU, ANY) if one.link.clip == CLIP]
    assert (one.reason, one.link.proposed, one.link.entry_sha256) == ("entry changed", False, changed.sha256)


def test_a_judged_link_comes_back_when_its_entry_is_gone_and_is_asked_once(archive: Archive) -> None:
    both = (Entry(number="1391", latin="Mahire Tohti", sha256="a" * 64), Entry(number="9", latin="Adil Emet"))
    link_clip(archive, {"made-up": RegisterIndex(Register(name="made-up", sha256="0" * 64, entries=both))}, CLIP)
    (link,) = archive.ledger.readings.links(CLIP)
    judging.judge(archive, link, "positive", by=ME)
    link_clip(archive, {"made-up": RegisterIndex(Register(name="made-up", sha256="1" * 64, entries=both[1:]))}, CLIP)
    (one,) = [one for one in queue_view.queue(archive, ME, ANY) if one.link.clip == CLIP]
    assert (one.reason, one.link.proposed, one.link.entry_sha256) == ("entry changed", False, "")
    judging.judge(archive, one.link, "negative", by=ME)
    assert CLIP not in dict(queue(archive))


def test_a_sidecar_without_annotations_is_read_and_one_with_them_is_rebuilt(archive: Archive, tmp_path: Path) -> None:
    judging.take_back(archive, CLIP, judging.judge(archive, link_to(CLIP), "positive", by=ME))
    judging.judge(archive, link_to(CLIP), "unsure", by=YOU, why="who?")
    for clip in (CLIP, OTHER):
        seal_work(archive, clip, usable(archive))
    store_all(archive)
    document = sealed(archive)
    bare = json.loads(to_bytes(document))
    del bare["annotations"]
    for link in bare["links"]:
        del link["proposed"]
    assert read_sidecar(json.dumps(bare).encode()).links == document.links
    with an_archive(tmp_path / "anew", archive.targets, clock=Clock()) as anew:
        rebuild(anew, archive.targets)
        assert build(anew, CLIP) == document
        assert to_seal(anew) == []


def filled(archive: Archive, **change: str) -> bytes:
    found = queue_view.queue(archive, ME, ANY)
    entries = {("made-up", "1358"): Entry(number="1358", latin="Mahire Tohti")}
    rows = list(csv.DictReader(io.StringIO(write(queue_view.told(archive, found, entries)).decode("utf-8-sig"))))
    assert rows[0]["after"] == ". Her number is ██████████████████."
    assert rows[0]["about"] == "names: Mahire Tohti"
    for row in rows:
        row["verdict"] = "positive"
    rows[0].update(change)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_verdicts_of_a_spreadsheet_are_kept_once(archive: Archive) -> None:
    data = filled(archive, why="seen")
    assert len(judging.take_in(archive, data, by=ME, dry_run=True).given) == 4
    assert archive.ledger.readings.judgements() == []
    assert len(judging.take_in(archive, data, by=ME).given) == 4
    assert judging.take_in(archive, data, by=ME).given == ()
    assert sorted(str(one.why) for one in archive.ledger.readings.judgements()) == ["None", "None", "None", "seen"]
    assert queue(archive) == []


def test_nothing_of_a_spreadsheet_is_kept_unless_all_is_right_or_the_rest_is_asked_for(archive: Archive) -> None:
    data = filled(archive).replace(b"positive", b"maybe", 1)
    found = judging.take_in(archive, data, by=ME)
    assert (len(found.given), len(found.faults)) == (3, 1)
    assert archive.ledger.readings.judgements() == []
    judging.take_in(archive, data, by=ME, partial=True)
    assert len(archive.ledger.readings.judgements()) == 3
    with pytest.raises(WrongFile, match="nothing was kept"):
        judging.take_in(archive, b"\xff", by=ME)


def test_links_leave_as_annotations_and_rows_with_masked_quotes_and_how_they_stand(archive: Archive) -> None:
    judging.judge(archive, link_to(CLIP), "positive", by=ME, why="=she is</script>\u202e")
    found = exports.chosen(archive, None)
    text = exports.to_jsonld(archive, found)
    assert r"she is\u003c/script\u003e\u202e" in text, "it may stand in a page, and on a screen"
    made = json.loads(text)
    assert (made["type"], made["total"]) == ("AnnotationCollection", 5)
    data = archive.ledger.readings.transcripts(CLIP)[0][1].encode()
    assert holds(made["first"]["items"][0], data)
    rows = list(csv.DictReader(io.StringIO(exports.to_csv(archive, found).removeprefix("\ufeff"))))
    first = rows[0]
    assert (first["entry"], first["judgement"], first["start"], first["end"]) == ("1358", "positive", "0.000", "12.250")
    assert TEXT[int(first["text_start"]) : int(first["text_end"])] == first["quote"]
    assert first["transcript_sha512"] == sha512(data).hexdigest()
    assert [row["judgement"] for row in rows] == ["positive", "none", "none", "none"]
    chosen = exports.chosen(archive, None, ["positive"])
    assert [link.entry for links in chosen.values() for link, _ in links] == ["1358"]
