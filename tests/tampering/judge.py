"""What real commands make of a target that lies: nothing outside is touched, no lie is believed, the rest is back."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any, Literal, cast

from typer.main import get_command

from archive.errors import ArchiveError
from archive.ledger.copies import ARRIVED
from archive.opening.archive import Archive, opened
from archive.preservation.restoring import restore
from archive.preservation.unaccepted import unaccepted
from archive.preservation.usable_targets import reachable
from archive.progress import Silent
from archive.records.whereabouts import whereabouts
from archive.settings.settings import load
from archive.steps.run_session import RunSession
from archive.steps.stages import Asked, run
from archive.steps.work_objects import build
from archive.texts.shown import shown
from flows.cli import app
from flows.orchestration.writing_session import writing
from storage.errors import TargetError
from tests.support.archives import MODEL_DIGEST
from tests.tampering.generator import Tampered, tamper
from tests.tampering.objects import Object
from tests.tampering.sound import CLIPS, CSV, LIST, REGISTER, Sound, Standing, standing
from transcription.errors import TranscriptionError
from transcription.hearing.checkpoint import Checkpoint
from transcription.hearing.track_reading import TrackReader
from transcription.records import Options, Segment, Transcript

Scenario = Literal["alone", "beside"]
"""The tampered target alone, or beside a sound one."""

SECONDS = 90
"""No command takes longer on so little."""

RUN_EVERY = 4
RUNS = ("planted", "inventory: object id", "another clip", "root")
"""A run takes longer than all other commands: it is tried in one case of so many, and where it does most."""

LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""When what any sighting says has been."""

DEEP = ("1", "2", "3", "4", "5", "6", "home")
"""An archive's folder lies so deep that a path of a few `..` still ends within the case's folder."""

SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 1
free_gib = 0

[registers.{register}]
file = "victims.csv"

[transcription]
model = "a-scribe"

