"""Which columns of a list are addresses or ids of videos, titles and dates: by what they hold, or as told. Pure.

Columns are places, from 0. Titles and dates are only known by their names: a column of people's names is none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from archive.linking.lists.list_files import ListRow
from archive.linking.lists.videos_in import downloaded, is_youtube_id, video_of_id, videos
from archive.linking.registers.grids import column_of
from archive.records.entry_fields import plain, shown

MOST_OF = 0.6
"""Share of a column's filled cells that must have the form of an id, so that bare ids are taken as such."""
_WIDEST = 256
"""Columns that are looked at."""
_ADDRESS = frozenset(
    ("url", "urls", "link", "links", "address", "original", "video", "video url", "video link", "webpage_url", "uri",
     "id", "video id", "video_id", "videoid", "youtube id", "ссылка", "адрес", "видео", "сілтеме", "bağlantı", "链接",
     "網址", "网址", "id видео")
)  # fmt: skip
_TITLE = frozenset(
    ("title", "video title", "video_title", "fulltitle", "заголовок", "название", "название видео", "тақырып",
     "атауы", "başlık", "标题", "標題")
)  # fmt: skip
_DATE = frozenset(
    ("date", "upload date", "upload_date", "uploaded", "date uploaded", "published", "published at", "publishedat",
     "date published", "publication date", "release_date", "дата", "дата публикации", "дата загрузки", "күні",
     "tarih", "yayın tarihi", "日期", "发布日期", "上传日期")
)  # fmt: skip


class NoColumn(ValueError):
    """No column can be told to be the list's, or none has the name that was asked for; its text says what to do."""


@dataclass(frozen=True)
class Asked:
    """What a person says of a list: the names of its columns, and whose ids bare ones are."""

    column: str | None = None
    title: str | None = None
    date: str | None = None
    platform: str | None = None


@dataclass(frozen=True)
class Columns:
    """The columns of a list by place: the videos', whose cells are bare `ids` of a platform or not, titles', dates'.

    `header` is the place of the row with the columns' names among the first rows, None where there is none; `names` are
    those names.
    """

    videos: int
    ids: str | None
    title: int | None
    date: int | None
    header: int | None
    names: tuple[str, ...]

    def name(self, place: int | None) -> str | None:
        """What a column is called; its number where it has no name."""
        if place is None:
            return None
        name = self.names[place].strip() if place < len(self.names) else ""
        return name or f"column {place + 1}"


def find(rows: Sequence[ListRow], asked: Asked, names: Sequence[str] | None = None) -> Columns:
    """The columns of a list by its first rows; `names` are the columns' where the form itself has them.

    Videos are in the column that is asked for, else in the one in which most cells have the address of one; else in the
    one in which most cells have the form of an id of YouTube, or are ids of the platform that is said; else in the one
    with most addresses of any pages. Raises NoColumn.
    """
    width = min(max((len(row.texts) for row in rows), default=0), _WIDEST)
    header = None if names is not None else _header(rows, asked, width)
    called = tuple(names) if names is not None else tuple(rows[header].texts) if header is not None else ()
    below = [row for place, row in enumerate(rows) if header is None or place > header]
    plains = [plain(name) for name in called]
    place, ids = _of_videos(below, asked, plains, called, width)
    return Columns(
        videos=place,
        ids=ids,
        title=_named(asked.title, _TITLE, plains, called, place, "--title-column"),
        date=_named(asked.date, _DATE, plains, called, place, "--date-column"),
        header=header,
        names=called,
    )


def names_one(text: str, asked: Asked) -> bool:
    """Whether a cell names a video by itself."""
    return bool(videos(text)) or downloaded(text) is not None or _ids(text, asked.platform)


