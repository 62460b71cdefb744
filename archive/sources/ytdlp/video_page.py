"""What was said of one video, once yt-dlp has read its page: cleaned, written beside the film, and as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.records.clip import Chapter, Cut, Listing
from archive.sources.cleaning import bare_address, canonical, clean, comment_words, plain
from archive.sources.ytdlp import peertube_answers, quality
from archive.sources.ytdlp.caption_files import tag_of
from archive.sources.ytdlp.ytdlp_session import YtdlpSession, tool_version


@dataclass(frozen=True)
class Extras:
    """What came beside a film, the captions by language, comments if they were asked for, and what was lost."""

    thumbnail: Path | None
    captions: dict[str, Path]
    lost: tuple[Cut, ...]
    comments: Sequence[Mapping[str, Any]] | None = None


def page_of(
    listing: Listing,
    into: Path,
    session: YtdlpSession,
    processed: Mapping[str, Any],
    extras: Extras,
    *,
    clients: tuple[str, ...],
) -> dict[str, Any]:
    """The fields of a Page, and its documents in the folder `into`.

    `processed` is the video with what yt-dlp chose of it, `clients` those that were asked to be posed as.
    """
    info = {key: value for key, value in processed.items() if key != "comments"}  # they have a file of their own
    kept, cut = clean(session.sanitize_info(info))
    (into / "info.json").write_bytes(canonical(kept))
    answers, uncommented = session.beside.answers, session.beside.uncommented
    platform, of_platform = _kept_beside(into, "platform.json", answers or None)
    words = None if extras.comments is None else comment_words(extras.comments)
    said, of_comments = _kept_beside(into, "comments.json", words)
    text = _words(kept.get("description"))
    if text:
        (into / "description.txt").write_bytes(text.encode())
    tags = kept.get("tags")
    reasons = quality.degraded(
        quality.parts_of(processed),
        session.would_choose(processed),
        extractor=listing.extractor,
        said=session.warned,
    )
    lost = (*extras.lost, *((uncommented,) if uncommented else ()))
    return {
        "info": into / "info.json",
        "description": into / "description.txt" if text else None,
        "thumbnail": extras.thumbnail,
        "captions": extras.captions,
        "title": _words(kept.get("title")),
        "text": text,
        "tags": tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        "uploader": _words(kept.get("uploader")),
        "uploaded": _words(kept.get("upload_date")),
        "url": _words(kept.get("webpage_url")) or bare_address(listing.url),
        "format_id": _words(kept.get("format_id")),
        "tool": "yt-dlp",
        "tool_version": tool_version(),
        "cut": (*cut, *of_platform, *of_comments, *lost),
        "platform": platform,
        "comments": said,
        "automatic": {tag_of(language): made for language, made in peertube_answers.automatic(answers).items()},
        "first_published": peertube_answers.first_published(answers),
        "visibility": peertube_answers.visibility(answers) or _words(kept.get("availability")),
        "chapters": peertube_answers.chapters(answers) if answers else _chapters(kept.get("chapters")),
        "offer": quality.offer_of(processed),
        "degraded": tuple(plain(reason) for reason in reasons),
        "context": session.context(_clients(processed, clients)),
    }


def _clients(info: Mapping[str, Any], asked: tuple[str, ...]) -> tuple[str, ...]:
    """YouTube's clients that gave what was chosen; where yt-dlp does not say, those that were asked for."""
    gave = {one.get("_client") for one in quality.parts_of(info)}
    return tuple(sorted(name for name in gave if isinstance(name, str))) or asked


def _kept_beside(into: Path, name: str, document: Mapping[str, Any] | None) -> tuple[Path | None, tuple[Cut, ...]]:
    """A document that is kept beside info.json, cleaned as that is, and what was cut of it."""
    if document is None:
        return None, ()
    kept, cut = clean(document)
    (into / name).write_bytes(canonical(kept))
    return into / name, tuple(one.model_copy(update={"path": f"{name}: {one.path}"}) for one in cut)


def _chapters(found: object) -> tuple[Chapter, ...] | None:
    if not isinstance(found, list):
        return None
    tables = (one for one in found if isinstance(one, dict))
    return peertube_answers.chapters_of({**one, "start": one.get("start_time")} for one in tables)


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
