"""One field of a target tampered with, chosen by a seed: the same seed is the same lie."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

from archive.objects import ocfl
from tests.tampering.mutations import deep, hostile_ids, mutate, spoil
from tests.tampering.objects import Object, deep_folder, digest, dumped, plant, plant_version
from tests.tampering.sound import CLIPS, LIST, OPENED, REGISTER, Sound

Depth = Literal["bare", "committed", "chained"]
"""How far a tamperer goes: bytes alone; the object's inventories and commits too; the run records that name it too."""

CLOSED = tuple(clip for clip in CLIPS if clip != OPENED)


@dataclass(frozen=True)
class Tampered:
    """What was tampered with.

    `spoiled` are the objects of whose words anything may have become. One of `names` must stand in what the commands
    say, if there are any; with `lacking` it is enough to say that the target lacks it. `alone` is whether this must be
    so without a second target to compare with. `linked`: a link stands where a copy should.
    """

    kind: str
    what: str
    spoiled: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    alone: bool = True
    lacking: bool = True
    linked: bool = False
    rest: bool = True


@dataclass
class Ground:
    """Where a case is: the archive's folder `home`, whose target `a` is tampered with, and what is sound."""

    home: Path
    sound: Sound
    rng: Random
    done: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The OCFL root."""
        return self.home / "a" / "ocfl"

    @property
    def runs(self) -> list[str]:
        """The run records, the first first: their names tell when they were written."""
        return sorted(name for name in self.sound.heads if name.startswith("run-"))

    def object(self, object_id: str) -> Object:
        """An object at the target."""
        return Object(self.root, object_id)

    def any_object(self, *prefixes: str) -> Object:
        """Some object, of some kinds or of any."""
        names = sorted(name for name in self.sound.heads if name.startswith(prefixes or ""))
        kinds = sorted({name.split("-")[0] for name in names})
        kind = self.rng.choice(kinds)
        return self.object(self.rng.choice([name for name in names if name.startswith(kind)]))

    def depth(self) -> Depth:
        """How far this tamperer goes."""
        return self.rng.choice(("bare", "committed", "committed", "chained"))

    def chain(self, target: Object) -> frozenset[str]:
        """Let the run records say the new digest of an object, and each what became of the one before: their ids."""
        now = digest((target.folder / f"v{target.head}" / "inventory.json").read_bytes())
        changed = set()
        for number, run in enumerate(self.runs):
            record = self.object(run)
            before = self.object(self.runs[number - 1]) if number else None

            def rename(lines: list[Any]) -> None:
                for line in lines:
                    if line["object"] == target.id:
                        line |= {"sha512": now, "version": target.head}

            if target.id == run:
                continue  # nor can a lie about it be told in itself
            if target.id.encode() in record.where("heads.jsonl").read_bytes():
                record.edit_lines("heads.jsonl", rename)
                changed.add(run)
            if before and before.id in {*changed, target.id}:
                there = digest((before.folder / "v1" / "inventory.json").read_bytes())
                record.edit("run.json", partial(_behind, sha512=there))
                changed.add(run)
        return frozenset(changed)


def _behind(record: Any, **previous: object) -> None:
    record["previous"].update(previous)


Tamperer = Callable[[Ground], Tampered]


def tamper(home: Path, sound: Sound, seed: int) -> Tampered:
    """Tamper with the target `a` of an archive's folder, as the seed says."""
    ground = Ground(home, sound, Random(seed))  # noqa: S311
    kinds = [kind for kind, weight in KINDS.items() for _ in range(weight)]
    return ground.rng.choice(kinds)(ground)


def _named(ground: Ground, target: Object, depth: Depth, kind: str, what: str) -> Tampered:
    """A tampering with a document of an object; where it is `chained`, only another target can tell."""
    spoiled = frozenset({target.id})
    if depth == "chained":
        spoiled |= ground.chain(target)
    # Nobody pins the newest run record but a second copy of it.
    alone = depth == "bare" or (depth == "committed" and target.id != ground.runs[-1])
    return Tampered(kind, f"{target.id}: {what} ({depth})", spoiled, _names(target), alone=alone)


def _names(*targets: Object) -> tuple[str, ...]:
    return tuple(name for target in targets for name in (target.id, ocfl.object_path(target.id)))


