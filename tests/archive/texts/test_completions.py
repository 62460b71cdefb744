"""Which gaps wait for a model, and how two transcripts are one text: by records alone."""

from hashlib import sha256

import pytest

from archive.records.transcript import TranscriptKind, TranscriptRef
from archive.texts.completions import completed, in_force, joined_lines, open_gaps
from archive.texts.shown import Shown
from tests.support.archives import MODEL_DIGEST
from transcription.documents.formats import to_json
from transcription.records import Gap, Options, Reason, Segment, Transcript

Tile = tuple[float, float, str]
REASONS = ("unsupported_language", "read_before", "no_speech", "no_text")


def made(*tiles: Tile, completes: str | None = None, channel: int | None = None) -> Transcript:
    """A transcript of tiles: from, to, and a reason or a text."""
    return Transcript(
        container="wav",
        codec="pcm_s16le",
        start=0.0,
        channels=1 if channel is None else 2,
        read=() if channel is None else (channel,),
        media_sha256="0" * 64,
        track=0,
        completes=completes,
        duration=tiles[-1][1],
        model="m",
        model_digest=MODEL_DIGEST,
        device="cpu",
        compute_type="int8",
        options=Options(model="m"),
        versions={},
        segments=tuple(segment(a, b, text, channel) for a, b, text in tiles if text not in REASONS),
        gaps=tuple(gap(a, b, text, channel) for a, b, text in tiles if text in REASONS),
    )


def segment(start: float, end: float, text: str, channel: int | None = None) -> Segment:
    return Segment(
        start=start,
        end=end,
        text=text,
        language="ug",
        language_probability=1,
        avg_logprob=-0.1,
        no_speech_prob=None,
        compression_ratio=1,
        channel=channel,
    )


def gap(start: float, end: float, reason: str, channel: int | None = None) -> Gap:
    found: Reason = reason  # type: ignore[assignment]
    return Gap(start=start, end=end, reason=found, channel=channel)


def shown(name: str, document: Transcript, kind: TranscriptKind = "whisper") -> Shown:
    body = to_json(document)
    ref = TranscriptRef(
        name=name, kind=kind, sha512="", media_sha256="", languages=(), segments=0, gaps=0, doubtful=False
    )
    return Shown(ref, body)


def digest(document: Transcript) -> str:
    return sha256(to_json(document).encode()).hexdigest()


FIRST = made((0, 10, "unsupported_language"), (10, 20, "no_speech"), (20, 30, "unsupported_language"))


@pytest.mark.parametrize(
    ("later", "left"),
    [
        ((), [(0, 10), (20, 30)]),
        (((0, 10, "a"), (10, 30, "read_before")), [(20, 30)]),
        (((0, 2, "no_text"), (2, 5, "a"), (5, 7, "no_text"), (7, 10, "b"), (10, 30, "read_before")),
         [(0, 2), (5, 7), (20, 30)]),
        (((0, 30, "read_before"),), [(0, 10), (20, 30)]),
    ],
)  # fmt: skip
def test_what_has_no_words_yet_waits(later: tuple[Tile, ...], left: list[tuple[float, float]]) -> None:
    completions = [made(*later, completes=digest(FIRST))] if later else []
    assert [(one.start, one.end) for one in open_gaps(FIRST, completions)] == left


def test_words_of_another_channel_fill_no_gap() -> None:
    first = made((0, 10, "unsupported_language"), channel=1)
    other = made((0, 10, "a"), channel=0, completes=digest(first))
    assert [(one.start, one.end) for one in open_gaps(first, [other])] == [(0, 10)]


def test_only_what_names_it_completes_it() -> None:
    whole = shown("m", FIRST)
    mine = shown("m-ug", made((0, 10, "a"), (10, 30, "read_before"), completes=digest(FIRST)), "completion")
    stale = shown("m-ky", made((0, 10, "b"), (10, 30, "read_before"), completes="f" * 64), "completion")
    there = completed([whole, mine, stale])
    assert [one.ref.name for one in there] == ["m", "m-ug", "m-ky"]
    assert [[part.ref.name for part in one.completions] for one in there] == [["m-ug"], [], []]
    assert [one.ref.name for one in in_force([whole, mine, stale])] == ["m", "m-ug"]


def test_two_languages_that_came_one_after_the_other_are_one_text() -> None:
    parts = [
        shown("m-ug", made((0, 10, "a"), (10, 20, "read_before"), (20, 30, "unsupported_language"),
                           completes=digest(FIRST)), "completion"),
        shown("m-ky", made((0, 20, "read_before"), (20, 30, "b"), completes=digest(FIRST)), "completion"),
    ]  # fmt: skip
    whole = completed([shown("m", FIRST), *parts])[0]
    told = [(placed.line.told.text, placed.of.ref.name, placed.number) for placed in joined_lines(whole)]
    assert told == [("a", "m-ug", 0), ("b", "m-ky", 0)]


def test_one_that_is_complete_by_itself_is_as_it_was() -> None:
    one = shown("m", made((0, 10, "a"), (10, 20, "unsupported_language")))
    assert [placed.line for placed in joined_lines(one)] == list(one.lines())
