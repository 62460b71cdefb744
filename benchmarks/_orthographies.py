"""How Uyghur and Kazakh names are written: in each of their scripts, in Chinese, and as a register spells them.

A Uyghur name is given in the Uyghur Latin alphabet (Duval and Janbaz, An introduction to Latin-Script Uyghur, 2006;
`e` is ä, `ë` the other e), a Kazakh one in Cyrillic. Each table is the orthography of its script, letter by letter:
Uyghur Arabic of 1984, Uyghur Cyrillic; Kazakh Arabic (tote zhazu), where the hamza at a word's start says that all its
vowels are front unless an ە, ك or گ says so already, and the Kazakh Latin alphabet of 2021. Chinese is by syllables,
from the transcription of Uyghur names that China's registries use, without its exceptions. A register's Latin is
the habit of such registers: no marks, and one of a few spellings where habits differ.

What two names look like in a script is thus known without the linker, whose own tables go the other way and are not
read here.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

UYGHUR, KAZAKH = "Uyghur", "Kazakh"


def _pairs(listed: str) -> dict[str, str]:
    words = ["" if word == "-" else word for word in listed.split()]
    return dict(zip(words[::2], words[1::2], strict=True))


def _spelled(word: str, letters: Mapping[str, str]) -> str:
    pattern = "|".join(sorted(map(re.escape, letters), key=len, reverse=True))
    return re.sub(pattern, lambda found: letters[found.group()], word)


_UYGHUR_ARABIC = _pairs(
    "a ا e ە b ب p پ t ت j ج ch چ x خ d د r ر z ز zh ژ s س sh ش gh غ f ف q ق k ك g گ ng ڭ l ل m م n ن h ھ o و u ۇ ö ۆ "
    "ü ۈ w ۋ ë ې i ى y ي"
)
_UYGHUR_CYRILLIC = _pairs(
    "a а e ә b б p п t т j җ ch ч x х d д r р z з zh ж s с sh ш gh ғ f ф q қ k к g г ng ң l л m м n н h һ o о u у ö ө "
    "ü ү w в ë е i и y й ya я yu ю"
)
_UYGHUR_REGISTER = _pairs("ë e ö o ü u")
_KAZAKH_ARABIC = _pairs(
    "а ا ә ا б ب в ۆ г گ ғ ع д د е ە ж ج з ز и ي й ي к ك қ ق л ل м م н ن ң ڭ о و ө و п پ р ر с س т ت у ۋ ұ ۇ ү ۇ ф ف "
    "х ح һ ھ ч چ ш ش ы ى і ى э ە ю يۋ я يا"
)
_KAZAKH_LATIN = _pairs(
    "а a ә ä б b в v г g ғ ğ д d е e ж j з z и i й i к k қ q л l м m н n ң ñ о o ө ö п p р r с s т t у u ұ ū ү ü ф f "
    "х h һ h ч ch ш ş ы y і ı э e ю iu я ia"
)
_KAZAKH_REGISTER = _pairs(
    "а a ә a б b в v г g ғ gh д d е e ж zh з z и i й i к k қ q л l м m н n ң n о o ө o п p р r с s т t у u ұ u ү u ф f "
    "х h һ h ч ch ш sh ы y і i э e ю yu я ya"
)
_KAZAKH_SOUNDS = _pairs(
    "а a ә e б b в w г g ғ gh д d е e ж j з z и i й y к k қ q л l м m н n ң ng о o ө o п p р r с s т t у u ұ u ү u ф f "
    "х x һ h ч ch ш sh ы i і i э e ю yu я ya"
)
_UYGHUR_SOUNDS = _pairs("ë e ö o ü u")
_SYLLABLES = """
- 阿艾伊奥吾 - 安恩因温温
b 巴拜比博布 布 班本宾本本
p 帕派皮坡普 普 潘盆平彭彭
t 塔太提托吐 提 坦田廷屯屯
j 加杰吉焦居 吉 江坚金君君
zh 加杰吉焦居 吉 江坚金君君
ch 恰切奇乔楚 奇 昌陈钦春春
x 哈海希霍胡 合 汗痕欣洪洪
d 达代迪多都 德 丹登丁敦敦
r 拉热里罗如 尔 然仁林伦伦
z 扎再孜佐祖 孜 赞增津尊尊
s 萨赛斯索苏 斯 桑森辛逊逊
sh 夏谢西肖舒 西 山申新顺顺
gh 尕盖格果古 格 甘根根洪洪
f 法费菲佛福 夫 凡芬芬丰丰
w 瓦外维沃吾 吾 万文文温温
q 卡开克阔库 克 坎肯金昆昆
k 卡凯克科库 克 坎肯肯昆昆
g 嘎盖格戈古 格 甘根根贡贡
l 拉来力洛鲁 勒 兰冷林伦伦
m 马买米莫木 木 曼门明蒙蒙
n 娜乃尼诺努 恩 南嫩宁农农
h 哈海希霍胡 合 汗痕欣洪洪
y 亚耶依约玉 依 延延银云云
"""
_ONSETS = {row.split()[0].strip("-"): row.split()[1:] for row in _SYLLABLES.strip().split("\n")}
_SYLLABLE = re.compile(r"(zh|ch|sh|gh|[bpmfdtnlgkhjqxrzsyw])?([aeiou])?((?:ng|n)(?![aeiou]))?")


def in_arabic(part: str, language: str) -> str:
    """A part of a name in the Arabic letters of its language."""
    if language == UYGHUR:
        written = _spelled(part, _UYGHUR_ARABIC)
        return re.sub("(^|(?<=[اەوۇۆۈېى]))(?=[اەوۇۆۈېى])", "ئ", written)
    soft = not set("әөүі").isdisjoint(part) and set("екг").isdisjoint(part)
    return "ٴ" * soft + _spelled(part, _KAZAKH_ARABIC)


def in_cyrillic(part: str, language: str) -> str:
    """A part of a name in the Cyrillic letters of its language."""
    if language == KAZAKH:
        return part.title()
    return re.sub("^е", "э", _spelled(part, _UYGHUR_CYRILLIC)).title()


def in_latin(part: str, language: str) -> str:
    """A part of a name in the Latin alphabet of its language."""
    return (part if language == UYGHUR else _spelled(part, _KAZAKH_LATIN)).title()


def in_han(part: str, language: str) -> str:
    """A part of a name by Chinese syllables."""
    part = re.sub("у(?=[аәеиыіоөұүя])|(?<=[аәеиыіоөұүя])у", "в", part)
    sounds = _spelled(part, _UYGHUR_SOUNDS if language == UYGHUR else _KAZAKH_SOUNDS)
    written = ""
    for found in _SYLLABLE.finditer(re.sub(r"(.)\1", r"\1", sounds)):
        onset, vowel, final = (piece or "" for piece in found.groups())
        whole, coda, nasal = _ONSETS[onset]
        if vowel:
            written += (nasal if final else whole)["aeiou".index(vowel)]
        elif found.group():
            written += (coda if onset else _ONSETS["n"][1]) + (_ONSETS["n"][1] if onset and final else "")
    return written


@dataclass(frozen=True)
class Habits:
    """How somebody who keeps a register spells what Latin has no one letter for."""

    x: str
    zh: str
    gh: str

    @classmethod
    def drawn(cls, lots: random.Random) -> "Habits":
        """Those of one keeper, by lot."""
        return cls(
            lots.choices(("h", "kh", "x"), (6, 2, 2))[0], lots.choice(("zh", "zh", "j")), lots.choice(("gh", "g"))
        )


def in_register(part: str, language: str, habits: Habits) -> str:
    """A part of a name as a register in Latin letters has it."""
    if language == UYGHUR:
        return _spelled(part, {**_UYGHUR_REGISTER, "x": habits.x}).title()
    return _spelled(part, {**_KAZAKH_REGISTER, "ж": habits.zh, "ғ": habits.gh}).title()
