"""Links as W3C Web Annotations: what stands where they say, and what each says of itself."""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256, sha512
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.deciding.annotations import Annotation, Source, annotations, collection
from archive.linking.deciding.quotes import InContext, in_context, joined, still_stands
from archive.masks import mask
from archive.records.clip import Capture, File
from archive.records.link import Judgement, Link, Passage
from tests.archive.linking.made import START, a_link, judged
from tests.support.positions import holds, text_of_file
from transcription.documents.corrections import Layer, changes, lines
from transcription.documents.cues import Cue
from transcription.documents.platform_captions import Captions, CaptionSegment
from transcription.documents.showing import Stamp, to_vtt

MEDIA = sha256(b"media").hexdigest()
FILE = File(path="media/x.mp4", role="media", size=1, sha512="5" * 128, sha256=MEDIA)
CAPTURE = Capture(
    clip="peertube-one",
    source="voices",
    url="https://tube.example.org/w/one",
    extractor="PeerTube",
    platform_id="one",
    title="Entry 1358",
    fetched=START,
    tool="yt-dlp",
    tool_version="1",
    format_id=None,
    container="mp4",
    duration=20,
    streams=(),
    files=(FILE,),
)


def captions(texts: Sequence[str]) -> Captions:
    segments = tuple(CaptionSegment(start=10 * n, end=10 * n + 9, text=text) for n, text in enumerate(texts))
    return Captions(
        language="en",
        media_sha256=MEDIA,
        file="captions/en.vtt",
        file_sha512="0" * 128,
        extractor="PeerTube",
        automatic=None,
        segments=segments,
    )


def source(data: bytes, path: str = "transcripts/talk.json") -> Source:
    return Source(path, sha512(data).hexdigest(), MEDIA, mask(text_of_file(data)))


def of(link: Link, data: bytes, *judgements: Judgement) -> list[Annotation]:
    return annotations([(link, judgements)], [CAPTURE], {"talk": source(data)})


TALK = captions(["She is Mahire Tohti.", "Her number is 990000199001010000, entry 1358."])
DATA = TALK.model_dump_json().encode()
TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"])) | st.just("990000199001010000"), min_size=1, max_size=5
)


@given(TEXTS, st.data())
def test_every_quote_stands_at_its_place_in_the_file_of_that_digest(texts: list[str], draw: st.DataObject) -> None:
    data = captions(texts).model_dump_json().encode()
    text = mask(text_of_file(data))
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.integers(start, len(text)))
    link = a_link(quote=text[start:end], offset=start, further=(Passage(where="talk", quote=text, offset=0),))
    (annotation,) = of(link, data)
    assert holds(annotation, data)
    assert holds(json.loads(json.dumps(annotation)), data)
    assert text == mask(joined(segment["text"] for segment in json.loads(data)["segments"]))
    assert not holds(annotation, data + b" ")


def test_a_quote_that_does_not_stand_there_has_no_place_and_no_digest() -> None:
    for link in (a_link(), a_link(quote="Mahire Tohti", offset=8), a_link(where="gone", quote="She", offset=0)):
        (annotation,) = of(link, DATA)
        assert not holds(annotation, DATA)
        text = annotation["target"][-1]
        assert text["source"] == CAPTURE.url
        assert text["selector"] == {"type": "TextQuoteSelector", "exact": link.quote}


@pytest.mark.parametrize("change", [{"start": 8}, {"end": 18}, {"start": -1}, {"end": 10_000}])
def test_a_place_that_was_moved_does_not_hold(change: dict[str, int]) -> None:
    (annotation,) = of(a_link(quote="Mahire Tohti", offset=7), DATA)
    assert holds(annotation, DATA)
    annotation["target"][1]["selector"][1].update(change)
    assert not holds(annotation, DATA)


@pytest.mark.parametrize("part", ["exact", "prefix", "suffix"])
def test_words_that_were_changed_do_not_hold(part: str) -> None:
    (annotation,) = of(a_link(quote="Mahire Tohti", offset=7), DATA)
    annotation["target"][1]["selector"][0][part] += "x"
    assert not holds(annotation, DATA)


def test_under_corrections_the_place_is_in_what_people_left() -> None:
    edited = [Cue(start=0, end=9, text="[en]\nShe is  Mahire\nTohti & <i>others</i>.")]
    layer = Layer("A. Reader", START, changes(lines(TALK), edited))
    stamp = Stamp(clip="peertube-one", transcript="talk", sha512="0" * 128, corrections=1)
    data = to_vtt(TALK, [layer], stamp).encode()
    text = joined(line.told.text for line in lines(TALK, [layer]) if line.told.language)
    assert text_of_file(data) == text
    (annotation,) = of(a_link(quote="Mahire Tohti &", offset=text.index("Mahire")), data)
    assert holds(annotation, data)
    assert not holds(annotation, DATA)


@pytest.mark.parametrize(
    ("ahead", "fragment"), [(0.0, "t=3.000,5.000"), (100.5, "t=103.500,105.500"), (-4, "t=0.000,1.000")]
)
def test_seconds_of_the_original_are_on_the_clock_of_a_browser(ahead: float, fragment: str) -> None:
    link = a_link(quote="Mahire Tohti", offset=7, start=3, end=5)
    (annotation,) = annotations([(link, ())], [CAPTURE], {"talk": replace(source(DATA), ahead=ahead)})
    assert annotation["target"][0]["selector"]["value"] == fragment


