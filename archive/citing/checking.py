"""Check: what a citation claims, read from one target alone, without ledger, settings or reading room.

Whatever the target's bytes are, they are a stranger's: each group of claims is read by itself, and what its bytes raise
is a fault that is named. Only what is compared with a digest of the citation is proof; what has none there (title,
words under corrections, judgements) is what this target says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from typing import Literal

from pydantic import ConfigDict, Field

from archive.citing.citation import Citation, CitedEntry, CitedFilm, CitedMoment, CitedWords, entry_begins
from archive.citing.cited_objects import ThereObject, digests_of, line_of, there
from archive.citing.quoted_words import quoted, reads_so, unmasked
from archive.errors import ForeignWords
from archive.linking.deciding.judgements import joint_verdict
from archive.masks import MASK
from archive.objects.held_versions import object_key
from archive.objects.sidecar import Sidecar, read_sidecar
from archive.preservation.hostile_objects import one_object
from archive.progress import Progress, Silent
from archive.records.clip import Capture
from archive.records.link import link_id
from archive.records.object_ids import ObjectId
from archive.records.record import Record
from archive.records.snapshot import ENTRIES
from archive.retrying import retrying
from archive.texts.shown import Shown, with_conflicts
from storage.contract import Target
from storage.errors import Refused, TargetError, Unavailable
from transcription.cutting import shortened
from transcription.documents.players import names_its_clock, starts_at
from transcription.documents.showing import counted
from transcription.errors import DocumentError

MOST_COMPARED = 200_000_000
"""Changes by people times the cues that each is looked for among: a minute. An hour's talk that is corrected throughout
has a million."""

MOST_FILM = 1 << 40
"""Bytes of a film that is read: no film has a TiB, and a file of holes or a store that lies has as many as it likes."""

LONG = 100_000_000
"""Bytes of a film of which it is told that they are being read: it takes more than a moment."""

MOST_VERSIONS = 1000
"""Of a work object that are looked through where a citation names none: one is made at most each run."""


What = Literal["film", "bytes", "capture", "transcript", "words", "entry", "judgement"]


class Claim(Record):
    """One thing that a citation claims, whether it holds at the target, and what was found there."""

    what: What
    holds: bool
    found: str


class Verdict(Record):
    """What came of checking a citation against one target. It `holds` if each of its claims does.

    `read` says whether the film itself was read and hashed; else its digest is the inventory's word.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    schema_: Literal["thirdcopy/verdict/1"] = Field(default="thirdcopy/verdict/1", alias="schema")
    clip: str
    target: str
    address: str
    read: bool
    holds: bool
    claims: tuple[Claim, ...]


def verify(citation: Citation, target: Target, *, read: bool = False, progress: Progress | None = None) -> Verdict:
    """Say of each claim whether it holds at a target; the film is only hashed if it is to be `read`.

    `progress` is told of a large film before it is read, and of its bytes. Raises TargetError where the target cannot
    be asked: that says nothing of the citation.
    """
    target.look()
    reading = (progress or Silent()) if read else None
    claims = list(_asked(target, "film", citation.film.object, partial(_film, citation, target, reading)))
    work, of = cache(partial(_work, citation, target)), ObjectId.work_of(citation.clip)
    if citation.words is not None:
        claims += _asked(target, "words", of, partial(_words, citation, citation.words, work))
    if citation.entry is not None:
        claims += _asked(target, "entry", citation.entry.object, partial(_entry, citation.entry, target))
        if citation.entry.judgement is not None:
            claims += _asked(target, "judgement", of, partial(_judged, citation, citation.entry, work))
    return Verdict(
        clip=citation.clip,
        target=target.name,
        address=target.address,
        read=read,
        holds=all(claim.holds for claim in claims),
        claims=tuple(claims),
    )


def _asked(target: Target, what: What, object_id: str, work: Callable[[], Iterator[Claim]]) -> Iterator[Claim]:
    """The claims of one object as far as they can be read, and the fault that ended it. Raises what `verify` does."""
    done, away, problems = list[Claim](), list[TargetError](), list[str]()

    def through() -> bool:
        done.clear()
        try:
            for claim in work():
                done.append(claim)
        except (Unavailable, Refused) as error:
            away.append(error)
            raise
        except DocumentError as error:
            raise ForeignWords(str(error)) from error
        return True

    ended = one_object(object_id, [target.name], lambda: retrying(through, attempts=2), problems)
    if ended is None and away and str(away[-1]) in problems[0]:
        raise away[-1]
    yield from done
    for problem in problems:
        yield Claim(what=what, holds=False, found=problem)


