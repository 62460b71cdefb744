import pytest

from archive.linking.addresses import addresses, canonical, entry_addresses

VIDEO = "youtube.com/watch?v=a-b_c3e6ghI"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=a-b_c3e6ghI",
        "http://youtube.com/watch?feature=share&v=a-b_c3e6ghI&t=30s",
        "https://youtu.be/a-b_c3e6ghI?si=xyz",
        "youtu.be/a-b_c3e6ghI",
        "https://m.youtube.com/shorts/a-b_c3e6ghI",
        "https://www.youtube-nocookie.com/embed/a-b_c3e6ghI?start=4",
        "HTTPS://YouTube.com/live/a-b_c3e6ghI/",
        "https://www.youtube.com/watch?v=a-b_c3e6ghI&amp;list=PL1).",
    ],
)
def test_a_youtube_video_has_one_form(url: str) -> None:
    assert canonical(url) == VIDEO


def test_ids_keep_their_case_and_a_different_video_stays_different() -> None:
    assert canonical("https://youtu.be/A-b_c3e6ghI") != VIDEO
    assert canonical("https://notyoutube.com/watch?v=a-b_c3e6ghI") != VIDEO


def test_a_peertube_video_has_one_form_by_uuid_and_by_its_short_form() -> None:
    short = canonical("https://framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv")
    assert short == "framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv"
    assert canonical("https://framatube.org/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d?start=1m") == short
    assert canonical("https://framatube.org/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d") == short


def test_other_pages_lose_what_does_not_name_them() -> None:
    assert canonical("http://www.news.example/a/b/?utm_source=x&id=7&fbclid=1#top") == "news.example/a/b?id=7"
    assert canonical("https://news.example/a/b?id=7") == canonical("https://news.example//a/b/?id=7&t=1")


@pytest.mark.parametrize(
    "url", ["", "https://", "https://news.example/", "http://[::1", "ftp://a.b/c", "javascript:1", "a\0b"]
)
def test_what_names_no_page_has_no_form(url: str) -> None:
    assert canonical(url) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://shahit.biz/eng/viewentry.php?entryno=1358",
        "see (http://www.shahit.biz/eng/viewentry.php?entryno=1358).",
        "shahit.biz/rus/viewentry.php?lang=x&entryno=001358#talk",
    ],
)
def test_an_address_of_an_entry_is_found_where_it_stands(text: str) -> None:
    (found,) = entry_addresses(text)
    assert found.entry == "1358"
    assert text[found.start : found.end].endswith("1358")


def test_other_addresses_are_no_entries() -> None:
    for text in (
        "https://shahit.biz/?f=slug",
        "evilshahit.biz/eng/viewentry.php?entryno=5",
        "shahit.biz/?entryno=12345678",
    ):
        assert entry_addresses(text) == []


def test_addresses_of_a_text_are_each_given_once_and_the_register_itself_is_none() -> None:
    text = "1 (https://youtu.be/a-b_c3e6ghI), https://www.youtube.com/watch?v=a-b_c3e6ghI https://shahit.biz/eng/#x."
    assert addresses(text) == [VIDEO]
