"""Which language a chunk is in, by what was written of it: golden cases, each with its right answer.

The Uyghur, Kazakh and Russian sentences are the texts of recorded clips (THUYG-20, the Kazakh Speech Commands, Common
Voice); what the base model made of the Uyghur one is as it wrote it. No CTC model for these languages is at hand: what
it would write is given.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.documents.differences import normalized
from transcription.hearing.language_by_reading import (
    TELLING,
    Answer,
    Question,
    Telling,
    Words,
    answers,
    candidates,
    known_share,
)
from transcription.hearing.letters_of_languages import ALPHABETS, fits
from transcription.languages import Languages, languages_of

UYGHUR = "بۇ ئۆي ئەسلىدە خوتۇنىنىڭ خۇش تەبەسسۇمى ئوغلىنىڭ ئوماق كۈلكۈسى بىلەن گۈزەل ئىدى"
KAZAKH = "Алға қарай бес метр жүр тоқта сосын солға карай екі метр жүр"
KYRGYZ = "Менин агамды кышында үйүбүздөн алып кетишкен, ошондон бери андан кабар жок, апам дагы эле жооп күтүп жүрөт"
RUSSIAN = "бедняга ребят на его месте должен был быть я и никто из нас не знает что с ними стало потом"
TURKISH = "Kardeşim kışın evimizden alındı, o günden beri ondan haber alamadık, annem hâlâ bir cevap bekliyor."
NONSENSE = "Bu öyle esnide hatunun kuş tebessümü oğlunun omak gülküsü bilen güzel idi"

WHISPER = frozenset({"ar", "az", "en", "fa", "fr", "kk", "mn", "ru", "tg", "tk", "tr", "tt", "uz", "zh"})
SPOKEN = ("kk", "ug", "zh", "ru", "tr", "ar", "ky", "fr", "en")
ALONE = frozenset({"ug"})
SEVERAL = frozenset({"ug", "kk", "ky", "ru"})


def clip(*declared: str, ears: tuple[str, ...] = ("ug",)) -> Languages:
    return languages_of(SPOKEN, declared, WHISPER, ears)


def by_main(text: str, *, vouched: bool = True) -> Telling:
    return Telling(text, WHISPER, vouched)


def words(text: str) -> frozenset[str]:
    return frozenset(normalized(text).split())


def answer(
    languages: Languages,
    named: str | None,
    main: Telling | None,
    known: Words | None = None,
    **own: Telling,
) -> Answer:
    (found,) = answers([Question({named or "tr": 0.77}, 9.0, named, main, own)], languages, known or {})
    return found


def told(found: Answer) -> tuple[str | None, str | None, bool]:
    return found.language, found.by, found.decided


class TestLetters:
    @pytest.mark.parametrize(("text", "language"), [(UYGHUR, "ug"), (KAZAKH, "kk"), (KYRGYZ, "ky"), (RUSSIAN, "ru")])
    def test_each_text_fits_its_own_language_best(self, text: str, language: str) -> None:
        found = fits(text, SEVERAL)
        rivals = [odds for other, odds in found.items() if other != language]
        assert found[language] - max(rivals) > TELLING

    def test_turkish_is_not_azeri_and_not_uzbek(self) -> None:
        found = fits(TURKISH, ("tr", "az", "uz", "tk"))
        assert max(found, key=lambda one: found[one]) == "tr"

    def test_a_few_letters_that_all_have_tell_nothing(self) -> None:
        found = fits("да", ("kk", "ky", "ru"))
        assert max(found.values()) - min(found.values()) < 1

    def test_what_is_common_to_all_tells_nothing_at_all(self) -> None:
        assert len(set(fits("123 … !", SEVERAL).values())) == 1

    def test_a_language_without_an_alphabet_is_left_out(self) -> None:
        assert fits(KAZAKH, ("kk", "zh")).keys() == {"kk"}
        assert fits(KAZAKH, ("zh",)) == {}

    @given(st.text(), st.sets(st.sampled_from(sorted(ALPHABETS))))
    def test_any_text_has_a_finite_figure_for_each(self, text: str, languages: set[str]) -> None:
        found = fits(text, languages)
        assert found.keys() == languages
        assert all(-1e9 < odds <= 0 for odds in found.values())


class TestCandidates:
    def test_a_missing_language_hides_behind_its_neighbours_alone(self) -> None:
        assert candidates({"tr": 0.9, "en": 0.1}, "tr", clip())["ug"] == pytest.approx(0.9 / 4, abs=0.01)
        assert candidates({"en": 1.0}, "en", clip()) == {"en": 1.0}

    def test_where_its_neighbour_is_declared_and_it_is_not_it_hides_nowhere(self) -> None:
        assert candidates({"tr": 1.0}, "tr", clip("tr")) == {"tr": 1.0}

    def test_a_neighbour_that_nobody_declared_is_the_one_that_somebody_did(self) -> None:
        assert candidates({"tr": 1.0}, "tr", clip("ug", "zh")) == {"tr": 0.0, "ug": 1.0}

    def test_beside_a_chunk_in_it_it_is_possible(self) -> None:
        assert candidates({"fr": 1.0}, "fr", clip(), near=("ug",)) == {"fr": 0.9, "ug": 0.1}

    def test_what_the_detector_calls_a_language_of_no_archive_is_no_proof(self) -> None:
        found = candidates({"uz": 0.97, "tr": 0.03}, "tr", clip())
        assert found["tr"] > found["ug"] > 0.1

    @given(
        st.dictionaries(st.sampled_from(sorted(WHISPER)), st.floats(0, 1)),
        st.sets(st.sampled_from(SPOKEN)),
        st.sets(st.sampled_from(("ug", "ky"))),
    )
    def test_they_add_up_to_one(self, odds: dict[str, float], declared: set[str], near: set[str]) -> None:
        found = candidates(odds, "tr", clip(*sorted(declared)), near)
        assert sum(found.values()) == pytest.approx(1)
        assert all(share >= 0 for share in found.values())


class TestReading:
    def test_uyghur_letters_of_a_model_that_knows_kazakh_too_are_uyghur(self) -> None:
        found = answer(clip("kk", "ug"), "kk", by_main(NONSENSE), ug=Telling(UYGHUR, SEVERAL, True))
        assert told(found) == ("ug", "reading", True)
        assert found.odds["ug"] > 0.9

    def test_kazakh_letters_of_it_are_kazakh_and_no_doubt_is_left(self) -> None:
        found = answer(clip("kk", "ug"), "kk", by_main(KAZAKH), ug=Telling(KAZAKH, SEVERAL, True))
        assert told(found) == ("kk", "reading", True)

    def test_kyrgyz_is_told_from_russian(self) -> None:
        spoken = clip("ru", "ky", ears=("ky",))
        for text, language in ((KYRGYZ, "ky"), (RUSSIAN, "ru")):
            found = answer(spoken, "ru", by_main(RUSSIAN), ky=Telling(text, SEVERAL, True))
            assert told(found) == (language, "reading", True)

    def test_letters_of_a_model_of_one_language_tell_nothing(self) -> None:
        """It writes its own letters whatever is said: no guess is stored as Uyghur."""
        found = answer(clip(), "tr", by_main(TURKISH), ug=Telling(UYGHUR, ALONE, True))
        assert told(found) == ("tr", None, False)

    def test_letters_tell_nothing_against_a_language_that_their_engine_cannot_write(self) -> None:
        found = answer(clip(), "tr", by_main(TURKISH), ug=Telling(UYGHUR, SEVERAL, True))
        assert told(found) == ("tr", None, False)

    def test_known_words_make_it_uyghur(self) -> None:
        found = answer(clip(), "tr", by_main(NONSENSE), {"ug": words(UYGHUR)}, ug=Telling(UYGHUR, ALONE, True))
        assert told(found) == ("ug", "reading", True)

    def test_words_that_both_lists_know_count_for_neither(self) -> None:
        both = {"ug": words(UYGHUR), "tr": words(UYGHUR)}
        assert told(answer(clip(), "tr", by_main(NONSENSE), both, ug=Telling(UYGHUR, ALONE, True)))[0] == "tr"

    def test_known_words_of_the_main_text_speak_for_its_language(self) -> None:
        lists = {"ug": words(UYGHUR), "tr": words(TURKISH)}
        found = answer(clip(), "tr", by_main(TURKISH), lists, ug=Telling("كاردىشىم قىشىن ئەۋىمىزدەن", ALONE, True))
        assert told(found) == ("tr", "reading", True)

    def test_an_engine_that_does_not_vouch_for_its_text_has_read_nothing(self) -> None:
        found = answer(clip(), "tr", by_main(NONSENSE), {"ug": words(UYGHUR)}, ug=Telling(UYGHUR, ALONE, False))
        assert told(found) == ("tr", None, False)

    def test_that_it_alone_vouches_decides_nothing_by_itself(self) -> None:
        unsure = by_main(NONSENSE, vouched=False)
        assert told(answer(clip(), "tr", unsure, ug=Telling(UYGHUR, ALONE, True))) == ("tr", None, False)

    def test_a_neighbour_that_nobody_declared_is_given_to_the_one_that_somebody_did_as_a_guess(self) -> None:
        found = answer(clip("ug", "zh"), "tr", by_main(NONSENSE), ug=Telling(UYGHUR, ALONE, False))
        assert told(found) == ("ug", "detector", False)

    def test_it_is_not_given_to_that_one_where_letters_say_another(self) -> None:
        """Kazakh in a clip that is declared to be in Uyghur and Chinese: its letters are not stored as Uyghur."""
        found = answer(clip("ug", "zh"), "kk", by_main(KAZAKH), ug=Telling(KAZAKH, SEVERAL, True))
        assert told(found) == ("kk", None, False)

    def test_an_empty_text_is_no_reading(self) -> None:
        found = answer(clip("kk", "ug"), "kk", by_main(KAZAKH), ug=Telling(" … ", SEVERAL, True))
        assert told(found) == ("kk", None, False)


class TestNothingElseKnown:
    """Two languages are declared that the main model lacks; one or both have a model."""

    def test_what_nothing_speaks_for_is_not_written(self) -> None:
        found = answer(clip("ug", "ky"), None, None, ug=Telling(UYGHUR, ALONE, True))
        assert told(found) == (None, None, False)

    def test_known_words_have_it_written(self) -> None:
        found = answer(clip("ug", "ky"), None, None, {"ug": words(UYGHUR)}, ug=Telling(UYGHUR, ALONE, True))
        assert told(found) == ("ug", "reading", True)

    def test_letters_of_a_model_of_both_have_the_one_written_that_has_a_model(self) -> None:
        spoken = clip("ug", "ky")
        for text, language in ((UYGHUR, "ug"), (KYRGYZ, None)):
            found = answer(spoken, None, None, ug=Telling(text, SEVERAL, True))
            assert found.language == language

    def test_so_it_is_in_an_archive_of_such_languages_where_nothing_is_declared(self) -> None:
        spoken = languages_of(("ug", "ky"), (), WHISPER, ("ug",))
        assert (spoken.readable, spoken.closed, spoken.forced) == (True, True, None)
        found = answer(spoken, None, None, {"ug": words(UYGHUR)}, ug=Telling(UYGHUR, ALONE, True))
        assert told(found) == ("ug", "reading", True)
        assert languages_of(("ug",), (), WHISPER, ("ug",)).forced == "ug"
        assert not languages_of(("ug", "ky"), (), WHISPER, ()).readable

    def test_behind_its_neighbours_alone_a_language_with_a_model_may_hide(self) -> None:
        either = clip(ears=("ug", "ky"))
        assert {code: either.ears_behind(code) for code in ("en", "ar", "kk", "ru")} == {
            "en": set(), "ar": {"ug"}, "kk": {"ug", "ky"}, "ru": {"ky"},
        }  # fmt: skip
        assert clip("kk", ears=("ug", "ky")).ears_behind("kk") == set()

    def test_with_models_of_both_each_is_written(self) -> None:
        spoken = clip("ug", "ky", ears=("ug", "ky"))
        for text, language in ((UYGHUR, "ug"), (KYRGYZ, "ky")):
            one = Telling(text, SEVERAL, True)
            assert told(answer(spoken, None, None, ug=one, ky=one)) == (language, "reading", True)


class TestNeighbours:
    UYGHUR = Question({"tr": 0.77}, 9.0, "tr", by_main(NONSENSE), {"ug": Telling(UYGHUR, ALONE, True)})
    SHORT = Question({"tr": 0.77}, 2.0, "tr", by_main("Evet"), {"ug": Telling("ھە بولدى", ALONE, True)})
    FRENCH = Question({"fr": 0.99}, 9.0, "fr", by_main("Il était une fois"), {})

    def test_a_short_chunk_amid_decided_ones_follows_them_as_a_guess(self) -> None:
        known = {"ug": words(UYGHUR)}
        found = answers([self.UYGHUR, self.SHORT, self.UYGHUR], clip(), known)
        assert [told(one) for one in found] == [
            ("ug", "reading", True),
            ("ug", "neighbours", False),
            ("ug", "reading", True),
        ]

    def test_a_long_one_speaks_for_itself(self) -> None:
        long = replace(self.SHORT, seconds=6.0)
        found = answers([self.UYGHUR, long, self.UYGHUR], clip(), {"ug": words(UYGHUR)})
        assert told(found[1]) == ("tr", None, False)

    def test_so_does_one_after_a_batch_that_ended_in_it(self) -> None:
        (found,) = answers([self.SHORT], clip(), {}, before="ug")
        assert told(found) == ("ug", "neighbours", False)
        (alone,) = answers([self.SHORT], clip(), {})
        assert told(alone) == ("tr", None, False)

    def test_another_language_between_them_stays(self) -> None:
        found = answers([self.UYGHUR, self.FRENCH, self.UYGHUR], clip(), {"ug": words(UYGHUR)})
        assert [one.language for one in found] == ["ug", "fr", "ug"]

    def test_many_undecided_ones_do_not_make_each_other_uyghur(self) -> None:
        found = answers([replace(self.UYGHUR, seconds=3.0)] * 9, clip(), {})
        assert {told(one) for one in found} == {("tr", None, False)}

    def test_no_chunk_gives_no_answer(self) -> None:
        assert answers([], clip(), {}) == []


class TestWords:
    def test_a_known_word_in_five_is_about_the_limit(self) -> None:
        text = "bir ikki uchta toʻrttasi beshinchi oltinchi yettinchi"
        known = words("toʻrttasi")
        assert known_share(text, known) < 1
        assert known_share("", known) == 0
        assert known_share(text, words(text)) > TELLING

    @given(st.text(), st.sets(st.text(min_size=4)))
    def test_words_alone_never_outvote_all_else(self, text: str, known: set[str]) -> None:
        assert -4 <= known_share(text, known) <= 4


@given(
    st.lists(st.sampled_from(("tr", "kk", "fr", "ru", "zh")), max_size=6),
    st.sampled_from((None, "tr", "ug", "und")),
)
def test_what_no_engine_read_as_uyghur_is_never_said_to_be(named: list[str], before: str | None) -> None:
    asked = [Question({one: 0.9}, 9.0, one, by_main(TURKISH), {}) for one in named]
    assert [one.language for one in answers(asked, clip(), {"ug": words(UYGHUR)}, before=before)] == named
