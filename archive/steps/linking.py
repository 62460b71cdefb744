"""Link: what is said and written in a clip, to entries of the registers in the settings, by their newest snapshots."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import TypeAdapter

from archive.linking.material import DisksWord, Material, Utterance
from archive.linking.registers.register import Register
from archive.objects.sidecar import Linking
from archive.opening.archive import Archive
from archive.records.clip import Capture
from archive.records.event import METADATA
from archive.records.link import Link
from archive.records.object_ids import ObjectId
from archive.settings.settings import Settings
from archive.steps.storing import safe
from archive.texts.completions import in_force
from archive.texts.shown import Shown, shown
from transcription.records import Segment, Transcript

if TYPE_CHECKING:  # numpy, and the words of seven languages: half a second, for those alone who link
    from archive.linking.index import RegisterIndex
    from archive.linking.known_people import KnownPeople

_LINKINGS = TypeAdapter(list[Linking])
Named = TypeVar("Named", Link, Linking)


@dataclass(frozen=True)
class LinkedClip:
    """How many links a clip has, and how many of them are conflicts."""

    clip: str
    links: int
    conflicts: int


class Digested(Protocol):
    """A register, or what a snapshot of it says of itself: it is known by its digest."""

    @property
    def sha256(self) -> str:
        """The digest of its entries' lines."""


def load_known(settings: Settings) -> "KnownPeople":
    """The people whom the settings list as known. Raises KnownPeopleError, which names the file."""
    from archive.linking.known_people import KnownPeople, read_names

    listed = settings.linking
    return KnownPeople([*listed.known, *(read_names(listed.known_file) if listed.known_file else ())])


def prepare_registers(registers: Mapping[str, Register], known: "KnownPeople") -> "dict[str, RegisterIndex]":
    """Make the registers ready to be searched: seconds for 100,000 entries, once a run."""
    from archive.linking.index import RegisterIndex

    return {name: RegisterIndex(register, known) for name, register in registers.items()}


def linkings_of(registers: Mapping[str, Digested], known: "KnownPeople") -> list[Linking]:
    """What a clip is said to be linked against, once it was."""
    from archive.linking.rules import rules

    return [
        Linking(register_name=name, register_sha256=register.sha256, rules=rules(known))
        for name, register in sorted(registers.items())
    ]


def read_linkings(archive: Archive, body: str | None) -> list[Linking]:
    """What the ledger keeps of a clip's linking."""
    return archive.ledger.clips.parsed(_LINKINGS, body) if body else []


def to_link(archive: Archive, registers: Mapping[str, Digested]) -> list[str]:
    """Safe clips with words, not linked yet with these registers, these rules and what they hold now.

    Words are there once a clip was transcribed, or has captions. Raises KnownPeopleError.
    """
    if not registers:
        return []
    known = load_known(archive.settings)
    wanted = linkings_of(registers, known)

    def linked(mark: str) -> bool:
        found = read_linkings(archive, mark)
        return len(found) == len(wanted) and all(
            _same_but_for_a_name(before, now, known) for before, now in zip(found, wanted, strict=True)
        )

    marks = archive.ledger.marks
    return safe(archive, marks.worth_linking([mark for mark in marks.bodies("link") if linked(mark)]))


def _same_but_for_a_name(before: Named, now: Named, known: "KnownPeople") -> bool:
    """Whether two links or linkings are the same, the rules under another name of theirs at most."""
    from archive.linking.rules import is_now

    if before.rules == now.rules:
        return before == now
    return before.model_copy(update={"rules": now.rules}) == now and is_now(before.rules, known)


def link_clip(archive: Archive, registers: "Mapping[str, RegisterIndex]", clip: str) -> LinkedClip:
    """Propose links for one clip, at no judgement. What somebody judged stays."""
    from archive.linking.proposals import propose

    material = material_of(archive, clip)
    before = {link.id: link for link in archive.ledger.readings.links(clip)}
    links = [
        _kept(before.get(link.id), link, index.known)
        for _, index in sorted(registers.items())
        for link in propose(material, index)
    ]
    changed = [link for link in links if before.get(link.id) != link]
    detail = f"{len(changed)} links proposed"
    event = archive.happened(ObjectId.work_of(clip), METADATA, detail=detail) if changed else None
    archive.ledger.readings.set_links(clip, links, partial(_state_now, registers), event=event)
    done = [
        one for name, index in sorted(registers.items()) for one in linkings_of({name: index.register}, index.known)
    ]
    archive.ledger.clips.mark_done(clip, "link", json.dumps([linking.model_dump(mode="json") for linking in done]))
    return LinkedClip(clip, len(links), sum(link.conflict is not None for link in links))


def _kept(before: Link | None, now: Link, known: "KnownPeople") -> Link:
    """What is proposed now, as it is kept already where nothing but the name of the rules differs."""
    return before if before and _same_but_for_a_name(before, now, known) else now


def _state_now(registers: "Mapping[str, RegisterIndex]", link: Link) -> str | None:
    """The digest of a link's entry as it is now, empty where its register has it no more."""
    if (index := registers.get(link.register_name)) is None:
        return link.entry_sha256
    entry = index.numbers.get(link.entry)
    return entry.sha256 if entry else ""


def material_of(archive: Archive, clip: str) -> Material:
    """All words of a clip: its title, description and tags, what was transcribed, and its captions; as corrected.

    A machine's translation is none of them: nobody said it.
    """
    captures = archive.ledger.clips.captures(clip)
    capture = captures[-1]
    listings = archive.ledger.clips.listings(clip)
    transcripts = sorted(
        (one.ref.name, utterances_of(one))
        for one in in_force(shown(archive, clip))
        if one.ref.kind != "translation" and one.ref.media_sha256 == capture.media.sha256
    )
    return Material(
        clip=clip,
        urls=tuple(dict.fromkeys([capture.url, *(listing.url for listing in listings)])),
        title=capture.title,
        description=capture.description,
        tags=capture.tags,
        transcripts=tuple(transcripts),
        stated=_stated(captures),
    )


def _stated(captures: Sequence[Capture]) -> tuple[DisksWord, ...]:
    """What disks say for certain of the newest media, by address, with the sources that say so."""
    media, words = captures[-1].media.sha256, dict[str, DisksWord]()
    for capture in captures:
        said = capture.stated
        if said and said.certain and capture.media.sha256 == media:
            sources = words[said.clip].sources if said.clip in words else ()
            words[said.clip] = DisksWord(said.url, said.clip, tuple(dict.fromkeys((*sources, capture.source))))
    return tuple(words.values())


def utterances_of(one: Shown) -> tuple[Utterance, ...]:
    """What is linked of a transcript: its segments, or under corrections the cues that have a language."""
    if one.corrections:
        told = (line.told for line in one.lines())
        return tuple(Utterance(t.start, t.end, t.text, t.language) for t in told if t.language)
    own = None if isinstance(one.document, Transcript) else one.document.language
    return tuple(
        Utterance(s.start, s.end, s.text, s.language if isinstance(s, Segment) else own) for s in one.document.segments
    )
