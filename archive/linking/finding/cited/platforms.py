"""The addresses of one video on the platforms that registers cite most, each brought to one form. Pure; no network.

Other platforms are known through yt-dlp's extractors (`extractors.py`). These are here since they are
many and quick to tell, or since yt-dlp's own id hides in the page (a tweet's video, a Rumble page) or says too little:
the id of a Telegram message is a number within its channel.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from archive.records.one_film import long_uuid, short_uuid

_BILIBILI58 = "FcwAPNKTMug3GV5Lj7EJnHpWsx4tb8haYeviqBz6rkCy12mUSDQX9RdoZf"
_PEERTUBE = re.compile(
    r"/(?:w|videos/watch|videos/embed|videos/live|v|api/v\d/videos)/([0-9A-Za-z-]{8,40})(?:;[^/?]*)?(?:\?.*)?"
)


@dataclass(frozen=True)
class Platform:
    """A platform's hosts, the path and query of its videos' addresses, and their one form.

    `patterns` are matched in full against `path?query`, a query decoded, and their group goes into `form`. `extractor`
    is what yt-dlp calls it, where its clips' ids are the group; None where the address does not tell the id. `fold`
    brings a group to one spelling.
    """

    hosts: tuple[str, ...]
    patterns: tuple[str, ...]
    form: str
    extractor: str | None = None
    fold: Callable[[str], str] = str


def _bilibili(name: str) -> str:
    """A video's BV number; an older av number is the same one, scrambled and written in base 58."""
    if name[:2].lower() != "av":
        return "BV" + name[2:]
    number, digits = (1 << 51 | int(name[2:])) ^ 23442827791579, ["1"] * 9
    for place in (8, 7, 0, 5, 1, 3, 2, 4, 6):
        number, rest = divmod(number, 58)
        digits[place] = _BILIBILI58[rest]
    return "BV1" + "".join(digits)


PLATFORMS = (
    Platform(
        hosts=("youtube.com", "youtu.be", "youtube-nocookie.com", "youtubekids.com"),
        patterns=(
            r"/(?:watch|watch_popup|movie|ytscreeningroom)?\?(?:.*&)?v=([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-]).*",
            r"/(?:shorts|embed|live|v|e|watch|vi)/([A-Za-z0-9_-]{11})(?:[/?&].*)?",
        ),
        form="youtube.com/watch?v={}",
        extractor="youtube",
    ),
    Platform(
        hosts=("youtu.be",),
        patterns=(r"/([A-Za-z0-9_-]{11})(?:[/?&].*)?",),
        form="youtube.com/watch?v={}",
        extractor="youtube",
    ),
    Platform(
        hosts=("facebook.com", "fb.com", "facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion"),
        patterns=(
            r"/(?:watch|watch/live|video/video\.php|video\.php|photo\.php)/?\?(?:.*&)?v=(\d{6,20})(?!\d).*",
            r"/video/embed/?\?(?:.*&)?video_id=(\d{6,20})(?!\d).*",
            r"/(?:[^/?]{1,90}/)?videos/(?:[^/?]{1,300}/){0,2}(\d{6,20})(?:[/?].*)?",
            r"/reel/(\d{6,20})(?:[/?].*)?",
        ),
        form="facebook.com/watch?v={}",
        extractor="facebook",
    ),
    Platform(
        hosts=("tiktok.com", "tiktokv.com"),
        patterns=(
            r"/(?:@[^/?]{0,60}/(?:video|photo)|embed|embed/v[123]|player/v1|v|share/video)/(\d{15,20})(?:\D.*)?",
        ),
        form="tiktok.com/@/video/{}",
        extractor="tiktok",
    ),
    Platform(
        hosts=("vimeo.com",),
        patterns=(
            r"/(?:video/|channels/[^/?]{1,90}/|groups/[^/?]{1,90}/videos/|(?:album|showcase)/\d{1,12}/video/)?"
            r"(\d{5,12})(?:[/?].*)?",
        ),
        form="vimeo.com/{}",
        extractor="vimeo",
    ),
    Platform(
        hosts=("twitter.com", "x.com", "fxtwitter.com", "vxtwitter.com", "fixupx.com"),
        patterns=(
            r"/(?:i/web/|i/|[^/?]{1,30}/)status(?:es)?/(\d{8,20})(?:[/?].*)?",
            r"/statuses/(\d{8,20})(?:[/?].*)?",
        ),
        form="x.com/i/status/{}",
    ),
    Platform(
        hosts=("instagram.com", "instagr.am"),
        patterns=(r"/(?:[^/?]{1,60}/)?(?:p|tv|reels?)/([A-Za-z0-9_-]{6,40})(?:[/?].*)?",),
        form="instagram.com/p/{}",
        extractor="instagram",
    ),
    Platform(
        hosts=("bilibili.com", "b23.tv"),
        patterns=(
            r"/(?:(?:s/)?video/)?((?:BV|bv)[0-9A-Za-z]{10}|[aA][vV]\d{1,10})(?:[/?&].*)?",
            r"/(?:player\.html|festival/[^?]{1,40})\?(?:.*&)?bvid=((?:BV|bv)[0-9A-Za-z]{10})(?:&.*)?",
        ),
        form="bilibili.com/video/{}",
        extractor="bilibili",
        fold=_bilibili,
    ),
    Platform(
        hosts=("vk.com", "vk.ru", "vkvideo.ru", "vkontakte.ru"),
        patterns=(
            r"/(?:video|clip)(-?\d{1,12}_\d{1,12})(?:\D.*)?",
            r"/.{0,200}[?&]z=(?:video|clip)(-?\d{1,12}_\d{1,12})(?:\D.*)?",
        ),
        form="vk.com/video{}",
        extractor="vk",
    ),
    Platform(
        hosts=("t.me", "telegram.me", "telegram.dog"),
        patterns=(r"/(?:s/)?((?:c/\d{1,20}|[A-Za-z]\w{3,40})/\d{1,12})(?:[/?].*)?",),
        form="t.me/{}",
        fold=str.lower,
    ),
    Platform(
        hosts=("rumble.com",),
        patterns=(r"/(v[0-9a-z]{4,12})(?:-[^/?]*)?(?:\?.*)?",),
        form="rumble.com/{}",
    ),
    Platform(
        hosts=("rumble.com",),
        patterns=(r"/embed/(?:[0-9a-z]{1,12}\.)?(v[0-9a-z]{4,12})(?:[/?].*)?",),
        form="rumble.com/embed/{}",
        extractor="rumbleembed",
    ),
    Platform(
        hosts=("odysee.com", "lbry.tv", "open.lbry.com", "lbry.com"),
        patterns=(r"/(?:\$/(?:embed|download)/)?(@[^/?]{1,200}/[^/?]{1,300})(?:[/?].*)?",),
        form="odysee.com/{}",
    ),
)
_BY_HOST: dict[str, tuple[Platform, ...]] = {
    host: tuple(platform for platform in PLATFORMS if host in platform.hosts)
    for host in {host for platform in PLATFORMS for host in platform.hosts}
}
_COMPILED = {pattern: re.compile(pattern) for platform in PLATFORMS for pattern in platform.patterns}
_BY_EXTRACTOR = {platform.extractor: platform for platform in PLATFORMS if platform.extractor}
NAMED = tuple(sorted(_BY_EXTRACTOR))
"""What yt-dlp calls the platforms on which an id alone tells the address."""
_FORMS = tuple((*platform.form.split("{}"), platform.extractor) for platform in PLATFORMS if platform.extractor)
_PEERTUBE_FORM = re.compile(r"[^/]+/w/([1-9A-HJ-NP-Za-km-z]{22})")


