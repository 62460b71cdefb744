"""Languages by their short code, and those that a speech model mistakes for others."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from transcription.language_names import named

NEIGHBOURS: Final[dict[str, frozenset[str]]] = {
    "ug": frozenset({"ar", "az", "ba", "cs", "fa", "kk", "mn", "tg", "tk", "tr", "tt", "ur", "uz"}),
    "ky": frozenset({"az", "ba", "kk", "mn", "ru", "tg", "tk", "tr", "tt", "uz"}),
}
"""What Whisper writes when it hears a language that it lacks, with probabilities as good as those of real speech."""

_THREE_LETTERS: Final = {
    "ara": "ar", "aze": "az", "chi": "zh", "cmn": "zh", "deu": "de", "dut": "nl", "eng": "en", "fas": "fa",
    "fra": "fr", "fre": "fr", "ger": "de", "hin": "hi", "ita": "it", "jpn": "ja", "kaz": "kk", "kir": "ky",
    "kor": "ko", "mon": "mn", "nld": "nl", "per": "fa", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es",
    "swe": "sv", "tat": "tt", "tgk": "tg", "tuk": "tk", "tur": "tr", "uig": "ug", "ukr": "uk", "urd": "ur", "uzb": "uz",
    "zho": "zh",
}  # fmt: skip


_CODES: Final = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng
    nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
ISO_639_1: Final = frozenset(_CODES.split())
"""The two-letter codes of languages (ISO 639-1, now Set 1 of ISO 639:2023)."""

_OTHERS: Final = frozenset(("jw", "yue", "haw", "und", "mul", "x"))
"""Whisper's own for Javanese, its two without two letters, undetermined, several (ISO 639-2), private use (BCP 47)."""

_COUNTRIES: Final = {"kz": "kk", "uy": "ug", "cn": "zh", "jp": "ja"}
"""Codes of countries, which are no language's, that people write who mean a language."""


def is_language(code: str) -> bool:
    """Whether a code in small letters is one of ISO 639-1, one of the few others that models and people use, or `x`."""
    return code in ISO_639_1 or code in _THREE_LETTERS or code in _OTHERS


def language_code(tag: str) -> str:
    """The code that `short` gives of a tag. Raises ValueError, with the likely one, where it names no language.

    Of three-letter codes (ISO 639-3 has thousands) nobody checks more than their form.
    """
    code = short(tag)
    if is_language(code) or (len(code) == 3 and code.isascii() and code.isalpha()):
        return code
    meant = _COUNTRIES.get(code) or named(tag)
    hint = f"; did you mean {meant!r}?" if meant else "; a code has two letters (ISO 639-1), such as kk, or three"
    raise ValueError(f"{tag!r} is no code of a language{hint}")


def short(tag: str) -> str:
    """The two-letter code of a language tag where there is one: `zh-Hans` and `zho` are `zh`."""
    code = tag.replace("_", "-").split("-")[0].strip().lower()
    return _THREE_LETTERS.get(code, code)


def unheard(possible: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The languages that may be spoken and that the model does not know, in order."""
    return tuple(sorted({code for code in possible if code not in known}))


def mistaken_for(heard: Collection[str], missing: Iterable[str]) -> tuple[str, ...]:
    """Those of the `missing` languages that speech may really be in which the model heard the languages `heard`.

    A missing language whose neighbours nobody has listed may hide behind every language.
    """
    return tuple(m for m in missing if m not in NEIGHBOURS or not NEIGHBOURS[m].isdisjoint(heard))


@dataclass(frozen=True)
class Languages:
    """What may be spoken in a clip.

    `allowed` are those of the archive that the model knows, `declared` those that the source says are spoken, `missing`
    those of both that the model lacks. `forced` is the one that a model of its own reads throughout: the only one
    declared, or of the archive, where the main model lacks it. `ears` are those of the missing ones that have a model
    of their own.
    """

    allowed: frozenset[str]
    declared: tuple[str, ...]
    missing: tuple[str, ...]
    forced: str | None = None
    ears: frozenset[str] = frozenset()

    @property
    def closed(self) -> bool:
        """Whether the main model may write nothing, since it knows none of the languages that may be spoken."""
        return not self.allowed or (bool(self.declared) and set(self.declared) <= set(self.missing))

    @property
    def readable(self) -> bool:
        """Whether writing anything can be honest.

        It is not if the model knows none of the languages that may be spoken, and none of those has a model of its own.
        Where one of several has, reading decides chunk by chunk whether it is that one.
        """
        return not self.closed or not self.ears.isdisjoint(self.declared or self.missing)

    def hidden(self, language: str) -> tuple[str, ...]:
        """The missing languages that may hide behind one: where that is declared, only such as are declared too."""
        return tuple(m for m in self.missing if m in self.declared or language not in self.declared)

    def ears_behind(self, language: str) -> frozenset[str]:
        """Those of the missing languages that may hide behind one and have a model of their own."""
        return self.ears.intersection(mistaken_for((language,), self.hidden(language)))


def languages_of(
    spoken: Iterable[str], declared: Iterable[str], known: Collection[str], with_own_model: Collection[str]
) -> Languages:
    """What may be spoken, from the archive's languages, those declared, and those that the model knows.

    `with_own_model` are the languages that a model of their own reads.
    """
    archive = tuple(short(code) for code in spoken)
    said = tuple(dict.fromkeys(short(code) for code in declared))
    missing = unheard((*said, *archive), known)
    possible = said or tuple(dict.fromkeys(archive))
    alone = possible[0] if len(possible) == 1 and possible[0] in missing and possible[0] in with_own_model else None
    return Languages(frozenset(known) & set(archive), said, missing, alone, frozenset(with_own_model) & {*missing})
