"""Films that only have an address, and feeds of them: the real yt-dlp, hosts of a feed, an archive of two targets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from archive.opening.archive import Archive
from archive.preservation.restoring import restore
from archive.preservation.usable_targets import ready
from archive.records.clip import Capture, Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.ytdlp.feeds import called, is_film
from archive.sources.ytdlp.source import YtdlpSource
from archive.steps.counted_steps import Tally, fetch_step, list_step, to_fetch
from tests.archive.sources.conftest import source_of
from tests.support.archives import Clock, an_archive, finished, folder_targets
from tests.world.channel import Channel
from tests.world.house import House
from tests.world.media import clip

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Voices</title>{}</channel></rss>"""
HOST = "films.example"


def item(title: str, inner: str, guid: str | None = None) -> str:
    named = f"<guid>{guid}</guid>" if guid else ""
    return f"<item><title>{title}</title>{named}{inner}</item>"


def enclosure(path: str, kind: str = "video/mp4") -> str:
    return f'<enclosure url="https://{HOST}/{path}" type="{kind}" length="1"/>'


@dataclass
class Place:
    """An archive of one source; what its hosts have is in `channel.elsewhere`."""

    archive: Archive
    channel: Channel
    source: YtdlpSource

    def run(self) -> Tally:
        """List, and fetch what is due."""
        tally = list_step(self.archive, self.source)
        due = to_fetch(self.archive, self.source.name)
        return tally + fetch_step(self.archive, ready(self.archive), self.source, due)

    def serve(self, *items: str) -> None:
        """Have the feed hold these items."""
        self.channel.elsewhere[f"{HOST}/feed.xml"] = FEED.format("".join(items)).encode()

    def held(self) -> dict[str, Capture]:
        """The newest capture of each clip, by title."""
        ids = self.archive.ledger.clips.ids()
        newest = [captures[-1] for one in ids if (captures := self.archive.ledger.clips.captures(one))]
        return {str(one.title): one for one in newest}


@contextmanager
def a_place(folder: Path, files: dict[str, bytes], url: str = f"https://{HOST}/feed.xml") -> Iterator[Place]:
    elsewhere = {f"{HOST}/feed.xml": b"", **{f"{HOST}/{name}": data for name, data in files.items()}}
    with Channel([], elsewhere=elsewhere) as channel:
        source = source_of(channel, url=url, allowed_extractors=("generic",))
        with an_archive(folder / "state", folder_targets(folder, "ab"), clock=Clock()) as archive:
            stanzas = {"sources": {"demo": source.settings}}
            yield Place(replace(archive, settings=archive.settings.model_copy(update=stanzas)), channel, source)


def films_of(films: Path, *names: str) -> dict[str, bytes]:
    """A film of its own for each name."""
    return {name: clip(films, seconds=1, tone=300 + 10 * n).read_bytes() for n, name in enumerate(names)}


