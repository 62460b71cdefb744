"""What the doctor looks at on a machine, and what it says of each: what was found, and what to do about it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import LedgerUnusable
from flows.cli.disk_commands import DISK_KNOWN_BY

if TYPE_CHECKING:
    from archive.opening.archive import Archive
    from archive.settings.settings import Settings
    from storage.targets import TargetSettings

GIB = 1024**3
OLD_TOOL_DAYS = 45


@dataclass(frozen=True)
class Found:
    """What the doctor found of one thing, and what to do about it."""

    what: str
    ok: bool
    found: str
    do: str = ""


def examine(settings: "Settings") -> Iterator[Found]:
    """Look at programs, tools, models, disks, keys, people and the archive itself, one after the other."""
    for program in ("ffmpeg", "ffprobe"):
        where = shutil.which(program)
        yield Found(program, bool(where), where or "not found", "apt install ffmpeg, or brew install ffmpeg")
    yield _chromaprint()
    yield from _tool()
    yield from models(settings)
    yield _disk(settings)
    yield from _missing_keys(settings)
    yield from _folders(settings)
    yield from _accounts(settings)
    yield from _archive(settings)


def _chromaprint() -> Found:
    from transcription.media.fingerprint import fingerprinter

    tool = fingerprinter()
    found = f"by {tool}" if tool else "this ffmpeg has no chromaprint muxer, and there is no fpcalc"
    do = "take the ffmpeg of Debian or Ubuntu, or apt install libchromaprint-tools; else clips with the same sound in "
    return Found("chromaprint", bool(tool), found, f"{do}another encoding are not found")


def _tool() -> Iterator[Found]:
    from archive.sources.ytdlp.ytdlp_session import (
        javascript_runtime,
        tool_age_days,
        tool_version,
    )  # yt-dlp takes a second to import

    runtime = javascript_runtime()
    yield Found(
        "JavaScript runtime", bool(runtime), runtime or "not found", "install thirdcopy's dependencies: deno is one"
    )
    days = tool_age_days(datetime.now(UTC).date())
    yield Found(
        "yt-dlp",
        days <= OLD_TOOL_DAYS,
        f"{tool_version()}, {days} days old",
        "sites change in weeks: uv tool upgrade thirdcopy --upgrade-package yt-dlp; in a checkout: "
        "uv lock --upgrade-package yt-dlp --upgrade-package yt-dlp-ejs, then uv sync",
    )


def models(settings: "Settings") -> Iterator[Found]:
    """The models that the settings name: what of them is there."""
    yield _whisper("model", settings.transcription.model, "transcription.model")
    yield from _own_models(settings)


def _whisper(what: str, model: str, key: str) -> Found:
    """A Whisper model, which `key` of the settings names."""
    folder = Path(model)
    if folder.is_dir():
        ok = (folder / "model.bin").is_file()
        return Found(what, ok, model, "the folder has no model.bin: convert the model with ct2-transformers-converter")
    looks_like_path = "/" in model and (model.startswith((".", "/")))
    if looks_like_path:
        return Found(what, ok=False, found=f"{model} is no folder", do=f"set {key} to a folder or a name")
    return Found(what, ok=True, found=f"{model}; fetched from the model hub when it is first needed")


def _own_models(settings: "Settings") -> Iterator[Found]:
    """The models of single languages: their files, and what reads them. None is loaded."""
    for language, one in settings.transcription.per_language.items():
        what, key = f"model for {language}", f"transcription.per_language.{language}.model"
        if one.model is not None and one.engine == "ctc":
            from transcription.engines.ctc_engine import missing

            fault = missing(one.model)
            found = f"{one.model} {fault}" if fault else f"{one.model}, read by ctc"
            do = f"set {key} to the folder of a model; `thirdcopy models list` says where one comes from"
            yield Found(what, fault is None, found, do)
        elif one.model is not None:
            yield _whisper(what, one.model, key)


def _disk(settings: "Settings") -> Found:
    folder = next(path for path in (settings.state, *settings.state.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free / GIB
    enough = free > settings.free_gib
    return Found(
        "disk", enough, f"{free:,.0f} GiB free at {folder}", f"free_gib keeps {settings.free_gib:g} GiB: make room"
    )


def _missing_keys(settings: "Settings") -> Iterator[Found]:
    for name, stanza in settings.targets.items():
        lacking = [key for key in ("access_key", "secret_key") if getattr(stanza, key, "") is None]
        if lacking:
            variables = " and ".join(
                f"THIRDCOPY_TARGETS__{name.upper().replace('-', '_')}__{key.upper()}" for key in lacking
            )
            yield Found(f"keys of {name}", ok=False, found=f"no {' and no '.join(lacking)}", do=f"set {variables}")


def _folders(settings: "Settings") -> Iterator[Found]:
    """Each disk that is a source: whether it is there, can be read, and is known again by a serial of its own."""
    from archive.errors import SourceAway
    from archive.settings.source_stanzas import FolderSettings
    from archive.sources.folder.disk_identity import identify
    from archive.sources.folder.disk_walk import OpenFolder

    for name, stanza in settings.sources.items():
        if not isinstance(stanza, FolderSettings):
            continue
        try:
            with OpenFolder(stanza.path) as folder:
                entries = any(True for _ in folder.walk())
                disk = identify(stanza.path, stanza.disk)
        except (SourceAway, OSError) as error:
            yield Found(f"source {name}", ok=False, found=str(error), do="see the sentence above")
            continue
        if not entries:
            yield Found(f"source {name}", ok=False, found=f"{stanza.path} is empty", do="mount the disk there")
            continue
        how = DISK_KNOWN_BY[disk.serial_of]
        yield Found(f"source {name}", ok=True, found=f"{stanza.path}: disk {disk.name}, known again by {how}")


def _accounts(settings: "Settings") -> Iterator[Found]:
    """The file of the reading room's people, if there is one: whether it can be used, and is its owner's alone."""
    from archive.people.people import People
    from archive.people.people_file import PeopleUnusable

    people = People.of(settings)
    if not people.place.exists():
        return
    try:
        count = len(people.accounts())
        found = f"{count:,} account{'s' * (count != 1)}, kept in {people.place}"
    except PeopleUnusable as error:
        yield Found("people", ok=False, found=str(error), do="see the sentence above")
        return
    if people.open_to_others:
        what = f"others on this machine can read or change {people.place}, with every account's hash"
        yield Found("people", ok=False, found=what, do=f"chmod 600 {people.place}*, and new passwords for all")
    else:
        yield Found("people", ok=True, found=found)


def _archive(settings: "Settings") -> Iterator[Found]:
    """The ledger, the targets and the clock; where there is no ledger to be used, that alone."""
    from archive.opening.archive import opened
    from archive.opening.clocks import against_ledger, against_stores
    from archive.preservation.lost_workers import in_spools
    from archive.preservation.usable_targets import reachable
    from storage.mirrors import at_each
    from storage.targets import address

    with ExitStack() as stack:
        try:
            archive = stack.enter_context(opened(settings))
            damage = archive.ledger.examine()
        except LedgerUnusable as error:
            yield Found("ledger", ok=False, found=str(error), do="see the sentence above")
            return
        yield _ledger(archive, damage)
        for worker, sentence in in_spools(archive, of_living=False).items():
            yield Found(f"worker {worker}", ok=False, found=sentence, do="see the sentence above")
        usable_targets = reachable(archive)
        _, refused = at_each(usable_targets.readable, lambda target: target.check())
        for name, stanza in settings.targets.items():
            problem = usable_targets.problems.get(name)
            if name in refused:
                problem = f"can be read, and not written to: {refused[name]}"
            found = problem or f"answers ({address(stanza)})"
            yield Found(f"target {name}", problem is None, found, "see the sentence above")
            if problem is None:
                yield from _rules(name, stanza)
        wrong = [one for one in (against_stores(archive), against_ledger(archive)) if one]
        said = f"{archive.clock():%Y-%m-%d %H:%M} UTC; no store and no time in the ledger says otherwise"
        yield Found("clock", not wrong, "; ".join(wrong) or said, "see the sentence above")


def _ledger(archive: "Archive", damage: list[str]) -> Found:
    """The ledger, which was read whole, and the journal that it is kept in."""
    ledger = archive.ledger
    if damage:
        what = f"{len(damage):,} faults found, the first: {damage[0]}"
        return Found("ledger", ok=False, found=what, do=f"{ledger.place}: {ledger.anew}")
    if ledger.at_risk:
        do = "end what else has the ledger open; the next run moves it out of WAL"
        return Found("ledger", ok=False, found=f"sound so far; {ledger.kept_in}", do=do)
    return Found("ledger", ok=True, found=f"read whole, sound; {ledger.kept_in}")


def _rules(name: str, stanza: "TargetSettings") -> Iterator[Found]:
    """What a bucket's own rules do to what is kept in it."""
    from flows.cli.target_checks import ours
    from storage.errors import TargetError
    from storage.targets import S3Settings

    if not isinstance(stanza, S3Settings):
        return
    from storage.targets.s3.lifecycle import bucket_rules

    try:
        rules = bucket_rules(name, stanza, ours())
    except TargetError as error:
        yield Found(f"rules of {name}", ok=False, found=error.message, do="ask again later")
        return
    told = "; ".join(map(str, rules.harmful)) or rules.untold or "none that touches what is kept"
    do = f"change them at the provider, then: thirdcopy targets check {name}"
    yield Found(f"rules of {name}", not rules.harmful, told, do)