def a_document(ground: Ground) -> Tampered:
    """One field of a document, or of one line of one."""
    target = ground.any_object()
    path = ground.rng.choice([one for one in target.paths() if one.endswith((".json", ".jsonl"))])
    depth, file = ground.depth(), target.where(path)
    data = file.read_bytes()
    if path.endswith(".jsonl"):
        lines = data.splitlines()
        number = ground.rng.randrange(len(lines))
        family, what, text = mutate(ground.rng, json.loads(lines[number]), ground.home)
        lines[number] = text.encode("utf-8", "surrogatepass")
        data = b"\n".join(lines) + b"\n"
        what = f"line {number + 1}: {what}"
    else:
        family, what, text = mutate(ground.rng, json.loads(data), ground.home)
        data = text.encode("utf-8", "surrogatepass")
    target.write(file, data, fits=depth != "bare")
    kind = path.rpartition("/")[2] if not path.startswith("transcripts/") else "transcript"
    return _named(ground, target, depth, f"{kind}: {family}", f"{path}: {what}")


def an_inventory(ground: Ground) -> Tampered:
    """One field of an inventory, with its commit."""
    target = ground.any_object()
    number = ground.rng.randint(1, target.head)
    depth = ground.depth()
    family, what, text = mutate(ground.rng, target.inventory(number), ground.home)
    target.commit(text.encode("utf-8", "surrogatepass"), number, fits=depth != "bare")
    # An older inventory is only named by itself: the run records know the newest.
    named = _named(ground, target, depth, f"inventory: {family}", f"v{number} inventory: {what}")
    return replace(named, alone=named.alone and (number == target.head or depth == "bare"))


def a_manifest(ground: Ground) -> Tampered:
    """An inventory that names digests, and of some or of all says nowhere where their bytes lie."""
    target, depth = ground.any_object(), ground.depth()
    number = ground.rng.randint(1, target.head)
    inventory = target.inventory(number)
    names = sorted(inventory["manifest"])
    some = names if ground.rng.random() < 0.5 else [ground.rng.choice(names)]
    inventory["manifest"] |= {name: [] for name in some}
    target.commit(dumped(inventory), number, fits=depth != "bare")
    named = _named(ground, target, depth, "inventory: manifest", f"v{number}: {len(some)} of {len(names)} lie nowhere")
    return replace(named, alone=named.alone and (number == target.head or depth == "bare"))


def without_older(ground: Ground) -> Tampered:
    """A further version of an object, without the inventory, or the commit, of one before it."""
    target = ground.any_object()
    number = plant_version(target, {"x.json": b"{}"})
    before = ground.rng.randint(1, number - 1)
    lost = ground.rng.choice(
        (("inventory.json",), ("inventory.json.sha512",), ("inventory.json", "inventory.json.sha512"))
    )
    for name in lost:
        (target.folder / f"v{before}" / name).unlink()
    depth: Depth = ground.rng.choice(("committed", "chained"))
    if target.id in ground.runs:  # the next record names a first version, which may be the one that is gone
        depth = "committed"
    named = _named(ground, target, depth, "place: no older", f"v{number}, and v{before} without {' and '.join(lost)}")
    return replace(named, alone=True, lacking=False)


def left_behind(ground: Ground) -> Tampered:
    """Files under a version that is not there yet, as an interrupted writer leaves them, and as none does."""
    target = ground.any_object()
    content = target.folder / f"v{target.head + 1}" / "content"
    how = ground.rng.choice(("large", "many", "a file for a folder", "odd names", "digits"))
    content.mkdir(parents=True)
    match how:
        case "large":
            with (content / "large.bin").open("wb") as file:
                file.truncate(1 << 40)  # a hole: it takes no room
        case "many":
            for number in range(1200):
                (content / f"{number}").touch()
        case "a file for a folder":
            for name in ("transcripts", "media", "sidecar.json.again", ".sidecar.json.part"):
                (content / name).write_bytes(b"x")
        case "odd names":
            for raw in (b"\xff\xfe", b"a\nb", b"\x1b[2J", b"x" * 250, b"\\", "\u202e".encode()):
                (content / os.fsdecode(raw)).write_bytes(b"x")
        case _:
            for digits in (6, 7, 19, 250):
                folder = target.folder / f"v{'9' * digits}"
                (folder / "content").mkdir(parents=True)
                for name in ground.rng.sample(("inventory.json", "inventory.json.sha512", "content/x"), 2):
                    (folder / name).write_bytes(b"x")
    return Tampered("left behind", f"{target.id}: {how}", frozenset({target.id}))


