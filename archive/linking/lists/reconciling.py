"""What should be there against what is: each video held, saved elsewhere, perhaps there, listed or nowhere. Pure.

A video is *held* where the clip at its address is, *saved elsewhere* where another clip is that address's by what is
certain: a disk states it, or the clip was fetched from another place that names it, as a web archive. What is only
alike, an equal title or a file that is likely called after it, is proposed and never counted as found.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from archive.linking.finding.cited.addresses import canonical, clips_of
from archive.linking.lists.list_dates import day_of
from archive.masks import mask_prose
from archive.records.clip import StatedAddress
from archive.records.expected import Expected, Holding

Standing = Literal["held", "saved", "perhaps", "listed", "nowhere"]
MISSING: tuple[Standing, ...] = ("listed", "nowhere")
NEAR = 1
"""Days that two dates of one upload may differ by: platforms and lists count in zones of their own."""
DISTINCTIVE, DISTINCTIVE_HAN = 20, 10
"""Letters from which a title alone, which one clip and one item have, is worth a person's look."""
PROPOSED = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A held clip that an expected video may be, and why."""

    clip: str
    why: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """An expected video and where it is.

    `clip` is the one that is held, saved or listed; `how` says why it is that one where it has another id. `failure` is
    the kind of the failure where its source was asked for it in vain: also of one that is saved, as of a struck
    channel.
    """

    item: Expected
    standing: Standing
    clip: str | None = None
    how: str | None = None
    failure: str | None = None
    proposals: tuple[Proposal, ...] = ()


@dataclass
class Counts:
    """How many of the expected videos stand how; together they are all."""

    expected: int = 0
    held: int = 0
    saved: int = 0
    perhaps: int = 0
    listed: int = 0
    nowhere: int = 0

    @property
    def missing(self) -> int:
        """Those that are listed and not held, and those that are nowhere."""
        return self.listed + self.nowhere

    def add(self, standing: Standing) -> None:
        """Count one."""
        self.expected += 1
        setattr(self, standing, getattr(self, standing) + 1)


@dataclass
class There:
    """What the archive has, ready to be asked: made once for any number of lists.

    `listed` are the addresses of listed clips that are not held, `failures` the kinds of failed fetches, by clip.
    """

    holdings: Iterable[Holding]
    listed: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._held = set[str]()
        self._at: dict[str, str] = {}
        self._stated: dict[str, tuple[str, str]] = {}
        self._likely = defaultdict[str, list[str]](list)
        self._titles = list[tuple[str, str, str | None]]()
        for one in self.holdings:
            self._held.add(one.clip)
            for key in _keys(one.url, one.clip):
                self._at.setdefault(key, one.clip)
            if one.stated is not None:
                self._note_stated(one.clip, one.source, one.stated)
            if one.title:
                self._titles.append((one.title, one.clip, one.uploaded))
        self.holdings = ()
        self._listed = {key: clip for clip, url in self.listed.items() for key in (clip, *_keys(url, clip))}

    @cached_property
    def _titled(self) -> dict[int, tuple[tuple[str, date | None], ...]]:
        """The hash of a folded title → clips that have it: made where an item that is missing has a title.

        To fold 100,000 titles takes as long as all else together, and most lists have no need of it.
        """
        found: dict[int, tuple[tuple[str, date | None], ...]] = {}
        for title, clip, uploaded in self._titles:
            if plain := folded(title):
                named, known = (clip, day_of(uploaded)), found.get(hash(plain), ())
                if named not in known:  # another capture of the clip has the same title
                    found[hash(plain)] = (*known, named)
        self._titles = []
        return found

    def _note_stated(self, clip: str, source: str, stated: StatedAddress) -> None:
        for key in dict.fromkeys((stated.clip, *_keys(stated.url, stated.clip))):
            if stated.certain:
                self._stated.setdefault(key, (clip, f"{source} says so ({stated.basis})"))
            else:
                self._likely[key].append(clip)

    def at_once(self, item: Expected) -> Reconciled:
        """Where an item is by what is certain: held, saved, listed or nowhere."""
        failure = next((kind for clip in item.clips if (kind := self.failures.get(clip))), None)
        if clip := next((clip for clip in item.clips if clip in self._held), None):
            return Reconciled(item, "held", clip)
        keys = (*item.clips, item.form)
        if clip := next((clip for key in keys if (clip := self._at.get(key))), None):
            if not item.clips:
                return Reconciled(item, "held", clip)
            return Reconciled(item, "saved", clip, "fetched from another place", failure)
        if found := next((found for key in keys if (found := self._stated.get(key))), None):
            return Reconciled(item, "saved", found[0], found[1], failure)
        if clip := next((clip for key in keys if (clip := self._listed.get(key))), None):
            return Reconciled(item, "listed", clip, failure=failure or self.failures.get(clip))
        return Reconciled(item, "nowhere", failure=failure)

    def alike(self, item: Expected, taken: set[str], titles: Mapping[int, int]) -> tuple[Proposal, ...]:
        """Held clips that an item may be, the likeliest first; none of those that are `taken` by another item.

        `titles` counts the items of a list by the hash of their folded titles.
        """
        found = dict[str, str]()
        for key in (*item.clips, item.form):
            for clip in self._likely.get(key, ()):
                found.setdefault(clip, "a file is likely named after it")
        title = folded(item.title)
        same = [one for one in self._titled.get(hash(title), ()) if one[0] not in taken] if title else []
        day = day_of(item.date)
        for clip, uploaded in same:
            if day and uploaded and abs((day - uploaded).days) <= NEAR:
                found.setdefault(clip, "same title, and date within a day")
        apart = any(day and uploaded and abs((day - uploaded).days) > NEAR for _, uploaded in same)
        if len(same) == 1 and not apart and titles.get(hash(title)) == 1 and _is_distinctive(title):
            found.setdefault(same[0][0], "same title")
        return tuple(Proposal(clip, why) for clip, why in list(found.items())[:PROPOSED])


def reconcile(items: Callable[[], Iterable[Expected]], there: There) -> Iterator[Reconciled]:
    """Each item of a list with where it is, in its order.

    The items are gone through twice, and never held: clips that are some item's own are no proposal for another.
    """
    taken, titles = set[str](), Counter[int]()
    for item in items():
        if (found := there.at_once(item)).standing in ("held", "saved") and found.clip:
            taken.add(found.clip)
        if title := folded(item.title):
            titles[hash(title)] += 1
    for item in items():
        found = there.at_once(item)
        if found.standing in MISSING and (proposals := there.alike(item, taken, titles)):
            yield Reconciled(item, "perhaps", found.clip, None, found.failure, proposals)
        else:
            yield found


def folded(title: str | None) -> str:
    """A title as it is compared: masked, without case, marks and blanks."""
    if not title:
        return ""
    plain = unicodedata.normalize("NFKC", mask_prose(title)).casefold()
    return "".join(c for c in plain if c.isalnum())


def _is_distinctive(title: str) -> bool:
    han = sum("㐀" <= c <= "鿿" for c in title)
    return len(title) >= DISTINCTIVE or han >= DISTINCTIVE_HAN


def _keys(url: str, clip: str) -> tuple[str, ...]:
    """By what an address is found beside its clip's own id; nothing where it tells that alone."""
    form = canonical(url)
    clips = clips_of(form) if form else ()
    return () if form is None or clips == (clip,) else (form, *(one for one in clips if one != clip))
