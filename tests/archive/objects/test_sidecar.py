"""Sidecars and run records: canonical bytes, schemas that hold, and later forms that are refused."""

import json
from pathlib import Path

import pytest
import rfc8785
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from archive.ledger.clips import AccessGiven
from archive.objects import sidecar
from archive.objects.sidecar import RunRecord, Sidecar, UnknownSchema, read_sidecar, to_bytes
from archive.records.event import FIXITY_CHECK, Event, Head
from archive.steps.work_objects import build
from tests.support.archives import MONDAY, a_judgement, a_link, an_archive, folder_targets, keep, transcript, usable

CLIP = "peertube-x"


@pytest.fixture
def full(tmp_path: Path) -> Sidecar:
    """The sidecar of a clip of which everything is known."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, CLIP, description="Ünïcode, 中文, العربية, \u2028 and a tab\t")
        archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None)
        links = [a_link(CLIP, "1358", score=1 / 3), a_link(CLIP, "7", score=1.0)]
        archive.ledger.readings.set_links(CLIP, links, event=None)
        archive.ledger.readings.judge(CLIP, a_judgement(links[0], "positive"), event=None)
        archive.ledger.readings.judge(CLIP, a_judgement(links[0], "negative", "B. Reader"), event=None)
        archive.ledger.clips.give_access(CLIP, AccessGiven("public", "C. Keeper", MONDAY), event=None)
        made = build(archive, CLIP)
        assert build(archive, CLIP) == made
    return made


def test_same_facts_give_the_same_canonical_bytes(full: Sidecar) -> None:
    data = to_bytes(full)
    assert read_sidecar(data) == full
    assert to_bytes(read_sidecar(data)) == data
    shuffled = dict(reversed(json.loads(data).items()))
    assert to_bytes(read_sidecar(json.dumps(shuffled, indent=4).encode())) == data
    assert data == rfc8785.dumps(json.loads(data)) + b"\n"
    assert full.links[1].judgement == "conflict"
    assert full.access.model_dump(mode="json") == {"level": "public", "by": "C. Keeper", "at": "2026-03-02T08:00:00Z"}


def test_schemas_at_the_root_describe_the_documents(full: Sidecar) -> None:
    documents = sidecar.root_documents()
    schema = json.loads(documents["sidecar.schema.json"])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    good = json.loads(to_bytes(full))
    validator.validate(good)
    for change in ({"links": 1}, {"schema_version": 2}, {"surplus": True}, {"access": {"level": "open"}}):
        assert not validator.is_valid(good | change)
    assert not validator.is_valid({key: value for key, value in good.items() if key != "evidence"})

    schema = json.loads(documents["run.schema.json"])
    Draft202012Validator.check_schema(schema)
    run = RunRecord(
        run="run-1",
        ledger="l",
        archive="made-up",
        written=MONDAY,
        agent="thirdcopy@0",
        previous=Head(object="run-0", version=1, sha512="0" * 128),
        full=True,
        events=1,
        heads=2,
    )
    Draft202012Validator(schema).validate(json.loads(to_bytes(run)))


def test_the_schema_of_transcripts_holds_for_those_that_are_stored() -> None:
    schema = json.loads(sidecar.root_documents()["transcript.schema.json"])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    _, body = transcript(CLIP)
    good = json.loads(body)
    validator.validate(good)
    wrong: tuple[dict[str, object], ...] = (
        {"segments": None},
        {"schema_version": 4},
        {"surplus": True},
        {"kind": "guess"},
        {"media_sha256": "x"},
        {"gaps": [{"start": 0, "end": 1, "reason": "tired"}]},
        {"segments": [good["segments"][0] | {"marks": ["seems_fine"]}]},
        {"segments": [good["segments"][0] | {"channel": 256}]},
    )
    for change in wrong:
        assert not validator.is_valid(good | change), change


def test_a_root_that_was_laid_before_a_document_came_gets_it(tmp_path: Path) -> None:
    root = tmp_path / "a" / "ocfl"
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        usable(archive)
        (root / "transcript.schema.json").unlink()
        (root / "README.txt").write_text("An older README.", encoding="utf-8")
        assert list(usable(archive)) == ["a"]
    for name, data in sidecar.root_documents().items():
        assert (root / name).read_bytes() == data
        assert name == "README.txt" or name in sidecar.README


@pytest.mark.parametrize(
    "change",
    [{"schema_version": 2}, {"schema_version": 0}, {"schema_version": None}, {"surplus": 1}, {"captures": "none"}],
)
def test_document_of_another_form_is_refused(full: Sidecar, change: dict[str, object]) -> None:
    with pytest.raises(UnknownSchema, match="not a sidecar that this version reads"):
        read_sidecar(json.dumps(json.loads(to_bytes(full)) | change).encode())


@pytest.mark.parametrize("data", [b"", b"null", b"[1]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(UnknownSchema):
        read_sidecar(data)


def test_lines_are_one_a_record() -> None:
    events = [
        Event(object="evidence-x", type=FIXITY_CHECK, at=MONDAY, agent="a", detail="two\nlines \u2028"),
        Event(object="evidence-y", type=FIXITY_CHECK, at=MONDAY, agent="a"),
    ]
    lines = sidecar.to_lines(events).splitlines()
    assert [Event.model_validate_json(line) for line in lines] == events
