"""A citation in the forms that people and their programs keep: plain text, CSL-JSON, BibTeX, RIS. Pure.

Titles, names and words are strangers': none of them can end a field, begin another, or turn a line around. Each form
has digests, versions and the clock of its seconds, so that it can be checked without the others.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from archive.citing.citation import CUSTOM, Citation
from archive.citing.language_tags import tag_of
from archive.safe_text import HIDDEN, plain
from transcription.documents.cues import clock
from transcription.documents.cues import plain as on_one_line

_TEX: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "#$%&_"},
}
"""BibTeX counts braces also behind a backslash, so that none of a title's may stand."""

_OF_NO_ADDRESS = re.compile(r"[^!#-&(-;=?-\[\]_a-z~]")
"""What no address holds as it is (RFC 3986), or what would end it where TeX reads it."""

_RIS_END = "\r\n"


def as_text(citation: Citation) -> str:
    """A citation to read, and to put in a footnote; in the second paragraph what is needed to check it."""
    moment = citation.moment
    head = "".join(f"{quote} " for quote in _quote(citation))
    by = f" By {_uploader(citation)}." if _uploader(citation) else ""
    dated = f" {_day(citation.uploaded)}." if _day(citation.uploaded) else ""
    where = f" {one_line(citation.address)}." if citation.address else ""
    first = (
        f"{head}{_title(citation)}, {_at(citation)}.{by}{dated} "
        f"{one_line(citation.platform)}, {one_line(citation.url)}. "
        f"Archive {one_line(citation.archive)}, clip {citation.clip}.{where} Cited {citation.cited:%Y-%m-%d}."
    )
    lines = [first, "", f"Clock: {moment.clock}{_begins(citation)}."]
    return "\n".join([*lines, *_claims(citation)]) + "\n"


def as_csl(citation: Citation) -> str:
    """CSL-JSON (citation-style-language/schema, csl-data.json): a list of one item, which carries the citation whole.

    The type is `motion_picture`: a film of which nobody here can know whether it is an interview, and who asks in it.
    The uploader stands as the author, as styles want it of videos (APA 7, 10.12); nobody says that they are who speaks.
    """
    item: dict[str, Any] = {
        "id": _key(citation),
        "type": "motion_picture",
        "title": _title(citation),
        "medium": "video",
        "container-title": one_line(citation.platform),
        "archive": one_line(citation.archive),
        "archive_location": f"{citation.clip}, {citation.film.object} v{citation.film.version}",
        "URL": one_line(citation.address or citation.url),
        "accessed": {"date-parts": [[citation.cited.year, citation.cited.month, citation.cited.day]]},
        "section": _at(citation),
        "note": "; ".join(_claims(citation)),
        "custom": {CUSTOM: citation.model_dump(mode="json")},
    }
    if uploader := _uploader(citation):
        item["author"] = [{"literal": uploader}]
    if day := _date(citation.uploaded):
        item["issued"] = {"date-parts": [[day.year, day.month, day.day]]}
    if citation.words:
        item["abstract"] = one_line(citation.words.text)
        item["language"] = tag_of(citation.words.languages[0])
    text = json.dumps([item], indent=1, ensure_ascii=False)
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] != "\n" else "\n", text) + "\n"


def as_bibtex(citation: Citation) -> str:
    """BibTeX: `@misc`, which every style knows; in UTF-8, as BibTeX's users and biber read it today."""
    day = _date(citation.uploaded)
    fields = {
        "author": f"{{{_tex(_uploader(citation))}}}" if _uploader(citation) else None,
        "title": f"{{{_tex(_title(citation))}}}",
        "year": f"{day.year:04}" if day else None,
        "date": day.isoformat() if day else None,
        "howpublished": _tex(f"Video, {citation.platform}; archive {citation.archive}, clip {citation.clip}"),
        "url": _address(citation.address or citation.url),
        "urldate": f"{citation.cited:%Y-%m-%d}",
        "note": _tex("; ".join((_at(citation), *_quote(citation), *_claims(citation)))),
    }
    written = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{_key(citation)},\n{written}\n}}\n"