def an_inventory_id(ground: Ground) -> Tampered:
    """An inventory whose id is hostile, in the place of the old id or in its own."""
    target = ground.any_object()
    kind = target.id.partition("-")[0]
    word = hostile_ids(ground.rng, ground.home)
    named = ground.rng.choice((f"{kind}-{word}", f"{kind}-{word}", word))
    inventory = target.inventory(1) | {"id": named}
    there = target.folder
    target.commit(dumped(inventory), 1)
    place = ground.root / ocfl.object_path(named)
    if moved := place != there and ground.rng.random() < 0.7:
        if place.exists():
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        there.rename(place)
    what = f"{target.id} says that it is {named[:80]!r}{', and lies there' if moved else ''}"
    spoiled = frozenset({target.id, named})
    newest_run = target.id == ground.runs[-1]
    names = (*_names(target), named, ocfl.object_path(named))
    return Tampered("inventory: object id", what, spoiled, names, alone=not newest_run)


def another_clip(ground: Ground) -> Tampered:
    """A document that says it is of another clip than its object."""
    target = ground.any_object("evidence-", "work-")
    other = ground.rng.choice((*CLIPS, "peertube-new", hostile_ids(ground.rng, ground.home)))
    depth = ground.depth()
    path = "capture.json" if target.id.startswith("evidence-") else "sidecar.json"

    def change(document: Any) -> None:
        places = [document]
        if path == "sidecar.json":
            places += [document["captures"][-1], document["links"][0], document["evidence"]]
        place = ground.rng.choice(places)
        place["object" if place is document.get("evidence") else "clip"] = other

    target.edit(path, change, fits=depth != "bare")
    return _named(ground, target, depth, "another clip", f"{path} is of {other[:80]!r}")


def raw_bytes(ground: Ground) -> Tampered:
    """A file as a whole: content, inventory, commit, root pair, declaration."""
    target = ground.any_object()
    files = sorted(path for path in target.folder.rglob("*") if path.is_file())
    file = ground.rng.choice(files)
    what, data = spoil(ground.rng, file.read_bytes())
    below = file.relative_to(target.folder)
    if "content" in below.parts:
        depth = ground.depth()
        target.write(file, data, fits=depth != "bare")
        named = _named(ground, target, depth, f"bytes: {file.suffix[1:]}", f"{below} {what}")
        newest = below.as_posix() in target.inventory()["manifest"].get(digest(data), [below.as_posix()])
        return replace(named, alone=named.alone and newest)
    file.write_bytes(data)
    return Tampered(f"bytes: {file.name}", f"{target.id}: {below} {what}", frozenset({target.id}), _names(target))


def a_link_there(ground: Ground) -> Tampered:
    """A symbolic link in the place of a file or a folder, to bytes that are right, to others, or to nothing."""
    target = ground.any_object()
    below = sorted(path for path in target.folder.rglob("*"))
    place = ground.rng.choice((target.folder, target.folder.parent, *below, *below))
    outside = ground.home / "outside" / target.id
    how = ground.rng.choice(("right", "right", "dangling", "itself", "keep", "absolute"))
    spoiled = frozenset({target.id})
    if how == "right":
        outside.parent.mkdir(exist_ok=True)
        place.rename(outside)
        place.symlink_to(os.path.relpath(outside, place.parent))
    else:
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
        aims = {"dangling": "nowhere", "itself": place.name, "absolute": str(ground.home / "outside")}
        place.symlink_to(aims.get(how, os.path.relpath(ground.home / "keep", place.parent)))
    what = f"{place.relative_to(ground.root)} is a link ({how})"
    alone = target.id != ground.runs[-1] or place not in (target.folder, target.folder.parent)
    return Tampered("link", f"{target.id}: {what}", spoiled, _names(target), alone=alone, linked=True)


def a_link_above(ground: Ground) -> Tampered:
    """A symbolic link in the place of the whole root, or of what lies beside it."""
    place = ground.rng.choice((ground.root, ground.home / "a" / "writer.json", ground.root / "extensions"))
    outside = ground.home / "outside" / place.name
    outside.parent.mkdir(exist_ok=True)
    place.rename(outside)
    place.symlink_to(outside)
    everything = frozenset(ground.sound.heads)
    whole = place == ground.root
    return Tampered("link: root", f"{place.name} is a link", everything if whole else frozenset(), rest=not whole)


