from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.engines.repetition import compression_ratio, loops
from transcription.hearing.marks import (
    Figures,
    fabricated,
    implausible_speed,
    marks,
    repeated,
    segment_marks,
)
from transcription.hearing.phrases import STOCK_PHRASES, is_stock, plain
from transcription.languages import languages_of, mistaken_for, short, unheard
from transcription.records import MARKS, Limits, Options

CLEAR = Figures(
    language="en",
    language_probability=0.98,
    avg_logprob=-0.2,
    no_speech_prob=0.01,
    outside="cy",
    outside_probability=0.01,
)


ENGLISH = Options().limits("en")


def marked(
    text: str = "They took my brother away.",
    *,
    missing: tuple[str, ...] = (),
    weak: bool = False,
    limits: Limits = ENGLISH,
    **changes: object,
) -> tuple[str, ...]:
    figures = replace(CLEAR, **changes)  # type: ignore[arg-type]
    return marks(text, figures, missing=missing, weak=weak, limits=limits)


def test_clear_speech_has_no_mark() -> None:
    assert marked() == ()


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"avg_logprob": -1.2}, "low_confidence"),
        ({"no_speech_prob": 0.66, "avg_logprob": -0.93}, "maybe_no_speech"),
        ({"text": "алғағағағағағағағ", "avg_logprob": -0.2}, "loop"),
        ({"outside": "cs", "outside_probability": 0.99}, "outside:cs"),
        ({"language_probability": 0.3}, "unsure_language"),
        ({"language": "kk", "weak": True}, "weak_model"),
        ({"language": "tr", "missing": ("ug",)}, "may_be:ug"),
        ({"language": "zh", "outside": "az", "outside_probability": 0.99, "missing": ("ug",)}, "may_be:ug"),
    ],
)
def test_each_mark_has_its_cause(changes: dict[str, object], mark: str) -> None:
    assert mark in marked(**changes)  # type: ignore[arg-type]


def test_english_on_a_small_model_and_chinese_beside_uyghur_are_not_doubted() -> None:
    assert marked(weak=True) == ()
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


def test_limits_of_a_language_are_its_own() -> None:
    own = Options.model_validate({"per_language": {"kk": {"min_avg_logprob": -0.1}}})
    assert "low_confidence" in marked(limits=own.limits("kk"))
    assert marked(limits=own.limits("en")) == ()


@pytest.mark.parametrize("phrase", [phrase for phrases in STOCK_PHRASES.values() for phrase in phrases])
def test_a_stock_phrase_is_found_whatever_its_case_and_points(phrase: str) -> None:
    assert phrase == plain(phrase)
    assert is_stock(phrase.upper() if phrase.upper().casefold() == phrase else phrase)
    assert is_stock(f"... {phrase}! ♪")
    seconds = 30 if len(phrase) > 20 else 3
    assert segment_marks(phrase, seconds, spoken=1.0, sure=1.0, again=False)[:1] == ("stock_phrase",)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "You were there when they took him, and you saw it.",
        "I watched them go. Thank you for watching over my children while I was held in that place.",
        "شكرا لكم على كل ما فعلتموه من أجل أخي",
        "Merci d'avoir aidé ma mère.",
        "Спасибо всем, кто нам помог.",
        "请大家帮助我寻找我的弟弟",
        "Көмектескендеріңізге рахмет",
        "Kardeşim için teşekkür ederim",
        "",
    ],
)
def test_thanks_that_people_say_are_no_stock_phrase(text: str) -> None:
    assert not is_stock(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("They took my brother away in the winter and we have not heard from him", 1.0),
        ("我的弟弟在冬天被他们从家里带走了我们再也没有听到他的消息", 1.5),
        ("انہوں نے میرے بھائی کو سردیوں میں ہمارے گھر سے اٹھا لیا تھا", 0.8),
        ("Его забрали зимой из нашего дома, и больше мы о нём не слышали", 1.0),
        ("You", 8.0),
        ("好", 30.0),
        ("a", 0.0),
    ],
)
def test_what_nobody_can_say_in_that_time_is_implausible(text: str, seconds: float) -> None:
    assert implausible_speed(text, seconds)
    assert "implausible_speed" in segment_marks(text, seconds, spoken=1.0, sure=1.0, again=False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("They took my brother away in the winter and we have not heard from him", 4.0),
        ("我的弟弟在冬天被他们从家里带走了我们再也没有听到他的消息", 5.0),
        ("Его забрали зимой из нашего дома, и больше мы о нём не слышали", 3.0),
        ("ئۇنى قىشتا ئۆيىمىزدىن ئېلىپ كەتتى", 2.5),
        ("No.", 3.0),
        ("Yes", 0.12),
        ("...", 20.0),
        ("", 20.0),
    ],
)
def test_what_people_say_in_that_time_is_plausible(text: str, seconds: float) -> None:
    assert not implausible_speed(text, seconds)


LONG = "They took my brother away."


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([LONG, LONG.upper() + "!"], [False, True]),
        (["Да.", "Да."], [False, False]),
        (["Да.", "Да.", "да"], [False, True, True]),
        (["他走了", "他走了", "他走了", "他没走"], [False, True, True, False]),
        ([LONG, "And?", LONG], [False, False, False]),
        (["...", "?", "!"], [False, False, False]),
        ([], []),
    ],
)
def test_a_text_that_comes_again_is_repeated(texts: list[str], found: list[bool]) -> None:
    assert repeated(texts) == found


