"""Numbers written out in words, a language a function: made for the tests, from lists of their own."""

from collections.abc import Callable

EN_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
EN_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def english(number: int, joint: str = " and ") -> str:
    if number >= 1000:
        rest = number % 1000
        joiner = joint if 0 < rest < 100 else " "
        return english(number // 1000, joint) + " thousand" + (joiner + english(rest, joint) if rest else "")
    if number >= 100:
        rest = number % 100
        return english(number // 100) + " hundred" + (joint + english(rest) if rest else "")
    if number >= 20:
        return EN_TENS[number // 10] + ("-" + english(number % 10) if number % 10 else "")
    return EN_SMALL[number]


RU_ONES = ["_", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
RU_TEENS = [
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
]
RU_TENS = [
    "_",
    "_",
    "двадцать",
    "тридцать",
    "сорок",
    "пятьдесят",
    "шестьдесят",
    "семьдесят",
    "восемьдесят",
    "девяносто",
]
RU_HUNDREDS = ["_", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]


def _russian(number: int, *, feminine: bool = False) -> list[str]:
    words = [RU_HUNDREDS[number // 100]] if number >= 100 else []
    number %= 100
    if 10 <= number < 20:
        return [*words, RU_TEENS[number - 10]]
    if number >= 20:
        words.append(RU_TENS[number // 10])
    if number % 10:
        words.append({1: "одна", 2: "две"}.get(number % 10, RU_ONES[number % 10]) if feminine else RU_ONES[number % 10])
    return words


def russian(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        last, teens = thousands % 10, 10 <= thousands % 100 < 20
        noun = "тысяч" if teens or last in (0, 5, 6, 7, 8, 9) else "тысяча" if last == 1 else "тысячи"
        words = [*_russian(thousands, feminine=True), noun]
    return " ".join(words + _russian(rest))


def russian_oblique(number: int) -> str:
    """In the genitive, as after `о записи`: below a thousand."""
    ones = ["_", "одного", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти"]
    tens = [
        "_",
        "_",
        "двадцати",
        "тридцати",
        "сорока",
        "пятидесяти",
        "шестидесяти",
        "семидесяти",
        "восьмидесяти",
        "девяноста",
    ]
    hundreds = [
        "_",
        "ста",
        "двухсот",
        "трёхсот",
        "четырёхсот",
        "пятисот",
        "шестисот",
        "семисот",
        "восьмисот",
        "девятисот",
    ]
    words = [hundreds[number // 100]] if number >= 100 else []
    if 10 <= number % 100 < 20:
        return " ".join([*words, RU_TEENS[number % 100 - 10].removesuffix("ь") + "и"])
    words += [tens[number % 100 // 10]] if number % 100 >= 20 else []
    return " ".join(words + ([ones[number % 10]] if number % 10 else []))


def _turkic(number: int, ones: list[str], tens: list[str], hundred: str, thousand: str, *, say_one: bool) -> list[str]:
    words: list[str] = []
    if number >= 1000:
        head = number // 1000
        words += _turkic(head, ones, tens, hundred, thousand, say_one=say_one) if head > 1 or say_one else []
        words.append(thousand)
        number %= 1000
    if number >= 100:
        words += [ones[number // 100]] if number >= 200 else []
        words.append(hundred)
    words += [tens[number % 100 // 10]] if number % 100 >= 10 else []
    return words + ([ones[number % 10]] if number % 10 else [])


def kazakh(number: int) -> str:
    ones = ["_", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"]
    tens = ["_", "он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан"]
    return " ".join(_turkic(number, ones, tens, "жүз", "мың", say_one=True))


def turkish(number: int, between: str = " ") -> str:
    ones = ["_", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz"]
    tens = ["_", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan"]
    return between.join(_turkic(number, ones, tens, "yüz", "bin", say_one=False))


def uyghur(number: int) -> str:
    ones = ["_", "بىر", "ئىككى", "ئۈچ", "تۆت", "بەش", "ئالتە", "يەتتە", "سەككىز", "توققۇز"]
    tens = ["_", "ئون", "يىگىرمە", "ئوتتۇز", "قىرىق", "ئەللىك", "ئاتمىش", "يەتمىش", "سەكسەن", "توقسان"]
    return " ".join(_turkic(number, ones, tens, "يۈز", "مىڭ", say_one=True))


def uyghur_latin(number: int) -> str:
    ones = ["_", "bir", "ikki", "üch", "töt", "besh", "alte", "yette", "sekkiz", "toqquz"]
    tens = ["_", "on", "yigirme", "ottuz", "qiriq", "ellik", "atmish", "yetmish", "seksen", "toqsan"]
    return " ".join(_turkic(number, ones, tens, "yüz", "ming", say_one=True))


AR_ONES = ["_", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة"]
AR_TENS = ["_", "_", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون"]
AR_HUNDREDS = ["_", "مئة", "مئتان", "ثلاثمئة", "أربعمئة", "خمسمئة", "ستمئة", "سبعمئة", "ثمانمئة", "تسعمئة"]


def _arabic(number: int) -> list[str]:
    parts = [AR_HUNDREDS[number // 100]] if number >= 100 else []
    number %= 100
    if 11 <= number < 20:
        return [*parts, {11: "أحد", 12: "اثنا"}.get(number, AR_ONES[number - 10]) + " عشر"]
    if number > 10 and number % 10:
        parts.append(AR_ONES[number % 10])
    if number >= 20:
        parts.append(AR_TENS[number // 10])
    elif number:
        parts.append(AR_ONES[number])
    return parts


def arabic(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    parts = []
    if thousands:
        head = " و".join(_arabic(thousands))
        noun = "آلاف" if 3 <= thousands % 100 <= 10 else "ألف"
        parts.append({1: "ألف", 2: "ألفان"}.get(thousands, f"{head} {noun}"))
    return " و".join(parts + _arabic(rest))


def chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1000 else ""
        return chinese(number // 10_000) + "万" + zero + (_from_tens(rest, digits) if rest else "")
    return _from_tens(number, digits).removeprefix("一" if 10 <= number < 20 else "")


def _from_tens(number: int, digits: str) -> str:
    said, gap = "", False
    for scale, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            said += ("零" if gap and said else "") + digits[digit] + word
        gap = digit == 0 and bool(said)
    return said


LANGUAGES: dict[str, Callable[[int], str]] = {
    "en": english,
    "ru": russian,
    "kk": kazakh,
    "tr": turkish,
    "ug": uyghur,
    "ug-latin": uyghur_latin,
    "ar": arabic,
}
CUES = {
    "en": "entry number",
    "ru": "запись номер",
    "kk": "тіркеу нөмірі",
    "tr": "kayıt numarası",
    "ug": "خاتىرە نومۇرى",
    "ug-latin": "xatire nomuri",
    "ar": "القيد رقم",
}
