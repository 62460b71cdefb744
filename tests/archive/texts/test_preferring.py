"""Which transcript is shown first."""

import pytest

from archive.records.transcript import TranscriptKind, TranscriptRef
from archive.texts.preferring import first, preferred

MEDIA = "a" * 64


def ref(name: str, model: str | None = None, kind: TranscriptKind = "whisper", media: str = MEDIA) -> TranscriptRef:
    return TranscriptRef(
        name=name,
        kind=kind,
        sha512="",
        media_sha256=media,
        model=model,
        languages=(),
        segments=0,
        gaps=0,
        doubtful=False,
    )


CAPTIONS = ref("captions-en-1", kind="captions")
BASE, LARGE, LARGE_2 = ref("base-t1", "base"), ref("large-v3-t1", "large-v3"), ref("large-v3-t2", "large-v3")
ENGLISH = ref("large-v3-t1-en", "large-v3", "translation")
ALL = [ENGLISH, CAPTIONS, BASE, LARGE_2, LARGE]


def names(prefer: list[str], model: str = "large-v3", corrected: tuple[str, ...] = (), media: str | None = None) -> str:
    found = preferred(ALL, prefer=prefer, model=model, corrected=corrected, media_sha256=media)
    assert first(found) == found[0]
    return " ".join(one.name for one in found[:-1])


@pytest.mark.parametrize("prefer", [[], ["corrected"]])
def test_by_default_corrections_then_the_model_of_the_settings_then_others_then_captions(prefer: list[str]) -> None:
    assert names(prefer) == "large-v3-t1 large-v3-t2 base-t1 captions-en-1"
    assert names(prefer, model="base") == "base-t1 large-v3-t1 large-v3-t2 captions-en-1"


def test_a_corrected_one_is_first_where_that_is_preferred_or_among_its_kind() -> None:
    assert names(["corrected"], corrected=("captions-en-1",)).startswith("captions-en-1 large-v3-t1")
    assert names([], corrected=("large-v3-t2",)).startswith("large-v3-t2 large-v3-t1")
    assert names(["captions", "corrected"], corrected=("base-t1",)).startswith("captions-en-1 base-t1")


def test_a_model_a_transcript_or_captions_can_be_named() -> None:
    assert names(["base", "captions"]) == "base-t1 captions-en-1 large-v3-t1 large-v3-t2"
    assert names(["large-v3-t2"]) == "large-v3-t2 large-v3-t1 base-t1 captions-en-1"
    assert names(["captions", "huge"]) == "captions-en-1 large-v3-t1 large-v3-t2 base-t1"


def test_that_of_the_newest_media_comes_before_its_like() -> None:
    old = ref("large-v3-t0", "large-v3", media="b" * 64)
    assert preferred([old, LARGE], prefer=[], model="large-v3", media_sha256=MEDIA) == [LARGE, old]


def test_a_translation_is_never_first() -> None:
    found = preferred(ALL, prefer=["large-v3-t1-en", "corrected"], model="large-v3", corrected=["large-v3-t1-en"])
    assert found[-1] == ENGLISH
    assert first([ENGLISH]) is None
    assert first([]) is None