def _opened(document: Any) -> None:
    document["access"] = {"level": "public", "by": "M. Mallory", "at": "2026-03-04T08:00:00Z"}


def _judged(document: Any) -> None:
    for link in document["links"]:
        said = {"link": link["id"], "verdict": "positive", "by": "M. Mallory", "at": "2026-03-04T08:00:00Z"}
        link["judgements"] = [*link["judgements"], said]
        link["judgement"] = "positive"


def _corrected(document: Any) -> None:
    ref = document["transcripts"][0]
    was = {"start": 0, "end": 12.25, "side": None, "language": "en", "text": "x"}
    said = {"by": "M. Mallory", "at": "2026-03-04T08:00:00Z", "why": None, "conflict": None}
    names = {"transcript": ref["name"], "sha512": ref["sha512"]}
    change = {"was": was, "now": {**was, "text": "Nobody was ever held there."}}
    document["corrections"] = [*document["corrections"], {**names, **said, "changes": [change]}]


def _declared(document: Any) -> None:
    said = {"languages": ["zh"], "by": "M. Mallory", "at": "2026-03-04T08:00:00Z", "why": None}
    document["declarations"] = [*document["declarations"], said]


LIES: dict[str, Callable[[Any], None]] = {
    "opens": _opened,
    "judges": _judged,
    "corrects": _corrected,
    "declares": _declared,
}


def _words_of(ground: Ground, clip: str, lies: Iterable[str]) -> dict[str, bytes]:
    """The files of a work object that says more than anybody did."""
    files = dict(ground.sound.files[f"work-{clip}"])
    document = json.loads(files["sidecar.json"])
    for lie in lies:
        LIES[lie](document)
    return {**files, "sidecar.json": json.dumps(document).encode()}


def _lies(ground: Ground) -> list[str]:
    return sorted(LIES) if ground.rng.random() < 0.3 else [ground.rng.choice(sorted(LIES))]


def planted_words(ground: Ground) -> Tampered:
    """A work object under an id that nobody used, about a clip that there is."""
    clip, lies = ground.rng.choice(CLOSED), _lies(ground)
    word = ground.rng.choice(("peertube-new", "NEW", f"{clip}-x", hostile_ids(ground.rng, ground.home)))
    named = ground.rng.choice((f"work-{word}", f"work-{word}", f"words-{word}", f"evidence-{word}", f"work-{clip}/"))
    planted = plant(ground.root, named, _words_of(ground, clip, lies))
    spoiled = frozenset({named} & set(ground.sound.heads))
    return Tampered(
        "planted: words", f"{named[:80]!r} {', '.join(lies)} {clip}", spoiled, _names(planted), lacking=False
    )


def planted_version(ground: Ground) -> Tampered:
    """A further version of a work object, which no run record knows."""
    clip, lies = ground.rng.choice(CLOSED), _lies(ground)
    target = ground.object(f"work-{clip}")
    number = plant_version(target, {"sidecar.json": _words_of(ground, clip, lies)["sidecar.json"]})
    what = f"{target.id} v{number} {', '.join(lies)}"
    return Tampered("planted: version", what, frozenset({target.id}), _names(target), lacking=False)


def replaced_version(ground: Ground) -> Tampered:
    """A work object whose newest version says more than anybody did; the run records may say so too."""
    clip, lies = ground.rng.choice(CLOSED), _lies(ground)
    target = ground.object(f"work-{clip}")
    depth: Depth = ground.rng.choice(("committed", "chained"))
    target.write(target.where("sidecar.json"), _words_of(ground, clip, lies)["sidecar.json"], fits=True)
    return _named(ground, target, depth, "planted: instead", f"{', '.join(lies)}")


def planted_chain(ground: Ground) -> Tampered:
    """A version of a work object, and a run record behind the last one that names it."""
    clip, lies = ground.rng.choice(CLOSED), _lies(ground)
    target = ground.object(f"work-{clip}")
    number = plant_version(target, {"sidecar.json": _words_of(ground, clip, lies)["sidecar.json"]})
    last = ground.object(ground.runs[-1])
    sha512 = digest((target.folder / f"v{number}" / "inventory.json").read_bytes())
    named = "run-20260302T100000Z-00000000-99"
    record = json.loads(last.where("run.json").read_bytes())
    before = digest((last.folder / "v1" / "inventory.json").read_bytes())
    record |= {"run": named, "previous": {"object": last.id, "version": 1, "sha512": before}, "heads": 1, "events": 0}
    head = {"object": target.id, "version": number, "sha512": sha512}
    files = {"run.json": json.dumps(record).encode(), "events.jsonl": b"", "heads.jsonl": json.dumps(head).encode()}
    planted = plant(ground.root, named, files)
    what = f"{target.id} v{number} {', '.join(lies)}, and {named} names it"
    names = (*_names(target), *_names(planted))
    return Tampered("planted: chain", what, frozenset({target.id}), names, lacking=False)


