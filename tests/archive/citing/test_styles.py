"""A citation in each style: what it says, and that no title, name or word ends a field, whatever it is made of."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from archive.citing.citation import (
    Citation,
    CitedEntry,
    CitedFilm,
    CitedMoment,
    CitedWords,
    CitedWork,
)
from archive.citing.styles import as_bibtex, as_csl, as_ris, as_text
from archive.safe_text import HIDDEN, plain
from transcription.documents.cues import plain as on_one_line

CLIP = "peertube-one"
SHA512, SHA256 = "ab" * 64, "cd" * 32
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet='{}\\"@%#$&_^~,=\r\n\x85\u2028\u202e -TYER0AU沙ئ', max_size=40),
    st.sampled_from(["\r\nER  - \r\nTY  - JOUR\r\n", "}\n}\n@book{x, title={y", "\\end{document}", "a  b", "\ud800"]),
)


def citation(**changes: Any) -> Citation:
    made = Citation(
        archive="made-up",
        clip=CLIP,
        source="voices",
        platform="PeerTube",
        url="https://tube.example.org/w/one?a=1&b=%20c_d#e",
        title="Қайда? Where is she & who {knows}",
        uploader="Voices_of the missing",
        uploaded="20240131",
        captured=datetime(2026, 3, 2, 8, tzinfo=UTC),
        film=CitedFilm(object=f"evidence-{CLIP}", version=2, file=f"media/{CLIP}.mp4", sha256=SHA256, sha512=SHA512),
        moment=CitedMoment(start=83.5, end=90, starts_at=10.0),
        words=CitedWords(
            text="Менің әкем кетті.",
            start=82,
            end=91,
            languages=("kk",),
            kind="whisper",
            cues=2,
            corrected=1,
            marks=("low_confidence",),
            transcript="whisper-base-t1",
            sha512=SHA512,
            corrections=3,
        ),
        work=CitedWork(object=f"work-{CLIP}", version=4),
        entry=CitedEntry(
            object="register-victims",
            register_name="victims",
            entry="1358",
            snapshot_sha256=SHA256,
            entry_sha256=SHA256,
            judgement="positive",
        ),
        cited=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    return made.model_copy(update=changes)


def shown(text: str) -> str:
    """A text as a style has it: on one line, without what is obeyed."""
    return " ".join(plain(on_one_line(text)).split())


def bibtex_fields(text: str) -> tuple[str, dict[str, str]]:
    """The key and the fields of the one entry, read by BibTeX's own rule: braces are counted, also behind a backslash.

    Raises AssertionError for anything behind it.
    """
    head = re.match(r"@misc\{([a-z0-9A-Z-]+)", text)
    assert head
    fields, at = dict[str, str](), head.end()
    while found := re.compile(r",\s*([a-z]+)\s*=\s*\{").match(text, at):
        at, depth = found.end(), 1
        begin = at
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        fields[found[1]] = text[begin : at - 1]
    assert text[at:] == "\n}\n", "something stands behind the entry"
    return head[1], fields


def untex(value: str) -> str:
    """What TeX prints of a value."""
    words = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~"}
    words["textasciicircum"] = "^"
    pattern = re.compile(r"\\(?:(" + "|".join(words) + r")\{\}|([#$%&_]))|([{}\\])")

    def read(found: re.Match[str]) -> str:
        assert not found[3], f"{found[0]} would be obeyed in {value!r}"
        return words[found[1]] if found[1] else found[2]

    return pattern.sub(read, value)


def ris_tags(text: str) -> list[tuple[str, str]]:
    """The tags of a RIS file, however a reader breaks its lines."""
    assert text.split("\r\n") == [*text.splitlines(), ""]
    found = [re.fullmatch(r"([A-Z][A-Z0-9])  - ?(.*)", line) for line in text.splitlines()]
    assert all(found), text
    return [(one[1], one[2]) for one in found if one]


def test_text_says_all_that_is_needed_to_check_it() -> None:
    text = as_text(citation())
    assert text.splitlines()[0] == (
        "“Менің әкем кетті.” Қайда? Where is she & who {knows}, at 00:01:23.500–00:01:30.000. By Voices_of the missing."
        " 2024-01-31. PeerTube, https://tube.example.org/w/one?a=1&b=%20c_d#e. Archive made-up, clip peertube-one. "
        "Cited 2026-03-02."
    )
    assert text.splitlines()[2:] == [
        "Clock: seconds of a browser that plays the original, which stands at 10.000 where the film begins.",
        f"Film: evidence-peertube-one v2, captured 2026-03-02 08:00 UTC, media/peertube-one.mp4, sha512 {SHA512}",
        "Words: a machine's reading of speech in kk, in part as a person corrected it, in doubt (low_confidence); "
        f"work-peertube-one v4, transcript whisper-base-t1, sha512 {SHA512}, with corrections 1 to 3",
        f"Entry 1358 of victims: a person judged that the clip concerns it; snapshot sha256 {SHA256}, entry sha256 "
        f"{SHA256}",
    ]


def test_what_no_person_said_is_never_told_as_if_one_had() -> None:
    given_words = citation().words
    assert given_words
    raw = given_words.model_copy(update={"corrected": 0, "corrections": 0, "marks": ()})
    assert "a machine's reading of speech in kk, not checked by a person" in as_text(citation(words=raw))
    aid = raw.model_copy(update={"kind": "translation", "languages": ("en",)})
    for write in (as_text, as_bibtex, as_ris, as_csl):
        assert "a machine's translation into en, a reading aid and not what was said" in write(citation(words=aid))
    entry = citation().entry
    assert entry
    proposed = entry.model_copy(update={"judgement": None})
    assert "no judgement stands that the clip concerns it" in as_text(citation(entry=proposed))
    bare = as_text(citation(words=None, work=None, entry=None, title=None, uploader=None, uploaded=None))
    assert bare.startswith("Clip peertube-one, without a title, at 00:01:23.500–00:01:30.000. PeerTube, ")


def test_bibtex_has_what_the_citation_says() -> None:
    key, fields = bibtex_fields(as_bibtex(citation()))
    assert key == "peertube-one-83500"
    assert untex(fields["title"].removeprefix("{").removesuffix("}")) == citation().title
    assert untex(fields["author"].removeprefix("{").removesuffix("}")) == citation().uploader
    assert fields["url"] == citation().url
    assert (fields["year"], fields["date"], fields["urldate"]) == ("2024", "2024-01-31", "2026-03-02")
    assert SHA512 in fields["note"]


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_nothing_ends_a_field_of_bibtex(title: str, uploader: str, words: str) -> None:
    said = citation().words
    assert said
    cited = citation(title=title, uploader=uploader, words=said.model_copy(update={"text": words}), url=uploader)
    _, fields = bibtex_fields(as_bibtex(cited))
    assert set(fields) <= {"author", "title", "year", "date", "howpublished", "url", "urldate", "note"}
    assert untex(fields["title"][1:-1]) == (shown(title) or "Clip peertube-one, without a title")
    if shown(uploader):
        assert untex(fields["author"][1:-1]) == shown(uploader)
    assert f"“{shown(words)}”" in untex(fields["note"])
    assert not re.search(r'[\s{}\\"<>^`|]', fields.get("url", ""))
    assert fields.get("url", "").isascii()


def test_ris_has_what_the_citation_says() -> None:
    tags = ris_tags(as_ris(citation()))
    assert tags[0] == ("TY", "VIDEO")
    assert tags[-1] == ("ER", "")
    found = dict(tags)
    assert (found["TI"], found["AU"], found["PY"]) == (citation().title, citation().uploader, "2024")
    assert (found["DA"], found["Y2"], found["LA"]) == ("2024/01/31", "2026/03/02", "kk")
    assert sum(SHA512 in value for tag, value in tags if tag == "N1") == 2


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_no_tag_of_ris_can_be_put_in(title: str, uploader: str, words: str) -> None:
    said = citation().words
    assert said
    cited = citation(title=title, uploader=uploader, words=said.model_copy(update={"text": words}), url=words)
    tags = ris_tags(as_ris(cited))
    assert [tag for tag, _ in tags].count("TY") == [tag for tag, _ in tags].count("ER") == 1
    assert [value for tag, value in tags if tag == "TI"] == [shown(title) or "Clip peertube-one, without a title"]
    assert [value for tag, value in tags if tag == "AU"] == [shown(uploader) for _ in "x" if shown(uploader)]
    assert [value for tag, value in tags if tag == "AB"] == [shown(words) for _ in "x" if shown(words)]


WORDS = (
    "id", "title", "medium", "container-title", "archive", "archive_location", "URL", "section", "note", "abstract",
    "language",
)  # fmt: skip
STRING, NAMES = {"type": "string"}, {"type": "array", "items": {"$ref": "#/definitions/name"}}
OUR_CSL: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "motion_picture"},
            **dict.fromkeys(WORDS, STRING),
            "author": NAMES,
            "accessed": {"$ref": "#/definitions/date"},
            "issued": {"$ref": "#/definitions/date"},
            "custom": {"type": "object"},
        },
    },
    "definitions": {
        "name": {"type": "object", "additionalProperties": False, "properties": {"literal": STRING}},
        "date": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "date-parts": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 2,
                    "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
                }
            },
        },
    },
}
"""What the specification of CSL 1.0.2 says of the variables that are used here."""


def csl_schemas() -> list[Any]:
    """Our own reading of the specification; and csl-data.json of its makers, where CSL_SCHEMA names that file."""
    named = os.environ.get("CSL_SCHEMA")
    return [OUR_CSL, *([json.loads(Path(named).read_text(encoding="utf-8"))] if named else [])]


@pytest.mark.parametrize("schema", csl_schemas())
@pytest.mark.parametrize(
    "changes",
    [{}, {"words": None, "work": None, "entry": None}, {"title": None, "uploader": None, "uploaded": "20249999"}],
)
def test_csl_is_an_item_of_its_schema(schema: Any, changes: dict[str, Any]) -> None:
    written = json.loads(as_csl(citation(**changes)))
    Draft7Validator(schema).validate(written)
    assert written[0]["accessed"] == {"date-parts": [[2026, 3, 2]]}


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_csl_hides_nothing_from_who_reads_it(title: str) -> None:
    text = as_csl(citation(title=title))
    assert not HIDDEN.search(text)
    (item,) = json.loads(text)
    assert item["title"] == (shown(title) or "Clip peertube-one, without a title")
    assert item["custom"]["thirdcopy"]["title"] == title


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_text_stays_on_its_lines(title: str, words: str) -> None:
    said = citation().words
    assert said
    text = as_text(citation(title=title, words=said.model_copy(update={"text": words})))
    assert len(text.splitlines()) == 6
    assert not HIDDEN.search(text)
