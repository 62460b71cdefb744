"""Places of the region in the scripts in which people name them, for comparing a text with an entry. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from archive.linking.finding.names.phonetics import readings, tokens
from archive.linking.languages import loading

ALIKE = 0.8
"""Likeness of two sounds from which they are one place."""

SHORTEST = 4
"""Sounds that a place needs to be compared by likeness; a shorter one must sound the same."""

_NAMES = """
    urumqi wulumuqi ürümqi ürümchi | ili yili ile | tacheng tarbagatay tarbaghatay chochek chuguchak | awat awati
    kashgar kashi qeshqer kaxgar | hotan khotan hetian xoten | aksu akesu aqsu | korla kuerle | altay aletai altai
    bayingolin bayingol bayinguoleng | turpan turfan tulufan | hami kumul qumul | karamay kelamayi qaramay
    artux artush atush atushi | changji sanji | bortala boertala bole | kizilsu kezilesu | shihezi | shayar shaya
    yarkand yeken shache | ghulja yining kulja gulja | kuqa kucha kuche | karakash moyu qaraqash | lop luopu
    guma pishan | keriya yutian | maralbeshi bachu | peyzawat jiashi | yengisar yingjisha | yopurga yuepuhu
    kargilik yecheng | poskam zepu | makit maigaiti mekit | uqturpan wushi | toksu xinhe | emin dorbiljin emil
    tekes tekesi | mongolkure zhaosu | kunes xinyuan | nilka nileke | qapqal chapchal | jeminay jimunai
    korgas huocheng huoerguosi | fuyun koktokay | qinggil qinghe | habahe kaba | burqin buerjin
"""
"""Prefectures, cities and counties: the names of one place are together, and `|` or a line parts it from the next."""

HAN_PLACES = loading.han().places
LATIN_PLACES = {name: group.split()[0] for group in re.split(r"[|\n]", _NAMES) for name in group.split()}
_GENERIC = frozenset(
    """
    county prefecture city village town township district region autonomous xinjiang province the of in area near
    kazakh uyghur mongol kyrgyz hui street road university school camp prison center centre unknown
    """.split()  # noqa: SIM905
)
_HAN_NAMES = re.compile("|".join(sorted(HAN_PLACES, key=len, reverse=True)))


@lru_cache(maxsize=16384)
def places_of(location: str) -> frozenset[str]:
    """The places that an entry's location names, each by the first of its names, else by its sound."""
    return frozenset(_found(location))


def _found(location: str) -> Iterator[str]:
    for han in _HAN_NAMES.findall(location):
        yield _one(HAN_PLACES[han])
    for word in tokens(location):
        if word not in _GENERIC and len(word) > 2:
            yield _one(word)


def _one(word: str) -> str:
    return LATIN_PLACES.get(word, "") or readings(word)[0].sound


def shared(location: str, words: tuple[str, ...], text: str) -> str | None:
    """The first word of a text that names a place of an entry's location; `words` are the text's."""
    wanted = places_of(location)
    if not wanted:
        return None
    for han in _han_names(text):
        if _one(HAN_PLACES[han]) in wanted:
            return han
    return _first_of(location, words)


@lru_cache(maxsize=1 << 10)
def _first_of(location: str, words: tuple[str, ...]) -> str | None:
    return next((word for word in words if _is_of(location, word)), None)


@lru_cache(maxsize=256)
def _han_names(text: str) -> tuple[str, ...]:
    return tuple(map(str, _HAN_NAMES.findall(text)))


@lru_cache(maxsize=1 << 15)
def _is_of(location: str, word: str) -> bool:
    """Whether a word names a place of an entry's location."""
    sound = _sound(word)
    for other in _sounds(location):
        if sound == other and len(sound) > 2:
            return True
        shortest = min(len(sound), len(other))
        # A place is declined: Тачэне, Tacheng'de, Қашқардан.
        if shortest >= SHORTEST and (
            (sound.startswith(other) and len(sound) <= len(other) + 4)
            or Levenshtein.normalized_similarity(sound, other) >= ALIKE
        ):
            return True
    return False


@lru_cache(maxsize=16384)
def _sounds(location: str) -> tuple[str, ...]:
    """How the names of the places sound that an entry's location names."""
    return tuple(
        dict.fromkeys(readings(name)[0].sound for place in sorted(places_of(location)) for name in _names(place))
    )


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    cut = tokens(word)
    return readings("".join(cut))[0].sound if cut else ""


@lru_cache(maxsize=4096)
def _names(place: str) -> tuple[str, ...]:
    """Every name of a place that the table has; of another place its sound."""
    return tuple(name for name, first in LATIN_PLACES.items() if first == place) or (place,)