def test_every_item_of_a_feed_is_one_clip_with_the_feeds_own_words(tmp_path: Path, films: Path) -> None:
    files = films_of(films, "1/film.mp4", "2/film.mp4", "3/film.mp4", "4/low.mp4", "4/high.mp4", "5/film.mp4")
    with a_place(tmp_path, files | {"cover.jpg": b"\xff\xd8\xff\xe0"}) as place:
        media = f'<media:content url="https://{HOST}/4/{{}}.mp4" type="video/mp4" medium="video" height="{{}}"/>'
        group = "<media:group>" + media.format("low", 90) + media.format("high", 180) + "</media:group>"
        dated = "<description>She speaks of 2018.</description><pubDate>Tue, 14 May 2024 01:30:00 MSK</pubDate>"
        place.serve(
            item("first", enclosure("1/film.mp4") + dated, "https://voices.example/?p=1"),
            item("same GUID", enclosure("2/film.mp4"), "https://voices.example/?p=1"),
            item("no GUID", enclosure("3/film.mp4")),
            item("Media RSS", group, "m"),
            item("a picture before it", enclosure("cover.jpg", "image/jpeg") + enclosure("5/film.mp4"), "p"),
            item("nothing", "", "n"),
        )
        done = place.run()
        assert (done.fetched, done.failed) == (5, 0)
        assert done.problems == (
            "demo: place 6 of https://films.example/feed.xml: nothing has no address and is passed over",
        )
        held = place.held()
        assert set(held) == {"first", "same GUID", "no GUID", "Media RSS", "a picture before it"}
        assert (held["first"].description, held["first"].uploaded) == ("She speaks of 2018.", "20240514")
        assert all(one.clip.startswith("generic-films-example-") for one in held.values())
        assert held["Media RSS"].url == f"https://{HOST}/4/high.mp4"
        asked = len(place.channel.requests)
        ids = set(place.archive.ledger.clips.ids())
        assert place.run().new == 0
        assert set(place.archive.ledger.clips.ids()) == ids
        assert [one.path for one in place.channel.requests[asked:]] == ["/feed.xml"], "no film is asked for to list it"
        finished(place.archive)
        restored = restore(place.archive, held["no GUID"].clip, tmp_path / "out", place.archive.targets)
        (film,) = [path for path in restored.files if path.suffix == ".mp4"]
        assert film.read_bytes() == files["3/film.mp4"]


def test_a_feed_that_signs_its_addresses_anew_brings_nothing_twice(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, films_of(films, "get/film.mp4")) as place:
        for token in ("one", "two"):
            place.serve(item("A film", enclosure(f"get/film.mp4?id=7&amp;token={token}&amp;expires=17"), "g"))
            place.run()
        assert len(place.archive.ledger.clips.ids()) == 1
        (capture,) = place.held().values()
        assert "token" not in capture.model_dump_json(), "what signs an address is not kept"


def test_addresses_are_whole_and_carry_no_notes_for_the_tool(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, films_of(films, "film.mp4")) as place:
        note = "#__youtubedl_smuggle=%7B%22force_videoid%22%3A+%22another%22%7D"
        place.serve(item("A film", f'<enclosure url="/film.mp4{note}" type="video/mp4"/>'))
        assert place.run().fetched == 1
        (capture,) = place.held().values()
        assert capture.url == f"https://{HOST}/film.mp4"
        assert capture.clip == id_of(capture.url)


def test_two_films_that_only_a_signature_tells_apart_are_told_of(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, films_of(films, "film.mp4")) as place:
        place.serve(item("one", enclosure("film.mp4?key=a")), item("two", enclosure("film.mp4?key=b")))
        done = list_step(place.archive, place.source)
        assert done.new == 1
        assert "place 2 of https://films.example/feed.xml: two is at an address that only" in done.problems[0]


def test_a_clip_of_an_earlier_build_keeps_its_id_and_another_film_of_that_name_gets_one(
    tmp_path: Path, films: Path
) -> None:
    with a_place(tmp_path, films_of(films, "1/film.mp4", "2/film.mp4")) as place:
        kept = Listing(source="demo", extractor="Generic", platform_id="film", url=f"https://{HOST}/1/film.mp4")
        place.archive.ledger.clips.seen([kept], place.archive.clock())
        place.serve(item("first", enclosure("1/film.mp4")), item("second", enclosure("2/film.mp4")))
        assert place.run().fetched == 2
        first, second = (place.held()[title].clip for title in ("first", "second"))
        assert first == "generic-film"
        assert second.startswith("generic-films-example-2-film-")


def test_an_item_whose_film_is_gone_is_a_failed_clip_and_the_others_are_fetched(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, films_of(films, "1.mp4")) as place:
        place.channel.elsewhere[f"{HOST}/page"] = (
            b'<!doctype html><html><title>x</title><iframe src="https://www.youtube.com/embed/jNQXAC9IVRw"></iframe>'
        )
        page = f"<link>https://{HOST}/page</link>"
        place.serve(item("gone", enclosure("2.mp4")), item("here", enclosure("1.mp4")), item("leads on", page))
        done = place.run()
        assert (done.fetched, done.failed) == (1, 1)
        assert [one.kind for one in place.archive.ledger.clips.failures()] == ["gone"]
        assert f"demo: https://{HOST}/page could not be read and is passed over (outdated)" in done.problems
        place.channel.elsewhere[f"{HOST}/2.mp4"] = clip(films, seconds=1, tone=500).read_bytes()
        assert fetch_step(
            place.archive, ready(place.archive), place.source, to_fetch(place.archive, "demo", retry=True)
        ).fetched, "it returned"