def test_a_link_says_what_it_is_of_and_how_it_stands() -> None:
    passages = (
        Passage(where="url", quote=CAPTURE.url, offset=0),
        Passage(where="talk", quote="x", offset=0, start=3, end=3),
    )
    link = a_link(quote="Mahire Tohti", offset=7, entry="a/1 ä", further=passages)
    why = "her number is 990000199001010000"
    made = of(link, DATA, judged("A. Reader", "positive", why=why), judged("B. Reader", "unsure", 1))
    first, *assessments = made
    assert first["motivation"] == "identifying"
    entry, role, stand = first["body"]
    assert (entry["source"]["id"], entry["selector"]["value"]) == (f"urn:sha256:{'0' * 64}", "entry=a%2F1%20%C3%A4")
    assert (entry["purpose"], role["value"], stand["value"]) == ("identifying", "subject", "positive")
    assert first["creator"] == [{"type": "Person", "name": "A. Reader"}]
    assert first["created"] == "2030-01-01T00:00:00Z"
    seconds, text, page, point, quote = first["target"]
    assert seconds["source"]["id"] == f"urn:sha512:{'5' * 128}"
    assert seconds["selector"]["conformsTo"] == "http://www.w3.org/TR/media-frags/"
    assert (seconds["selector"]["value"], point["selector"]["value"]) == ("t=7.000,12.250", "t=3.000")
    assert text["source"]["id"] == f"urn:sha512:{sha512(DATA).hexdigest()}"
    assert text["selector"][0] == {
        "type": "TextQuoteSelector",
        "exact": "Mahire Tohti",
        "prefix": "She is ",
        "suffix": ". Her number is ",  # as far as 32 code points go without cutting what is masked
    }
    assert page == CAPTURE.url
    assert quote["selector"]["exact"] == "x"
    for one, verdict in zip(assessments, ("positive", "unsure"), strict=True):
        assert (one["motivation"], one["target"], one["body"][0]["value"]) == ("assessing", first["id"], verdict)
        assert not holds(one, DATA)
    assert assessments[0]["body"][1] == {
        "type": "TextualBody",
        "purpose": "commenting",
        "value": "her number is ██████████████████",
    }


@pytest.mark.parametrize("stand", ["negative", "unsure", "conflict", "no judgement"])
def test_only_a_positive_link_identifies(stand: Any) -> None:
    given_ = {"conflict": ("positive", "negative"), "no judgement": ()}.get(stand, (stand,))
    first = of(a_link(), DATA, *(judged(verdict, verdict) for verdict in given_))[0]
    assert (first["motivation"], first["body"][0]["purpose"], first["body"][2]["value"]) == (
        "linking",
        "linking",
        stand,
    )
    assert "creator" not in first


def every_id(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*([value["id"]] if "id" in value else []), *(i for one in value.values() for i in every_id(one))]
    return [i for one in value for i in every_id(one)] if isinstance(value, list) else []


def test_a_collection_names_everything_by_an_iri_and_the_same_by_the_same() -> None:
    links = [a_link("l", quote="She", offset=0), a_link("m", entry="7")]
    items = annotations([(link, [judged("a", "negative", link=link.id)]) for link in links], [CAPTURE], {})
    made = collection(items, "work-peertube-one")
    assert made == collection(items, "work-peertube-one")
    assert (made["@context"], made["type"], made["total"]) == (
        "http://www.w3.org/ns/anno.jsonld",
        "AnnotationCollection",
        4,
    )
    assert made["first"]["items"] == items
    assert len({item["id"] for item in items}) == 4
    assert all(urlsplit(identity).scheme in ("urn", "https") for identity in every_id(made))


def test_a_quote_in_context_has_whole_sentences_and_is_marked_where_they_are_cut() -> None:
    text = "One. Two is here. Three has entry 1358 in it. Four follows! Five is last."
    passage = Passage(where="talk", quote="entry 1358", offset=text.index("entry"))
    found = in_context(passage, text)
    assert (found.before, found.quote, found.after) == (
        "Two is here. Three has ",
        "entry 1358",
        " in it. Four follows! ",
    )
    first = "Three has entry 1358 in it. Four follows! Five is last."
    passage_ = Passage(where="talk", quote="entry 1358", offset=first.index("entry"))
    assert in_context(passage_, first).before == "Three has "
    long = "word " * 100 + "entry 1358" + " word" * 100
    cut = in_context(Passage(where="talk", quote="entry 1358", offset=500), long)
    assert (cut.before[0], cut.after[-1], len(cut.before)) == ("…", "…", 241)
    for other in (None, "entry 1358", text[1:]):
        assert in_context(passage, other) == InContext("", "entry 1358", "")


@given(st.text(), st.data())
def test_a_context_is_what_stands_around(text: str, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.integers(start, len(text)))
    passage = Passage(where="talk", quote=text[start:end], offset=start)
    assert still_stands(passage, text)
    found = in_context(passage, text)
    assert text[:start].endswith(found.before)
    assert text[end:].startswith(found.after)
