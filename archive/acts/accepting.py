"""Accept: a person takes over what only one target says, after a kill before the run record, or an older ledger.

Or refuses it. Nothing that waits is in force before; that somebody accepted or refused it is an event with a name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from archive.errors import ArchiveError, Fork
from archive.ledger.copies import Copy
from archive.ledger.waiting import Refusal
from archive.masks import mask
from archive.objects import held_versions, ocfl
from archive.objects.reading_back import Documents, Run, Words, in_order, read_documents
from archive.opening.archive import Archive
from archive.preservation.hostile_objects import one_object
from archive.preservation.newest_run import look_beyond
from archive.preservation.surveying import Survey, forward
from archive.preservation.taking_in import keep_words, take_in, versions_of
from archive.preservation.unaccepted import SHORT, Unaccepted, contested, unaccepted
from archive.records.event import POLICY, Event
from archive.records.object_ids import Kind, kind_of
from storage.contract import Target
from storage.mirrors import at_each


class NoneWaits(ArchiveError):
    """Nothing of that object waits to be accepted."""

    exit_code = 2


@dataclass
class Accepted:
    """What was taken over, and why the rest was not."""

    accepted: list[Unaccepted] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Refusals:
    """What was refused, and why the rest was not."""

    refused: list[Unaccepted] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def waiting_of(archive: Archive, chosen: Collection[str] | None, target: str | None = None) -> list[Unaccepted]:
    """What waits of the chosen objects, or of all, at one target or at any. Raises NoneWaits if one has nothing."""
    every = unaccepted(archive.ledger)
    if missing := sorted(set(chosen or ()) - {one.object for one in every}):
        raise NoneWaits(f"nothing of {', '.join(missing)} waits to be accepted; `thirdcopy accept` lists what does")
    return [
        one for one in every if (chosen is None or one.object in chosen) and (target is None or target in one.targets)
    ]


def accept(archive: Archive, usable: Mapping[str, Target], waiting: Collection[Unaccepted], by: str) -> Accepted:
    """Take over what waits, as the targets that say it have it now.

    Run records come first, along their chain; of an object, lower versions first. What is another one by now, stands
    against what the ledger has, or is one of two contents that were chosen, is a problem of its own and waits on.
    """
    alone, problems = _alone(waiting)
    done = Accepted(problems=problems)
    ordered = _in_chain(archive, usable, alone)
    with archive.progress.task("accept", total=len(ordered), unit="versions") as task:
        for one in ordered:
            places = {name: usable[name] for name in one.targets if name in usable}
            work = partial(_accept, archive, places, one, by)
            if one_object(one.object, places, work, done.problems, what=f" v{one.version}"):
                done.accepted.append(one)
            task.advance(1)
    at_each(usable, lambda target: look_beyond(archive, target))
    return done


def refuse(archive: Archive, waiting: Collection[Unaccepted], by: str, why: str | None = None) -> Refusals:
    """Say that what waits is not ours: it is not listed again, holds nothing up, and no target is asked.

    Where it stands against a version that the ledger has, the target is owed that one, and `repair` may move what was
    refused to quarantine. Where the words of a version wait that the ledger has, these alone are refused. Of two
    contents that were chosen neither is.
    """
    alone, problems = _alone(waiting)
    why = mask(why) if why else None
    for one in alone:
        what = "words of people in " * (one.ours == one.sha512)
        detail = f"{what}v{one.version} of {', '.join(one.targets)} refused: sha512 {one.sha512}"
        detail += f": {why}" if why else ""
        now = archive.clock()
        event = Event(object=one.object, version=one.version, type=POLICY, at=now, agent=by, detail=detail)
        refusal = None if what else Refusal(by, now, why)
        with archive.ledger.at_once():
            if one.is_fork:
                _owe(archive, one, f"another content of it was refused by {by}: `thirdcopy repair` puts it right")
            archive.ledger.waiting.refuse(one.object, one.version, one.sha512, event, refusal)
    return Refusals(alone, problems)


def _alone(waiting: Collection[Unaccepted]) -> tuple[list[Unaccepted], list[str]]:
    """What a person can decide of, and a sentence for each version of which two contents were chosen."""
    twice = dict[tuple[str, int], list[Unaccepted]]()
    for one in contested([one.model_copy(update={"ours": None}) for one in waiting]):
        twice.setdefault((one.object, one.version), []).append(one)
    problems = [
        f"{object_id} v{version}: two contents of it wait, "
        + " and ".join(f"{one.sha512[:SHORT]}… at {', '.join(one.targets)}" for one in some)
        + ": compare them, and choose one by --from TARGET"
        for (object_id, version), some in twice.items()
    ]
    return [one for one in waiting if (one.object, one.version) not in twice], problems


def _owe(archive: Archive, one: Unaccepted, why: str) -> None:
    """Owe the targets that say it the ledger's own content of that version."""
    known = {copy.target: copy for copy in archive.ledger.copies.of(one.object, one.version)}
    for name in one.targets:
        copy = known.get(name) or Copy(one.object, one.version, name, "owed", at=archive.clock())
        archive.ledger.copies.mark(replace(copy, state="owed", at=archive.clock(), problem=why), event=None)