def test_a_film_by_its_address_that_is_gone_is_a_failed_clip_and_may_return(tmp_path: Path, films: Path) -> None:
    with a_place(tmp_path, {}, url=f"https://{HOST}/2018/film.mp4") as place:
        assert place.run().problems == (f"{id_of(f'https://{HOST}/2018/film.mp4')}: gone",)
        place.channel.elsewhere[f"{HOST}/2018/film.mp4"] = clip(films).read_bytes()
        place.run()
        due = to_fetch(place.archive, "demo", retry=True)
        assert fetch_step(place.archive, ready(place.archive), place.source, due).fetched == 1


def test_an_item_that_leads_into_the_house_is_barred_and_the_house_is_not_asked(tmp_path: Path, films: Path) -> None:
    leads = '<enclosure url="http://127.0.0.2:PORT/film.mp4" type="video/mp4"/>'
    files = {"/feed.xml": FEED.format(item("inside", leads)).encode(), "/film.mp4": clip(films).read_bytes()}
    with House(files) as house, an_archive(tmp_path, folder_targets(tmp_path, "a"), clock=Clock()) as archive:
        settings = YtdlpSettings(
            url=f"http://127.0.0.1:{house.port}/feed.xml",
            allowed_extractors=("generic",),
            private_addresses=("127.0.0.1",),
            sleep_seconds=0,
            request_seconds=0,
        )
        source = YtdlpSource("demo", settings)
        assert list_step(archive, source).new == 1
        assert fetch_step(archive, ready(archive), source, to_fetch(archive, "demo")).failed == 1
        assert [one.kind for one in archive.ledger.clips.failures()] == ["barred"]
        assert house.asked == ["127.0.0.1/feed.xml"]


@pytest.mark.parametrize(
    ("url", "clip_id"),
    [
        ("https://a.example/2021/first/master.m3u8", "generic-a-example-2021-first-master-DIGEST"),
        ("http://a.example/2021/first/master.m3u8?token=x&expires=5", "generic-a-example-2021-first-master-DIGEST"),
    ],
)
def test_an_id_is_telling_and_does_not_depend_on_what_signs_its_address(url: str, clip_id: str) -> None:
    assert id_of(url) == clip_id.replace("DIGEST", id_of("https://a.example/2021/first/master.m3u8")[-16:])


def id_of(url: str, name: str | None = None) -> str:
    return called(Listing(source="s", extractor="Generic", platform_id=name or url, url=url)).clip


def test_what_is_not_one_film_has_not_one_id() -> None:
    urls = (
        *("https://a.example/1/index.m3u8", "https://a.example/2/index.m3u8", "https://b.example/1/index.m3u8"),
        *("https://a.example/get?id=1", "https://a.example/get?id=2", "https://a.example:8443/get?id=1"),
        *("https://a.example/\u043a\u0438\u043d\u043e.mp4", f"https://a.example/{'x' * 300}.mp4"),
    )
    ids = [id_of(url) for url in urls] + [id_of(urls[0], "a GUID"), id_of(urls[0], "another")]
    assert len(set(ids)) == len(ids)
    assert all(len(one) <= 88 and one.isascii() for one in ids)


def test_a_film_is_told_from_a_page_by_its_address_alone() -> None:
    assert is_film("https://a.example/x.MP4?y=1.html")
    assert is_film("https://a.example/x.m3u8")
    assert not is_film("https://a.example/x.php?file=1.mp4")
    assert not is_film("https://a.example/feed.xml")
