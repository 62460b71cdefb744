"""What cleaning cuts and what it keeps."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sources.cleaning import MACHINE, MEDIA, SESSION, bare_address, canonical, clean, for_the_log, plain

CANARY = "canary7731"
_words = st.text(max_size=12).filter(lambda text: CANARY not in text)
_plain = st.none() | st.booleans() | st.integers() | st.floats() | _words
_forbidden_keys = st.sampled_from(
    [
        *sorted(SESSION | MACHINE | MEDIA),
        "Cookies",
        "HTTP-Headers",
        "_filename",
        "__finaldir",
        "manifest_url",
        "hls_url",
    ]
)
_secret_names = st.sampled_from(
    "sig lsig signature token X-Amz-Signature x-goog-credential ip expire Key-Pair-Id hdnts".split(" ")  # noqa: SIM905
)
_signed = st.builds(
    "https://media.example/{}/film.mp4?{}={}&{}".format,
    st.from_regex(r"[a-z]{0,5}", fullmatch=True),
    _secret_names,
    st.just(CANARY),
    st.sampled_from(["", "v=1", f"other={CANARY}", f"x={CANARY}#sig={CANARY}"]),
) | st.sampled_from(
    [
        f"https://someone:{CANARY}@media.example/page",
        f"https://media.example/ip/203.0.113.7/signature/{CANARY}/film",
        f"https://media.example/page#access_token={CANARY}",
        f"https://media.example/?a={CANARY}&where=203.0.113.7",
        f"words before https://media.example/x?token={CANARY} and after",
        f"//media.example/x?token={CANARY}",
    ]
)
_containers = st.sampled_from(
    "formats extra subtitles title chapters _type ü page_url".split(" ")  # noqa: SIM905
)


def _planted(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Documents with canaries under forbidden keys, and in signed addresses, at any depth."""
    return (
        st.lists(inner, max_size=3)
        | st.dictionaries(_containers | _words, inner, max_size=3)
        | st.dictionaries(_forbidden_keys, inner | st.just(CANARY) | st.just({"deep": [CANARY]}), max_size=2)
        | st.fixed_dictionaries({"address": _signed})
        | st.dictionaries(_signed, inner, max_size=1)
    )


documents = st.dictionaries(_containers | _words, st.recursive(_plain, _planted, max_leaves=25), max_size=5)


@given(documents)
def test_no_canary_survives_and_cleaning_twice_changes_nothing_more(document: dict[str, Any]) -> None:
    kept, cuts = clean(document)
    data = canonical(kept)
    assert CANARY not in data.decode()
    assert CANARY not in repr(cuts)
    assert clean(kept) == (kept, ())
    assert json.loads(data) == kept


@given(st.text())
def test_words_are_kept_to_the_letter(text: str) -> None:
    kept, _ = clean({"title": text, "description": text, "tags": [text]})
    assert kept == {"title": plain(text), "description": plain(text), "tags": [plain(text)]}


def test_published_words_keep_the_addresses_in_them() -> None:
    words = "See https://help.example/page?token=published and https://v.example/?v=1&ip=203.0.113.7"
    assert clean({"description": words}) == ({"description": words}, ())


def test_what_a_researcher_needs_is_kept() -> None:
    info = {
        "id": "abc",
        "title": "A film",
        "duration": 12.5,
        "upload_date": "20240517",
        "webpage_url": "https://www.youtube.com/watch?v=abc&list=PL1",
        "channel_url": "https://www.youtube.com/channel/UC1",
        "thumbnail": "https://pictures.example/abc.jpg",
        "thumbnails": [{"url": "https://pictures.example/abc.jpg", "height": 90}],
        "formats": [{"format_id": "137", "vcodec": "avc1", "filesize": 5, "height": 1080}],
        "subtitles": {"en": [{"ext": "vtt", "name": "English"}]},
        "chapters": [{"title": "One", "start_time": 0}],
        "_type": "video",
        "_version": {"version": "2026.08.19"},
    }
    assert clean(info) == (info, ())


def test_each_cut_is_named_once_and_never_quoted() -> None:
    kept, cuts = clean(
        {
            "url": "https://media.example/a?sig=1",
            "formats": [{"url": "https://media.example/a", "http_headers": {"Cookie": "x"}, "n": n} for n in range(3)],
            "subtitles": {"en": [{"url": "https://c.example/en", "ext": "vtt"}], "kk": [{"url": "x", "ext": "vtt"}]},
            "automatic_captions": {"en-orig": [{"ext": "vtt"}], "de": [{"ext": "vtt"}], "fr": [{"ext": "vtt"}]},
            "thumbnail": "https://pictures.example/abc.jpg?sqp=1",
            "cookies": None,
        }
    )
    assert kept == {
        "formats": [{"n": 0}, {"n": 1}, {"n": 2}],
        "subtitles": {"en": [{"ext": "vtt"}], "kk": [{"ext": "vtt"}]},
        "automatic_captions": {"en-orig": [{"ext": "vtt"}]},
        "thumbnail": "https://pictures.example/abc.jpg",
    }
    assert [cut.path for cut in cuts] == [
        "automatic_captions.*",
        "formats[].http_headers",
        "formats[].url",
        "subtitles.*.url",
        "thumbnail",
        "url",
    ]
    assert all(cut.why for cut in cuts)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (float("nan"), None),
        (float("-inf"), None),
        (2**53, "9007199254740992"),
        (1e300, None),
        ("\ud800", "\ufffd"),
        ("\U0001f3a5", "\U0001f3a5"),
        (b"bytes", None),
        ({1: 2}, {"1": 2}),
        ((1, 2), [1, 2]),
        pytest.param(object(), None, id="object"),
    ],
    ids=repr,
)
def test_what_json_cannot_hold_is_made_to_fit(value: object, kept: object) -> None:
    found, _ = clean({"x": value})
    assert found == {"x": kept}
    canonical(found)


def test_a_document_without_end_in_sight_is_cut_off() -> None:
    deep: Any = CANARY
    for _ in range(500):
        deep = [deep]
    kept, cuts = clean({"x": deep})
    assert CANARY not in canonical(kept).decode()
    assert "nested" in cuts[0].why


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://a.example/watch?v=1&t=3", "https://a.example/watch?v=1&t=3"),
        ("https://a.example/watch?v=1&sig=2&x=3", "https://a.example/watch?v=1"),
        ("HTTPS://a.example/?", "HTTPS://a.example/?"),
        ("https://[broken", ""),
        ("https://me:word@a.example/x", "https://a.example/x"),
        ("https://a.example/search?q=sign+of+life", "https://a.example/search?q=sign+of+life"),
    ],
)
def test_an_address_loses_only_what_is_secret(address: str, bare: str) -> None:
    assert bare_address(address) == bare


def test_words_for_the_log_stay_on_their_line_and_keep_no_secret() -> None:
    proxy = f"http://me:{CANARY}%40@proxy.example:8080"
    said = f"no way\n\x1b[31m to {proxy} with me:{CANARY}@ for https://m.example/a?sig={CANARY} \u202eand so on."
    told = for_the_log(said, proxy)
    assert CANARY not in told
    assert told.startswith("no way")
    assert not {"\n", "\x1b", "\u202e"} & set(told)
