"""Texts to be searched, made on the spot from a seed: segments in six languages and four scripts, and who is in them.

Each language has a vocabulary of its own, made of syllables of its letters, whose words are drawn by Zipf's law (the
rank's reciprocal); Chinese ones have one to three characters, of the 2,000 commonest here by lot. A segment has 5 to 14
words. One in twelve names a person: two parts of Uyghur or Kazakh names of one half (see `_rivals`), in the orthography
of the segment's script (`_orthographies`); a register's habits are drawn anew each time. The word COMMON stands in one
of ten segments of every language. No text is anybody's.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from itertools import accumulate
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.opening import open_engine
from archive.opening.archive import place_of
from archive.records.clip import Capture, File
from archive.settings.settings import load
from benchmarks._names import HALVES
from benchmarks._orthographies import KAZAKH, UYGHUR, Habits, in_arabic, in_cyrillic, in_han, in_latin, in_register
from benchmarks._rivals import _parts
from tests.support.archives import MONDAY, transcript
from transcription.documents.formats import from_json, to_json

SEED = 16
LANGUAGES = ("kk", "ug", "zh", "ru", "en", "tr")
SOURCES = ("voices", "witnesses", "families", "letters")
SEGMENTS_A_CLIP = 91
WORDS, CHARACTERS, PERSONS = 40_000, 2_000, 2_500
NAMED, COMMONLY = 12, 10
COMMON = "zaramandu"
MENTIONS = 60
"""Mentions of a person that a query is asked for, at most: of more, not every one could be listed."""

_LETTERS = {
    "kk": ("б г ғ д ж з к қ л м н ң п р с т ш", "а ә е и о ө у ұ ү ы і"),
    "ru": ("б в г д ж з к л м н п р с т ф х ч ш", "а е и о у ы э ю я"),
    "ug": ("ب پ ت ج چ خ د ر ز س ش غ ق ك گ ل م ن ھ ي", "ا ە و ۇ ۆ ۈ ې ى"),
    "en": ("b c d f g h j k l m n p r s t v w st tr", "a e i o u ea oo"),
    "tr": ("b c ç d f g h k l m n p r s ş t v y z", "a e ı i o ö u ü"),
}
HAN = "".join(chr(code) for code in range(0x4E00, 0x9FA6))


Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Two parts of a name, and in which language it is."""

    language: str
    parts: tuple[str, str]

    def written(self, script: str, lots: random.Random) -> str:
        """The name as a text in a language has it."""
        if script == "zh":
            return "·".join(in_han(part, self.language) for part in self.parts)
        if script == "en":
            habits = Habits.drawn(lots)
            return " ".join(in_register(part, self.language, habits) for part in self.parts)
        way = {"kk": in_cyrillic, "ru": in_cyrillic, "ug": in_arabic, "tr": in_latin}[script]
        return " ".join(way(part, self.language) for part in self.parts)


