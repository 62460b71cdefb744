"""What no model knew is read once its language has one: from a film to targets, a lost ledger and what people see."""

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from subprocess import PIPE, Popen, run
from time import monotonic, sleep

import pytest

from archive.acts.correcting import EditedFile, correct
from archive.acts.declaring import declare
from archive.citing.checking import verify
from archive.citing.cite import cite
from archive.citing.iiif import manifest
from archive.citing.styles import as_text
from archive.errors import ArchiveError
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.preservation.rebuilding import rebuild
from archive.searching.clip_texts import facts_of
from archive.steps.completing_transcripts import checked, complete_clips, to_complete
from archive.steps.linking import material_of
from archive.steps.transcribing import to_transcribe, transcribe_clips
from archive.steps.work_objects import build, seal_work
from archive.texts.completions import in_force, joined_lines
from archive.texts.known_words import known_words
from archive.texts.preferring import first
from archive.texts.shown import Shown, shown
from archive.views.clip_page import clip_page
from archive.views.clip_view import clip_view
from archive.views.transcript_view import beside, written
from tests.support.archives import Clock, an_archive, finished, folder_targets, keep, store_all
from tests.support.packages import HOME
from tests.support.toned_speech import SAID, tone_model, toned
from tests.transcription.sounds import write
from tests.world.ctc_model import CtcModel
from transcription.documents.differences import normalized
from transcription.hearing.track_reading import Completed, TrackReader
from transcription.records import Gap, LanguageOptions, Options, Transcript

CLIP = "peertube-one"


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> CtcModel:
    return tone_model(tmp_path_factory.mktemp("models") / "tones")


