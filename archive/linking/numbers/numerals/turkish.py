"""Turkish numbers, cardinals and ordinals, apart or joined (`binüçyüzellisekiz`), with or without their dots."""

from archive.linking.numbers.numerals.grammar import Grammar, counted

TURKISH = Grammar(
    language="tr",
    script="latin",
    words=counted(
        {
            0: "sıfır", 1: "bir", 2: "iki", 3: "üç", 4: "dört dörd", 5: "beş", 6: "altı", 7: "yedi", 8: "sekiz",
            9: "dokuz", 10: "on", 20: "yirmi", 30: "otuz", 40: "kırk", 50: "elli", 60: "altmış", 70: "yetmiş",
            80: "seksen", 90: "doksan", 100: "yüz", 1000: "bin",
        }
    ),
    ordinals=("inci", "uncu", "nci", "ncu"),
    ten_and_unit=True,
    joined=True,
)  # fmt: skip