@dataclass
class Texts:
    """Clips with the language and the text of each segment, and who is named where."""

    clips: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    named: dict[Person, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    common: int = 0

    @property
    def size(self) -> int:
        """Bytes of the segments' texts in UTF-8."""
        return sum(len(text.encode()) for segments in self.clips.values() for _, text in segments)

    def segments(self) -> Iterator[tuple[str, int, str, str]]:
        """Each clip's id, a segment's place in it, its language and its text."""
        for clip, segments in self.clips.items():
            for place, (language, text) in enumerate(segments):
                yield clip, place, language, text


def texts(many: int, half: str) -> Texts:
    """So many segments."""
    lots = random.Random(f"{SEED} {half}")  # noqa: S311
    words = {language: _vocabulary(language, lots) for language in LANGUAGES}
    weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
    people = persons(half, lots)
    found = Texts()
    for number in range(max(1, many // SEGMENTS_A_CLIP)):
        clip = f"peertube-{sha256(f'{SEED} {number}'.encode()).hexdigest()[:22]}"
        language = lots.choice(LANGUAGES)
        segments = found.clips[clip] = []
        for place in range(SEGMENTS_A_CLIP):
            here = language if lots.random() < 0.9 else lots.choice(LANGUAGES)
            told = lots.choices(words[here], cum_weights=weights, k=lots.randint(5, 14))
            if lots.random() < 1 / COMMONLY:
                told.insert(lots.randint(0, len(told)), COMMON)
                found.common += 1
            if lots.random() < 1 / NAMED:
                person = lots.choice(people)
                found.named[person].append((clip, place))
                told.insert(lots.randint(0, len(told)), person.written(here, lots))
            segments.append((here, _joined(told) if here == "zh" else " ".join(told) + "."))
    return found


def persons(half: str, lots: random.Random) -> list[Person]:
    """Persons of one half, of whom no two have the same two parts."""
    assert half in HALVES
    found = dict[Person, None]()
    parts = {language: _parts(language, half)[0] for language in (UYGHUR, KAZAKH)}
    while len(found) < PERSONS:
        language = lots.choice((UYGHUR, KAZAKH))
        one, other = lots.sample(parts[language], 2)
        if Person(language, (other, one)) not in found:
            found[Person(language, (one, other))] = None
    return list(found)


def _vocabulary(language: str, lots: random.Random) -> list[str]:
    if language == "zh":
        characters = lots.sample(HAN, CHARACTERS)
        weights = list(accumulate(1 / (rank + 10) for rank in range(CHARACTERS)))
        found = dict[str, None]()
        while len(found) < WORDS:
            found["".join(lots.choices(characters, cum_weights=weights, k=lots.choice((1, 2, 2, 2, 3))))] = None
        return list(found)
    consonants, vowels = (letters.split() for letters in _LETTERS[language])
    found = dict[str, None]()
    while len(found) < WORDS:
        syllables = lots.choice((1, 2, 2, 3, 3, 4))
        word = "".join(lots.choice(consonants) + lots.choice(vowels) for _ in range(syllables))
        found[word + lots.choice((*consonants, "", ""))] = None
    return list(found)


def _joined(words: list[str]) -> str:
    return "".join(f" {word} " if word.isascii() else word for word in words).strip() + "。"


def fill(file: Path, made: Texts) -> None:
    """Put the clips into the ledger of some settings as the steps would: a capture and a transcript each.

    A transcript has no times of single words.
    """
    engine = open_engine(place_of(load(file)))
    lots = random.Random(SEED)  # noqa: S311
    ref, body = transcript("peertube-first")
    first = from_json(body)
    template, about = json.loads(to_json(first)), ref.model_dump(mode="json")
    one = template["segments"][0]
    with engine.sql.begin() as connection:
        clips, captures, transcripts = list[Row](), list[Row](), list[Row]()
        for clip, segments in made.clips.items():
            digest = sha256(clip.encode()).hexdigest()
            spoken = [
                {**one, "start": 5.0 * place, "end": 5.0 * place + 5, "language": language, "text": text}
                for place, (language, text) in enumerate(segments)
            ]
            written = {
                **template, "media_sha256": digest, "segments": spoken, "gaps": [], "duration": 5.0 * len(segments)
            }  # fmt: skip
            capture = _capture(clip, digest, segments, lots)
            clips.append({"id": clip, "access": lots.choice(("public", "restricted", None)), "access_by": "A. Keeper",
                          "access_at": MONDAY})  # fmt: skip
            captures.append({"clip": clip, "version": 1, "media": digest, "body": capture.model_dump_json(),
                             "source": capture.source})  # fmt: skip
            told = {**about, "sha512": sha512(clip.encode()).hexdigest(), "media_sha256": digest}
            transcripts.append({"clip": clip, "name": ref.name, "ref": json.dumps(told, ensure_ascii=False),
                                "body": json.dumps(written, ensure_ascii=False)})  # fmt: skip
            if len(clips) == 500:
                _put(connection, clips, captures, transcripts)
        _put(connection, clips, captures, transcripts)
    engine.sql.dispose()


def _put(connection: sa.Connection, *rows: list[Row]) -> None:
    for table, some in zip((t.clips, t.captures, t.transcripts), rows, strict=True):
        if some:
            connection.execute(sa.insert(table), some)
            some.clear()


def _capture(clip: str, digest: str, segments: list[tuple[str, str]], lots: random.Random) -> Capture:
    media = File(path=f"media/{clip}.mp4", role="media", size=1, sha512=digest * 2, sha256=digest)
    return Capture(
        clip=clip,
        source=lots.choice(SOURCES),
        url=f"https://tube.example.org/w/{clip}",
        extractor="PeerTube",
        platform_id=clip.partition("-")[2],
        title=segments[0][1],
        description=f"{segments[1][1]}\n{segments[2][1]}",
        uploaded=f"{lots.randint(2017, 2026)}{lots.randint(1, 12):02d}{lots.randint(1, 28):02d}",
        fetched=MONDAY,
        tool="yt-dlp",
        tool_version="2026.7.4",
        format_id="0",
        container="mp4",
        duration=455.0,
        streams=(),
        files=(media,),
    )
