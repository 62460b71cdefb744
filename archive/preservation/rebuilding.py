"""Rebuild: the ledger made anew from what lies at the targets.

Facts come from the objects themselves, and each object speaks for itself alone; that another target holds a copy comes
from run records, and from looking at the targets that can be reached. No media is read: every copy is *claimed* until
an audit has read it. What only one target says waits for a person (`archive.preservation.vouching`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from archive.objects import ocfl
from archive.objects.reading_back import Documents, Run, Words, chain_faults, in_order, read_documents
from archive.opening.archive import Archive, refuse_archive
from archive.preservation.hostile_objects import one_object
from archive.preservation.surveying import Named, Survey, said_of, survey
from archive.preservation.taking_in import claim, take_in, versions_of, words_in
from archive.preservation.unaccepted import Unaccepted, keep_unaccepted, unaccepted
from archive.preservation.usable_targets import remember_all
from archive.preservation.vouching import Said, Verdict, judge
from archive.records.clip import Capture
from archive.records.event import DEACCESSION, FIXITY_CHECK, REPLICATION, Head
from archive.records.object_ids import Kind, ObjectId, kind_of
from archive.retrying import retrying
from storage.contract import Target

ALONE = "only one target says it, so that nobody vouches for what people said"
UNRECORDED = "no run record and no second target knows it"
_OPENED = {"readers": "open to readers", "public": "public"}


@dataclass
class Rebuilt:
    """What was found: objects and clips, what each target lacks, forks, and what could not be read or was rolled back.

    `problems` has the latter two; `waiting` is what nobody vouches for, which a person may accept.
    """

    objects: int = 0
    clips: int = 0
    lacking: dict[str, list[str]] = field(default_factory=dict)
    forks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    waiting: list[Unaccepted] = field(default_factory=list)


def rebuild(archive: Archive, usable: Mapping[str, Target]) -> Rebuilt:
    """Read every object at the usable targets into an empty ledger. Raises RefusedError if it is not empty."""
    refuse_archive(archive.ledger)
    return _Rebuilding(archive, usable).run()


class _Rebuilding:
    """One rebuild: run records first, since they say what else there must be."""

    def __init__(self, archive: Archive, usable: Mapping[str, Target]) -> None:
        self._archive, self._usable = archive, usable
        self._rebuilt = Rebuilt()
        self._found = dict[str, dict[str, Survey]]()
        self._recorded = dict[str, tuple[Head, str]]()
        self._named: defaultdict[tuple[str, int], dict[str, frozenset[str]]] = defaultdict(dict)

    def run(self) -> Rebuilt:
        rebuilt = self._rebuilt
        for name, target in self._usable.items():
            there = survey(self._archive, target)
            self._found[name] = there.objects
            rebuilt.problems += [*there.problems, *there.strange]
        objects = sorted({object_id for found in self._found.values() for object_id in found})
        runs = {object_id: None for object_id in objects if kind_of(object_id) is Kind.RUN}
        with self._archive.progress.task("rebuild", total=len(objects), unit="objects") as task:
            taken = dict[str, tuple[Run, Said]]()
            for object_id in runs:
                match self._object(object_id):
                    case (Run() as run, said):
                        self._note(run, said.holders)
                        self._archive.ledger.sightings.restore(run.sightings)  # in whatever order they come
                        taken[object_id] = replace(run, heads=(), sightings=()), said  # both may be very many
                task.advance(1)
            self._restore(taken)
            for object_id in objects:
                if object_id not in runs:
                    self._object(object_id)
                    task.advance(1)
        _claims_of_runs(self._archive)
        for head, run_id in self._recorded.values():
            there_ = {name: found[head.object] for name, found in self._found.items() if head.object in found}
            if problem := _behind(head, run_id, there_, list(self._found)):
                rebuilt.problems.append(problem)
        keep_unaccepted(self._archive.ledger, rebuilt.waiting)
        rebuilt.waiting = unaccepted(self._archive.ledger)
        rebuilt.objects = len(self._archive.ledger.copies.heads())
        rebuilt.clips = len(self._archive.ledger.clips.held())
        if rebuilt.objects:
            remember_all(self._archive)
        return rebuilt

    def _note(self, run: Run, holders: Collection[str]) -> None:
        """Keep which heads a run record names, and the newest of each object, but for what was given up since."""
        for event in run.events:
            if event.type == DEACCESSION and event.version:
                self._named.pop((event.object, event.version), None)
                if event.object in self._recorded and self._recorded[event.object][0].version == event.version:
                    del self._recorded[event.object]
        for head in run.heads:
            who = self._named[head.object, head.version].get(head.sha512, frozenset())
            self._named[head.object, head.version][head.sha512] = who | set(holders)
            if head.object not in self._recorded or head.version >= self._recorded[head.object][0].version:
                self._recorded[head.object] = head, run.record.run

    def _restore(self, taken: Mapping[str, tuple[Run, Said]]) -> None:
        """Take run records in along their chain, so that the last one is its end; say where it is none."""
        runs = {name: run for name, (run, _) in taken.items()}
        self._rebuilt.problems += chain_faults(runs, {name: said.sha512 for name, (_, said) in taken.items()})
        for run in in_order(runs):
            name = run.record.run
            one_object(name, self._places(name), partial(self._take_run, run, taken[name][1]), self._rebuilt.problems)

    def _take_run(self, run: Run, said: Said) -> None:
        name = run.record.run
        holders = {target: found[name] for target, found in self._found.items() if name in found}
        versions = versions_of(self._places(name), self._surveyed(holders, said))
        take_in(self._archive, versions, run, holders, words=True)

    def _places(self, object_id: str) -> dict[str, Target]:
        """The targets that hold an object, whoever has the newest version first."""
        holders = {name: found[object_id] for name, found in self._found.items() if object_id in found}
        order = sorted(holders, key=lambda name: -holders[name].whole.inventory.number)
        return {name: self._usable[name] for name in order}

    def _object(self, object_id: str) -> tuple[Documents, Said] | None:
        """Look at one object, and take it in as far as it is vouched for; run records are taken in later."""
        places = self._places(object_id)
        return one_object(object_id, places, partial(self._look, object_id, places), self._rebuilt.problems)

    def _look(self, object_id: str, places: Mapping[str, Target]) -> tuple[Documents, Said] | None:
        holders = {name: found[object_id] for name, found in self._found.items() if object_id in found}
        verdict = self._verdict(object_id, holders, places)
        self._lacking(object_id, holders, verdict)
        for one in verdict.others:
            self._wait(one, object_id, UNRECORDED)
        if verdict.vouched is None:
            return None
        holder = verdict.vouched.holders[0]
        newest = self._surveyed(holders, verdict.vouched)
        order = {holder: places[holder], **places}
        # Facts first: an object whose words cannot be read stays unknown, so that nobody writes a version without them;
        # sealing then meets a fork.
        documents = retrying(partial(read_documents, order, newest.whole))
        if not isinstance(documents, Run):
            versions = versions_of(order, newest)
            take_in(self._archive, versions, documents, holders, words=verdict.in_force())
            self._words_wait(documents, verdict)
        return documents, verdict.vouched

    def _verdict(self, object_id: str, holders: Mapping[str, Survey], places: Mapping[str, Target]) -> Verdict:
        named: Named = self._named
        said = said_of(object_id, holders, places, named, self._rebuilt.problems)
        speaking = sum(1 for found in self._found.values() if found)
        if kind_of(object_id) is Kind.RUN and speaking == 1:
            # Nothing names the newest run record but itself; alone, a target's chain is all that can be had.
            said = [replace(one, named_by=frozenset(one.holders)) for one in said]
        return judge(said, speaking)

    @staticmethod
    def _surveyed(holders: Mapping[str, Survey], said: Said) -> Survey:
        return next(holders[name] for name in said.holders if ocfl.digest_of(holders[name].whole.data) == said.sha512)

    def _lacking(self, object_id: str, holders: Mapping[str, Survey], verdict: Verdict) -> None:
        for fork in verdict.forks:
            against = verdict.vouched or fork
            others = [one for one in (*verdict.others, against) if one.version == fork.version and one != fork]
            names = sorted({*fork.holders[:1], *(one.holders[0] for one in others)})
            line = f"{object_id} v{fork.version} differs between {' and '.join(names)}"
            if line not in self._rebuilt.forks:
                self._rebuilt.forks.append(line)
        if verdict.vouched is None:
            return
        for name in self._found:
            there = holders[name].whole.inventory.number if name in holders else 0
            missing = range(there + 1, verdict.vouched.version + 1)
            if missing:
                lack = f"{object_id} {', '.join(f'v{number}' for number in missing)}" if there else object_id
                self._rebuilt.lacking.setdefault(name, []).append(lack)

    def _wait(self, said: Said, object_id: str, why: str, words: str = "") -> None:
        one = Unaccepted(
            object=object_id, version=said.version, sha512=said.sha512, targets=said.holders, why=why, words=words
        )
        self._rebuilt.waiting.append(one)

    def _words_wait(self, documents: Documents, verdict: Verdict) -> None:
        """Put aside what people said where nobody vouches for it; also that a source's clips are open to all."""
        if verdict.vouched is None or verdict.in_force():
            return
        if isinstance(documents, Words) and (words := words_in(documents.document)):
            self._wait(verdict.vouched, ObjectId.work_of(documents.document.clip), ALONE, words)
        elif isinstance(documents, list) and documents and isinstance(documents[-1], Capture):
            source = documents[-1].source
            if (level := self._archive.settings.access_of(source)) != "restricted":
                words = f"a clip of {source}, which is {_OPENED[level]} by the settings"
                self._wait(verdict.vouched, ObjectId.evidence_of(documents[-1].clip), ALONE, words)


