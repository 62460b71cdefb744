import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.cited.addresses import LONGEST, addresses, canonical, clips_of, entry_addresses

VIDEO = "youtube.com/watch?v=a-b_c3e6ghI"
UUID = "9c9de5e8-0a1e-484a-b099-e80766180a6d"

# The ways to write one address a platform: each has the id where {} stands; then the one form, and its clips.
FORMS: dict[str, tuple[list[str], str, list[str]]] = {
    "a-b_c3e6ghI": (
        [
            "https://www.youtube.com/watch?v={}",
            "http://youtube.com/watch?feature=share&v={}&t=30s",
            "https://www.youtube.com/watch?v={}&list=PL0123456789&index=3",
            "https://www.youtube.com/watch?list=PL0123456789&v={}",
            "https://youtu.be/{}?si=xyz",
            "https://youtu.be/{}?list=PL0123456789&t=1m2s",
            "youtu.be/{}",
            "https://m.youtube.com/shorts/{}",
            "https://m.youtube.com/watch?app=desktop&v={}",
            "https://music.youtube.com/watch?v={}&list=RD",
            "https://www.youtube-nocookie.com/embed/{}?start=4",
            "HTTPS://YouTube.com/live/{}/",
            "https://www.youtube.com/live/{}?feature=shared",
            "https://www.youtube.com/v/{}&hl=en",
            "https://www.youtube.com/watch/{}",
            "https://www.youtube.com/watch?v={}&amp;list=PL1).",
            "https://www.youtube.com/watch?v={}#t=30",
            "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{}%26feature%3Dshare",
            "https://www.youtube.com/oembed?url=https%3A%2F%2Fyoutu.be%2F{}",
        ],
        VIDEO,
        ["youtube-a-b_c3e6ghI"],
    ),
    "1015366489488174": (
        [
            "https://www.facebook.com/watch/?v={}",
            "https://m.facebook.com/watch/?ref=saved&v={}&_rdr",
            "https://www.facebook.com/some.one/videos/{}/",
            "https://web.facebook.com/some.one/videos/{}?_rdc=1",
            "https://www.facebook.com/some.one/videos/a-title/{}/",
            "https://www.facebook.com/some.one/videos/vb.1000/{}/?type=2",
            "https://www.facebook.com/reel/{}?mibextid=x",
            "https://www.facebook.com/video.php?v={}",
            "https://www.facebook.com/watch/live/?v={}&ref=watch_permalink",
            "https://www.facebook.com/video/embed?video_id={}",
            "https://www.facebook.com/plugins/video.php?height=1&href=https%3A%2F%2Fwww.facebook.com%2Fx%2Fvideos%2F{}%2F",
        ],
        "facebook.com/watch?v=1015366489488174",
        ["facebook-1015366489488174"],
    ),
    "7206382937372134662": (
        [
            "https://www.tiktok.com/@some.one/video/{}",
            "https://www.tiktok.com/@some.one/video/{}?is_from_webapp=1&sender_device=pc",
            "https://m.tiktok.com/v/{}.html",
            "https://www.tiktok.com/embed/v2/{}",
            "https://www.tiktok.com/embed/{}",
            "https://www.tiktok.com/@/video/{}",
        ],
        "tiktok.com/@/video/7206382937372134662",
        ["tiktok-7206382937372134662"],
    ),
    "123456789": (
        [
            "https://vimeo.com/{}",
            "https://player.vimeo.com/video/{}?h=abc#t=3s",
            "https://vimeo.com/{}/0123abcdef",
            "https://vimeo.com/channels/staff/{}",
            "https://vimeo.com/groups/some/videos/{}",
            "https://vimeo.com/showcase/123/video/{}",
        ],
        "vimeo.com/123456789",
        ["vimeo-123456789"],
    ),
    "1234567890123456789": (
        [
            "https://twitter.com/some_one/status/{}",
            "https://x.com/some_one/status/{}?s=20&t=x",
            "https://mobile.twitter.com/i/web/status/{}",
            "https://x.com/i/status/{}",
            "https://twitter.com/some_one/status/{}/video/1",
            "https://twitter.com/statuses/{}",
        ],
        "x.com/i/status/1234567890123456789",
        [],
    ),
    "Cabcd-_1234": (
        [
            "https://www.instagram.com/p/{}/",
            "https://www.instagram.com/reel/{}/?igshid=x",
            "https://instagram.com/reels/{}",
            "https://www.instagram.com/tv/{}/",
            "https://www.instagram.com/some.one/reel/{}/",
            "https://www.instagram.com/p/{}/embed/captioned/",
        ],
        "instagram.com/p/Cabcd-_1234",
        ["instagram-Cabcd-_1234"],
    ),
    "BV11x411K7CN": (
        [
            "https://www.bilibili.com/video/{}",
            "https://m.bilibili.com/video/{}/?p=1&vd_source=x",
            "https://b23.tv/{}",
            "https://player.bilibili.com/player.html?bvid={}&page=1",
            "https://www.bilibili.com/video/av1074402",
            "https://www.bilibili.com/video/AV1074402/",
        ],
        "bilibili.com/video/BV11x411K7CN",
        ["bilibili-BV11x411K7CN"],
    ),
    UUID: (
        [
            "https://framatube.org/videos/watch/{}?start=1m",
            "https://framatube.org/videos/embed/{}",
            "https://framatube.org/w/{};playlistPosition=1",
            "https://framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv",
        ],
        "framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv",
        ["peertube-kkGMgK9ZtnKfYAgnEtQxbv", f"peertube-{UUID}"],
    ),
    "@channel:a/a-name:b": (
        [
            "https://odysee.com/{}",
            "https://odysee.com/{}?r=xyz",
            "https://lbry.tv/{}",
            "https://odysee.com/%40channel%3Aa/a-name%3Ab",
            "https://odysee.com/$/embed/{}",
        ],
        "odysee.com/@channel:a/a-name:b",
        [],
    ),
    "vdmum1": (
        ["https://rumble.com/{}-a-title.html", "https://rumble.com/{}", "https://rumble.com/{}-other.html?mref=x"],
        "rumble.com/vdmum1",
        [],
    ),
    "v5pv5f": (
        ["https://rumble.com/embed/{}", "https://rumble.com/embed/u3fd.{}/?pub=4"],
        "rumble.com/embed/v5pv5f",
        ["rumbleembed-v5pv5f"],
    ),
    "-77521_162222515": (
        [
            "https://vk.com/video{}",
            "https://m.vk.com/video{}?list=x",
            "https://vkvideo.ru/video{}",
            "https://vk.com/videos-77521?z=video{}%2Fclub77521",
            "https://vk.com/feed?z=video{}%2Fbb50cacd3177146d7a",
            "https://vk.com/video_ext.php?oid=-77521&id=162222515&hash=x",
            "https://vk.com/clip{}",
        ],
        "vk.com/video-77521_162222515",
        ["vk--77521_162222515"],
    ),
    "somechannel/613": (
        ["https://t.me/{}", "https://t.me/s/{}", "https://telegram.me/SomeChannel/613", "t.me/SomeChannel/613?embed=1"],
        "t.me/somechannel/613",
        [],
    ),
    "x5kesuj": (
        [
            "https://www.dailymotion.com/video/{}",
            "https://dai.ly/{}",
            "https://www.dailymotion.com/embed/video/{}?start=3",
            "https://www.dailymotion.com/video/{}_a-title",
        ],
        "dailymotion:x5kesuj",
        ["dailymotion-x5kesuj"],
    ),
    "3eac3b4561676c17df9132a9a1e62e3e": (
        ["https://rutube.ru/video/{}/", "http://rutube.ru/video/{}?pl_id=3", "https://rutube.ru/video/private/{}/?p=x"],
        "rutube:3eac3b4561676c17df9132a9a1e62e3e",
        ["rutube-3eac3b4561676c17df9132a9a1e62e3e"],
    ),
}  # fmt: skip
WRAPPINGS = [
    "{url}",
    "  {url}.",
    "https://www.youtube.com/redirect?event=video_description&q={quoted}",
    "https://l.facebook.com/l.php?u={quoted}&h=AT0",
    "https://lm.facebook.com/l.php?u={quoted}",
    "https://l.instagram.com/?u={quoted}&e=x",
    "https://www.google.com/url?sa=t&url={quoted}&usg=x",
    "https://vk.com/away.php?to={quoted}",
    "https://web.archive.org/web/20200101000000/{url}",
    "https://web.archive.org/web/20200101000000if_/{url}",
    "http://web.archive.org/web/2020*/{url}",
    "https://web.archive.org/web/{url}",
    "https://web.archive.org/save/{url}",
    "https://archive.is/20200101000000/{url}",
    "https://archive.today/newest/{url}",
    "https://archive.ph/2020/{url}",
    "https://www.youtube.com/redirect?q=https%3A%2F%2Fweb.archive.org%2Fweb%2F2020%2F{quoted}",
]
CASES = [(name, url, form) for name, (urls, form, _) in FORMS.items() for url in urls]