def _accept(archive: Archive, places: Mapping[str, Target], one: Unaccepted, by: str) -> bool:
    if not places:
        raise ArchiveError(f"{', '.join(one.targets)} cannot be read now")
    survey = _surveyed(places, one)
    documents = read_documents(places, survey.whole)
    head, known = archive.ledger.copies.head(one.object), archive.ledger.copies.version(one.object, one.version)
    new = head is None or one.version > head.version
    if not new and not (known and known.sha512 == one.sha512):
        raise Fork(
            f"the ledger has another v{one.version} (of {head.version if head else 0}): compare both; "
            f"`thirdcopy refuse {one.object}` says that it is not ours"
        )
    versions = versions_of(places, survey) if new else []
    detail = f"v{one.version} of {', '.join(places)} accepted" + (f": {one.words}" if one.words else "")
    with archive.ledger.at_once():  # every target was asked before
        if new:
            take_in(archive, versions, documents, dict.fromkeys(places, survey), words=True)
            if isinstance(documents, Words):  # what was said here meanwhile is not in it
                archive.ledger.clips.undo(documents.document.clip, "meanwhile")
        elif isinstance(documents, Words):  # what people said in it waits, or that its source is open to all
            keep_words(archive, documents.document)
        archive.ledger.waiting.drop(one.object, one.version, one.sha512)
        archive.event(one.object, POLICY, version=one.version, agent=by, detail=detail)
    return True


def _surveyed(places: Mapping[str, Target], one: Unaccepted) -> Survey:
    """The object as it lies at the first of the places; it must be the version that waits."""
    target = next(iter(places.values()))
    root, path = held_versions.object_key(one.object), ocfl.object_path(one.object)
    sizes = {stat.key.removeprefix(root): stat.size for stat in target.list(root)}
    found = forward(target, path, held_versions.newest_whole(target, path, sizes), set(sizes))
    whole = found.whole if found else None
    if whole and whole.inventory.number > one.version:  # further on by now: what waits is below
        data = held_versions.read_inventory(target, one.object, one.version)
        whole = held_versions.whole_version(data, path, one.version, set(sizes))
    if found is None or whole is None or ocfl.digest_of(whole.data) != one.sha512:
        raise ArchiveError(f"{target.name} has another one by now: `thirdcopy audit --all` looks again")
    return Survey(whole, found.torn, sizes)


def _facts(places: Mapping[str, Target], one: Unaccepted) -> Documents:
    return read_documents(places, _surveyed(places, one).whole)


def _in_chain(archive: Archive, usable: Mapping[str, Target], waiting: Collection[Unaccepted]) -> list[Unaccepted]:
    """What waits in the order in which it is taken over."""
    runs = dict[str, Run]()
    for one in waiting:
        places = {name: usable[name] for name in one.targets if name in usable}
        if kind_of(one.object) is Kind.RUN and places:
            documents = one_object(one.object, places, partial(_facts, places, one), [])  # what is wrong is said later
            if isinstance(documents, Run):
                runs[one.object] = documents
    turn = {run.record.run: number for number, run in enumerate(in_order(runs))}
    return sorted(waiting, key=lambda one: (turn.get(one.object, len(turn)), one.object, one.version))