def planted_object(ground: Ground) -> Tampered:
    """A whole object of any kind whose id is hostile, and whose document says the same."""
    source = ground.any_object()
    kind = source.id.partition("-")[0]
    word = hostile_ids(ground.rng, ground.home)
    named = ground.rng.choice((f"{kind}-{word}",) * 4 + (word, f"consent-{word}", f"{kind}{word}"))
    files = dict(ground.sound.files[source.id])
    for path in ("capture.json", "sidecar.json", "run.json", "snapshot.json"):
        if path in files and ground.rng.random() < 0.8:
            document = json.loads(files[path])
            document |= {name: word for name in ("clip", "register_name") if name in document}
            document |= {"run": named} if "run" in document else {}
            for capture in document.get("captures", ()):
                capture["clip"] = word
            files[path] = json.dumps(document).encode()
    target = ground.object(named)
    if target.folder.exists():
        shutil.rmtree(target.folder)
    planted = plant(ground.root, named, files)
    spoiled = frozenset({named} & set(ground.sound.heads))
    return Tampered("planted: hostile id", f"{named[:80]!r} as {source.id}", spoiled, _names(planted), lacking=False)


def a_chain(ground: Ground) -> Tampered:
    """Run records in a circle, in a fork, behind none, or behind themselves."""
    first, last = (ground.object(name) for name in ground.runs)

    def behind(target: Object, name: str, sha512: str = "0" * 128) -> None:
        head = {"object": name, "version": 1, "sha512": sha512}
        target.edit("run.json", lambda document: document.update(previous=head))

    how = ground.rng.choice(("circle", "itself", "fork", "unknown", "evidence", "digest"))
    match how:
        case "circle":
            behind(first, last.id)
        case "itself":
            behind(ground.rng.choice((first, last)), last.id)
        case "fork":
            record = json.loads(last.where("run.json").read_bytes()) | {"run": "run-20260302T100000Z-00000000-7"}
            plant(ground.root, record["run"], {**ground.sound.files[last.id], "run.json": json.dumps(record).encode()})
        case "unknown":
            behind(last, "run-20260302T100000Z-00000000-7")
        case "evidence":
            behind(last, f"evidence-{CLIPS[0]}")
        case _:
            behind(last, first.id)
    names = (*_names(first, last), "run-20260302T100000Z-00000000-7")
    # A predecessor that is lost is no lie by itself, and only a second copy of the newest record tells of this one.
    alone = how in ("circle", "itself", "fork", "digest")
    return Tampered("runs: chain", how, frozenset({first.id, last.id}), names, alone=alone, lacking=False)


def an_event(ground: Ground) -> Tampered:
    """Events and heads that say what never was: copies, versions, objects with hostile ids."""
    target, depth = ground.object(ground.rng.choice(ground.runs)), ground.depth()
    word = hostile_ids(ground.rng, ground.home)
    name = ground.rng.choice((f"evidence-{CLIPS[0]}", f"evidence-{word}", word, "evidence-peertube-none"))
    if ground.rng.random() < 0.6:
        where = ground.rng.choice(("a", "b", "new", "nowhere", word))
        said = {
            "object": name,
            "version": ground.rng.choice((1, 2, 7, -1)),
            "type": "http://id.loc.gov/vocabulary/preservation/eventType/rep",
            "at": "2026-03-04T08:00:00Z",
            "agent": ground.rng.choice(("thirdcopy@9", "M. Mallory", word)),
            "outcome": "success",
            "target": where,
            "detail": None,
        }
        path, what = "events.jsonl", f"a copy of {name[:60]!r} at {where[:60]!r}"
    else:
        said = {"object": name, "version": ground.rng.choice((1, 3, 10**9, 0, -1)), "sha512": "0" * 128}
        path, what = "heads.jsonl", f"a head {name[:60]!r} v{said['version']}"
    target.edit_lines(path, lambda lines: lines.append(said), fits=depth != "bare")
    return _named(ground, target, depth, f"runs: {path}", what)