def video(host: str, path: str, query: str) -> str | None:
    """The one form of a video's address on a platform known here; None for any other address."""
    if not query and path.count("/") == 0:
        return None
    rest = path + ("?" + "&".join(f"{k}={v}" for k, v in parse_qsl(query)) if query else "")
    plain = _plain(rest)
    labels = host.split(".")
    for at in range(len(labels) - 1):
        for platform in _BY_HOST.get(".".join(labels[at:]), ()):
            for pattern in platform.patterns:
                if found := _COMPILED[pattern].fullmatch(plain):
                    return platform.form.format(platform.fold(found[1]))
            if oid := _vk_embedded(platform, path, query):
                return platform.form.format(oid)
    peertube = _PEERTUBE.fullmatch(rest)
    return f"{host}/w/{short_uuid(peertube[1]) or peertube[1]}" if peertube else None


def is_platform(host: str) -> bool:
    """Whether a host is one of a platform known here, so that an address there that is no video's is none at all."""
    labels = host.split(".")
    return any(".".join(labels[at:]) in _BY_HOST for at in range(len(labels) - 1))


def form_of_id(extractor: str, name: str) -> str | None:
    """The form of the address of a platform's id, by what yt-dlp calls it; None where the id is none of that platform.

    Raises KeyError for a platform on which an id alone does not tell the address (see NAMED).
    """
    before, _, after = _BY_EXTRACTOR[extractor].form.partition("{}")
    host, slash, rest = f"{before}{name}{after}".partition("/")
    path, _, query = rest.partition("?")
    found = video(host, slash + path, query) if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name) else None
    return found if found and extracted(found) and extracted(found)[0][0] == extractor else None


def _plain(rest: str) -> str:
    """Percent-encoding undone, and Odysee's older `#` before a claim written as `:`."""
    return unquote(rest).replace("\n", " ").replace("#", ":") if "%" in rest else rest


def _vk_embedded(platform: Platform, path: str, query: str) -> str | None:
    found = dict(parse_qsl(query)) if platform.extractor == "vk" and path == "/video_ext.php" else {}
    name = f"{found.get('oid')}_{found.get('id')}"
    return name if re.fullmatch(r"-?\d{1,12}_\d{1,12}", name) else None


def extracted(form: str) -> tuple[tuple[str, str], ...]:
    """The extractor and the id that yt-dlp gives the video of a form from `video`, where the address tells them.

    A PeerTube video has two: its clip may be called by the short or by the long form of its UUID.
    """
    for before, after, extractor in _FORMS:
        if extractor and form.startswith(before) and form.endswith(after):
            name = form.removeprefix(before).removesuffix(after)
            return ((extractor, name),) if re.fullmatch(r"[A-Za-z0-9_-]+", name) else ()
    peertube = _PEERTUBE_FORM.fullmatch(form)
    return tuple(("peertube", name) for name in (peertube[1], long_uuid(peertube[1])) if name) if peertube else ()
