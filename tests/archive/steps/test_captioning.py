"""Captions become transcripts once, without any model, and also where no model can read the clip."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from archive.objects.sidecar import read_sidecar, root_documents
from archive.opening.archive import Archive
from archive.preservation.space import discard
from archive.records.event import CREATION
from archive.steps.captioning import caption_clip, to_caption
from archive.steps.linking import material_of, to_link
from archive.steps.work_objects import build, seal_work, to_seal
from archive.texts.shown import shown
from tests.support.archives import an_archive, events, folder_targets, keep, store_all, transcript
from transcription.documents.platform_captions import Captions

CLIP = "peertube-one"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nPlease remember <i>her</i> name.\n"
KAZAKH = "WEBVTT\n\n00:01.000 --> 00:02.000\nОның атын ұмытпаңыз.\n"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        yield opened


def held(archive: Archive, captions: Mapping[str, str | bytes], take: int = 1) -> None:
    keep(archive, CLIP, take, captions=captions)
    store_all(archive)


def test_captions_are_transcripts_with_their_own_origin(archive: Archive) -> None:
    held(archive, {"en": VTT, "kk-orig": KAZAKH})
    assert to_caption(archive) == [CLIP]
    done = caption_clip(archive, CLIP, archive.targets)
    assert (done.transcripts, done.problems) == (2, ())
    english, kazakh = sorted(shown(archive, CLIP), key=lambda one: one.ref.name)
    assert (english.ref.name[:12], english.ref.kind, english.ref.model, english.ref.track) == (
        "captions-en-",
        "captions",
        None,
        None,
    )
    assert (kazakh.ref.languages, kazakh.ref.segments, kazakh.ref.doubtful) == (("kk",), 1, True)
    capture = archive.ledger.clips.captures(CLIP)[-1]
    files = {file.path: file for file in capture.files}
    for one, automatic in ((english, None), (kazakh, True)):
        assert isinstance(one.document, Captions)
        assert one.document.automatic is automatic
        assert one.document.extractor == "PeerTube"
        assert one.document.media_sha256 == capture.media.sha256
        assert one.document.file_sha512 == files[one.document.file].sha512
    assert [line.told.text for line in english.lines()] == ["Please remember her name."]


def test_their_schema_is_published(archive: Archive) -> None:
    held(archive, {"en": VTT})
    caption_clip(archive, CLIP, archive.targets)
    schema = json.loads(root_documents()["captions.schema.json"])
    Draft202012Validator.check_schema(schema)
    good = json.loads(shown(archive, CLIP)[0].body)
    Draft202012Validator(schema).validate(good)
    for change in ({"kind": "whisper"}, {"segments": None}, {"surplus": 1}, {"file_sha512": "x"}):
        assert not Draft202012Validator(schema).is_valid(good | change)


def test_it_happens_once_and_is_an_event(archive: Archive) -> None:
    held(archive, {"en": VTT})
    caption_clip(archive, CLIP, archive.targets)
    assert to_caption(archive) == []
    assert [event.type for event in events(archive, f"work-{CLIP}")] == [CREATION]
    assert caption_clip(archive, CLIP, {}).transcripts == 0, "also when it is looked at again, as after a rebuild"
    assert len(events(archive, f"work-{CLIP}")) == 1


def test_they_are_in_the_work_object_and_linked_without_a_model(archive: Archive) -> None:
    held(archive, {"en": VTT})
    assert to_seal(archive) == []
    caption_clip(archive, CLIP, archive.targets)
    assert to_seal(archive) == [CLIP]
    assert seal_work(archive, CLIP, archive.targets).sealed
    content = archive.spool / f"work-{CLIP}" / "v1" / "content"
    (ref,) = read_sidecar((content / "sidecar.json").read_bytes()).transcripts
    assert ref.kind == "captions"
    assert (content / "transcripts" / f"{ref.name}.json").is_file()
    assert "[en]\n<lang en>Please remember her name." in (content / "transcripts" / f"{ref.name}.vtt").read_text()
    assert to_seal(archive) == []
    ((name, (utterance,)),) = material_of(archive, CLIP).transcripts
    assert (name, utterance.text, utterance.language) == (ref.name, "Please remember her name.", "en")
    assert to_link(archive, {}) == []


def test_a_later_capture_is_looked_at_too_and_what_is_known_stays(archive: Archive) -> None:
    held(archive, {"en": VTT})
    caption_clip(archive, CLIP, archive.targets)
    held(archive, {"en": VTT, "kk": KAZAKH})
    assert to_caption(archive) == [CLIP]
    assert caption_clip(archive, CLIP, archive.targets).transcripts == 1
    assert len(build(archive, CLIP).transcripts) == 2


def test_a_broken_file_is_a_failure_of_its_own(archive: Archive) -> None:
    held(archive, {"en": VTT, "fr": "Broken.\n"})
    done = caption_clip(archive, CLIP, archive.targets)
    assert done.transcripts == 1
    assert done.problems[0].startswith("captions/fr.vtt: line 1: a text without times")
    (failure,) = archive.ledger.clips.failures(CLIP)
    assert (failure.step, failure.kind) == ("captions", "damaged")
    assert to_caption(archive) == []
    assert to_caption(archive, retry=True) == [CLIP]


SLIPPED = (
    "WEBVTT\n\n00:01.000 --> 00:02.000\nFirst.\n\n00:02.000 --> 00:03,000\nLost.\n\n00:04.000 --> 00:05.000\nLast.\n"
)


def test_a_slip_costs_its_cue_alone_and_is_told_where_problems_are_kept(archive: Archive) -> None:
    held(archive, {"en": SLIPPED, "kk": KAZAKH})
    done = caption_clip(archive, CLIP, archive.targets)
    said = "captions/en.vtt: read as players read it, with slips at line 6: no times of a cue"
    assert (done.transcripts, len(done.problems)) == (2, 1)
    assert done.problems[0].startswith(said)
    english = next(one for one in shown(archive, CLIP) if one.ref.languages == ("en",))
    assert [line.told.text for line in english.lines()] == ["First.", "Last."]
    (failure,) = archive.ledger.clips.failures(CLIP)
    assert (failure.step, failure.kind, failure.message) == ("captions", "slips", done.problems[0])
    assert sorted(event.outcome for event in events(archive, f"work-{CLIP}")) == ["success", "warning"]
    assert to_caption(archive) == []
    held(archive, {"en": SLIPPED, "kk": KAZAKH, "fr": "nothing"})
    for _ in range(2):
        again = caption_clip(archive, CLIP, archive.targets)
        assert (again.transcripts, len(again.problems)) == (0, 2), "what is faulty is told whole each time"
        (failure,) = archive.ledger.clips.failures(CLIP)
        assert failure.kind == "damaged"
        assert said in failure.message
    assert len(events(archive, f"work-{CLIP}")) == 2


def test_many_slips_are_counted(archive: Archive) -> None:
    held(archive, {"en": "WEBVTT\n\n" + "00:01.000 --> x\nLost.\n\n" * 1000})
    (problem,) = caption_clip(archive, CLIP, archive.targets).problems
    assert problem.endswith("; and 995 more")
    assert len(problem) < 700


def test_captions_in_another_encoding_are_a_failure_of_their_own(archive: Archive) -> None:
    held(archive, {"kk": KAZAKH.encode("utf-16"), "ru": KAZAKH.replace("ұ", "у").replace("ң", "н").encode("cp1251")})
    done = caption_clip(archive, CLIP, archive.targets)
    assert (done.transcripts, len(done.problems)) == (1, 2)
    assert [line.told.text for line in shown(archive, CLIP)[0].lines()] == ["Оның атын ұмытпаңыз."]
    assert "line 4: not UTF-8" in done.problems[1]


def test_a_file_that_is_in_the_spool_no_more_comes_from_a_target(archive: Archive, tmp_path: Path) -> None:
    held(archive, {"en": VTT})
    (spooled,) = archive.spool.rglob("en.vtt")
    spooled.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nAltered.\n")
    assert caption_clip(archive, CLIP, {}).problems, "no target can be asked now"
    assert archive.ledger.clips.failures(CLIP)[0].kind == "passing"
    assert to_caption(archive) == [CLIP]
    assert caption_clip(archive, CLIP, archive.targets).transcripts == 1
    assert archive.ledger.clips.failures(CLIP) == []
    assert "Altered" not in shown(archive, CLIP)[0].body


def test_captions_for_which_there_is_no_room_wait(archive: Archive) -> None:
    held(archive, {"en": VTT})
    discard(archive, f"evidence-{CLIP}")
    short = replace(archive, settings=archive.settings.model_copy(update={"free_gib": 1e9}))
    done = caption_clip(short, CLIP, archive.targets)
    assert (done.transcripts, len(done.problems)) == (0, 1)
    assert "free_gib keeps" in done.problems[0]
    assert to_caption(archive) == [CLIP]
    assert caption_clip(archive, CLIP, archive.targets).transcripts == 1


def test_a_machine_transcript_comes_first_and_a_translation_is_not_linked(archive: Archive) -> None:
    held(archive, {"en": VTT})
    caption_clip(archive, CLIP, archive.targets)
    ref, body = transcript(CLIP)
    archive.ledger.readings.add_transcript(CLIP, ref, body, event=None)
    archive.ledger.readings.add_transcript(
        CLIP, ref.model_copy(update={"name": "en", "kind": "translation"}), body, event=None
    )
    assert [one.ref.kind for one in shown(archive, CLIP)] == ["whisper", "captions", "translation"]
    assert "en" not in dict(material_of(archive, CLIP).transcripts)