def a_loss(ground: Ground) -> Tampered:
    """Sightings that say of a clip that is up that it is gone: in a run record, or in one behind the last."""
    clip = CLIPS[0]
    seen: dict[str, Any] = {
        "clip": clip,
        "source": "voices",
        "availability": "gone",
        "words": "Not Found",
        "network": "home",
    }
    seen |= {"tool": "yt-dlp 9", "first": "2026-03-05T08:00:00Z", "last": "2026-03-09T08:00:00Z", "times": 9}
    if ground.rng.random() < 0.5:
        target, depth = ground.object(ground.rng.choice(ground.runs)), ground.depth()
        target.edit_lines("sightings.jsonl", lambda lines: lines.append(seen), fits=depth != "bare")
        return _named(ground, target, depth, "runs: sightings", f"{clip} is gone")
    last, named = ground.object(ground.runs[-1]), "run-20260302T100000Z-00000000-99"
    record = json.loads(last.where("run.json").read_bytes())
    before = digest((last.folder / "v1" / "inventory.json").read_bytes())
    record |= {"run": named, "previous": {"object": last.id, "version": 1, "sha512": before}, "heads": 0, "events": 0}
    files = {"run.json": record | {"sightings": 1}, "sightings.jsonl": seen}
    empty = {"events.jsonl": b"", "heads.jsonl": b""}
    planted = plant(ground.root, named, {name: json.dumps(one).encode() for name, one in files.items()} | empty)
    # Nothing names the newest run record but itself: alone, it is all that can be had.
    return Tampered("planted: loss", f"{named}: {clip} is gone", names=_names(planted), alone=False, lacking=False)