"""


SENTENCES = (ArchiveError, TargetError, TranscriptionError, OSError)
"""What ends a command in one sentence."""


@cache
def _command() -> Any:
    """The command line; to build it takes longer than most commands."""
    return get_command(app.app)


@dataclass
class Verdict:
    """What was wrong in one case, by what must hold; empty if all of it held."""

    seed: int
    scenario: Scenario
    tampered: Tampered
    faults: list[tuple[str, str]] = field(default_factory=list)

    def say(self, what: str, detail: str) -> None:
        """Keep a fault, once."""
        if (what, detail) not in self.faults:
            self.faults.append((what, detail))


class Overdue(Exception):
    """A command took too long."""


@dataclass
class Transcribing:
    """A track that is open; nothing decodes it."""

    media_sha256: str
    track: int
    checkpoint: Checkpoint

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Written:
    """What came of a track."""

    transcript: Transcript
    translation: None = None


class Scribe:
    """Writes the same sentence for every track, and keeps a checkpoint as Whisper does: no weights are needed."""

    model, model_digest = "a-scribe", MODEL_DIGEST
    hidden = ()

    @classmethod
    def hired(cls, _options: Options) -> TrackReader:
        """One that stands where a reader of speech does."""
        return cast(TrackReader, cls())

    def open(self, path: Path, *, media_sha256: str, track: int, checkpoint: Path | None = None) -> Any:
        return Transcribing(media_sha256, track, Checkpoint(checkpoint, {"media": media_sha256, "track": track}))

    def read(self, opened: Any, **_: Any) -> Any:
        opened.checkpoint.keep("heard", 1)
        opened.checkpoint.discard()
        segment = Segment(
            start=0,
            end=0.2,
            text="We remember.",
            language="en",
            language_probability=0.9,
            avg_logprob=-0.2,
            no_speech_prob=0.01,
            compression_ratio=1.0,
        )
        made = Transcript(
            container="mov,mp4,m4a,3gp,3g2,mj2",
            codec="aac",
            start=0.0,
            channels=1,
            media_sha256=opened.media_sha256,
            track=opened.track,
            duration=0.2,
            model=self.model,
            model_digest=self.model_digest,
            device="cpu",
            compute_type="int8",
            options=Options(model=self.model),
            versions={},
            segments=(segment,),
            gaps=(),
        )
        return Written(made)


def lay(folder: Path, sound: Sound, scenario: Scenario) -> Path:
    """An archive's folder deep within a case's, with what lies around it: the folder."""
    home = folder.joinpath(*DEEP)
    home.mkdir(parents=True)
    for place in (folder, *(folder.joinpath(*DEEP[:depth]) for depth in range(1, len(DEEP) + 1))):
        (place / "keep").mkdir()
        (place / "keep" / "precious.txt").write_text("not ours")
    names = ["a", "new"] if scenario == "alone" else ["a", "b", "new"]
    for name in names:
        if name == "new":
            (home / name).mkdir()
        else:
            shutil.copytree(sound.folder / "a", home / name)
    shutil.copytree(sound.folder / "state", home / "state")
    (home / "victims.csv").write_text(CSV)
    stanzas = "".join(f'[targets.{name}]\nkind = "folder"\npath = "{name}"\n\n' for name in names)
    (home / "archive.toml").write_text(SETTINGS.format(register=REGISTER) + stanzas)
    return home


def judged(folder: Path, sound: Sound, seed: int, scenario: Scenario, *, processes: bool = False) -> Verdict:
    """Tamper as a seed says, and judge what the commands make of it; with `processes` each in one of its own."""
    home = lay(folder, sound, scenario)
    tampered = tamper(home, sound, seed)
    return judge(folder, sound, tampered, seed, scenario, processes=processes)


def judge(
    folder: Path, sound: Sound, tampered: Tampered, seed: int, scenario: Scenario, *, processes: bool = False
) -> Verdict:
    """Judge what the commands make of a folder in which `a` was tampered with."""
    verdict = Verdict(seed, scenario, tampered)
    _Case(folder, folder.joinpath(*DEEP), sound, tampered, verdict, processes).go()
    return verdict


@dataclass
class _Case:
    folder: Path
    home: Path
    sound: Sound
    tampered: Tampered
    verdict: Verdict
    processes: bool
    said: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    waits: set[str] = field(default_factory=set)

    def go(self) -> None:
        """Every command in the order of a person who lost the ledger."""
        self.around = _around(self.folder)
        rebuilt = self.command("rebuild", "--json")
        self._report(rebuilt)
        with self.looking("rebuild") as archive:
            if archive:
                self._comes_back(archive)
                self._believes("rebuild", archive)
        self.command("status", "--json")
        for more in ((), ("--json",)):
            self.command("expect", LIST, *more)
        self.command("expect", "--list", "--json")
        self.look()
        self._restored()
        self._say(self.command("audit", "--all", "--json"))
        with self.looking("audit") as archive:
            if archive and self.tampered.linked:
                self._counts_no_link(archive)
        self._say(self.command("repair", "--all", "--json"))
        if self.verdict.seed % RUN_EVERY == 0 or self.tampered.kind.startswith(RUNS):
            self.run()
            with self.looking("run") as archive:
                if archive:
                    self._believes("run", archive)
            self._mirrored()
        self._named()

    def look(self) -> None:
        """Show and restore each clip: those first that the sound archive does not have."""
        with self.looking("status") as archive:
            clips = sorted(archive.ledger.clips.ids()) if archive else []
        clips.sort(key=lambda clip: f"evidence-{clip}" in self.sound.heads)
        if self.processes:
            for clip in clips[:6]:
                self.command("show", "--", clip)
                self.command("restore", "--to", "out", "--by", "R. Reader", "--", clip)
            return
        with self.looking("restore") as archive:
            if not archive:
                return
            usable = reachable(archive).readable
            for clip in clips[:6]:
                with suppress(*SENTENCES):
                    build(archive, clip)
                    shown(archive, clip)
                with suppress(*SENTENCES):
                    restore(archive, clip, Path("out"), usable, by="R. Reader")
                self._untouched("restore")

    def command(self, *arguments: str) -> str | None:
        """Run a command: what it printed, errors included; None if it broke off."""
        name = arguments[0]
        words = [*arguments[:1], "--config", "archive.toml", *arguments[1:]]
        if self.processes and not any("\0" in word for word in words):
            code, out, err = self._process(words)
        else:
            code, out, err = self._within(name, words)
        self._untouched(name)
        if "Traceback" in err:
            self.verdict.say("traceback", f"{name}: {err[-300:]}")
        elif code not in (0, 1, 2, 3, 4):
            self.verdict.say("traceback", f"{name} ended with {code}: {err[-300:]}")
        else:
            self.said.append(err)
            return out
        return None

    def _within(self, name: str, words: list[str]) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        with _in(self.home), redirect_stdout(out), redirect_stderr(err), self._within_time(name):
            try:
                _command()(words, prog_name="thirdcopy")
            except SystemExit as ended:
                code = int(ended.code or 0)
            except SENTENCES as error:  # as flows.cli.app.main
                print(error, file=sys.stderr)
                code = getattr(error, "exit_code", 1)
        return code, out.getvalue(), err.getvalue()

    def _process(self, words: list[str]) -> tuple[int, str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        try:
            done = subprocess.run(
                [sys.executable, "-m", "flows.cli.app", *words],
                cwd=self.home,
                env={**os.environ, "PATH": path, "PYTHONPATH": str(Path(app.__file__).parents[2]), "COLUMNS": "80"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            self.verdict.say("hangs", words[0])
            return 0, "", ""
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

    @contextmanager
    def _within_time(self, name: str) -> Iterator[None]:
        """Keep what is raised, but for what ends a command in a sentence, as a fault with its place."""
        handler = signal.signal(signal.SIGALRM, _overdue)
        began, (left, again) = monotonic(), signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            yield
        except Overdue:
            self.verdict.say("hangs", name)
        except RecursionError as error:
            self.verdict.say("traceback", f"{name}: RecursionError {_where(error)}")
        except Exception as error:  # whatever it is, a person would see a traceback
            self.verdict.say("traceback", f"{name}: {type(error).__name__}: {str(error)[:160]} {_where(error)}")
        finally:
            signal.signal(signal.SIGALRM, handler)
            # Whoever runs the cases may have an alarm of their own.
            signal.setitimer(signal.ITIMER_REAL, max(left - monotonic() + began, 0.1) if left else 0, again)

    def run(self) -> None:
        """A run without sources: what is owed is stored, words are read, links proposed, all of it recorded."""
        with _in(self.home), self._within_time("run"):
            try:
                with writing(load(self.home / "archive.toml"), Silent(), take_over=True) as session:
                    self.said += session.usable_targets.problems.values()
                    scribes = RunSession(session.archive, session.usable_targets, load=Scribe.hired)
                    tally = run(scribes, Asked())
                    self.said += tally.problems
            except SENTENCES as error:
                self.said.append(str(error))
        self._untouched("run")

    @contextmanager
    def looking(self, after: str) -> Iterator[Archive | None]:
        """The archive as it is now, or None if the ledger cannot be opened."""
        with (
            _in(self.home),
            self._within_time(f"looking after {after}"),
            opened(load(self.home / "archive.toml")) as one,
        ):
            yield one

    def _report(self, rebuilt: str | None) -> None:
        try:
            facts = json.loads(rebuilt or "{}")
        except ValueError:
            facts = {"problems": [rebuilt]}
        if isinstance(facts, dict):
            lacking = facts.pop("lacking", None)
            self.lacking += [
                one for some in (lacking or {}).values() for one in (some if isinstance(some, list) else [])
            ]
        self._say(facts)

    def _say(self, what: object) -> None:
        self.said.append(what if isinstance(what, str) else json.dumps(what, ensure_ascii=False))

    def _untouched(self, name: str) -> None:
        now = _around(self.folder)
        for path in sorted(now.keys() | self.around.keys()):
            if now.get(path) != self.around.get(path):
                how = "wrote" if path not in self.around else "deleted" if path not in now else "changed"
                self.verdict.say("outside", f"{name} {how} {path}")
        self.around = now

    def _comes_back(self, archive: Archive) -> None:
        """Every object that was not tampered with is there, and each that was is there or named."""
        if not self.tampered.rest and self.verdict.scenario == "alone":
            return
        words = "\n".join(self.said)
        if self.verdict.scenario == "alone" and any(name.startswith("run-") for name in self.tampered.spoiled):
            # Alone, a run record is all that vouches for what it names: without it that waits, by name.
            self.waits = {one.object for one in unaccepted(archive.ledger)}
        for name, (version, sha512) in self.sound.heads.items():
            head = archive.ledger.copies.head(name)
            if name in self.waits or (head and (head.version, head.sha512) == (version, sha512)):
                continue
            if name not in self.tampered.spoiled:
                found = f"v{head.version}" if head else "nothing"
                self.verdict.say("rest lost", f"{name} v{version} did not come back: {found}")
            elif self.verdict.scenario == "beside" and name not in words:
                self.verdict.say("rest lost", f"{name}, which b holds sound, is neither back nor named")

    def _believes(self, after: str, archive: Archive) -> None:
        """Nothing is in force that nobody said; beside a sound target, all that was said of sound clips is."""
        now = standing(archive)
        for one in now.beyond(self.sound.standing):
            self.verdict.say("belief", f"after {after}: {one}")
        if self.verdict.scenario == "beside":
            for clip in CLIPS:
                if whereabouts(archive.ledger.sightings.of(clip), LATER).standing == "gone":
                    self.verdict.say("belief", f"after {after}: {clip} is gone, on the word of one target")
            spoiled = {name.partition("-")[2] for name in self.tampered.spoiled}
            for one in _lost(now, self.sound.standing, spoiled | self._disputed(archive)):
                self.verdict.say("rest lost", f"after {after}: {one}")

    def _disputed(self, archive: Archive) -> set[str]:
        """Clips of which a and b say different things: what was said of them waits, by name."""
        return {one.object.partition("-")[2] for one in unaccepted(archive.ledger)}

    def _restored(self) -> None:
        """Restored files of sound clips are as they were."""
        if not self.tampered.rest and self.verdict.scenario == "alone":
            return
        for name in self.sound.heads:
            clip = name.partition("-")[2]
            if not name.startswith(("evidence-", "work-")) or name in self.waits or _spoiled(clip, self.tampered):
                continue
            for path, data in self.sound.files[name].items():
                file = self.home / "out" / name / path
                if not file.is_file() or file.read_bytes() != data:
                    self.verdict.say(
                        "rest lost", f"restore: {name}/{path} is {'other' if file.exists() else 'not there'}"
                    )
                    return

    def _mirrored(self) -> None:
        """What is sound at the second target and at the tampered one is as it was, and what the new one got is right.

        Versions may have been added.
        """
        for target in ("b",) if self.verdict.scenario == "beside" else ():
            self._holds(target, set(self.sound.heads))
        if self.tampered.rest:
            rest = set(self.sound.heads) - self.tampered.spoiled
            self._holds("a", rest)
            self._holds("new", {name for name in rest if not name.startswith("run-")})

    def _holds(self, target: str, names: set[str]) -> None:
        for name in sorted(names):
            there = Object(self.home / target / "ocfl", name).folder
            before = Object(self.sound.folder / "a" / "ocfl", name).folder
            for file in before.rglob("v*/**/*"):
                now = there / file.relative_to(before)
                if target == "new" and not now.exists():
                    continue  # a target that is refused is no source for another one
                if file.is_file() and not (now.is_file() and now.read_bytes() == file.read_bytes()):
                    self.verdict.say("copies", f"{target}: {name}/{file.relative_to(before)} is not what it was")
                    break

    def _counts_no_link(self, archive: Archive) -> None:
        for name in self.tampered.spoiled & set(self.sound.heads):
            folder = self.home / "a" / "ocfl"
            files = [
                path for path in Object(self.sound.folder / "a" / "ocfl", name).folder.rglob("*") if path.is_file()
            ]
            linked = [
                path for path in files if _through_a_link(folder, path.relative_to(self.sound.folder / "a" / "ocfl"))
            ]
            roots = {"inventory.json", "inventory.json.sha512"}
            of_versions = {
                path.relative_to(Object(self.sound.folder / "a" / "ocfl", name).folder).parts[0] for path in linked
            } - roots
            for copy in archive.ledger.copies.of(name):
                whole = "0=ocfl_object_1.1" in of_versions
                if copy.target == "a" and copy.state in ARRIVED and (whole or f"v{copy.version}" in of_versions):
                    self.verdict.say("link", f"{name} v{copy.version} at a counts as {copy.state}")

    def _named(self) -> None:
        names = self.tampered.names
        if not names or (self.verdict.scenario == "alone" and not self.tampered.alone):
            return
        words = "\n".join(self.said) + ("\n".join(self.lacking) if self.tampered.lacking else "")
        if not any(form in words for name in names for form in _forms(name)):
            self.verdict.say("unnamed", f"nothing says a word of {names[0][:80]!r}")


def _forms(name: str) -> tuple[str, ...]:
    """How a name may be written on a screen: its first characters will do, and odd ones may be escaped."""
    return name[:60], json.dumps(name[:60], ensure_ascii=False)[1:-1], repr(name[:60])[1:-1], ascii(name[:60])[1:-1]


def _lost(now: Standing, sound: Standing, spoiled: set[str]) -> list[str]:
    """What was said of sound clips and is not in force."""
    found = [f"{clip} is not open any more" for clip in sorted(sound.opened - now.opened - spoiled)]
    for what in ("judgements", "corrections", "declarations"):
        gone = getattr(sound, what) - getattr(now, what)
        found += [f"{what}: {said[:120]}" for key, said in sorted(gone) if key not in spoiled]
    return found


def _spoiled(clip: str, tampered: Tampered) -> bool:
    return any(name.partition("-")[2] == clip for name in tampered.spoiled)


def _through_a_link(root: Path, below: Path) -> bool:
    place = root
    for part in below.parts:
        place = place / part
        if place.is_symlink():
            return True
    return False


def _around(folder: Path) -> Mapping[str, str]:
    """All that lies in a case's folder outside the archive's own folders: path → what it is."""
    home = folder.joinpath(*DEEP)
    own = {home / name for name in ("a", "b", "new", "state", "out")}
    found: dict[str, str] = {}
    waiting = [folder]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            path = Path(entry.path)
            if path in own:
                if entry.is_symlink() or not entry.is_dir():
                    found[entry.path] = "not a folder"
            elif entry.is_symlink():
                found[entry.path] = f"a link to {path.readlink()}"
            elif entry.is_dir():
                found[entry.path] = "a folder"
                waiting.append(path)
            else:
                found[entry.path] = path.read_bytes().hex()[:4000]
    return {str(Path(path).relative_to(folder)): what for path, what in found.items()}


def _overdue(_signal: int, _frame: FrameType | None) -> None:
    raise Overdue


def _where(error: BaseException) -> str:
    """The last place of our own code in a traceback."""
    ours = [
        f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(ROOT)
        and ".venv" not in frame.filename
        and "tests/" not in frame.filename
    ]
    return f"at {ours[-1]}" if ours else ""


ROOT = Path(app.__file__).parents[2]


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
