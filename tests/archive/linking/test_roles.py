"""Golden sentences by language: what the words around a name, here in brackets, say of its bearer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.context.role_words import FATE, OFFICE, WITNESS
from archive.linking.context.roles import _FATE, _OFFICE, _WITNESS, WEIGHTS, Sense, sense


def read(marked: str, *, spoken: bool = True) -> Sense:
    start, end = marked.index("["), marked.index("]") - 1
    return sense(marked.replace("[", "").replace("]", ""), start, end, spoken=spoken)


@pytest.mark.parametrize(
    ("marked", "role", "why"),
    [
        ("My name is [Dauren Seitqali] and I live here.", "testifier", "introduces himself"),
        ("My name is [Dauren Seitqali]. I was detained in 2017.", "testifier", "speaks of own fate"),
        ("This is about my brother [Perhat Yolwas].", "subject", "own relative"),
        ("My brother [Perhat Yolwas] was detained.", "subject", "own relative, fate"),
        ("I am [Perhat Yolwas]'s brother.", "subject", "own relative"),
        ("His brother [Perhat Yolwas] is a driver.", "relative", "somebody's relative"),
        ("My uncle [Perhat Yolwas] told me that she was taken away.", "relative", "speaks of others"),
        ("The governor [Perhat Yolwas] came.", "other", "holds an office"),
        ("A policeman called [Perhat Yolwas] came.", "other", "holds an office"),
        ("Party secretary of Tacheng, [Perhat Yolwas], ordered it.", "other", "holds an office"),
        ("[Perhat Yolwas], a police officer, came.", "other", "holds an office"),
        ("The school director [Perhat Yolwas] was arrested in 2017.", "subject", "fate"),
        ("Police arrested [Perhat Yolwas] in 2018.", "subject", "fate"),
        ("She was arrested by [Perhat Yolwas].", "other", "speaks of others"),
        ("The journalist [Perhat Yolwas] asked me.", "other", "speaks of others"),
        ("The volunteer [Perhat Yolwas] is here.", "other", "witness"),
        ("The journalist [Perhat Yolwas] was arrested in 2017.", "subject", "fate"),
        ("Please free [Perhat Yolwas].", "subject", "fate"),
        ("Help find [Perhat Yolwas].", "subject", "fate"),
        ("I am [Perhat Yolwas's] brother.", "subject", "own relative"),
        ("Мен [Перхат Жолбастың] қызымын.", "subject", "own relative"),
        ("[Perhat Yolwas] is a baker who has never been arrested.", "other", "was free"),
        ("[Perhat Yolwas] has not been released.", "subject", "fate"),
        ("[Перхат Жолбас] никогда не был арестован.", "other", "was free"),
        ("[Перхат Жолбас] қамалмаған.", "other", "was free"),
        ("[Perhat Yolvas] tutuklanmadı.", "other", "was free"),
        ("[پەرھات يولۋاس] تۇتۇلمىدى.", "other", "was free"),
        ("[帕尔哈提]没有被捕。", "other", "was free"),
        ("I interviewed [Perhat Yolwas].", "other", "speaks of others"),
        ("The head of the camp, [Perhat Yolwas], beat us.", "other", "holds an office"),
        ("Начальник лагеря, [Перхат Жолбас], бил меня.", "other", "holds an office"),
        ("Председатель правительства района [Перхат Жолбас] приехал.", "other", "holds an office"),
        ("Лагерь бастығы [Перхат Жолбас] келді.", "other", "holds an office"),
        ("管教叫[杨海燕]。", "other", "holds an office"),
        ("Юрист [Перхат Жолбас] принял нас.", "other", "witness"),
        ("Мен [Перхат Жолбас] боламын. Мен лагерьге қамалдым.", "testifier", "speaks of own fate"),
        ("Меня зовут [Гуламжан Аблимит].", "testifier", "introduces himself"),
        ("Моего брата [Гуламжана Аблимита] арестовали.", "subject", "own relative, fate"),
        ("Начальник полиции [Гуламжан Аблимит] пришёл.", "other", "holds an office"),
        ("Адвокат [Гуламжан Аблимит] написал письмо.", "other", "speaks of others"),
        ("Менің атым [Ғұламжан Аблимит].", "testifier", "introduces himself"),
        ("Менің інім [Ғұламжан Аблимит] түрмеде.", "subject", "own relative, fate"),
        ("Ауыл әкімі [Ғұламжан Аблимит] келді.", "other", "holds an office"),
        ("Benim adım [Gulamcan Ablimit].", "testifier", "introduces himself"),
        ("Benim kardeşim [Gulamcan Ablimit] tutuklandı.", "subject", "own relative, fate"),
        ("Ben [Gulamcan Ablimit]'in kardeşiyim.", "subject", "own relative"),
        ("Vali [Gulamcan Ablimit] imzaladı.", "other", "holds an office"),
        ("我叫[玛依热托合提]。", "testifier", "introduces himself"),
        ("我是[玛依热托合提]的弟弟。", "subject", "own relative"),
        ("我的姐姐叫[玛依热托合提]，2017年被抓。", "subject", "own relative, fate"),
        ("[王明华]书记来了。", "other", "holds an office"),
        ("记者[王明华]采访了我。", "other", "speaks of others"),
        ("مېنىڭ ئىسمىم [غۇلامجان ئابلىمىت].", "testifier", "introduces himself"),
        ("ئاكام [غۇلامجان ئابلىمىت] لاگېردا.", "subject", "own relative, fate"),
        ("ساقچى [غۇلامجان ئابلىمىت] كەلدى.", "other", "holds an office"),
        ("اسمي [غلام جان].", "testifier", "introduces himself"),
        ("أخي [غلام جان] اعتقل.", "subject", "own relative, fate"),
        ("الصحفي [غلام جان] قال.", "other", "speaks of others"),
        ("According to the lawyer [Perhat Yolwas], he was arrested.", "other", "speaks of others"),
        ("According to human rights lawyer [Perhat Yolwas], they were arrested.", "other", "speaks of others"),
        ("Thank you for the interview, [Perhat Yolwas].", "other", "speaks of others"),
        ("Thank you for helping [Perhat Yolwas].", "other", "only spoken"),
        ("По словам правозащитника [Гуламжана Аблимита], её арестовали.", "other", "speaks of others"),
        ("Правозащитник [Гуламжан Аблимит] приехал.", "other", "witness"),
        ("Спасибо за интервью, [Гуламжан Аблимит].", "other", "speaks of others"),
        ("[Гуламжан Аблимиттің] айтуынша, оны қамап қойды.", "other", "speaks of others"),
        ("Muhabir [Perhat Yolwas]'ın haberine göre kampta tutuluyor.", "other", "speaks of others"),
        ("[Perhat Yolwas]'ın anlattığına göre onu götürdüler.", "other", "speaks of others"),
        ("[پەرھات يولۋاسنىڭ] ئېيتىشىچە ئۇ تۇتقۇن.", "other", "speaks of others"),
        ("维权人士[玛依热]来了。", "other", "witness"),
    ],
)
def test_the_words_around_a_name_give_its_bearers_role(marked: str, role: str, why: str) -> None:
    told = read(marked)
    assert (told.role, told.why) == (role, why)


def test_a_name_in_a_title_is_what_it_is_about_and_one_only_spoken_is_anybodys() -> None:
    assert read("[Perhat Yolwas]", spoken=False).role == "subject"
    assert read("[Perhat Yolwas]", spoken=True).role == "other"


def test_the_next_sentence_says_nothing_of_this_name() -> None:
    assert read("[Perhat Yolwas] is well. They arrested others.").why == "only spoken"


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 60), st.booleans())
def test_any_text_is_read(text: str, start: int, width: int, spoken: bool) -> None:
    assert sense(text, start, start + width, spoken=spoken).why in WEIGHTS


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "words", ["my my my ", "secretary of ", "我的", "was was ", "born in born in ", " " * 9, "a-", "’s "]
)
def test_hostile_words_are_read_to_their_end(words: str) -> None:
    text = words * 20_000
    assert sense(text, len(text) // 2, len(text) // 2 + 5, spoken=True).why in WEIGHTS


SAID = [
    "was",
    "taken",
    "away",
    "Taken",
    "party",
    "boss",
    "rights",
    "defenders",
    "нет",
    "связи",
    "(арестован)",
    "police,",
    "她被捕",
    "x",
]


@given(st.lists(st.sampled_from(SAID)), st.sampled_from([" ", "\n", "  "]))
def test_what_is_seldom_said_is_found_as_by_its_words_alone(said: list[str], space: str) -> None:
    text = space.join(said)
    for seldom, words in ((_FATE, FATE), (_OFFICE, OFFICE), (_WITNESS, WITNESS)):
        assert [found.span() for found in seldom.all_in(text)] == [found.span() for found in words.finditer(text)]