@pytest.mark.parametrize(("name", "url", "form"), CASES)
def test_every_form_of_an_address_is_one(name: str, url: str, form: str) -> None:
    assert canonical(url.format(name)) == form


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_its_own_form_and_names_its_clip(name: str) -> None:
    urls, form, clips = FORMS[name]
    assert canonical(form) == form
    assert list(clips_of(form)) == clips
    for url in urls:
        assert list(clips_of(canonical(url.format(name)) or "")) == clips


@given(st.sampled_from(CASES), st.lists(st.sampled_from(WRAPPINGS), min_size=1, max_size=2))
def test_redirects_and_archive_copies_are_what_they_lead_to(case: tuple[str, str, str], wrappings: list[str]) -> None:
    name, url, form = case
    wrapped = url.format(name)
    for wrapping in wrappings:
        whole = wrapped.strip() if "://" in wrapped.strip()[:9] else "https://" + wrapped.strip()
        wrapped = wrapping.format(url=whole, quoted=quote(whole, safe=""))
    assert canonical(wrapped) == form, wrapped


@pytest.mark.parametrize(
    "url",
    [
        "https://ghostarchive.org/varchive/a-b_c3e6ghI",
        "https://ghostarchive.org/varchive/youtube/20211011/a-b_c3e6ghI",
        "https://web.archive.org/web/2020/https:/www.youtube.com/watch?v=a-b_c3e6ghI",
        "https://archive.org/details/x?q=1",
    ],
)
def test_archives_of_videos(url: str) -> None:
    assert (canonical(url) == VIDEO) == ("details" not in url)