def _behind(head: Head, run_id: str, holders: Mapping[str, Survey], asked: list[str]) -> str | None:
    """A sentence, if no target has a version that a run record knew."""
    newest = max((survey.whole.inventory.number for survey in holders.values()), default=0)
    what = f"{head.object} v{head.version}, which {run_id} knew"
    if not newest:
        return f"missing: {what}, is nowhere at {', '.join(asked)}"
    if newest < head.version:
        return f"rolled back: {what}, is not at {', '.join(holders)}: the newest there is v{newest}"
    same = [survey for survey in holders.values() if survey.whole.inventory.number == head.version]
    if same and all(ocfl.digest_of(survey.whole.data) != head.sha512 for survey in same):
        return f"altered: {what}, is another one at {', '.join(holders)}: a person must compare both"
    return None


def _claims_of_runs(archive: Archive) -> None:
    """Copies that run records say lie somewhere, also at targets that cannot be reached now."""
    said: dict[tuple[str, int, str], bool] = {}
    for event in archive.ledger.events.all():
        if (
            event.version
            and event.target
            and event.target in archive.targets
            and event.type in (REPLICATION, FIXITY_CHECK)
        ):
            said[event.object, event.version, event.target] = event.outcome == "success"
    for (object_id, version, target), there in said.items():
        if there and archive.ledger.copies.version(object_id, version):
            claim(archive, object_id, version, target)