@pytest.fixture(scope="module")
def film(tones: CtcModel, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two stretches of speech with Uyghur tones above them."""
    folder = tmp_path_factory.mktemp("film")

    def say(words: str, voice: str) -> Path:
        file = folder / "voice.wav"
        run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(file), words], check=True, timeout=60)
        return file

    return write(folder / "film.wav", toned(say, tones, SAID, SAID)).read_bytes()


@pytest.fixture(scope="module")
def deaf(whisper_folder: Path) -> TrackReader:
    """The base model alone."""
    return TrackReader(Options(model=str(whisper_folder)))


@pytest.fixture(scope="module")
def hearing(whisper_folder: Path, tones: CtcModel) -> TrackReader:
    """The same, and a model for Uyghur."""
    own = LanguageOptions(engine="ctc", model=str(tones.folder))
    return TrackReader(Options(model=str(whisper_folder), per_language={"ug": own}))


def with_options(archive: Archive, options: Options) -> Archive:
    return replace(archive, settings=archive.settings.model_copy(update={"transcription": options}))


@pytest.fixture
def archive(tmp_path: Path, film: bytes, deaf: TrackReader) -> Iterator[Archive]:
    """A clip in Uyghur alone, read when no model knew that."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        keep(opened, CLIP, media=film)
        store_all(opened)
        declare(opened, CLIP, ["ug"], by="R. Researcher")
        archive = with_options(opened, deaf.options)
        (done,) = transcribe_clips(archive, deaf, to_transcribe(archive, deaf.model), archive.targets)
        assert done.problem is None
        yield archive


def complete(archive: Archive, reader: TrackReader) -> Archive:
    now = with_options(archive, reader.options)
    clips = to_complete(now, "ug")
    assert [one.problem for one in complete_clips(now, reader, "ug", clips, now.targets)] == [None] * len(clips)
    return now


def original(archive: Archive) -> Shown:
    found = [one for one in shown(archive, CLIP) if one.ref.kind == "whisper"]
    assert len(found) == 1
    return found[0]


def test_its_gaps_are_read_into_a_transcript_of_its_own(archive: Archive, hearing: TrackReader) -> None:
    before = original(archive)
    assert isinstance(before.document, Transcript)
    assert not before.document.segments
    assert to_complete(archive, "ug") == [CLIP]
    now = complete(archive, hearing)
    after = original(now)
    assert (after.ref, after.body, after.corrections) == (before.ref, before.body, before.corrections)
    (part,) = after.completions
    assert part.ref.name == f"{before.ref.name}-ug"
    assert (part.ref.kind, part.ref.model) == ("completion", "tones")
    assert part.ref.languages == ("ug",)
    assert isinstance(part.document, Transcript)
    assert part.document.completes == sha256(before.body.encode()).hexdigest()
    assert {normalized(s.text) for s in part.document.segments} == {normalized(SAID)}
    assert to_complete(now, "ug") == [], "it was looked at by this model"
    assert to_transcribe(now, hearing.model) == [], "nothing whole is read again for it"


def test_another_model_for_the_language_looks_again_and_takes_its_place(
    archive: Archive, hearing: TrackReader, whisper_folder: Path, tmp_path: Path
) -> None:
    now = complete(archive, hearing)
    names = [one.ref.name for one in shown(now, CLIP)]
    other = tone_model(tmp_path / "better")
    own = LanguageOptions(engine="ctc", model=str(other.folder))
    better = TrackReader(Options(model=str(whisper_folder), per_language={"ug": own}))
    now = with_options(now, better.options)
    assert to_complete(now, "ug") == [CLIP]
    now = complete(now, better)
    assert [one.ref.name for one in shown(now, CLIP)] == names
    (part,) = original(now).completions
    assert isinstance(part.document, Transcript)
    assert {s.model for s in part.document.segments} == {"better"}


def test_a_clip_in_other_languages_is_left_alone(archive: Archive, hearing: TrackReader) -> None:
    declare(archive, CLIP, ["ky"], by="R. Researcher")
    assert to_complete(with_options(archive, hearing.options), "ug") == []


def test_a_language_without_a_model_says_what_to_set(hearing: TrackReader) -> None:
    assert checked(hearing.options, "uig") == "ug"
    with pytest.raises(ArchiveError, match=r"transcription\.per_language\.ky"):
        checked(hearing.options, "ky")


def test_every_view_has_both_by_time(archive: Archive, hearing: TrackReader) -> None:
    bare = written(original(archive), CLIP, "txt")
    assert "unsupported_language" in bare
    now = complete(archive, hearing)
    one = original(now)
    told = [(placed.line.told.language, placed.of.ref.name) for placed in joined_lines(one)]
    assert {name for _, name in told} == {one.completions[0].ref.name}
    starts = [placed.line.told.start for placed in joined_lines(one)]
    assert starts == sorted(starts)
    text = written(one, CLIP, "txt")
    assert "unsupported_language" not in text
    assert text.count("ئۇبا") == 2
    assert "What it left open: Machine transcript by" in text
    assert "unsupported_language" in written(one, CLIP, "vtt"), "what is edited is of one transcript"
    assert "ئۇبا" in written(one.completions[0], CLIP, "vtt")

    found = clip_page(now, CLIP, Reader("E", "keeper"))
    assert found
    assert found.transcript
    assert found.transcript.name == one.ref.name
    assert {s.transcript for s in found.transcript.sentences} == {one.completions[0].ref.name}
    assert [normalized(s.text) for s in found.transcript.sentences if not s.left_out] == [normalized(SAID)] * 2
    material = material_of(now, CLIP)
    assert [u.text for name, some in material.transcripts for u in some if name.endswith("-ug")]
    searched = facts_of(now, [CLIP])[CLIP].transcripts
    assert {part.ref.name for part in searched} == {one.ref.name, one.completions[0].ref.name}
    sentence = found.transcript.sentences[0]
    cited = cite(now, CLIP, sentence.start + 0.1, reader=Reader("E", "keeper"))
    assert cited.words
    assert cited.words.transcript == one.completions[0].ref.name
    assert "a machine's later reading of speech in ug, not checked by a person" in as_text(cited)
    view = clip_view(now, CLIP)
    exported = json.dumps(manifest(view, shown(now, CLIP), at="https://room.example.org", archive="made-up"))
    assert "Machine transcript of what another left open (ug)" in exported


def test_it_is_never_shown_first_and_never_compared_unasked(archive: Archive, hearing: TrackReader) -> None:
    now = complete(archive, hearing)
    there = shown(now, CLIP)
    assert first([one.ref for one in there]) == original(now).ref
    with pytest.raises(Exception, match="only one transcript"):
        beside(there, there[0])


def test_each_has_its_own_corrections_and_people_come_before_a_later_model(
    archive: Archive, hearing: TrackReader
) -> None:
    """What a person wrote into a gap stands, and what the model makes of it later is not shown beside it."""
    exported = written(original(archive), CLIP, "vtt")
    gap = "[speech not written down: unsupported_language]\n"
    assert exported.count(gap) == 2
    edited = exported.replace(gap, "[ug]\nسۆز\n", 1)
    done = correct(archive, CLIP, EditedFile(edited.encode()), by="R. Researcher")
    assert (len(done.applied), done.conflicts) == (1, ())
    now = complete(archive, hearing)
    one = original(now)
    assert len(one.corrections) == 1
    lines = [placed.line for placed in joined_lines(one)]
    assert lines[0].told.text == "سۆز"
    assert lines[0].layer is not None
    assert normalized(lines[1].told.text) == normalized(SAID)

    part = one.completions[0]
    text = written(part, CLIP, "vtt")
    word = normalized(SAID).split()[1]
    done = correct(now, CLIP, EditedFile(text.replace(word, "كىتاب").encode()), by="E. Editor")
    assert done.transcript == part.ref.name
    one = original(now)
    assert [len(one.corrections), len(one.completions[0].corrections)] == [1, 1]
    assert any("كىتاب" in placed.line.told.text for placed in joined_lines(one))


def test_a_failure_is_told_and_hinders_no_reading_of_the_whole_clip(
    archive: Archive, hearing: TrackReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = with_options(archive, hearing.options)

    def read_otherwise(_: object, body: bytes, transcript: Transcript, gaps: Iterable[Gap]) -> Completed:
        return replace(of(body, transcript, gaps), read=(0, 1))

    of = Completed.of
    with monkeypatch.context() as patched:
        patched.setattr(Completed, "of", classmethod(read_otherwise))
        (done,) = complete_clips(now, hearing, "ug", [CLIP], now.targets)
    assert done.problem
    assert "have the whole clip transcribed again" in done.problem
    assert [(one.step, one.kind) for one in now.ledger.clips.failures()] == [("transcribe", "passing")]
    declare(now, CLIP, ["ug", "tr"], by="R. Researcher")
    assert to_transcribe(now, hearing.model) == [CLIP]
    declare(now, CLIP, ["ug"], by="R. Researcher")
    assert [one.problem for one in complete_clips(now, hearing, "ug", [CLIP], now.targets)] == [None]
    assert now.ledger.clips.failures() == []


def test_a_full_reading_replaces_both(archive: Archive, hearing: TrackReader) -> None:
    now = complete(archive, hearing)
    declare(now, CLIP, ["ug", "tr"], by="R. Researcher")
    assert to_complete(now, "ug") == [], "it is read again as a whole first"
    list(transcribe_clips(now, hearing, to_transcribe(now, hearing.model), now.targets))
    one = original(now)
    assert one.completions == ()
    assert [normalized(s.text) for s in one.document.segments if s.language == "ug"]  # type: ignore[union-attr]
    assert [part.ref.kind for part in shown(now, CLIP)] == ["whisper", "completion"]
    assert [part.ref.kind for part in in_force(shown(now, CLIP))] == ["whisper"]
    assert [name for name, _ in material_of(now, CLIP).transcripts] == [one.ref.name]
    assert [part.ref.name for part in facts_of(now, [CLIP])[CLIP].transcripts] == [one.ref.name]


def test_it_comes_back_from_a_target(archive: Archive, hearing: TrackReader, tmp_path: Path) -> None:
    now = complete(archive, hearing)
    assert seal_work(now, CLIP, now.targets).sealed
    finished(now)
    before, sidecar = now.ledger.readings.transcripts(CLIP), build(now, CLIP)
    with an_archive(tmp_path / "again", now.targets, clock=Clock()) as opened:
        assert rebuild(opened, now.targets).problems == []
        assert opened.ledger.readings.transcripts(CLIP) == before
        assert build(opened, CLIP).transcripts == sidecar.transcripts
        assert original(with_options(opened, hearing.options)).completions
    cited = cite(now, CLIP, 1.0, reader=Reader("E", "keeper"))
    assert cited.words
    assert cited.words.kind == "completion"
    assert [verify(cited, target).holds for target in now.targets.values()] == [True] * 3
    files = [file for file in tmp_path.rglob("*-ug.vtt") if "transcripts" in file.parts]
    assert files


def test_known_words_are_those_that_people_stand_for(archive: Archive, hearing: TrackReader) -> None:
    assert known_words(archive, ["ug"]) == {}
    now = complete(archive, hearing)
    assert known_words(now, ["ug", "kk"]) == {"ug": frozenset(normalized(SAID).split())}
    names = known_words(now, ["kk", "ug"], ["Алия Қасым", "ئايشە", "Ayshe", "艾莎"])
    assert names["kk"] == {"алия", "қасым"}
    assert "ئايشە" in names["ug"]


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path

from archive.steps.completing_transcripts import complete_clips, to_complete
from tests.support.archives import Clock, an_archive, folder_targets
from transcription.hearing.track_reading import Completed, TrackReader
from transcription.records import LanguageOptions, Options

home, whisper, tones = map(Path, sys.argv[1:])
own = LanguageOptions(engine="ctc", model=str(tones))
options = Options(model=str(whisper), per_language={"ug": own}, batch_size=1, context_seconds=30)
with an_archive(home / "state", folder_targets(home), clock=Clock()) as opened:
    settings = opened.settings.model_copy(update={"transcription": options})
    archive = replace(opened, settings=settings)
    print([one.problem for one in complete_clips(archive, TrackReader(options), "ug", to_complete(archive, "ug"), {
        **archive.targets})])
"""


def test_a_kill_loses_nothing_and_the_next_start_ends_with_the_same(
    tmp_path: Path, film: bytes, deaf: TrackReader, whisper_folder: Path, tones: CtcModel
) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        keep(opened, CLIP, media=film)
        store_all(opened)
        declare(opened, CLIP, ["ug"], by="R. Researcher")
        archive = with_options(opened, deaf.options)
        list(transcribe_clips(archive, deaf, [CLIP], archive.targets))
        body = original(archive).body
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(whisper_folder), str(tones.folder)]
    kept = tmp_path / "state" / "transcribing" / f"{CLIP}-t0-ug.jsonl"
    process, end = Popen(command, cwd=HOME), monotonic() + 120
    while monotonic() < end and not (kept.exists() and '["batch' in kept.read_text()):
        assert process.poll() is None
        sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        assert [one.ref.kind for one in shown(with_options(opened, deaf.options), CLIP)] == ["whisper"]
    assert run(command, cwd=HOME, check=True, timeout=120, stdout=PIPE).stdout == b"[None]\n"
    assert not kept.exists()
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        one = original(with_options(opened, deaf.options))
        assert one.body == body
        assert [normalized(s.text) for s in one.completions[0].document.segments] == [normalized(SAID)] * 2
