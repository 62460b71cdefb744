"""Captions of a platform as a document of their own."""

import json

import pytest

from tests.transcription.example import segment, transcript
from transcription.documents import formats, kinds, platform_captions
from transcription.documents.cues import read_captions
from transcription.documents.platform_captions import Captions, is_automatic, language_of, made
from transcription.errors import DocumentError

ROLLING = """WEBVTT
Kind: captions

00:00:00.080 --> 00:00:02.309 align:start position:0%
\x20
hello<00:00:00.400><c> everyone</c>

00:00:02.309 --> 00:00:02.319 align:start position:0%
hello everyone
\x20

00:00:02.319 --> 00:00:04.000 align:start position:0%
hello everyone
welcome<00:00:03.000><c> here</c>
"""


def example(tag: str = "en-orig", text: str = ROLLING, extractor: str = "Youtube") -> Captions:
    return made(
        read_captions(text.encode()),
        tag=tag,
        media_sha256="a" * 64,
        file=f"captions/{tag}.vtt",
        file_sha512="b" * 128,
        extractor=extractor,
    )


def test_lines_that_roll_up_are_told_once() -> None:
    assert [(s.start, s.text) for s in example().segments] == [(0.08, "hello everyone"), (2.319, "welcome here")]


def test_what_people_wrote_twice_stays_twice() -> None:
    twice = "WEBVTT\n\n00:00.000 --> 00:01.000\nYes.\n\n00:01.000 --> 00:02.000\nYes.\n"
    assert [s.text for s in example("en", twice).segments] == ["Yes.", "Yes."]


def test_cues_come_in_order_of_time() -> None:
    text = "WEBVTT\n\n00:05.000 --> 00:06.000\nb\n\n00:01.000 --> 00:09.000\na\n"
    assert [s.text for s in example("en", text).segments] == ["a", "b"]


@pytest.mark.parametrize(
    ("tag", "extractor", "language", "automatic"),
    [
        ("kk-orig", "Youtube", "kk", True),
        ("en-US", "YoutubeTab", "en-US", False),
        ("kk", "PeerTube", "kk", None),
        ("ZH-Hans", "PeerTube", "zh-Hans", None),
        ("x-0a1b2c3d", "PeerTube", "x-0a1b2c3d", None),
        ("qazaqsha", "PeerTube", "und", None),
    ],
)
def test_who_wrote_them_is_said_only_where_it_is_known(
    tag: str, extractor: str, language: str, automatic: bool | None
) -> None:
    assert (language_of(tag), is_automatic(tag, extractor)) == (language, automatic)


def test_a_document_is_read_by_its_kind() -> None:
    found, machine = example(), transcript((segment(0, 2, "Words."),), (), 2)
    assert kinds.from_json(platform_captions.to_json(found)) == found
    assert kinds.from_json(formats.to_json(machine)) == machine
    assert kinds.languages(found) == ("en",)
    assert kinds.origin(machine).startswith("Machine transcript by base")
    assert kinds.origin(found).startswith("Captions of the platform Youtube in en, by its speech recognition")
    assert "00:00:00.080 --> 00:00:02.309\n[en]\n<lang en>hello everyone</lang>\n" in kinds.to_vtt(found)


@pytest.mark.parametrize("body", ["", "[1]", "{}", '{"kind": "captions"}', "[" * 100_000, '{"kind": "poem"}'])
def test_what_is_no_transcript_is_refused(body: str) -> None:
    with pytest.raises(DocumentError):
        kinds.from_json(body)


def test_captions_of_a_later_schema_are_refused() -> None:
    document = json.loads(platform_captions.to_json(example())) | {"schema_version": 2}
    with pytest.raises(DocumentError, match="schema_version"):
        kinds.from_json(json.dumps(document))
