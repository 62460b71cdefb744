"""Commands about models of single languages: which are known, what one does here, and fetching one."""

import os
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from archive.errors import SettingsError
from flows.cli import common, console, quick_measuring
from flows.cli.common import Config, DryRun, Json

if TYPE_CHECKING:
    from archive.settings.transcription_stanza import TranscriptionSettings
    from transcription.engines.engine import Samples
    from transcription.engines.known_models import KnownModel, ModelFile
    from transcription.engines.model_checking import Checked
    from transcription.records import EngineKind

app = typer.Typer(help="Models that read one language, or a few.", no_args_is_help=True)
WANTING = ("ug", "ky", "kk")
"""Languages that Whisper lacks or reads badly: for one of them a model is fetched, as a rule."""

SOUND_SECONDS = 120
"""So much of a file is read to check a model with."""

CANNOT = {
    "languages": "say which language it hears",
    "punctuation": "write punctuation or capitals",
    "silence": "say that nobody speaks",
    "prompts": "be told anything beforehand",
    "translation": "translate",
}


def complete_model(incomplete: str) -> list[str]:
    """Names of models for the shell's completion."""

    def names() -> list[str]:
        from transcription.engines.known_models import known_models

        return list(known_models())

    return common.completed(incomplete, names)


@app.command(name="list", epilog="Example: thirdcopy models list --language ug")
def list_models(
    language: Annotated[
        str | None,
        typer.Option(help="Only those that write this language.", autocompletion=common.complete_language),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the models that are known: languages, licence, size, their maker's own figure, and whether any was tried."""
    from transcription.engines.known_models import known_models

    models = [one for one in known_models().values() if language is None or language in one.languages]
    if as_json:
        return console.print_json({one.name: _document(one) for one in models})
    for one in models:
        console.out.print(f"[bold]{escape(one.name)}[/]  {escape(_spoken(one))}", highlight=False)
        for what, said in _facts(one):
            console.out.print(f"  [dim]{what:>8}[/]  {escape(said)}", highlight=False, soft_wrap=True)
    if not models:
        console.out.print(f"No model is known that writes {escape(language or '')}", highlight=False)
    return None


def _spoken(model: "KnownModel") -> str:
    return ", ".join(model.languages) + (f" and {model.others}" if model.others else "")


def _facts(model: "KnownModel") -> list[tuple[str, str]]:
    """What is said of a model, in lines."""
    size = f", {console.size(model.bytes)}" if model.bytes else ""
    forbids = f"; it forbids {model.forbids}" if model.forbids else ""
    asks = f"; it asks that {model.asks}" if model.asks else ""
    facts = [("maker", f"{model.maker}{size}"), ("licence", f"{model.licence}{forbids}{asks}")]
    facts.append(("figure", f"the maker's, not measured here: {model.figure}"))
    facts.append(("here", model.tried or "not tried here"))
    if model.not_fetched:
        facts.append(("fetch", f"not by `models get`: {model.not_fetched}"))
    elif model.files:
        unpinned = f"; nobody publishes that of {', '.join(model.unpinned)}" if model.unpinned else ""
        facts.append(("digests", f"of {model.digests_by}{unpinned}" if model.digests_by else "none is published"))
    facts.append(("see", ", ".join(model.looked_up)))
    return facts


def _document(model: "KnownModel") -> dict[str, Any]:
    return {**model.model_dump(mode="json"), "bytes": model.bytes}


@app.command(name="check", epilog="Example: thirdcopy models check models/omnilingual-300m --sound speech.wav")
def check_a_model(
    folder: Annotated[Path, typer.Argument(help="The folder of a model.")],
    engine: Annotated[str | None, typer.Option(help="whisper or ctc; else as its files say.")] = None,
    sound: Annotated[Path | None, typer.Option(help="A file with speech to read; else made noise.")] = None,
    measure: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="A recording, or a folder of them, to measure quick reading on. Repeatable."),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Load a model and read with it: what it is, what it cannot do, how fast it is here and how much memory it takes.

    Device and threads are those of the settings, if there are any. What it writes of noise says nothing of its quality.
    With --measure a Whisper model reads recordings quickly and as usual: how much faster it is, and whether more is
    wrong, where NAME.txt beside NAME.wav has what is said.
    """
    from transcription.engines.engine_loading import kind_of
    from transcription.engines.model_checking import check_model

    if engine not in (None, "whisper", "ctc"):
        raise typer.BadParameter(f"there is no engine {engine}{console.nearest(engine, ['whisper', 'ctc'])}")
    kind: EngineKind | None = "ctc" if engine == "ctc" else "whisper" if engine else None
    if measure and (kind or kind_of(folder)) == "ctc":
        raise typer.BadParameter("--measure is for a Whisper: no other model reads quickly or not")
    told, file = _settings()
    with console.waiting(f"reading with {folder.name}"):
        checked = check_model(
            str(folder), told.options, kind=kind, sound=_sound(sound) if sound else None, measured=told.measured
        )
    known = _known_by(checked.digest)
    if not as_json:
        console.print_facts(_lines(checked, known, sound))
    of_quick = quick_measuring.measured(folder, checked.digest, told, measure) if measure else None
    if as_json:
        more = {"quick_reading": of_quick.document()} if of_quick else {}
        return console.print_json({**asdict(checked), "known_as": known, **more})
    if of_quick:
        of_quick.print(file)
    return None


def _lines(checked: "Checked", known: str | None, sound: Path | None) -> list[tuple[str, str]]:
    tells = "as its maker says" if checked.engine == "ctc" else "as its files say"
    languages = f"{', '.join(checked.languages)}, {tells}" if checked.languages else "its files do not tell"
    cannot = ", ".join(CANNOT[lack] for lack in checked.lacks) or "nothing that is asked of a model"
    read = f"{sound.name}" if sound else "made noise"
    lines = [
        ("model", f"{checked.name}, {checked.engine}, {checked.compute_type} on {checked.device}"),
        ("digest", f"sha256 {checked.digest}, {f'that of {known}' if known else 'of none that is known here'}"),
        ("languages", languages),
        ("cannot", cannot),
        ("at once", f"{checked.longest_ms / 1000:g} s; what is longer is cut where it is quietest"),
        ("loading", f"{checked.loading:.1f} s"),
        ("speed", f"{checked.speed:.1f} s of sound in a second, of {checked.sound:.0f} s of {read}"),
        ("memory", f"{console.size(checked.memory)} at most, the program itself among it"),
    ]
    if checked.scripts:
        lines.insert(3, ("letters", ", ".join(checked.scripts)))
    if sound:
        lines.append(("wrote", console.plain(checked.text) or "nothing"))
    return lines


def _settings() -> "tuple[TranscriptionSettings, Path]":
    """The archive's own and the file that they stand in, or what holds where there is no archive.

    Raises SettingsError for settings that are wrong, or that somebody names and that are not there.
    """
    from archive.settings.settings import FILE, find, load
    from archive.settings.transcription_stanza import TranscriptionSettings

    try:
        file = find(common.chosen_file())
    except SettingsError:
        if common.chosen_file() is not None or os.environ.get("THIRDCOPY_CONFIG"):
            raise
        return TranscriptionSettings(), Path(FILE)
    return load(file).transcription, file


def _sound(file: Path) -> "Samples":
    from transcription.media.decoding import decode
    from transcription.media.probing_media import probe

    media = probe(file)
    if not media.audio:
        raise typer.BadParameter(f"{file} has no sound")
    with closing(decode(file, media.audio[0].index, seconds=SOUND_SECONDS, timeout=60, media=media)) as pieces:
        return next(pieces)


def _known_by(digest: str) -> str | None:
    """The name of the known model that has a digest."""
    from transcription.engines.known_models import known_models

    return next((one.name for one in known_models().values() for file in one.files if file.sha256 == digest), None)


@app.command(name="get", epilog="Example: thirdcopy models get omnilingual-300m --dry-run")
def get_model(
    name: Annotated[str, typer.Argument(help="A model's name in `models list`.", autocompletion=complete_model)],
    into: Annotated[Path, typer.Option(help="The folder that its folder is made in.")] = Path("models"),
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Fetch a model, each file checked by its digest before it is used. What came is gone on from after a break."""
    from transcription.engines.known_models import known_models
    from transcription.engines.model_fetching import fetch_model

    models = known_models()
    if name not in models:
        raise typer.BadParameter(f"no model {name} is known{console.nearest(name, list(models))}")
    model = models[name]
    if dry_run and as_json:
        return console.would("", {**_document(model), "into": str(into / name)}, as_json=True)
    if not as_json:
        _announce(model, into)
    if dry_run:
        return None
    progress = console.progress()
    with progress.shown(), progress.task(name, model.bytes, "B") as task:
        done: dict[str, int] = {}

        def tell(file: "ModelFile", have: int) -> None:
            task.advance(have - done.get(file.name, 0))
            done[file.name] = have

        digests = fetch_model(model, into, tell)
    if as_json:
        return console.print_json({"model": name, "folder": str(into / name), "sha256": digests})
    for file in model.files:
        same = "as it is known" if file.sha256 else "which nobody publishes to compare it with"
        console.out.print(f"{escape(file.name)}  sha256 {digests[file.name]}, {same}", highlight=False, soft_wrap=True)
    folder = (into / name).absolute()
    console.out.print(f"\nIt is in {escape(str(folder))}. Look at it: thirdcopy models check {escape(str(folder))}")
    console.out.print("Then name it in archive.toml, for each language that it is to read:\n", highlight=False)
    language = next((code for code in WANTING if code in model.languages), model.languages[0])
    stanza = f'[transcription.per_language.{language}]\nengine = "{model.engine}"\nmodel = "{folder}"'
    console.out.print(escape(stanza), highlight=False, soft_wrap=True)
    return None


def _announce(model: "KnownModel", into: Path) -> None:
    """What will be fetched, from where, how much, and what its licence asks."""
    for what, said in _facts(model):
        console.out.print(f"[bold]{what:>8}[/]  {escape(said)}", highlight=False, soft_wrap=True)
    for file in model.files:
        size = console.size(file.bytes) if file.bytes else "nobody says how much"
        console.out.print(f"[bold]    file[/]  {escape(file.address)}, {size}", highlight=False, soft_wrap=True)
    console.out.print(f"[bold]    into[/]  {escape(str(into / model.name))}", highlight=False, soft_wrap=True)