def _header(rows: Sequence[ListRow], asked: Asked, width: int) -> int | None:
    """The row of the columns' names: with a name that is asked for or known, else the first, if it names no video."""
    wanted = {plain(name) for name in (asked.column, asked.title, asked.date) if name}
    above = list[int]()
    for place, row in enumerate(rows):
        plains = {plain(text) for text in row.texts[:width]}
        if wanted & plains:
            return place
        if any(names_one(text, asked) for text in row.texts[:width]) or row.links:
            break
        above.append(place)
    known = [place for place in above if {plain(text) for text in rows[place].texts} & (_ADDRESS | _TITLE | _DATE)]
    return known[0] if known else above[0] if above else None


def _of_videos(
    rows: Sequence[ListRow], asked: Asked, plains: Sequence[str], called: Sequence[str], width: int
) -> tuple[int, str | None]:
    if asked.column is not None:
        place = _asked(asked.column, plains, called, width, "--column")
        return place, asked.platform or _ids_of([row.texts[place] for row in rows if place < len(row.texts)])
    sure, pages, ids, filled = [0] * width, [0] * width, [0] * width, [0] * width
    for row in rows:
        for place, text in enumerate(row.texts[:width]):
            if text and not text.isspace():
                filled[place] += 1
                found = videos(text)
                sure[place] += any(one.sure for one in found) or downloaded(text) is not None
                pages[place] += bool(found)
                ids[place] += not found and _ids(text, asked.platform)
        for place, address in row.links.items():
            if place < width:
                found = videos(address)
                sure[place] += any(one.sure for one in found)
                pages[place] += bool(found)
    best_ids = max(range(width), key=lambda place: (ids[place], -place), default=0)
    enough = width > 0 and ids[best_ids] > 0 and (asked.platform or ids[best_ids] >= MOST_OF * filled[best_ids])
    best = max(range(width), key=lambda place: (sure[place], pages[place], -place), default=0)
    if enough and (asked.platform or ids[best_ids] > sure[best]):
        return best_ids, asked.platform or "youtube"
    if width and sure[best]:
        return best, None
    if enough:
        return best_ids, "youtube"
    if width and pages[best]:
        return best, None
    if asked.platform:
        raise NoColumn(f"no column of it has ids of {asked.platform}; name the right one with --column")
    raise NoColumn(
        "no column of it has addresses of videos, or ids of YouTube in most of its cells; name the right one with "
        "--column, and whose ids they are with --platform"
    )


def _ids_of(texts: Sequence[str]) -> str | None:
    filled = [text for text in texts if text.strip()]
    return "youtube" if sum(map(is_youtube_id, filled)) >= max(1, MOST_OF * len(filled)) else None


def _ids(text: str, platform: str | None) -> bool:
    return video_of_id(text, platform) is not None if platform else is_youtube_id(text)


def _named(
    wanted: str | None, known: frozenset[str], plains: Sequence[str], called: Sequence[str], taken: int, option: str
) -> int | None:
    if wanted is not None:
        return _asked(wanted, plains, called, len(called), option)
    return next((place for place, name in enumerate(plains) if name in known and place != taken), None)


def _asked(wanted: str, plains: Sequence[str], called: Sequence[str], width: int, option: str) -> int:
    """The place of a column that is asked for by its name, its number from 1, or its letter. Raises NoColumn."""
    if plain(wanted) in plains:
        return plains.index(plain(wanted))
    text = wanted.strip()
    try:
        place = int(text) - 1 if text.isdecimal() else column_of(text) if len(text) <= 2 else -1
    except ValueError:
        place = -1
    if 0 <= place < width:
        return place
    near = get_close_matches(plain(wanted), [name for name in plains if name], n=1, cutoff=0.5)
    told = ", ".join(repr(shown(name, 30)) for name in called[:8] if name.strip()) + " …" * (len(called) > 8)
    nearest = shown(called[plains.index(near[0])]) if near else None
    hint = f"did you mean {nearest!r}?" if nearest else f"it has {told or 'no names of columns'}"
    raise NoColumn(f"it has no column {shown(wanted)!r}, which {option} names; {hint}")