def test_what_an_address_does_not_tell_stays() -> None:
    for url in ("archive.is/AbCdE", "fb.watch/abc123", "vm.tiktok.com/ZSe4FqkKd", "youtube.com/playlist?list=PL01"):
        assert canonical("https://" + url) == url
        assert clips_of(url) == ()  # as it is its own form


IDS = st.text(alphabet=string.ascii_letters + string.digits + "-_", min_size=11, max_size=11)


@given(IDS, IDS, st.sampled_from(FORMS["a-b_c3e6ghI"][0]), st.sampled_from(FORMS["a-b_c3e6ghI"][0]))
def test_two_videos_are_one_only_if_their_ids_are(one: str, other: str, first: str, second: str) -> None:
    assert (canonical(first.format(one)) == canonical(second.format(other))) == (one == other)


def test_ids_keep_their_case_and_a_different_video_stays_different() -> None:
    assert canonical("https://youtu.be/A-b_c3e6ghI") != VIDEO
    assert canonical("https://notyoutube.com/watch?v=a-b_c3e6ghI") != VIDEO
    assert canonical("https://youtube.com.evil.example/watch?v=a-b_c3e6ghI") != VIDEO
    assert canonical("https://evil.example/?u=https://youtu.be/a-b_c3e6ghI") != VIDEO
    assert canonical("https://t.me/one/613") != canonical("https://t.me/other/613")


def test_numbers_and_words_within_a_series_name_no_clip() -> None:
    for url in ("t.me/somechannel/613", "https://oslo.kommunetv.no/archive/921", "https://www.bbc.com/news/world-1"):
        assert clips_of(canonical(url) or "") == ()


def test_other_pages_lose_what_does_not_name_them() -> None:
    assert canonical("http://www.news.example/a/b/?utm_source=x&id=7&fbclid=1#top") == "news.example/a/b?id=7"
    assert canonical("https://news.example/a/b?id=7") == canonical("https://news.example//a/b/?id=7&t=1")
    assert canonical("https://news.example/%d0%b0/%41") == canonical("https://news.example/а/A")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https://news.example/",
        "http://[::1",
        "ftp://a.b/c",
        "javascript:1",
        "a\0b",
        "x.y/" + "a" * LONGEST,
    ],
)
def test_what_names_no_page_has_no_form(url: str) -> None:
    assert canonical(url) is None