def as_ris(citation: Citation) -> str:
    """RIS (Research Information Systems' format of 2012), as Zotero and EndNote read it: `VIDEO`, one tag a line."""
    day = _date(citation.uploaded)
    tags: list[tuple[str, str | None]] = [
        ("TY", "VIDEO"),
        ("ID", _key(citation)),
        ("TI", _title(citation)),
        ("AU", citation.uploader),
        ("PY", f"{day.year:04}" if day else None),
        ("DA", f"{day:%Y/%m/%d}" if day else None),
        ("PB", citation.platform),
        ("DP", citation.archive),
        ("AN", citation.clip),
        ("AV", f"{citation.film.object} v{citation.film.version}"),
        ("UR", citation.address or citation.url),
        ("Y2", f"{citation.cited:%Y/%m/%d}"),
        ("AB", citation.words.text if citation.words else None),
        ("LA", tag_of(citation.words.languages[0]) if citation.words else None),
        ("N1", _at(citation)),
        *(("N1", line) for line in _claims(citation)),
    ]
    lines = [f"{tag}  - {one_line(value)}" for tag, value in tags if value and one_line(value)]
    return _RIS_END.join([*lines, "ER  - ", ""])


def _quote(citation: Citation) -> Iterator[str]:
    if citation.words:
        yield f"“{one_line(citation.words.text)}”"


def _claims(citation: Citation) -> Iterator[str]:
    """What can be checked, a sentence each."""
    film, words, entry = citation.film, citation.words, citation.entry
    captured = f"captured {citation.captured:%Y-%m-%d %H:%M} UTC"
    yield f"Film: {film.object} v{film.version}, {captured}, {film.file}, sha512 {film.sha512}"
    if words is not None and citation.work is not None:
        version = f" v{citation.work.version}" if citation.work.version else ", in no sealed version when it was cited"
        under = "no correction" if not words.corrections else f"correction{'s' * (words.corrections > 1)} 1"
        under += f" to {words.corrections}" if words.corrections > 1 else ""
        yield (
            f"Words: {_origin(citation)}; {citation.work.object}{version}, transcript {words.transcript}, sha512 "
            f"{words.sha512}, with {under}"
        )
    if entry is not None:
        yield (
            f"Entry {entry.entry} of {entry.register_name}: {_judged(citation)}; snapshot sha256 "
            f"{entry.snapshot_sha256}, entry sha256 {entry.entry_sha256}"
        )


def _origin(citation: Citation) -> str:
    """Whose words they are: what a machine wrote is never read as what was said."""
    words = citation.words
    if words is None:
        return "none"
    spoken = ", ".join(words.languages)
    origin = {
        "whisper": f"a machine's reading of speech in {spoken}",
        "completion": f"a machine's later reading of speech in {spoken}",
        "captions": f"captions of the platform in {spoken}",
        "translation": f"a machine's translation into {spoken}, a reading aid and not what was said",
    }[words.kind]
    left = "not checked by a person"
    if words.corrected:
        left = "as a person corrected it" if words.corrected == words.cues else "in part as a person corrected it"
    return f"{origin}, {left}" + (f", in doubt ({', '.join(words.marks)})" if words.marks else "")


def _judged(citation: Citation) -> str:
    judgement = citation.entry.judgement if citation.entry else None
    return {
        None: "no judgement stands that the clip concerns it",
        "positive": "a person judged that the clip concerns it",
        "negative": "a person judged that the clip does not concern it",
        "unsure": "a person was not sure that the clip concerns it",
        "conflict": "people disagree whether the clip concerns it",
    }[judgement]


def _at(citation: Citation) -> str:
    moment = citation.moment
    until = f"–{clock(moment.end)}" if moment.end is not None else ""
    return f"at {clock(moment.start)}{until}"


def _begins(citation: Citation) -> str:
    ahead = citation.moment.starts_at
    return f", which stands at {ahead:.3f} where the film begins" if ahead else ""


def _title(citation: Citation) -> str:
    return one_line(citation.title or "") or f"Clip {citation.clip}, without a title"


def _uploader(citation: Citation) -> str:
    return one_line(citation.uploader or "")


def _key(citation: Citation) -> str:
    """A key of letters, digits and hyphens, the same for the same moment."""
    return f"{citation.clip.replace('_', '-')}-{round(citation.moment.start * 1000)}"


def _date(day: str | None) -> date | None:
    """The day that a platform says, if there is such a day."""
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])) if day and re.fullmatch("[0-9]{8}", day) else None
    except ValueError:
        return None


def _day(day: str | None) -> str:
    found = _date(day)
    return found.isoformat() if found else ""


def one_line(text: str) -> str:
    """A text on one line, with single blanks, and nothing in it that is obeyed anywhere."""
    return " ".join(plain(on_one_line(text)).split())


def _tex(text: str) -> str:
    return "".join(_TEX.get(c, c) for c in one_line(text))


def _address(url: str) -> str:
    return _OF_NO_ADDRESS.sub(lambda c: "".join(f"%{b:02X}" for b in c[0].encode("utf-8", "replace")), one_line(url))
