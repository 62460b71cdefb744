import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.languages import mistaken_for, short, unheard
from transcription.marks import compression_ratio, loops, marks
from transcription.records import Options

CLEAR = {
    "language": "en",
    "language_probability": 0.98,
    "outside": ("cy", 0.01),
    "avg_logprob": -0.2,
    "no_speech_prob": 0.01,
    "missing": (),
    "width": 1280,
    "limits": Options().limits("en"),
}


def marked(text: str = "They took my brother away.", **changes: object) -> tuple[str, ...]:
    return marks(text, **(CLEAR | changes))  # type: ignore[arg-type]


def test_clear_speech_has_no_mark() -> None:
    assert marked() == ()


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"avg_logprob": -1.2}, "low_confidence"),
        ({"no_speech_prob": 0.66, "avg_logprob": -0.93}, "maybe_no_speech"),
        ({"text": "алғағағағағағағағ", "avg_logprob": -0.2}, "loop"),
        ({"outside": ("cs", 0.99)}, "outside:cs"),
        ({"language_probability": 0.3}, "unsure_language"),
        ({"language": "kk", "width": 512}, "weak_model"),
        ({"language": "tr", "missing": ("ug",)}, "may_be:ug"),
        ({"language": "zh", "outside": ("az", 0.99), "missing": ("ug",)}, "may_be:ug"),
    ],
)
def test_each_mark_has_its_cause(changes: dict[str, object], mark: str) -> None:
    assert mark in marked(**changes)  # type: ignore[arg-type]


def test_english_on_a_small_model_and_chinese_beside_uyghur_are_not_doubted() -> None:
    assert marked(width=512) == ()
    assert marked(language="zh", missing=("ug", "ky")) == ()


@pytest.mark.parametrize(
    "text", ["He he he said that he would come.", "10000000 people", "Thank you. Thank you.", "", "桥下垂直净空15米"]
)
def test_people_repeat_themselves_a_little(text: str) -> None:
    assert not loops(text)


@pytest.mark.parametrize(
    "text", ["You are here. " * 3, "өй " * 40, "谢谢大家观看" * 5, "and then, And then and then AND THEN and then"]
)
def test_models_repeat_themselves_a_lot(text: str) -> None:
    assert loops(text)


@given(st.text(max_size=300))
def test_any_text_has_a_ratio_and_an_answer(text: str) -> None:
    loops(text)
    assert compression_ratio(text) >= 0


@pytest.mark.parametrize(
    ("tag", "code"), [("eng", "en"), ("zh-Hans", "zh"), ("zho", "zh"), ("uig", "ug"), ("ug_CN", "ug"), ("xx", "xx")]
)
def test_tags_are_shortened(tag: str, code: str) -> None:
    assert short(tag) == code


def test_a_missing_language_without_listed_neighbours_may_hide_behind_any() -> None:
    assert unheard(("xal", "en", "ug"), {"en"}) == ("ug", "xal")
    assert mistaken_for(("en",), ("ug", "xal")) == ("xal",)
