"""What a fetch leaves and what it refuses: the real yt-dlp, and a server that cuts, lies, swaps and forbids."""

import json
import os
import subprocess
import sys
import traceback
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785

from archive.errors import FetchFailed
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import Fetched
from archive.sources.host_clocks import HostClocks, InProcess
from archive.sources.ytdlp.source import YtdlpSource
from archive.sources.ytdlp.ytdlp_session import javascript_runtime, tool_age_days, tool_version
from tests.archive.sources.conftest import Open, source_of
from tests.world.channel import Fault, Video
from tests.world.media import clip, false_film

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n"
HTML = b"<!doctype html><p>Sign in"


def fetch(source: YtdlpSource, into: Path) -> Fetched:
    """Fetch the first video that a source lists."""
    return source.fetch(next(source.list()), into, lambda done, whole: None)


def failure(source: YtdlpSource, into: Path) -> FetchFailed:
    """The failure of fetching the first video that a source lists."""
    with pytest.raises(FetchFailed) as failed:
        fetch(source, into)
    return failed.value


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_fetch_leaves_the_film_as_it_was_sent_and_what_was_said_of_it(
    opened: Open, film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    video = Video("A film", film, 3, "Its words.\n" + "x" * 300, ("one", "two"), captions={"en": VTT, "kk": VTT})
    channel, source = opened(video)
    seen: list[tuple[int, int | None]] = []
    got = source.fetch(next(source.list()), tmp_path, lambda done, whole: seen.append((done, whole)))
    assert got.media.read_bytes() == film.read_bytes()
    assert tree(tmp_path) == {
        *("media.mp4", "info.json", "platform.json", "description.txt", "thumbnail.jpg"),
        *("captions/en.vtt", "captions/kk.vtt"),
    }
    assert (got.title, got.tags, got.uploader, got.uploaded) == ("A film", ("one", "two"), "Made-up Voices", "20240517")
    assert got.description is not None
    assert got.description.read_text() == got.text == video.description
    assert {language: path.read_text() for language, path in got.captions.items()} == {"en": VTT, "kk": VTT}
    assert (got.tool, got.tool_version, got.format_id) == ("yt-dlp", tool_version(), "180p")
    assert got.url.endswith(video.id)
    assert got.info is not None
    info = got.info.read_bytes()
    assert rfc8785.dumps(json.loads(info)) == info
    assert seen
    assert seen[-1] == (film.stat().st_size,) * 2
    assert channel.downloads == {video.id: 1}
    assert capfd.readouterr() == ("", "")


def test_a_video_that_wants_a_password_says_so_and_one_that_is_closed_does_not(
    opened: Open, film: Path, tmp_path: Path
) -> None:
    problem = b'{"status":401,"detail":"Please provide a password","code":"video_requires_password"}'
    told = {}
    for name, body in (("asks", problem), ("closed", b"{}"), ("endless", b'{"code":"' + b"x" * (1 << 17) + b'"}')):
        _, source = opened(Video("A film", film, fault=Fault(status=401, body=body)))
        told[name] = failure(source, tmp_path / name)
    assert {error.kind for error in told.values()} == {"no_access"}
    assert told["asks"].words.endswith(" (video_requires_password)")
    assert "It wants a password" in str(told["asks"])
    assert not any("password" in str(told[name]) for name in ("closed", "endless"))


def test_a_password_that_is_none_or_another_is_told_and_the_right_one_opens(
    opened: Open, film: Path, tmp_path: Path
) -> None:
    words = {}
    for name, settings in (("none", {}), ("other", {"password": "guess"})):
        _, source = opened(Video("A film", film, password="sesame"), settings=settings)
        error = failure(source, tmp_path / name)
        assert (error.kind, "give it as the secret `password`" in str(error)) == ("no_access", True)
        words[name] = error.words
    assert words["none"].endswith(" 401: Unauthorized>) (video_requires_password)")
    assert words["other"].endswith(" 403: Forbidden>) (incorrect_video_password)")
    _, source = opened(Video("A film", film, password="sesame"), settings={"password": "sesame"})
    assert fetch(source, tmp_path / "right").media.read_bytes() == film.read_bytes()


def test_captions_can_be_left_out(opened: Open, film: Path, tmp_path: Path) -> None:
    _, source = opened(Video("A film", film, captions={"en": VTT}), settings={"captions": False})
    assert fetch(source, tmp_path).captions == {}
    assert not (tmp_path / "captions").exists()


@pytest.mark.parametrize(
    ("fault", "kind", "after"),
    [
        (Fault(status=404), "gone", None),
        (Fault(status=410), "gone", None),
        (Fault(status=404, where="media"), "gone", None),
        (Fault(status=401), "no_access", None),
        (Fault(status=403), "no_access", None),
        (Fault(status=403, where="media"), "no_access", None),
        (Fault(status=429, retry_after="120"), "refused", 120),
        (Fault(status=429, retry_after="90", where="media"), "refused", 90),
        (Fault(status=503, retry_after="30"), "passing", 30),
        (Fault(status=500), "passing", None),
        (Fault(premiere=True), "not_yet", None),
        (Fault(cut=0.5), "passing", None),
        (Fault(cut=0.5, announced=False), "damaged", None),
        (Fault(lie=HTML), "damaged", None),
    ],
)
def test_a_failure_is_classed_by_what_follows_from_it(
    opened: Open, film: Path, tmp_path: Path, fault: Fault, kind: str, after: float | None
) -> None:
    video = Video("A film", film, 3, fault=fault)
    _, source = opened(video)
    failed = failure(source, tmp_path)
    assert (failed.kind, failed.after, failed.clip) == (kind, after, f"peertube-{video.id}")
    assert f"demo: peertube-{video.id} could not be fetched" in str(failed)
    assert not (tmp_path / "info.json").exists()


def test_a_text_that_poses_as_a_film_is_not_opened_as_one(opened: Open, films: Path, tmp_path: Path) -> None:
    film = false_film(films)
    _, source = opened(Video("A film", film))
    assert failure(source, tmp_path).kind == "damaged"


def test_a_film_with_a_hole_of_the_right_length_is_refused(opened: Open, film: Path, tmp_path: Path) -> None:
    whole = film.read_bytes()
    third = len(whole) // 3
    _, source = opened(Video("A film", film, 3, fault=Fault(lie=whole[:third] + bytes(len(whole) - third))))
    assert failure(source, tmp_path).kind == "damaged"


@pytest.mark.parametrize("announced", [8, 60])
def test_a_film_of_another_length_than_the_platform_says_is_kept_and_that_is_told(
    opened: Open, film: Path, tmp_path: Path, announced: int
) -> None:
    _, source = opened(Video("A film", film, duration=announced))
    got = fetch(source, tmp_path)
    assert got.media.read_bytes() == film.read_bytes()
    (told,) = got.disagreements
    assert f"where the platform announced {announced:.1f} s" in told


def test_a_cut_film_is_refused_and_kept_if_the_source_has_no_other(opened: Open, film: Path, tmp_path: Path) -> None:
    half = film.read_bytes()[: film.stat().st_size // 2]
    (tmp_path / "half.mp4").write_bytes(half)
    _, source = opened(Video("A film", tmp_path / "half.mp4", 3))
    failed = failure(source, tmp_path / "into")
    assert failed.kind == "damaged"
    assert "cut short" in str(failed)
    assert failed.cut == sha256(half).hexdigest()
    listing = next(source.list())
    with pytest.raises(FetchFailed):
        source.fetch(listing, tmp_path / "into", lambda done, whole: None, refused="0" * 64)
    got = source.fetch(listing, tmp_path / "into", lambda done, whole: None, refused=failed.cut)
    assert got.media.read_bytes() == half
    assert "the source gave the same bytes twice" in got.disagreements[0]


def test_a_film_that_breaks_off_at_the_same_byte_without_a_length_stays_refused(
    opened: Open, film: Path, tmp_path: Path
) -> None:
    _, source = opened(Video("A film", film, 3, fault=Fault(cut=0.5, announced=False)))
    assert failure(source, tmp_path).cut is None


@pytest.mark.parametrize("forgets", [False, True], ids=["keeps If-Range", "forgets If-Range"])
def test_a_film_that_changes_while_it_is_fetched_is_never_spliced(
    opened: Open, films: Path, tmp_path: Path, forgets: bool
) -> None:
    old, new = clip(films).read_bytes(), clip(films, tone=500).read_bytes()
    length = max(len(old), len(new))
    # A `free` box makes both films as long as each other, so that no length gives the change away.
    old, new = (
        film + (length + 8 - len(film)).to_bytes(4, "big") + b"free" + bytes(length - len(film)) for film in (old, new)
    )
    film = tmp_path / "old.mp4"
    film.write_bytes(old)
    channel, source = opened(Video("A film", film, 3, fault=Fault(swap=new, forgets_if_range=forgets)))
    assert fetch(source, tmp_path / "into").media.read_bytes() == new
    ranged = [request.headers["If-Range"] for request in channel.requests if "Range" in request.headers]
    assert ranged, "the body was never continued, so nothing was shown"
    assert channel.downloads == {channel.videos[0].id: 3 if forgets else 2}


def test_what_an_earlier_attempt_left_is_not_built_upon(opened: Open, film: Path, tmp_path: Path) -> None:
    _, source = opened(Video("A film", film, 3))
    (tmp_path / "media.mp4.part").write_bytes(b"other" * 1000)
    (tmp_path / "captions").mkdir()
    (tmp_path / "captions" / "xx.vtt").write_text("old")
    assert fetch(source, tmp_path).media.read_bytes() == film.read_bytes()
    assert not (tmp_path / "captions").exists()


@pytest.mark.parametrize(
    "title",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "film \u202e4pm.exe",
        "long " * 60,
        ".hidden",
        "two\nlines \x1b[31mand red\x1b[0m",
        "%(id)s $HOME ~",
        "a\x00b",
        "\ud800 alone",
    ],
)
def test_a_title_names_no_file(opened: Open, film: Path, tmp_path: Path, title: str) -> None:
    into = tmp_path / "deep" / "into"
    _, source = opened(Video(title, film, 3, key="hostile"))
    got = fetch(source, into)
    kept = ("media.mp4", "info.json", "platform.json", "thumbnail.jpg")
    assert tree(tmp_path) == {f"deep/into/{name}" for name in kept}
    assert got.title == title.replace("\ud800", "\ufffd")
    assert got.info is not None
    assert json.loads(got.info.read_bytes())["title"] == got.title


def test_a_language_names_no_file(opened: Open, film: Path, tmp_path: Path) -> None:
    _, source = opened(Video("A film", film, 3, captions={"../../x": VTT}))
    (tag, path), *_ = fetch(source, tmp_path / "into").captions.items()
    assert path == tmp_path / "into" / "captions" / f"{tag}.vtt"
    assert tag.startswith("x-")


def test_captions_are_kept_as_they_come_whatever_they_are_called(opened: Open, film: Path, tmp_path: Path) -> None:
    subrip = "1\r\n00:00:01,000 --> 00:00:02,000\r\nОл жоқ.\r\n"
    came = {
        "en": b"WEBVTT\n\n00:01.000 --> 00:02.000\ncaf\xe9\n",
        "kk": subrip.encode("utf-16"),
        "ru": subrip.replace("қ", "к").encode("cp1251"),
        "ug": f"\ufeff{subrip}".encode(),
    }
    _, source = opened(Video("A film", film, 3, captions=came))
    got = fetch(source, tmp_path)
    assert {language: path.read_bytes() for language, path in got.captions.items()} == came
    assert {path.name for path in got.captions.values()} == {"en.vtt", "kk.srt", "ru.srt", "ug.srt"}
    assert not [cut for cut in got.cut if cut.path.startswith("captions/")]


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, VTT), (429, VTT), (500, VTT), (None, "<html>")],
    ids=["404", "429", "500", "no captions"],
)
def test_captions_that_cannot_be_had_do_not_fail_the_film(
    opened: Open, film: Path, tmp_path: Path, status: int | None, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    fault = Fault(status=status, where="caption")
    _, source = opened(Video("A film", film, 3, captions={"en": words}, fault=fault))
    got = fetch(source, tmp_path)
    assert got.captions == {}
    assert "captions en" in caplog.text
    assert [cut.why for cut in got.cut if cut.path == "captions/en.vtt"] == [
        f"could not be had (HTTP {status})" if status else "neither WebVTT nor SubRip"
    ]


COOKIES = "# Netscape HTTP Cookie File\n.cpy.re\tTRUE\t/\tTRUE\t4102444800\tlogin\tcanary-of-the-cookies-file\n"
CANARIES = ("canary-of-the-proxy", "canary-of-the-server", "canary-of-the-cookies-file", "signed-", "203.0.113.77")


@pytest.mark.parametrize("fault", [None, Fault(status=403), Fault(cut=0.5), Fault(lie=HTML)], ids=repr)
def test_no_secret_reaches_a_file_a_record_a_log_or_an_error(
    opened: Open, film: Path, tmp_path: Path, fault: Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(COOKIES)
    into = tmp_path / "into"
    channel, source = opened(
        Video("A film", film, 3, captions={"en": VTT}, fault=fault),
        settings={"cookies_file": cookies},
        password="canary-of-the-proxy",
        cookie="canary-of-the-server",
    )
    said = ""
    if fault is None:
        got = fetch(source, into)
        said = repr(got)
        assert {"cookies", "formats[].url"} <= {cut.path for cut in got.cut}
    else:
        failed = failure(source, into)
        said = "".join(traceback.format_exception(failed)) + repr(vars(failed))
        assert failed.__context__ is None
        assert failed.__cause__ is None
    said += caplog.text + "".join(path.name + str(path.read_bytes()) for path in into.rglob("*") if path.is_file())
    assert [canary for canary in CANARIES if canary in said] == []
    sent = [request.headers.get("Cookie", "") for request in channel.requests]
    assert any("canary-of-the-cookies-file" in one for one in sent), "the cookies were never used"
    assert any("canary-of-the-server" in one for one in sent), "the server's cookie was never used"
    assert cookies.read_text() == COOKIES


def test_a_proxy_that_refuses_us_is_named_without_its_password(opened: Open, film: Path, tmp_path: Path) -> None:
    channel, _ = opened(Video("A film", film), password="right")
    source = source_of(channel, proxy=channel.proxy.replace("right", "canary-of-the-proxy"))
    with pytest.raises(FetchFailed) as failed:
        list(source.list())
    assert failed.value.kind == "passing"
    assert "canary" not in "".join(traceback.format_exception(failed.value))


def test_a_certificate_of_an_unknown_authority_is_refused(opened: Open, film: Path) -> None:
    channel, _ = opened(Video("A film", film))
    with pytest.raises(FetchFailed, match=r"(?i)certificate"):
        list(source_of(channel, ca_file=None).list())
    assert channel.requests == []


def test_a_format_that_is_not_offered_is_a_matter_of_settings(opened: Open, film: Path, tmp_path: Path) -> None:
    _, source = opened(Video("A film", film), settings={"format": "999"})
    assert failure(source, tmp_path).kind == "outdated"


def test_an_address_of_a_list_is_not_fetched_as_a_film(opened: Open, film: Path, tmp_path: Path) -> None:
    channel, source = opened(Video("A film", film))
    listing = Listing(source="demo", extractor="PeerTube", platform_id="x", url=channel.url)
    with pytest.raises(FetchFailed, match="leads to a list"):
        source.fetch(listing, tmp_path, lambda done, whole: None)


def test_fetches_begin_no_sooner_after_one_another_than_the_settings_say(film: Path, tmp_path: Path) -> None:
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    settings = YtdlpSettings(url="https://peertube2.cpy.re/c/x/videos", sleep_seconds=10, allowed_extractors=("none",))
    source = YtdlpSource("demo", settings, hosts=HostClocks(InProcess(lambda: now[0]), sleep=sleep))
    listing = Listing(source="demo", extractor="PeerTube", platform_id="x", url="https://peertube2.cpy.re/w/x")
    for _ in range(3):
        with pytest.raises(FetchFailed):
            source.fetch(listing, tmp_path, lambda done, whole: None)
        now[0] += 4
    assert slept == [6, 6]


def test_plugins_in_the_home_folder_are_not_run(tmp_path: Path) -> None:
    plugin = tmp_path / "yt-dlp" / "plugins" / "bad" / "yt_dlp_plugins" / "extractor" / "bad.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text("print('ran')\n")
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    ours = (
        "from archive.sources.ytdlp.ytdlp_session import Limits, YtdlpSession; YtdlpSession({}, None, Limits()).close()"
    )
    stock = "from yt_dlp import YoutubeDL; YoutubeDL({}).close()"
    both = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
        for program in (ours, stock)
    ]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said == [b"", b"ran\n"], "the second is yt-dlp alone, which would run it"


def test_the_age_of_the_tool_is_counted_from_its_release() -> None:
    released = date(*map(int, tool_version().split(".")[:3]))
    assert tool_age_days(released) == 0
    assert tool_age_days(date.fromordinal(released.toordinal() + 40)) == 40


def test_a_javascript_runtime_is_found_without_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    runtime = javascript_runtime()
    assert runtime is not None
    assert os.access(runtime, os.X_OK)