def a_place(ground: Ground) -> Tampered:
    """An object in a wrong folder, versions that skip one, files that nobody names, a lost or other declaration."""
    target = ground.any_object()
    spoiled, names = frozenset({target.id}), _names(target)
    newest_run = target.id == ground.runs[-1]
    how = ground.rng.choice(
        (
            "moved",
            "twice",
            "skipped",
            "two skipped",
            "no first",
            "no commit",
            "rolled back root",
            "stranger",
            "deep",
            "declared",
        )
    )
    tampered = Tampered(f"place: {how}", target.id, spoiled, names)
    match how:
        case "moved" | "twice":
            other = target.folder.with_name(target.folder.name + "-x")
            (shutil.copytree if how == "twice" else shutil.move)(target.folder, other)
            return replace(tampered, names=(*names, str(other.relative_to(ground.root))))
        case "skipped":
            number = plant_version(target, {"x.json": b"{}"}, number=target.head + 2)
            return replace(tampered, what=f"{target.id} v{number} behind v{number - 2}", lacking=False)
        case "two skipped":
            plant_version(target, {"x.json": b"{}"})
            plant_version(target, {"y.json": b"{}"}, number=target.head + 2)
            return replace(tampered, lacking=False)
        case "no first":
            shutil.rmtree(target.folder / "v1")
        case "no commit":
            # The next start rolls forward, as after a kill: nothing is lost, and nothing need be said.
            (target.folder / f"v{target.head}" / "inventory.json.sha512").unlink()
            return replace(tampered, names=())
        case "rolled back root":
            data = dumped(target.inventory(1) | {"head": "v1"})
            (target.folder / "inventory.json").write_bytes(data[: len(data) // ground.rng.choice((1, 2))])
        case "stranger":
            for name in ("v1/content/stranger.bin", "stranger.txt", "v1/stranger", "v7/content/x", "logs/x"):
                file = target.folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(b"x")
            return replace(tampered, names=())
        case "deep":
            where = ground.rng.choice((target.folder, target.folder / "v1" / "content", ground.root, ground.home / "a"))
            deep_folder(where, ground.rng.choice((60, 400, 1200)))
            return replace(tampered, names=(), rest=where not in (ground.root, ground.home / "a"))
        case _:
            file = target.folder / "0=ocfl_object_1.1"
            file.write_bytes(ground.rng.choice((b"", b"ocfl_object_1.0\n", b"\xff")))
    return replace(tampered, alone=not newest_run)


def of_the_root(ground: Ground) -> Tampered:
    """What makes a folder an OCFL root, and says whose it is."""
    root, rng = ground.root, ground.rng
    config = root / "extensions" / "0003-hash-and-id-n-tuple-storage-layout" / "config.json"
    file = rng.choice(
        (ground.home / "a" / "writer.json",) * 4
        + (root / "0=ocfl_1.1", root / "ocfl_layout.json", config, root / "README.txt")
    )
    if file.suffix == ".json" and rng.random() < 0.5:
        family, what, text = mutate(rng, json.loads(file.read_bytes()), ground.home)
        data = text.encode("utf-8", "surrogatepass")
    elif file.name == "writer.json" and rng.random() < 0.3:
        family, what, data = "depth", "deep", deep(rng).encode()
    else:
        family = "bytes"
        what, data = spoil(rng, file.read_bytes())
    file.write_bytes(data)
    # A writer is told of and asked to be taken over, a README is written anew: the others must be named.
    names = () if file.name in ("writer.json", "README.txt") else (file.name, "config.json", "ocfl_layout", "0=ocfl")
    return Tampered(f"root: {file.name}", f"{family}: {what}", frozenset(), names)


def blocks(ground: Ground) -> Tampered:
    """The digests of a video's blocks."""
    target, depth = ground.any_object("evidence-"), ground.depth()
    lines = target.where("blocks.sha256").read_bytes()
    lies = {
        "no hex": lines.replace(b"0", b"g"),
        "more lines": lines * 5,
        "another file": lines.replace(b"media/", b"../../../"),
        "absolute": lines.replace(b"media/", str(ground.home).encode() + b"/"),
        "other digests": b"0" * 64 + lines[64:],
        "empty": b"",
        "not text": b"\xff\x00" * 100,
        "long line": b"0" * 2_000_000,
    }
    what = ground.rng.choice(sorted(lies))
    target.write(target.where("blocks.sha256"), lies[what], fits=depth != "bare")
    return _named(ground, target, depth, "blocks.sha256", what)


def the_register(ground: Ground) -> Tampered:
    """A snapshot that is of another register, or lines that no entry is."""
    target, depth = ground.object(f"register-{REGISTER}"), ground.depth()
    if ground.rng.random() < 0.5:
        word = hostile_ids(ground.rng, ground.home)
        target.edit("snapshot.json", lambda document: document.update(register_name=word), fits=depth != "bare")
        return _named(ground, target, depth, "register", f"snapshot of {word[:80]!r}")
    line = ground.rng.choice(
        (b"[]", b"null", b'{"entry": "../x", "fields": {}}', b"{", b"\xff", deep(ground.rng).encode())
    )
    file = target.where("entries.jsonl")
    target.write(file, file.read_bytes() + line + b"\n", fits=depth != "bare")
    return _named(ground, target, depth, "register", f"entries end in {line[:40]!r}")


def the_list(ground: Ground) -> Tampered:
    """A list that is another one, or lines that no video is."""
    target, depth = ground.object(f"list-{LIST}"), ground.depth()
    if ground.rng.random() < 0.5:
        word = hostile_ids(ground.rng, ground.home)
        target.edit("list.json", lambda document: document.update(list_name=word), fits=depth != "bare")
        return _named(ground, target, depth, "list", f"list of {word[:80]!r}")
    video = {"form": "youtube.com/watch?v=AAAAAAAAAAA", "clips": ["../x"], "address": "\x1b[2J", "rows": [-1]}
    line = ground.rng.choice((b"[]", b"null", json.dumps(video).encode(), b"{", b"\xff", deep(ground.rng).encode()))
    file = target.where("expected.jsonl")
    target.write(file, file.read_bytes() + line + b"\n", fits=depth != "bare")
    return _named(ground, target, depth, "list", f"items end in {line[:40]!r}")


KINDS: dict[Tamperer, int] = {
    a_document: 12,
    an_inventory: 6,
    a_manifest: 3,
    without_older: 3,
    left_behind: 2,
    an_inventory_id: 4,
    another_clip: 3,
    raw_bytes: 4,
    a_link_there: 4,
    a_link_above: 1,
    planted_words: 5,
    planted_version: 3,
    replaced_version: 3,
    planted_chain: 2,
    planted_object: 6,
    a_chain: 3,
    an_event: 3,
    a_loss: 3,
    a_place: 4,
    of_the_root: 4,
    blocks: 2,
    the_register: 2,
    the_list: 2,
}
"""How often each is chosen."""
