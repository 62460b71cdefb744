"""Chinese in one script, and everything else as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.hearing.scripts import to_script


@pytest.mark.parametrize(
    ("simplified", "traditional"), [("我弟弟被带走了", "我弟弟被帶走了"), ("广州市房地产中介", "廣州市房地產中介")]
)
def test_either_script_becomes_the_other(simplified: str, traditional: str) -> None:
    assert to_script(traditional, "simplified") == to_script(simplified, "simplified") == simplified
    assert to_script(simplified, "traditional") == traditional
    assert to_script(traditional, None) == traditional


@pytest.mark.parametrize("text", ["", "Plain words, 15 m.", "مەن شىنجاڭدا تۇغۇلغان", "Ол кетті", "👪\u202e\u2066 ؟"])
def test_other_writing_is_left_alone(text: str) -> None:
    assert to_script(text, "simplified") == to_script(text, "traditional") == text


@given(st.text(st.characters(categories=["L", "N", "P", "Z"], max_codepoint=0x2E7F)))
def test_nothing_below_han_is_touched(text: str) -> None:
    assert to_script(text, "simplified") == text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30))
def test_simplified_stays_simplified(text: str) -> None:
    once = to_script(text, "simplified")
    assert len(once) == len(text)
    assert to_script(once, "simplified") == once