@given(st.lists(st.sampled_from(["Yes.", LONG, "他走了", ""]), max_size=12))
def test_the_first_of_a_row_is_never_the_one_that_repeats(texts: list[str]) -> None:
    found = repeated(texts)
    assert len(found) == len(texts)
    assert all(plain(texts[n]) == plain(texts[n - 1]) for n, again in enumerate(found) if again)
    assert not any(found[:1])


def test_marks_of_a_segment_have_their_cause_and_its_opposite() -> None:
    assert segment_marks(LONG, 2.0, spoken=1.0, sure=1.0, again=False) == ()
    assert segment_marks(LONG, 2.0, spoken=0.5, sure=0.5, again=False) == ()
    assert segment_marks(LONG, 2.0, spoken=0.49, sure=0.0, again=False) == ("outside_speech",)
    assert segment_marks(LONG, 2.0, spoken=1.0, sure=0.49, again=False) == ("second_look",)
    assert segment_marks(LONG, 2.0, spoken=1.0, sure=1.0, again=True) == ("repeated",)
    assert {*segment_marks("Thanks for watching!", 0.1, spoken=0.0, sure=0.0, again=True)} <= {*MARKS}


def test_faint_speech_proves_itself_or_is_left_to_a_person() -> None:
    assert not fabricated(LONG, 2.0, (), sure=False)
    assert not fabricated(LONG, 2.0, ("weak_model", "may_be:ug", "outside:cy"), sure=False)
    for mark in ("low_confidence", "maybe_no_speech", "loop", "unsure_language"):
        assert fabricated(LONG, 2.0, (mark,), sure=False)
    assert fabricated("Thanks for watching!", 2.0, (), sure=False)
    assert fabricated("You", 9.0, (), sure=False)


def test_speech_is_written_unless_it_came_out_as_a_loop_and_something_else_doubts_it() -> None:
    for mark in ("low_confidence", "maybe_no_speech", "loop", "unsure_language"):
        assert not fabricated(LONG, 2.0, (mark,), sure=True)
    assert not fabricated("You", 9.0, (), sure=True)
    assert not fabricated("No, no, no, no, no, not him.", 3.0, ("loop",), sure=True)
    for mark in ("maybe_no_speech", "unsure_language"):
        assert fabricated(LONG, 2.0, ("loop", mark), sure=True)
    assert fabricated("I am sorry, " * 40, 10.0, ("loop",), sure=True)


KNOWN = ("en", "kk", "ru", "tr", "uz", "zh")


def test_languages_that_may_be_spoken_are_the_archives_that_the_model_knows() -> None:
    found = languages_of(("kk", "ug", "zh-Hans"), ("kaz", "en", "kk"), KNOWN, ())
    assert found.allowed == {"kk", "zh"}
    assert found.declared == ("kk", "en")
    assert found.missing == ("ug",)
    assert found.forced is None
    assert found.readable
    assert found.hidden("kk") == ()
    assert found.hidden("zh") == ("ug",)


@pytest.mark.parametrize(
    ("declared", "own", "forced", "readable"),
    [
        (("ug",), (), None, False),
        (("ug", "ky"), (), None, False),
        (("ug", "ky"), ("ug",), None, True),
        (("uig", "ug"), ("ug",), "ug", True),
        (("ug", "kk"), ("ug",), None, True),
        (("kk",), ("kk",), None, True),
        ((), ("ug",), None, True),
    ],
)
def test_a_model_of_its_own_reads_a_language_that_is_declared_alone(
    declared: tuple[str, ...], own: tuple[str, ...], forced: str | None, readable: bool
) -> None:
    found = languages_of(("kk", "ug", "ky"), declared, KNOWN, own)
    assert (found.forced, found.readable) == (forced, readable)


def test_an_archive_of_no_known_language_is_left_to_a_person() -> None:
    assert not languages_of(("ug", "ky"), (), KNOWN, ()).readable


@given(
    st.lists(st.sampled_from([*KNOWN, "ug", "ky", "uig", "zho", "xx"]), max_size=4),
    st.lists(st.sampled_from([*KNOWN, "ug", "ky", "kaz"]), max_size=3),
    st.sets(st.sampled_from(["ug", "ky", "kk"])),
)
def test_what_is_allowed_is_known_and_what_is_missing_is_not(
    spoken: list[str], declared: list[str], own: set[str]
) -> None:
    found = languages_of(spoken, declared, KNOWN, own)
    assert found.allowed <= {*KNOWN} & {short(one) for one in spoken}
    assert {*found.missing}.isdisjoint(KNOWN)
    assert {short(one) for one in [*spoken, *declared]} - {*KNOWN} == {*found.missing}
    assert found.forced is None or found.forced in own & {*found.missing}


def test_where_no_language_is_told_none_is_doubted() -> None:
    silent = Figures(language="ug", language_probability=None, avg_logprob=-0.2, no_speech_prob=None)
    told = Figures(language="ug", language_probability=0.1, avg_logprob=-0.2, no_speech_prob=None)
    limits = Options().limits("ug")
    assert marks("bir ikki üch", silent, missing=(), weak=False, limits=limits) == ()
    assert marks("bir ikki üch", told, missing=(), weak=False, limits=limits) == ("unsure_language",)
