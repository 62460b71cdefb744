"""An entry of a register: its fields as they are kept, a line of canonical JSON, and what helps to link them. Pure."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import zip_longest

from archive.linking.finding.cited.addresses import addresses
from archive.linking.registers.testimonies import Testimony, as_testimony, testimonies
from archive.masks import mask_prose
from archive.records.entry_fields import EDITED, FIELDS, clean

_NUMBER = re.compile(
    r"(?:entry|case|запись)? ?(?:(?:no|nr|num|number|номер|n°|编号|編號|第))? ?[.:#]? ?"
    r"0*([1-9][0-9]{0,6})(?:\.0+|,0{1,2})? ?(?:[.:)]|号|號)?"
)
_LONGEST, _LONGEST_WRITTEN = 7, 60
_BRACKETED = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:([,٬'’ ])[0-9]{3}(?:\1[0-9]{3})*)(?![0-9,٬'’ ])")
_VARIANTS = re.compile(r"Potential Chinese variants?[^:：\n]{0,40}[:：]([^\n]{1,400})", re.IGNORECASE)
_HAN_NAME = re.compile(r"(?<![㐀-䶿一-鿿·•・])[㐀-䶿一-鿿][㐀-䶿一-鿿·•・]{1,19}(?![㐀-䶿一-鿿·•・])")
"""A whole run of Han: of a longer one no part is a name."""

_BETWEEN_NAMES = re.compile(r"[\n;；|]| / ")
_BETWEEN_HAN_NAMES = re.compile(r"[\n;；|、,，/]")
_MOST_VARIANTS = 20
_NUMBERS = ("Entry", "Entry" + EDITED)
_SHORT = 40
DATES = tuple(name + more for name in ("Detention time", "When Detention Took Place") for more in (EDITED, ""))
"""The fields that say when somebody was taken, the better one first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered person of a register, with what may help to recognise them in a clip.

    `sources` are canonical addresses (see `addresses`) that the entry cites; `variants` the other names and spellings;
    `detained` when that began, as somebody wrote it. All text is masked. `sha256` is the digest of the entry's line in
    a snapshot without its newline, None for an entry that is in none: it changes whenever anything of the entry does.
    """

    number: str
    latin: str | None = None
    chinese: str | None = None
    variants: tuple[str, ...] = ()
    testimonies: tuple[Testimony, ...] = ()
    sources: tuple[str, ...] = ()
    ethnicity: str | None = None
    gender: str | None = None
    age: str | None = None
    location: str | None = None
    profession: str | None = None
    detained: str | None = None
    sha256: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the entry goes by, the Latin one first."""
        return tuple(name for name in (self.latin, self.chinese, *self.variants) if name)


def number_of(cell: str) -> str | None:
    """An entry's number as it is written everywhere: `1358` for `1,358`, `#01358`, `1358.0`, `№ 1358.` or `١٣٥٨`.

    None if it is none, or could be two: `1.358`, `12 06`, and `1358²`, whose last digit is a mark.
    """
    if cell.isascii() and cell.isdigit() and len(cell) <= _LONGEST and not cell.startswith("0"):
        return cell
    if len(cell) > _LONGEST_WRITTEN:
        return None
    text = clean(cell).strip().lstrip("'’")
    if any(unicodedata.category(c) == "No" for c in text):
        return None
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    if bracketed := _BRACKETED.fullmatch(text):
        text = bracketed[1].strip()
    text = _GROUPED.sub(lambda found: "".join(c for c in found[0] if c.isdecimal()), text)
    match = _NUMBER.fullmatch(text)
    return match[1] if match else None


def masked(fields: Mapping[str, Sequence[str]]) -> tuple[dict[str, list[str]], list[str]]:
    """The fields as they are kept, without the number and with numbers of living persons masked; and which were."""
    kept, changed = dict[str, list[str]](), list[str]()
    for field, texts in fields.items():
        if field in _NUMBERS:
            continue
        found = [_often(text) if len(text) <= _SHORT else _safe(text) for text in texts]
        if any(masked_ for _, masked_ in found):
            changed.append(field)
        if filled := [text for text, _ in found if text]:
            kept[field] = filled
    return kept, changed


