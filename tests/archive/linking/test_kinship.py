import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.context.kin_words import KINDS
from archive.linking.context.kinship import kin_after, kin_before, relation_class


@pytest.mark.parametrize(
    ("before", "kind", "whose"),
    [
        ("my older brother ", "brother", "mine"),
        ("my brother's name is ", "brother", "mine"),
        ("Perhat's brother ", "brother", "theirs"),
        ("his wife, ", "wife", "theirs"),
        ("husband ", "husband", None),
        ("моего старшего брата ", "brother", "mine"),
        ("мою сестру зовут ", "sister", "mine"),
        ("его жена ", "wife", "theirs"),
        ("менің інім ", "brother", "mine"),
        ("Інімнің аты ", "brother", "mine"),
        ("әкемді ", "father", "mine"),
        ("оның қызы ", "daughter", "theirs"),
        ("benim kardeşim ", "brother", "mine"),
        ("kardeşimin adı ", "brother", "mine"),
        ("kocası ", "husband", "theirs"),
        ("ئاكام ", "brother", "mine"),
        ("ئاكىسى ", "brother", "theirs"),
        ("أخي ", "brother", "mine"),
        ("زوجها ", "husband", "theirs"),
        ("我的哥哥叫", "brother", "mine"),
        ("他的妻子", "wife", "theirs"),
    ],
)
def test_the_words_before_a_name_make_a_relative(before: str, kind: str, whose: str | None) -> None:
    kin = kin_before(before, len(before))
    assert kin is not None
    assert (kin.kind, kin.whose) == (kind, whose)


@pytest.mark.parametrize(
    ("after", "kind", "whose"),
    [
        (", my brother,", "brother", "mine"),
        (" is my sister.", "sister", "mine"),
        (" — мой брат", "brother", "mine"),
        (" менің інім", "brother", "mine"),
        (", benim kardeşim", "brother", "mine"),
        (" هو أخي", "brother", "mine"),
        ("是我的哥哥", "brother", "mine"),
        ("，他的妻子", "wife", "theirs"),
    ],
)
def test_the_words_after_a_name_do_too(after: str, kind: str, whose: str) -> None:
    kin = kin_after(after, 0)
    assert kin is not None
    assert (kin.kind, kin.whose) == (kind, whose)


@pytest.mark.parametrize(
    "before", ["my brother told me that ", "my brother and ", "the brother of ", "this is my ", ""]
)
def test_other_words_between_make_none(before: str) -> None:
    assert kin_before(before, len(before)) is None


@pytest.mark.parametrize("after", [" and his wife", ", his wife Mahire", " told my brother", ", my brother's son"])
def test_a_relative_named_next_is_not_the_one_before(after: str) -> None:
    assert kin_after(after, 0) is None


def test_sex_and_class_come_from_the_kind() -> None:
    kin = kin_before("my daughter ", 12)
    assert kin is not None
    assert (kin.sex, kin.kin_class) == ("f", "lineal")


@pytest.mark.parametrize(
    ("relation", "kin_class"),
    [("older brother", "sibling"), ("Sister", "sibling"), ("father-in-law", "in-law"), ("friend", None), ("", None)],
)
def test_a_registers_relation_has_the_class_of_its_kin(relation: str, kin_class: str | None) -> None:
    assert relation_class(relation) == kin_class


@given(st.text(max_size=200), st.integers(0, 220))
def test_any_text_is_read(text: str, at: int) -> None:
    for kin in (kin_before(text, at), kin_after(text, at)):
        assert kin is None or kin.kind in KINDS