PIECES = """
    https:// http:/ www. m. youtube.com web.archive.org/web/2020/ /watch?v= a-b_c3e6ghI &amp; %3A%2F%2F % %41 %zz / // ?
    # & = . ) a й : @ t=1 q=1 l.php?u= l.facebook.com/ odysee.com/ vk.com/ dai.ly/ x5kesuj news.example 1 [ ] +
"""


@given(st.lists(st.sampled_from([*PIECES.split(), " ", "\0"]), max_size=14).map("".join))
def test_a_form_of_anything_is_its_own_form(url: str) -> None:
    form = canonical(url)
    assert form is None or canonical(form) == form
    clips_of(form or url)
    addresses(url)
    entry_addresses(url)


@pytest.mark.parametrize(
    "text",
    [
        "https://shahit.biz/eng/viewentry.php?entryno=1358",
        "see (http://www.shahit.biz/eng/viewentry.php?entryno=1358).",
        "shahit.biz/rus/viewentry.php?lang=x&entryno=001358#talk",
        "shahit.biz/viewentry.php?entryno=1358, and more",
        "SHAHIT.BIZ/chn/viewentry.php?entryno=1358",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fshahit.biz%2Feng%2Fviewentry.php%3Fentryno%3D1358&h=x",
        "https://www.youtube.com/redirect?q=https%3A%2F%2Fshahit.biz%2Fuig%2Fviewentry%2Ephp%3Fentryno%3D1358",
        "https://web.archive.org/web/2020/https://shahit.biz/eng/viewentry.php?entryno=1358",
        "看https://shahit.biz/eng/viewentry.php?entryno=1358吧",
    ],
)
def test_an_address_of_an_entry_is_found_where_it_stands(text: str) -> None:
    (found,) = entry_addresses(text)
    assert found.entry == "1358"
    assert text[found.start : found.end].endswith("1358")
    assert text[found.start : found.end].lower().find("shahit.biz") >= 0


@pytest.mark.parametrize(
    "text",
    [
        "https://shahit.biz/?f=slug",
        "https://shahit.biz/?f=1358",
        "evilshahit.biz/eng/viewentry.php?entryno=5",
        "shahit.biz.evil.example/eng/viewentry.php?entryno=5",
        "shahit.biz/?entryno=12345678",
        "shahit.biz/eng/viewentry.php?entryno=5&entryno=6",
        "shahit.biz/eng/viewentry.php?entryno=1,358",
        "shahit.biz/eng/viewentry.php?entryno=12ab",
        "shahit.biz/eng/viewentry.php?entryno=١٢",
        "shahit.biz/eng/viewentry.php?entryno=0",
    ],
)
def test_other_addresses_are_no_entries(text: str) -> None:
    assert entry_addresses(text) == []


def test_addresses_of_a_text_are_each_given_once_and_the_register_itself_is_none() -> None:
    text = "1 (https://youtu.be/a-b_c3e6ghI), https://www.youtube.com/watch?v=a-b_c3e6ghI https://shahit.biz/eng/#x."
    assert addresses(text) == [VIDEO]
    text = "see vimeo.com/123456789 and t.me/some/12, mail me@x.com/a"
    assert addresses(text) == ["vimeo.com/123456789", "t.me/some/12"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        "https://",
        "shahit.biz/?",
        "entryno=1",
        "shahit.biz/?&entryno=",
        "%3A%2F%2F",
        "youtube.com/redirect?q=",
        "a&",
        "/a",
    ],
)
def test_long_hostile_texts_are_read_to_their_end(piece: str) -> None:
    text = piece * (120_000 // len(piece))
    addresses(text)
    entry_addresses(text)
    canonical(text)
    assert entry_addresses(text + " shahit.biz/?entryno=12")[-1].entry == "12"


@pytest.mark.timeout(60)
def test_a_long_list_of_sources_is_read_to_its_end() -> None:
    # 100,000 addresses took 1.5 s when this was written: asking every extractor of yt-dlp for each would take 180.
    hosts = ("www.rfa.org", "news.example", "www.dailymotion.com", "www.youtube.com", "vimeo.com", "www.bbc.com")
    urls = [f"https://{hosts[n % 6]}/video/{n}-{n * 7919}.html" for n in range(100_000)]
    assert all(map(canonical, urls))