def _told(value: object) -> str:
    """A value of a stranger's as it can stand in a sentence: it ends."""
    return shortened(repr(value), 300)


def _film(citation: Citation, target: Target, reading: Progress | None) -> Iterator[Claim]:
    cited = citation.film
    held = there(target, cited.object)
    sha = held.state(cited.version).get(cited.file)
    here = f"{cited.object} v{cited.version}"
    if sha != cited.sha512:
        said = f"has sha512 {sha} for {cited.file}" if sha else f"has no {cited.file}"
        yield Claim(what="film", holds=False, found=f"{here} {said}")
        return
    capture = Capture.model_validate_json(held.document("capture.json", cited.version))
    yield _of_film(cited, capture, held.size(cited.file, cited.version))
    yield _captured(citation, capture)
    if reading:
        yield _bytes(cited, held, reading)


def _of_film(cited: CitedFilm, capture: Capture, size: int) -> Claim:
    """Whether the capture is of the film that is cited, and as many bytes lie there as it had."""
    media, here = capture.media, f"{cited.object} v{cited.version}"
    if (media.path, media.sha512, media.sha256) != (cited.file, cited.sha512, cited.sha256):
        said = f"the capture of {here} names {media.path} with sha256 {media.sha256}"
        return Claim(what="film", holds=False, found=said)
    if media.size != size:
        said = f"{size:,} bytes lie there as {cited.file}, which has {media.size:,}"
        return Claim(what="film", holds=False, found=said)
    return Claim(what="film", holds=True, found=f"{here} has {cited.file} with both digests")


def _captured(citation: Citation, capture: Capture) -> Claim:
    """Whether the capture is of this clip, and says of it what is cited."""
    pairs = {
        "clip": (citation.clip, capture.clip),
        "source": (citation.source, capture.source),
        "platform": (citation.platform, capture.extractor),
        "url": (citation.url, capture.url),
        "uploader": (citation.uploader, capture.uploader),
        "uploaded": (citation.uploaded, capture.uploaded),
        "captured": (citation.captured, capture.fetched),
    }
    wrong = [f"{name} {_told(found)}" for name, (said, found) in pairs.items() if said != found]
    if citation.title != capture.title and not reads_so(citation.title or "", capture.title or ""):
        wrong.append(f"title {_told(capture.title)}")
    found = f"the capture says {', '.join(wrong)}" if wrong else "title, uploader, dates and address are the capture's"
    return Claim(what="capture", holds=not wrong, found=found)


def _bytes(cited: CitedFilm, held: ThereObject, reading: Progress) -> Claim:
    """Whether the film's bytes have both digests; a difference counts after a second reading.

    No more is read than the target lists, whatever a document says of it, and nothing of what is no film by its size.
    """
    key, size, found = held.key(cited.file, cited.version), held.size(cited.file, cited.version), ("", "", 0)
    if size > MOST_FILM:
        said = f"it was not read: {size:,} bytes are said to lie there, and no film has a TiB"
        return Claim(what="bytes", holds=False, found=said)
    if size >= LONG:
        reading.say(f"{cited.file} at {held.target.name}: {size:,} bytes are read")
    for what in (cited.file, f"{cited.file}, once more"):
        with reading.task(what, total=size, unit="B") if size >= LONG else Silent().task(what) as task:
            found = digests_of(held.target, key, size, task)
        if found[:2] == (cited.sha512, cited.sha256):
            return Claim(what="bytes", holds=True, found=f"{found[2]:,} bytes were read, and have both digests")
    said = f"{found[2]:,} bytes were read, twice, and have sha512 {found[0]}: they are damaged, or another film"
    if found[2] > size:
        said = f"more than the {size:,} bytes that lie there came, twice, and were read no further"
    return Claim(what="bytes", holds=False, found=said)


@dataclass(frozen=True)
class _Work:
    """A work object at the target, the version of it that counts, and the sidecar of that."""

    held: ThereObject
    version: int
    sidecar: Sidecar


def _work(citation: Citation, target: Target) -> _Work:
    """The version that is cited, else the newest one that has the transcript, or the newest where no words are cited.

    Raises ForeignWords where none has it.
    """
    words, work = citation.words, citation.work
    held = there(target, ObjectId.work_of(citation.clip))
    version = work.version if work and work.version else held.newest
    if words is not None:
        path = f"transcripts/{words.transcript}.json"
        numbers = [version] if work and work.version else range(version, max(0, version - MOST_VERSIONS), -1)
        found = next((number for number in numbers if held.state(number).get(path) == words.sha512), None)
        if found is None:
            where = f"v{version} has" if len(numbers) == 1 else f"none of the versions up to v{version} has"
            raise ForeignWords(f"{where} no transcript {words.transcript} of that sha512")
        version = found
    sidecar = read_sidecar(held.document("sidecar.json", version))
    if sidecar.clip != citation.clip:
        raise ForeignWords(f"the sidecar of v{version} speaks of {_told(sidecar.clip)}")
    return _Work(held, version, sidecar)


