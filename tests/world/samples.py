"""A made-up channel and a made-up register: nobody in them exists, and no number in them is anyone's.

What is spoken stands here, so that a test can compare a transcript with it. Names pair a given name of one part of the
world with a family name of another, so that no reader takes them for someone.
"""

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.world.channel import Fault, Video
from tests.world.media import Spoken, Track, false_film, film


@dataclass(frozen=True)
class Sample:
    """One clip of the demo channel, before its film is made. `silent`: seconds without a word, if nothing is said."""

    key: str
    title: str
    tracks: tuple[Track, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = "en"
    silent: float = 2
    captions: tuple[tuple[str, str], ...] = ()
    fault: Fault | None = None
    announced: int | None = None


def _english(text: str, voice: str = "en-us") -> tuple[Track, ...]:
    return (Track((Spoken(voice, text),), "eng"),)


KARIM = (
    "My name is Rosa Lindenbrook. I speak for my brother. He is entry one hundred and fifty three. "
    "His name is Karim Lindenbrook. He was a teacher, and he loved the mountains. "
    "One evening in March they came to his house and took him away. We have had no letter and no call since then. "
    "I ask that he is allowed to come home to his children."
)
DANA = (
    "Good evening. This is about my mother, Dana Fairwater. In the list of victims she is entry "
    "one thousand three hundred and fifty eight. She is a nurse and she is sixty years old. "
    "She was told to come to the office for one day, and she did not return. Please remember her name."
)
NAMESAKE = (
    "I am a friend of Tolkun Meadows. We went to the same school and we worked at the same market. "
    "Tolkun Meadows sold books. His shop was closed in the winter, and his family was told not to ask. "
    "I do not know where he is today."
)
YERLAN = (
    "I want to tell you about my uncle, Yerlan Stonebridge. He drove a lorry across the border for twenty years. "
    "At the last crossing they took his passport. Two weeks later he was gone. "
    "My aunt waits for him every day, and so do I."
)
CONFLICT = (
    "This is my second video. My cousin is entry one hundred and seventy seven. His name is Murat Greenhill. "
    "He is a farmer. He cannot read, and still they say that he owned forbidden books. "
    "I have written to every office, and nobody has answered me."
)
CITED = (
    "Thank you for listening. I spoke once before, and my words were written down. "
    "My father mended shoes all his life. He was taken from his bed at night, in front of my small sister. "
    "I was told that he is ill. I only want to hear his voice."
)
MIXED = (
    Spoken("en-us", "I will speak English first. My neighbour was taken away from her home in the spring."),
    Spoken("ru", "Теперь я буду говорить по-русски. Мою соседку увезли весной, и мы ничего не знаем о ней."),
    Spoken("kk", "Енді қазақша айтамын. Менің көршімді көктемде алып кетті. Біз оны күтіп отырмыз."),
    Spoken("tr", "Şimdi Türkçe konuşuyorum. Komşumu ilkbaharda götürdüler. Ondan haber alamıyoruz."),
)
DOUBLED = (
    Spoken("en-gb", "This film has two sound tracks. On this one I speak English. My brother is a baker, a kind man."),
    Spoken("ru", "В этом фильме две звуковые дорожки. На этой я говорю по-русски. Мой брат пекарь, и он добрый."),
)
DOUBLED_TRACKS = (Track((DOUBLED[0],), "eng"), Track((DOUBLED[1],), "rus"))
KARIM_CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:04.000\nMy name is Rosa Lindenbrook. I speak for my brother.\n"

ENTRY_OF = {"karim": 153, "dana": 1358, "yerlan": 164, "conflict": 177, "cited": 190}
"""The entry that each clip is about, by the sample's key; `conflict` names another person than this entry's."""

NAMESAKES = (201, 202)
"""The entries of the two people called Tolkun Meadows."""

SAMPLES = (
    Sample(
        "karim",
        "Rosa Lindenbrook speaks for her brother",
        _english(KARIM),
        description="About Karim Lindenbrook, entry 153.",
        tags=("testimony", "brother"),
        captions=(("en", KARIM_CAPTIONS),),
    ),
    Sample("dana", "For my mother", _english(DANA, "en-gb"), tags=("testimony",)),
    Sample("namesake", "A bookseller", _english(NAMESAKE)),
    Sample("yerlan", "My uncle the driver", _english(YERLAN, "en-gb")),
    Sample("conflict", "Second video about my cousin", _english(CONFLICT)),
    Sample("cited", "I only want to hear his voice", _english(CITED, "en-gb")),
    Sample("mixed", "Four languages / Четыре языка", (Track(MIXED),), language=None),
    Sample("doubled", "Two sound tracks", DOUBLED_TRACKS, language=None),
    Sample("silent", "A silent vigil", silent=6),
    Sample("gone", "Taken down", fault=Fault(status=404)),
    Sample("cut", "Breaks off in the middle", silent=9, fault=Fault(cut=0.5)),
    Sample("traversal", "../../etc/passwd"),
    Sample("reversed", "film \u202e4pm.exe"),
    Sample("long", "long " * 60),
    Sample("hidden", ".hidden"),
    Sample("escape", "two\nlines \x1b[31mand red\x1b[0m"),
    Sample("false", "A text that poses as a film", announced=3),
)
"""The demo channel, newest first."""

PICTURES = {s.key: f"0x{40 + 12 * n:02x}{200 - 9 * n:02x}80" for n, s in enumerate(SAMPLES)}
"""The colour of each film: no two have the same bytes."""

FETCHABLE = tuple(s.key for s in SAMPLES if s.fault is None and s.key != "false")
"""Keys of the samples that a good archive can fetch; the others fail, each in its own way."""


def sample_videos(folder: Path) -> list[Video]:
    """Make the demo channel's films in `folder`, or find them there, and describe them as `Channel` wants them."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda sample: _video(folder, sample), SAMPLES))


def sample_video(folder: Path, key: str) -> Video:
    """One video of the demo channel, by the key of its sample."""
    return _video(folder, next(s for s in SAMPLES if s.key == key))


def _video(folder: Path, sample: Sample) -> Video:
    path = (
        false_film(folder)
        if sample.key == "false"
        else film(folder, *(sample.tracks or (Track(seconds=sample.silent),)), picture=PICTURES[sample.key])
    )
    return Video(
        title=sample.title,
        film=path,
        duration=sample.announced,
        description=sample.description,
        tags=sample.tags,
        language=sample.language,
        captions=dict(sample.captions),
        key=sample.key,
        fault=sample.fault,
    )


COLUMNS = (
    "Entry",
    "Victim's Name",
    "Chinese name",
    "ID no.",
    "About the Testifier",
    "About the Testifier (Translated/Edited)",
    "Relation",
    "About the Victim",
    "About the Victim (Translated/Edited)",
    "Assumed Location",
    "When Detention Took Place",
    "Detention Reason",
    "Victim's Status",
    "How Testifier Learned of Status",
    "Additional Info",
    "Additional Info (Translated/Edited)",
    "Prison Term",
    "Age",
    "Gender",
    "Ethnicity",
    "Location",
    "Detention type",
    "Detention time",
    "Detention reason",
    "Health status",
    "Profession",
)
"""The columns of the Xinjiang Victims Database's export, some of them again as translated."""

PEOPLE: dict[int, tuple[str, str, str]] = {
    153: ("Karim Lindenbrook", "卡里木·林登", "teacher"),
    164: ("Yerlan Stonebridge", "叶尔兰·石桥", "driver"),
    177: ("Serik Oakley", "", "clerk"),
    178: ("Murat Greenhill", "", "farmer"),
    190: ("Osman Redgate", "奥斯曼·红门", "cobbler"),
    201: ("Tolkun Meadows", "", "bookseller"),
    202: ("Tolkun Meadows", "托勒昆·草原", "student"),
    1358: ("Dana Fairwater", "达娜·清水", "nurse"),
}
"""Entries that the clips are about, by number: name, Chinese name, profession."""

_GIVEN = ("Aybek", "Botagoz", "Gulnara", "Ilham", "Nadira", "Ruslan", "Saule", "Temir")
_FAMILY = ("Applegarth", "Birchwood", "Copperfield", "Driftwood", "Elmhurst")


def sample_register(path: Path, videos: Sequence[Video]) -> Path:
    """Write the made-up register as CSV: 48 entries, of which one cites the address of the video `cited`."""
    cited = next((v for v in videos if v.key == "cited"), None)
    people = dict(PEOPLE)
    for number in range(len(_GIVEN) * len(_FAMILY)):
        name = f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number // len(_GIVEN)]}"
        people[300 + 7 * number] = (name, "", ("baker", "driver", "farmer", "student")[number % 4])
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, restval="")
        rows.writeheader()
        for number, (name, chinese, profession) in sorted(people.items()):
            row = {
                "Entry": str(number),
                "Victim's Name": name,
                "Chinese name": chinese,
                "About the Testifier": "Testimony 1: Nobody Anderson, as reported by Sample Sources. (neighbour)",
                "Relation": "neighbour",
                "About the Victim": f"{name} is a made-up {profession}.",
                "Assumed Location": "Sample county",
                "Victim's Status": "unclear",
                "Age": str(20 + number % 50),
                "Gender": "M" if number % 2 else "F",
                "Ethnicity": "made-up",
                "Location": "Sample county",
                "Profession": profession,
            }
            if number == ENTRY_OF["cited"] and cited:
                row["About the Testifier"] = (
                    f"Testimony 1|2: Yusup Redgate, as reported by Made-up Voices. (son)\n{cited.url}\n"
                )
            rows.writerow(row)
    return path