def _safe(text: str) -> tuple[str, bool]:
    """A cell as it is kept, and whether something in it was masked."""
    plain = clean(text).strip()
    safe = mask_prose(plain)
    return safe, safe != plain


_often = lru_cache(8192)(_safe)
"""For short cells: a register says the same few words in most of them."""


def to_line(number: str, fields: Mapping[str, Sequence[str]]) -> bytes:
    """An entry as a line of canonical JSON (RFC 8785): its number and its fields, each a list of texts."""
    # With texts alone, and names of fields in ASCII, sorted keys and no spaces are all that the RFC asks.
    line = {"entry": number, "fields": fields}
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> tuple[str, dict[str, list[str]]]:
    """The number and the fields of an entry's line. Raises ValueError if it is none."""
    document = json.loads(line)
    number, fields = document["entry"], document["fields"]
    if not isinstance(number, str) or not isinstance(fields, dict) or not fields.keys() <= set(FIELDS.values()):
        raise ValueError("a line that is no entry")
    return number, fields


def read_entry(line: bytes) -> Entry:
    """The entry that a line of a snapshot holds. Raises ValueError if it holds none."""
    number, fields = from_line(line)

    def all_of(field: str) -> Sequence[str]:
        return fields.get(field + EDITED) or fields.get(field) or ()

    def get(field: str) -> str | None:
        return next((" ".join(text.split()) for text in all_of(field)), None)

    prose = [text for field, texts in fields.items() if field != "ID no." for text in texts]
    latin = _names(all_of("Victim's Name"), _BETWEEN_NAMES)
    chinese = _names(all_of("Chinese name"), _BETWEEN_HAN_NAMES)
    first = [*latin[:1], *chinese[:1]]
    others = [name for name in dict.fromkeys((*latin[1:], *chinese[1:], *_in_text(prose))) if name not in first]
    told = [text for field in (EDITED, "") for text in fields.get("About the Testifier" + field, ())]
    return Entry(
        number=number,
        latin=latin[0] if latin else None,
        chinese=chinese[0] if chinese else None,
        variants=tuple(others[:_MOST_VARIANTS]),
        testimonies=_listed((*told, *prose)) or _in_columns(all_of("About the Testifier"), all_of("Relation")),
        sources=tuple(dict.fromkeys(address for text in prose if _may_cite(text) for address in addresses(text))),
        ethnicity=get("Ethnicity"),
        gender=get("Gender"),
        age=get("Age"),
        location=get("Location") or get("Assumed Location"),
        profession=get("Profession"),
        detained=next((" ".join(text.split()) for field in DATES for text in fields.get(field, ())), None),
        sha256=sha256(line.rstrip(b"\n")).hexdigest(),
    )


def _names(texts: Iterable[str], between: re.Pattern[str]) -> list[str]:
    names = (" ".join(part.split()) for text in texts for part in between.split(text))
    return list(dict.fromkeys(name for name in names if name))


def _in_text(prose: Iterable[str]) -> Iterator[str]:
    for text in prose:
        if "variant" in text or "VARIANT" in text or "Variant" in text:
            for found in _VARIANTS.finditer(text):
                for name in _HAN_NAME.finditer(text, *found.span(1)):
                    if whole := _HAN_NAME.match(text, name.start()):
                        yield whole.group()


def _listed(texts: Iterable[str]) -> tuple[Testimony, ...]:
    """The testimonies of the first text that lists any."""
    return next((found for text in texts if (found := testimonies(text))), ())


def _in_columns(testifiers: Sequence[str], relations: Sequence[str]) -> tuple[Testimony, ...]:
    """What two columns say where they do not follow the form `Testimony N: NAME …`: as many of each, or one."""
    if len(relations) != len(testifiers):
        relations = relations[:1] if len(testifiers) == 1 else ()
    given = (" ".join(relation.split()) for relation in relations)
    found = (as_testimony(text, relation) for text, relation in zip_longest(testifiers, given))
    return tuple(one for one in found if one)


def _may_cite(text: str) -> bool:
    return "://" in text or "www." in text or "youtu" in text or "WWW." in text
