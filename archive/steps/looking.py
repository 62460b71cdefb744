"""Look again: what a source says now of a clip that is held, into a new version of its evidence where that changed.

Nothing of what is held is ever changed, and no byte of a film is fetched again unless the source's own signs say that
it is another one. A look that fails is a sighting, and no failure of the clip.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive.errors import FailureKind, FetchFailed, Fork, NoSuchClip
from archive.ledger.copies import SealedVersion
from archive.ledger.sightings import Seen
from archive.local_paths import inside, remove_tree
from archive.objects import sidecar
from archive.opening.archive import Archive
from archive.preservation.bringing import held
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.space import file_at, need_space
from archive.records.clip import Capture, File, Listing
from archive.records.edits import Change, changes, is_shortened, signs, thumbnail_of
from archive.records.event import CAPTURE
from archive.records.object_ids import ObjectId
from archive.records.sighting import reason
from archive.retrying import retrying
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import Channel, Fetched, Page
from archive.steps.better_films import Film, compare
from archive.steps.capture_files import CaptureFiles, extension, found, said
from archive.steps.fetching import SourceRefuses, room_for, task_progress
from archive.steps.passes import last_whole
from archive.steps.resting import rest_of
from archive.steps.seeing import failed, see
from storage.contract import Target
from storage.errors import TargetError
from transcription.errors import MediaError
from transcription.media.pictures import alike, shown

_SOON: Collection[FailureKind] = ("gone", "no_access", "passing", "not_yet", "barred", "damaged")
"""After these a clip is looked at again before its usual time: what seems gone is seen to be gone on another day."""


@dataclass(frozen=True)
class LookedAt:
    """What became of one look: a new version, with what changed; or nothing new; or why it failed, with its class."""

    clip: str
    changes: tuple[Change, ...] = ()
    kind: str | None = None
    message: str | None = None


def to_look(archive: Archive, source: str, *, at_once: Collection[str] = ()) -> list[str]:
    """Held clips of a source that are to be looked at now: those `at_once`, then some of what is due."""
    stanza = archive.settings.sources.get(source)
    if not isinstance(stanza, YtdlpSettings):
        return []
    clips = archive.ledger.clips
    named = [
        clip
        for clip in at_once
        if clips.captures(clip) and any(listing.source == source for listing in clips.listings(clip))
    ]
    if not stanza.look_again_days:
        return named
    every = timedelta(stanza.look_again_days)
    due = archive.ledger.looks.due(source, now=archive.clock(), every=every, whole=last_whole(archive, source))
    return list(dict.fromkeys((*named, *due[: stanza.looks_at_most])))


def look_clip(archive: Archive, source: Channel, clip: str, usable: Mapping[str, Target]) -> LookedAt:
    """Look at one held clip. What fails is reported, not raised, and harms nothing that is held.

    Raises SpaceShort, and SourceRefuses if the source blames us: no further clip of it should be tried now.
    """
    with archive.ledger.claims.held(clip, "fetch") as ours:
        if not ours:
            return LookedAt(clip)  # another worker is at it
        listing = next((one for one in archive.ledger.clips.listings(clip) if one.source == source.name), None)
        captures, head = archive.ledger.clips.captures(clip), archive.ledger.copies.head(ObjectId.evidence_of(clip))
        if listing is None or not captures or head is None:
            raise NoSuchClip(f"{source.name} does not list {clip}, or it is not held")
        look = _Look(archive, source, listing, head, captures[-1], inside(archive.attempts, clip), usable)
        return _looked_at(archive, source, look)


def _looked_at(archive: Archive, source: Channel, look: "_Look") -> LookedAt:
    clip = look.before.clip
    try:
        with room_for(archive, clip):
            need_space(archive)
            return look.done()
    except FetchFailed as error:
        see(archive, source, failed(clip, error))
        if (after := rest_of(error)) is not None:
            raise SourceRefuses(f"{source.name} refuses us: {reason(str(error))}", after=after) from error
        look.noted(owes=look.before.owes or error.kind in _SOON)
        return LookedAt(clip, kind=error.kind, message=str(error))
    except (Fork, TargetError, MediaError) as error:
        look.noted(owes=True)
        return LookedAt(clip, kind="fork" if isinstance(error, Fork) else "passing", message=str(error))
    finally:
        remove_tree(archive.attempts, clip)


@dataclass(frozen=True)
class _Look:
    """One look at a clip: its newest capture `before`, which `head` holds, and where to put what comes."""

    archive: Archive
    source: Channel
    listing: Listing
    head: SealedVersion
    before: Capture
    attempt: Path
    usable: Mapping[str, Target]

    def done(self) -> LookedAt:
        """Ask for the page, and for the film if another one is on offer; seal what changed, if anything did."""
        clip = self.before.clip
        page = retrying(lambda: self.source.look(self.listing, self.attempt / "page"))
        see(self.archive, self.source, [Seen(clip)])
        before = self._pictured()
        film, problem = None, None
        if signed := signs(before, page.offer):
            try:
                film = self._film()
            except FetchFailed as error:
                if rest_of(error) is not None:
                    raise
                problem = error
        taken, after = self._after(before, page, film, another=bool(signed))
        if changed := changes(before, after):
            self._seal(taken, after, changed)
        self.noted(owes=after.owes or problem is not None)
        return LookedAt(
            clip, changed, kind=problem.kind if problem else None, message=str(problem) if problem else None
        )

    def noted(self, *, owes: bool) -> None:
        """Keep that the clip was looked at."""
        self.archive.ledger.looks.looked(self.listing, at=self.archive.clock(), owes=owes)

    def _film(self) -> Fetched:
        with self.archive.progress.task(self.before.clip, unit="B") as task:
            progress = task_progress(self.archive, task)
            return retrying(lambda: self.source.fetch(self.listing, self.attempt / "film", progress))

    def _pictured(self) -> Capture:
        """The newest capture, with what its thumbnail shows, which earlier builds did not say. Raises TargetError."""
        old = thumbnail_of(self.before)
        if old is None or old.picture is not None:
            return self.before
        with held(self.archive, file_at(self.archive, self.head, old.path), self.usable) as local:
            told = old.model_copy(update={"picture": shown(local, of=old.path)})
        files = tuple(told if file == old else file for file in self.before.files)
        return self.before.model_copy(update={"files": files})

    def _after(
        self, before: Capture, page: Page, film: Fetched | None, *, another: bool
    ) -> tuple[CaptureFiles, Capture]:
        """The next capture, and its files. `another`: another film than the one held is on offer."""
        taken = CaptureFiles()
        fields: dict[str, Any] = {"degraded": before.degraded}
        if film and self._is_better(film, before):
            taken.media(before.clip, film.media)
            fields = {**found(film), "degraded": film.degraded}
        else:
            taken.keep(before.media)
            taken.items["blocks.sha256"] = Item(self.head.parsed.state(self.head.version)["blocks.sha256"], None)
            if film:
                path = f"lesser/{before.clip}-v{self.head.version + 1}{extension(film.media)}"
                taken.add(path, film.media, "lesser", unless=before.media.sha512)
        told = replace(film, comments=page.comments) if film else page
        if another and film is None:  # the sign stays until the film was had
            told = replace(told, offer=before.offer)
        told = replace(told, **_unsaid(before, told))
        stays = list(_staying(before, told))
        kept = {file.role for file in stays}
        told = replace(
            told,
            thumbnail=None if "thumbnail" in kept else told.thumbnail,
            description=None if "description" in kept else told.description,
        )
        taken.page(told)
        for file in stays:
            taken.keep(file)
        update = said(told, network=self.archive.settings.network) | fields
        update |= {"source": self.listing.source, "fetched": self.archive.clock(), "files": tuple(taken.files)}
        return taken, Capture.model_validate({**dict(before), **update})

    def _is_better(self, film: Fetched, before: Capture) -> bool:
        verdict = compare(Film.come(film), Film.held(before))
        place = "takes the first place" if verdict.better else "is kept beside the one held"
        self.archive.progress.say(f"{before.clip}: another film came, and {verdict.why}: it {place}")
        return verdict.better

    def _seal(self, taken: CaptureFiles, after: Capture, changed: tuple[Change, ...]) -> None:
        what = ", ".join(one.what for one in changed)
        taken.items["capture.json"] = document(sidecar.to_bytes(after))
        object_id = ObjectId.evidence_of(after.clip)
        detail = f"{after.tool} {after.tool_version}, looked at again: {what}"
        event = self.archive.happened(object_id, CAPTURE, detail=detail)
        message = f"Looked at again at {after.source}: {what}"
        seal(
            self.archive,
            object_id,
            taken.items,
            Provenance(message, clip=after.clip, capture=after, event=event),
            usable=self.usable,
        )


def _unsaid(before: Capture, page: Page) -> dict[str, Any]:
    """What a page does not say this time, as it was said before: that it is not said is no edit."""
    kept: dict[str, Any] = {
        name: getattr(before, name)
        for name in ("title", "visibility", "chapters", "first_published", "offer")
        if getattr(page, name) is None
    }
    return kept | ({"text": before.description} if is_shortened(page.text, before.description) else {})


def _staying(before: Capture, page: Page) -> Iterator[File]:
    """Files of a capture that its next one has too: those that could not be had this time, and what shows the same."""
    lost = [cut.path for cut in page.cut]
    for file in before.files:
        match file.role:
            case "thumbnail":
                new = shown(page.thumbnail) if page.thumbnail else None
                same = new and file.picture and alike(file.picture, new)
                if same or (page.thumbnail is None and "thumbnail.*" in lost):
                    yield file
            case "description":
                if page.text == before.description:
                    yield file
            case "caption" if file.language not in page.captions:
                stem = file.path.rpartition(".")[0]
                if "captions/*" in lost or any(path.rpartition(".")[0] == stem for path in lost):
                    yield file
            case "comments" if page.comments is None:
                yield file
