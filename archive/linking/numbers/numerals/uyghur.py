"""Uyghur numbers in Arabic and Latin script, cardinals and ordinals."""

from archive.linking.numbers.numerals.grammar import Grammar, counted

UYGHUR = Grammar(
    language="ug",
    script="arabic",
    words=counted(
        {
            0: "نۆل", 1: "بىر", 2: "ئىككى", 3: "ئۈچ", 4: "تۆت", 5: "بەش", 6: "ئالتە", 7: "يەتتە", 8: "سەككىز",
            9: "توققۇز", 10: "ئون", 20: "يىگىرمە", 30: "ئوتتۇز", 40: "قىرىق", 50: "ئەللىك", 60: "ئاتمىش",
            70: "يەتمىش", 80: "سەكسەن", 90: "توقسان", 100: "يۈز", 1000: "مىڭ",
        }
    ),
    ordinals=("ىنچى", "نچى", "ۇنچى", "ۈنچى"),
    ten_and_unit=True,
)  # fmt: skip

UYGHUR_LATIN = Grammar(
    language="ug",
    script="latin",
    words=counted(
        {
            0: "nöl", 1: "bir", 2: "ikki", 3: "üch", 4: "töt", 5: "besh", 6: "alte", 7: "yette", 8: "sekkiz",
            9: "toqquz", 10: "on", 20: "yigirme", 30: "ottuz", 40: "qiriq", 50: "ellik", 60: "atmish",
            70: "yetmish", 80: "seksen", 90: "toqsan", 100: "yüz", 1000: "ming",
        }
    ),
    ordinals=("inchi", "nchi", "unchi"),
    ten_and_unit=True,
)  # fmt: skip
