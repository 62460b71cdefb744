"""Kazakh numbers in Cyrillic, cardinals and ordinals."""

from archive.linking.numbers.numerals.grammar import Grammar, counted

KAZAKH = Grammar(
    language="kk",
    script="cyrillic",
    words=counted(
        {
            0: "нөл", 1: "бір", 2: "екі", 3: "үш", 4: "төрт", 5: "бес", 6: "алты", 7: "жеті", 8: "сегіз", 9: "тоғыз",
            10: "он", 20: "жиырма", 30: "отыз", 40: "қырық", 50: "елу", 60: "алпыс", 70: "жетпіс", 80: "сексен",
            90: "тоқсан", 100: "жүз", 1000: "мың",
        }
    ),
    ordinals=("інші", "ыншы", "нші", "ншы", "сыншы"),
    ten_and_unit=True,
)  # fmt: skip
