"""What PeerTube's own API says of a video, and yt-dlp leaves out: what is a machine's, when it was first published.

API: https://docs.joinpeertube.org/api-rest-reference.html (8.2). Pure but for the requests that `comments` makes by
the function it is given.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from archive.records.clip import Chapter

KEY: Final = "PeerTube"
"""yt-dlp's name of its reader."""

PAGE: Final = 100
"""Comments of one answer: the most that PeerTube gives."""

Json = Mapping[str, Any]


def automatic(answers: Json) -> dict[str, bool]:
    """Language → whether a machine of the server made the captions, of those of which it says so."""
    said = dict[str, bool]()
    for one in _list(_table(answers.get("captions")).get("data")):
        language, made = _table(one.get("language")).get("id"), one.get("automaticallyGenerated")
        if isinstance(language, str) and isinstance(made, bool):
            said[language] = made
    return said


def visibility(answers: Json) -> str | None:
    """Such as `public` or `unlisted`."""
    label = _table(_table(answers.get("video")).get("privacy")).get("label")
    return label.lower()[:40] if isinstance(label, str) and label else None


def first_published(answers: Json) -> str | None:
    """When the film was first published elsewhere, as the uploader says."""
    said = _table(answers.get("video")).get("originallyPublishedAt")
    return said[:40] if isinstance(said, str) and said else None


def chapters(answers: Json) -> tuple[Chapter, ...] | None:
    """The chapters; None where the server did not say, as before 6.0."""
    found = answers.get("chapters")
    if not isinstance(found, Mapping) or not isinstance(found.get("chapters"), list):
        return None
    return chapters_of({**one, "start": one.get("timecode")} for one in _list(found["chapters"]))


def chapters_of(found: Iterator[Json]) -> tuple[Chapter, ...]:
    """Chapters out of tables that have their start in seconds, and a title."""
    return tuple(
        Chapter(start=float(one["start"]), title=one["title"] if isinstance(one.get("title"), str) else None)
        for one in found
        if isinstance(one.get("start"), int | float) and 0 <= one["start"] < 1e9
    )


def without_address(answers: Json) -> list[dict[str, Any]]:
    """The files of a film that the server names without saying where they are, as yt-dlp would describe them."""
    video = _table(answers.get("video"))
    lists = [video.get("files"), *(one.get("files") for one in _list(video.get("streamingPlaylists")))]
    return [
        {"format_id": _table(one.get("resolution")).get("label"), "height": _table(one.get("resolution")).get("id")}
        for some in lists
        for one in _list(some)
        if not one.get("fileUrl")
    ]


def comments(ask: Callable[[str], Any]) -> Iterator[dict[str, Any]]:
    """The comments on a video and the answers to them; `ask` gives what the API has at a path below the video's."""
    start = 0
    while True:
        page = _table(ask(f"comment-threads?start={start}&count={PAGE}&sort=createdAt"))
        threads = _list(page.get("data"))
        for one in threads:
            yield _comment(one)
            if one.get("totalReplies") and isinstance(one.get("id"), int):
                yield from _replies(_list(_table(ask(f"comment-threads/{one['id']}")).get("children")))
        start += PAGE
        if not threads or not isinstance(total := page.get("total"), int) or start >= total:
            return


def _replies(children: list[Json]) -> Iterator[dict[str, Any]]:
    waiting = children[::-1]
    while waiting:
        child = waiting.pop()
        if isinstance(comment := child.get("comment"), Mapping):
            yield _comment(comment)
        waiting.extend(_list(child.get("children"))[::-1])


def _comment(one: Json) -> dict[str, Any]:
    account = _table(one.get("account"))
    return {
        "id": one.get("id"),
        "parent": one.get("inReplyToCommentId"),
        "author": account.get("displayName"),
        "text": one.get("text"),
        "timestamp": one.get("createdAt"),
    }


def _table(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
