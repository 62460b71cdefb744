"""A clip as a IIIF manifest: of its schema, on one clock, with the origin of each word, and no way in for markup."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from iiif_prezi3 import Manifest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from archive.acts.access import give_access
from archive.citing.film_texts import LightCopy
from archive.citing.iiif import manifest, sentences
from archive.citing.language_tags import direction_of, tag_of
from archive.errors import NoSuchClip
from archive.opening.archive import Archive
from archive.records.clip import Stream
from archive.steps.captioning import caption_clip
from archive.texts.shown import shown
from archive.views.clip_view import clip_view
from archive.views.transcript_view import NoSuchTranscript
from tests.archive.citing.talks_cited import (
    AHEAD,
    CLIP,
    CLOSED,
    COMPLETION,
    CORRECTED,
    LATER,
    NAME,
    PLAIN,
    SAID,
    TRANSLATION,
    copied,
    make,
    read_later,
    spoken,
)
from tests.support.archives import keep
from tests.support.engines import EngineName

AT = "https://room.example.org/archive"
PAGE = f"{AT}/clips/{CLIP}"
ID = {"type": "string", "pattern": r"^https?://[^\s<>\"{}|\\^`]+$"}
LABEL = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {r"^(none|[a-z]{2,3}(-[A-Za-z]+)*)$": {"type": "array", "items": {"type": "string"}}},
    "additionalProperties": False,
}
PAIR = {"type": "object", "required": ["label", "value"], "properties": {"label": LABEL, "value": LABEL}}
LINK = {
    "type": "object",
    "required": ["id", "type"],
    "properties": {"id": ID, "label": LABEL, "profile": ID, "format": {"type": "string", "pattern": "^[a-z]+/.+$"}},
}


def many(item: dict[str, Any], least: int = 1) -> dict[str, Any]:
    return {"type": "array", "minItems": least, "items": item}


def thing(kind: str, *required: str, **properties: Any) -> dict[str, Any]:
    named = {"id": ID, "type": {"const": kind}, **properties}
    return {"type": "object", "required": ["id", "type", *required], "properties": named, "additionalProperties": False}


BODY = {
    "oneOf": [
        {
            **LINK,
            "properties": {
                **LINK["properties"],  # type: ignore[dict-item]
                "type": {"enum": ["Video", "Sound", "Text"]},
                "duration": {"type": "number", "exclusiveMinimum": 0},
                "language": {"type": "string"},
            },
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["type", "value"],
            "properties": {
                "type": {"const": "TextualBody"},
                "value": {"type": "string", "minLength": 1},
                "format": {"const": "text/plain"},
                "language": {"type": "string"},
                "textDirection": {"enum": ["ltr", "rtl"]},
            },
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["type", "items"],
            "properties": {"type": {"const": "Choice"}, "items": many(LINK, 2)},
            "additionalProperties": False,
        },
    ]
}
ANNOTATION = thing(
    "Annotation",
    "motivation",
    "body",
    "target",
    motivation={"enum": ["painting", "supplementing"]},
    body=BODY,
    target={"type": "string", "pattern": r"/canvas(#t=\d+\.\d{3}(,\d+\.\d{3})?)?$"},
)
PAGES = many(thing("AnnotationPage", "items", items=many(ANNOTATION), label=LABEL), 0)
SENTENCES = thing(
    "AnnotationPage",
    "@context",
    "items",
    "partOf",
    **{"@context": {"const": "http://iiif.io/api/presentation/3/context.json"}},
    label=LABEL,
    items=many(ANNOTATION, 0),
    partOf=many(LINK),
)
CHAPTER = thing("Range", "label", "items", label=LABEL, items=many(thing("Canvas", id={**ID, "pattern": "/canvas#t="})))
POSITIVE = {"type": "integer", "exclusiveMinimum": 0}
OURS = thing(
    "Manifest",
    "@context",
    "label",
    "items",
    **{"@context": {"const": "http://iiif.io/api/presentation/3/context.json"}},
    label=LABEL,
    metadata=many(PAIR),
    requiredStatement=PAIR,
    rights={"type": "string", "pattern": "^http://(creativecommons|rightsstatements).org/"},
    provider=many(thing("Agent", "label", "homepage", label=LABEL, homepage=many(LINK))),
    homepage=many(LINK),
    seeAlso=many(LINK),
    rendering=many(LINK, 0),
    structures=many(thing("Range", "label", "items", label=LABEL, items=many(CHAPTER))),
    items=many(
        {
            **thing(
                "Canvas",
                "duration",
                "items",
                duration={"type": "number", "exclusiveMinimum": 0},
                height=POSITIVE,
                width=POSITIVE,
                items={**PAGES, "minItems": 1},
                annotations=PAGES,
            ),
            "dependencies": {"width": ["height"], "height": ["width"]},
        }
    ),
)
"""Presentation 3.0 as its text says it (sections 3 to 5), of the properties that are used here."""


def schemas() -> list[Any]:
    """Our own reading of the specification; and IIIF's own schema, where IIIF_SCHEMA names its file.

    That is schema/iiif_3_0.json of github.com/IIIF/presentation-validator, which has no licence to be copied by.
    """
    named = os.environ.get("IIIF_SCHEMA")
    return [OURS, *([json.loads(Path(named).read_text(encoding="utf-8"))] if named else [])]


def valid(made: dict[str, Any]) -> dict[str, Any]:
    for schema in schemas():
        faults = [error.message[:300] for error in Draft7Validator(schema).iter_errors(made)]
        assert faults == []
    Manifest.model_validate_json(json.dumps(made))  # made by its authors from IIIF's own schema
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Iterator[Archive]:
    with copied(made, tmp_path) as archive:
        yield archive


def of(archive: Archive, clip: str = CLIP, **more: Any) -> dict[str, Any]:
    return valid(manifest(clip_view(archive, clip), shown(archive, clip), at=AT, archive="made-up", **more))


def sentences_of(archive: Archive, name: str, clip: str = CLIP) -> dict[str, Any]:
    page = sentences(clip_view(archive, clip), shown(archive, clip), name, at=AT)
    assert [error.message[:300] for error in Draft7Validator(SENTENCES).iter_errors(page)] == []
    return page


def walked(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walked(one)


def test_film_and_words_stand_on_one_canvas_at_a_browser_s_seconds(archive: Archive) -> None:
    made = of(archive)
    (canvas,) = made["items"]
    assert canvas["duration"] == AHEAD + 20.5
    (film,) = canvas["items"][0]["items"]
    assert film["body"] == {"id": f"{PAGE}/film", "type": "Video", "duration": AHEAD + 20.5, "format": "video/mp4"}
    (transcripts,) = canvas["annotations"]
    assert [one["body"]["id"] for one in transcripts["items"]] == [
        f"{PAGE}/captions/{NAME}.vtt",
        f"{PAGE}/captions/{TRANSLATION}.vtt",
    ]
    clock = next(one for one in made["metadata"] if one["label"] == {"en": ["Clock of all seconds"]})
    assert clock["value"] == {"en": ["A browser that plays the original; it stands at 10.000 s where the film begins"]}


def test_sentences_of_each_text_are_a_page_to_which_the_manifest_leads(archive: Archive) -> None:
    pages = {one["id"]: one["label"]["en"][0] for one in of(archive)["seeAlso"] if "profile" in one}
    assert list(pages) == [f"{PAGE}/annotations/{NAME}.json", f"{PAGE}/annotations/{TRANSLATION}.json"]
    assert [label.split(": ")[:2] for label in pages.values()] == [
        ["Sentence by sentence", NAME],
        ["Sentence by sentence", TRANSLATION],
    ]
    page = sentences_of(archive, NAME)
    assert (page["id"], page["label"]["en"]) == (f"{PAGE}/annotations/{NAME}.json", [next(iter(pages.values()))])
    assert page["partOf"] == [{"id": f"{PAGE}/manifest.json", "type": "Manifest"}]
    assert [(one["body"]["value"], one["target"].partition("#")[2]) for one in page["items"]] == [
        (SAID[0], "t=10.000,14.000"),
        (CORRECTED, "t=14.000,18.000"),
        (SAID[2], "t=18.000,22.000"),
    ]
    assert [one["body"]["language"] for one in page["items"]] == ["kk", "en", "en"]
    assert len({one["id"] for one in page["items"]}) == 3
    with pytest.raises(NoSuchTranscript):
        sentences_of(archive, "nothing")


def test_what_was_read_later_stands_among_the_rest_and_is_named(archive: Archive) -> None:
    read_later(archive)
    made = of(archive)
    notes = made["items"][0]["annotations"][0]["items"]
    assert [one["body"]["id"] for one in notes] == [f"{PAGE}/captions/{name}.vtt" for name in (NAME, TRANSLATION)]
    assert notes[0]["body"]["label"]["en"][0].endswith(f"with what was read later: {COMPLETION}")
    assert f"{PAGE}/transcripts/{COMPLETION}.txt" in [one["id"] for one in made["rendering"]]
    last = sentences_of(archive, NAME)["items"][-1]
    assert (last["body"]["value"], last["body"]["language"]) == (LATER, "ky")
    assert last["target"].endswith("/canvas#t=23.000,25.000")


def test_chapters_of_the_platform_are_ranges_of_the_canvas(archive: Archive) -> None:
    assert "structures" not in of(archive)
    chapters = [{"start": 12.5, "title": None}, {"start": 0.0, "title": "Home"}, {"start": 99.0, "title": "Beyond"}]
    keep(archive, "peertube-chapters", said={"chapters": chapters})
    (told,) = of(archive, "peertube-chapters")["structures"]
    assert [(one["label"], one["items"][0]["id"].partition("#")[2]) for one in told["items"]] == [
        ({"none": ["Home"]}, "t=0.000,12.500"),
        ({"en": ["Chapter 2"]}, "t=12.500,20.500"),
    ]


def test_the_sidecar_is_named_to_those_who_may_have_it(archive: Archive) -> None:
    named, others = ([one["id"] for one in of(archive, sidecar=may)["seeAlso"]] for may in (True, False))
    assert set(named) - set(others) == {f"{PAGE}/sidecar.json"}


def test_each_text_says_whose_words_it_has(archive: Archive) -> None:
    labels = [one["body"]["label"]["en"][0] for one in of(archive)["items"][0]["annotations"][0]["items"]]
    assert labels == [
        f"{NAME}: Machine transcript (en, kk), with 1 correction by people",
        f"{TRANSLATION}: Machine translation into en: a reading aid, not what was said, not checked by a person",
    ]


def test_who_is_not_to_pass_it_on_is_told(archive: Archive) -> None:
    assert "requiredStatement" not in of(archive)
    closed = of(archive, CLOSED)
    assert closed["requiredStatement"]["value"]["en"][0].startswith("Restricted")
    give_access(archive, CLIP, "restricted", by="K. Keeper")
    assert "requiredStatement" in of(archive)


def test_a_derivative_is_never_taken_for_the_original(archive: Archive) -> None:
    film = of(archive, light=LightCopy("video/webm", AHEAD))["items"][0]["items"][0]["items"][0]["body"]
    assert film["type"] == "Choice"
    assert [one["id"] for one in film["items"]] == [f"{PAGE}/derivative", f"{PAGE}/film"]
    assert "no original" in film["items"][0]["label"]["en"][0]
    other = of(archive, light=LightCopy("video/mp4", 0.0))
    assert other["items"][0]["items"][0]["items"][0]["body"]["id"] == f"{PAGE}/film"
    assert other["rendering"][-1]["id"] == f"{PAGE}/derivative"
    assert "its clock stands at 0.000 s where it begins" in other["rendering"][-1]["label"]["en"][0]


def test_ids_are_one_each_and_a_canvas_has_no_fragment(archive: Archive) -> None:
    made, page = of(archive), sentences_of(archive, NAME)
    every = [*walked(made), page, *walked(page["items"])]
    ids = [one["id"] for one in every if one.get("type") in ("Manifest", "Canvas", "AnnotationPage", "Annotation")]
    assert len(set(ids)) == len(ids) > 7
    assert "#" not in made["items"][0]["id"]
    assert made["seeAlso"][0]["id"] == f"{PAGE}/sidecar.json"


def test_a_title_is_text_and_a_value_that_looks_like_html_is_wrapped(archive: Archive) -> None:
    title = "<img src=x onerror=alert(1)>"
    keep(archive, "peertube-tags", said={"title": title, "uploader": "<a href='javascript:x'>me</a>"})
    made = of(archive, "peertube-tags")
    assert made["label"] == {"none": [title]}
    values = [text for one in made["metadata"] for texts in one["value"].values() for text in texts]
    assert "<span>&lt;a href=&#x27;javascript:x&#x27;&gt;me&lt;/a&gt;</span>" in values
    for value in values:
        assert not (value.startswith("<") and value.endswith(">")) or value.startswith("<span>&lt;")
    keep(archive, "peertube-within", said={"uploader": "Voices <of> A & B"})
    values = [one["value"] for one in of(archive, "peertube-within")["metadata"]]
    assert {"none": ["<span>Voices &lt;of&gt; A &amp; B</span>"]} in values  # players take all for HTML
    assert of(archive)["label"]["none"][0].startswith("}, title={x} ER - TY - JOUR <script>")


def test_a_clip_without_words_or_with_sound_alone_is_a_manifest_too(archive: Archive) -> None:
    bare = of(archive, PLAIN)["items"][0]
    assert (bare["annotations"], bare["duration"]) == ([], 20.5)
    sound = Stream(index=0, kind="audio", codec="aac", sha256="0" * 64)
    keep(archive, "peertube-sound", streams=(sound,))
    heard = of(archive, "peertube-sound")["items"][0]
    assert heard["items"][0]["items"][0]["body"]["type"] == "Sound"
    assert "height" not in heard
    keep(
        archive,
        "peertube-tall",
        streams=(sound, Stream(index=1, kind="video", codec="h264", sha256="0" * 64, height=720)),
    )
    seen = of(archive, "peertube-tall")["items"][0]
    assert (seen["height"], seen["width"]) == (720, 1280)
    with pytest.raises(NoSuchClip):
        of(archive, "peertube-nobody")


def test_texts_of_an_earlier_film_are_named_and_not_laid_over_this_one(archive: Archive) -> None:
    keep(archive, CLIP, 2)
    made = of(archive)
    assert made["items"][0]["annotations"] == []
    named = next(one for one in made["metadata"] if "earlier films" in one["label"]["en"][0])
    assert named["value"] == {"none": [f"{NAME}, {TRANSLATION}"]}


def test_captions_say_that_they_are_on_another_clock(archive: Archive) -> None:
    keep(archive, "peertube-caps", captions={"ug": "WEBVTT\n\n00:00.000 --> 00:04.000\nئۇيغۇر\n"})
    assert caption_clip(archive, "peertube-caps", archive.targets).transcripts == 1
    (name,) = [one.ref.name for one in shown(archive, "peertube-caps")]
    (body,) = [one["body"] for one in sentences_of(archive, name, "peertube-caps")["items"]]
    assert (body["language"], body["textDirection"]) == ("ug", "rtl")
    archive.ledger.readings.add_transcript("peertube-caps", *spoken("peertube-caps"), event=None)
    notes = of(archive, "peertube-caps")["items"][0]["annotations"][0]["items"]
    labels = [one["body"]["label"]["en"][0] for one in notes]
    assert [("10.000 s behind this film's" in label) for label in labels] == [False, True]
    assert "10.000 s behind this film's" in sentences_of(archive, name, "peertube-caps")["label"]["en"][0]


@pytest.mark.parametrize(
    ("language", "tag", "direction"),
    [
        ("kk", "kk", "ltr"),
        ("ug", "ug", "rtl"),
        ("ug-Cyrl", "ug-Cyrl", "ltr"),
        ("kk-arab", "kk-Arab", "rtl"),
        ("zh-hans-cn", "zh-Hans-CN", "ltr"),
        ("es-419", "es-419", "ltr"),
        ("jw", "jv", "ltr"),
        ("x", "und", "ltr"),
        ("", "und", "ltr"),
        ("en; DROP", "und", "ltr"),
    ],
)
def test_a_language_is_a_tag_of_bcp_47(language: str, tag: str, direction: str) -> None:
    assert tag_of(language) == tag
    assert direction_of(tag) == direction