def _words(citation: Citation, cited: CitedWords, find: Callable[[], _Work]) -> Iterator[Claim]:
    work = find()
    sidecar, version = work.sidecar, work.version
    refs = [one for one in sidecar.transcripts if (one.name, one.sha512) == (cited.transcript, cited.sha512)]
    if not refs:
        raise ForeignWords(f"the sidecar of v{version} names no transcript {cited.transcript} of that sha512")
    body = work.held.document(f"transcripts/{cited.transcript}.json", version).decode()
    of_film = refs[0].media_sha256 == citation.film.sha256
    of = "of that film" if of_film else f"of another film, sha256 {refs[0].media_sha256}"
    yield Claim(what="transcript", holds=of_film, found=f"v{version} has {cited.transcript} with that sha512, {of}")
    told = with_conflicts(sidecar.corrections, {one.name: one.sha512 for one in sidecar.transcripts})
    applied = tuple(one for one in told if one.transcript == cited.transcript and one.conflict is None)
    if len(applied) < cited.corrections:
        said = f"v{version} has {counted(len(applied))} of it in force, and {cited.corrections} are cited"
        yield Claim(what="words", holds=False, found=said)
        return
    one = Shown(refs[0], body, applied[: cited.corrections])
    if sum(len(layer.changes) for layer in one.corrections) * len(one.lines(0)) > MOST_COMPARED:
        raise ForeignWords("it has more corrections than people make, and they are not laid over it")
    clock = starts_at(one.document) if names_its_clock(one.document) else None
    if clock != citation.moment.starts_at:
        said = f"the clock stands at {clock} where the film begins, and {citation.moment.starts_at} is cited"
        yield Claim(what="words", holds=False, found=said)
    yield _reading(cited, one, citation.moment)


def _reading(cited: CitedWords, one: Shown, moment: CitedMoment) -> Claim:
    """Whether the words of a moment are those that are cited, and of the same origin."""
    found = quoted(one, moment)
    if found is None:
        return Claim(what="words", holds=False, found="nothing is written at that moment")
    if not reads_so(cited.text, unmasked(one, moment)):
        return Claim(what="words", holds=False, found=f"at that moment it reads {_told(found.text)}")
    names = [name for name in CitedWords.model_fields if name != "text"]
    wrong = [f"{name} {_told(getattr(found, name))}" for name in names if getattr(found, name) != getattr(cited, name)]
    said = f"they read so, but with {', '.join(wrong)}" if wrong else f"they read so, with {counted(cited.corrections)}"
    masked = f"; {cited.text.count(MASK)} characters are masked" if MASK in cited.text else ""
    return Claim(what="words", holds=not wrong, found=said + masked)


def _entry(cited: CitedEntry, target: Target) -> Iterator[Claim]:
    held = there(target, cited.object)
    content = held.inventory.content()
    named = held.inventory.fixity.get("sha256", {}).get(cited.snapshot_sha256, [])
    path = next((path for path in named if path in content and path.endswith(f"/{ENTRIES}")), None)
    if path is None:
        raise ForeignWords("no snapshot of that sha256 is in its inventory")
    line, read = line_of(target, object_key(cited.object, path), entry_begins(cited.entry))
    digest = sha256(line).hexdigest() if line is not None else None
    if read != cited.snapshot_sha256:
        found = f"{path} was read, and is not that snapshot: it has sha256 {read}"
    elif digest is None:
        found = f"{path} has no entry {cited.entry}"
    elif digest != cited.entry_sha256:
        found = f"{path} has entry {cited.entry} with sha256 {digest}"
    else:
        yield Claim(what="entry", holds=True, found=f"{path} was read, and has entry {cited.entry} with that digest")
        return
    yield Claim(what="entry", holds=False, found=found)


def _judged(citation: Citation, cited: CitedEntry, find: Callable[[], _Work]) -> Iterator[Claim]:
    work = find()
    wanted = link_id(citation.clip, cited.register_name, cited.entry)
    stands = next((joint_verdict(link.judgements) for link in work.sidecar.links if link.id == wanted), None)
    found = f"by v{work.version} of {work.held.inventory.id} the judgement of its link is {stands or 'none'}"
    yield Claim(what="judgement", holds=stands == cited.judgement, found=found)
