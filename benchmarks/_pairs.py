"""Pairs of one recording, planted among others: which are found again, and whether any other pair is taken for one.

Talks are spoken on the spot by several voices in several languages; where recorded speech lies beside the checkout (see
`_speech`), recordings of it too. Each is passed on in the ways of messengers, telephones and editors, and then every
sound is compared with every other by the archive's own rules. Beside them lie what misleads: other voices with the same
words, one tune before different talks, music under them, silence, a tone.

    python -m benchmarks._pairs
"""

import json
import os
import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy

from archive.joins.aligning import align
from archive.joins.lookup import SoundIndex
from archive.joins.proposing import Compared
from archive.joins.soundprints import Soundprint
from benchmarks._speech import DEFAULT
from transcription.media.fingerprint import ITEM_SECONDS, fingerprint
from transcription.media.probing_media import probe

WORDS = {
    "en-us": """
        the people of our village were taken one night in autumn and nobody said where my brother was a teacher he had
        two children we asked at every office they told us to wait until spring the letters stopped his wife went to
        the city and came back without an answer please remember his name
    """,
    "ru": """
        мой брат был учителем его увезли ночью осенью никто не сказал куда мы спрашивали во всех учреждениях нам велели
        ждать и молчать до весны письма прекратились его жена поехала в город и вернулась без ответа помните его имя
    """,
    "kk": """
        менің ағам мұғалім болды оны күзде түнде алып кетті ешкім қайда екенін айтпады біз барлық жерден сұрадық хаттар
        тоқтады әйелі қалаға барып жауапсыз қайтты мен сөйлеп тұрмын себебі басқа жол қалмады оның атын ұмытпаңыздар
    """,
    "tr": """
        kardeşim öğretmendi onu bir sonbahar gecesi götürdüler kimse nereye olduğunu söylemedi her yerde sorduk bize
        beklememizi söylediler mektuplar kesildi karısı şehre gitti ve cevapsız döndü adını ve gittiği günü unutmayın
    """,
}
VOICES = ("m1", "f2", "m3", "f4", "m7", "f5", "m2", "f1", "m5", "m4", "f3", "m6")
RATE = "aresample=44100,asetrate={rate},aresample=44100"
WAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AAC 64k": ("m4a", ("-c:a", "aac", "-b:a", "64k")),
    "Opus 24k": ("ogg", ("-c:a", "libopus", "-b:a", "24k")),
    "MP3 32k": ("mp3", ("-ar", "22050", "-b:a", "32k")),
    "telephone band": ("wav", ("-af", "highpass=300,lowpass=3400", "-ar", "8000")),
    "messenger": ("ogg", ("-ar", "16000", "-c:a", "libopus", "-b:a", "16k", "-application", "voip")),
    "cut at the start": ("m4a", ("-ss", "15", "-c:a", "aac", "-b:a", "64k")),
    "cut at the end": ("m4a", ("-t", "20", "-c:a", "aac", "-b:a", "64k")),
    "cut in the middle": (
        "m4a",
        ("-af", "aselect='not(between(t,10,15))',asetpts=N/SR/TB", "-c:a", "aac", "-b:a", "64k"),
    ),
    "1 % faster": ("m4a", ("-af", RATE.format(rate=44541), "-c:a", "aac", "-b:a", "64k")),
    "1 % slower": ("m4a", ("-af", RATE.format(rate=43659), "-c:a", "aac", "-b:a", "64k")),
    "4 % faster, same pitch": ("m4a", ("-af", "atempo=1.04", "-c:a", "aac", "-b:a", "64k")),
}
BEYOND = {
    "2 % faster": ("m4a", ("-af", RATE.format(rate=44982), "-c:a", "aac", "-b:a", "64k")),
    "4 % faster": ("m4a", ("-af", RATE.format(rate=45864), "-c:a", "aac", "-b:a", "64k")),
}
"""Speeds with their pitch that the rules do not promise: measured, and not counted in `pairs_found`."""
AMR, AMR_OF_MESSENGER, NOISE = "AMR-NB 7.95k", "messenger, then AMR-NB", "noise at 15 dB"


@dataclass(frozen=True)
class Sound:
    """A sound: what it is a recording of, how it came here, and its fingerprint."""

    recording: str
    way: str
    soundprint: Soundprint


def pairs(talks: int = 6, recorded: int = 4) -> dict[str, Any]:
    """So many talks and recordings of speech, passed on in every way.

    `pairs_found` is the share of the planted pairs that is found, `pairs_false` counts what is none and is proposed.

    `per_codec` has the share for each way in which a recording was passed on, `beyond` for speeds that are not
    promised, `planted` how many pairs there were, `by_rclone` how many pairs `rclone dedupe` finds that were passed on,
    and whether it finds two files that are equal.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        originals = [*_talks(root)[:talks], *_recorded(root)[:recorded]]
        sounds = list(_sounds(root, originals))
        before = time.monotonic()
        proposed = list(_proposed(sounds))
        seconds = time.monotonic() - before
        rclone = _by_rclone(root, originals)
    planted = [(sound.recording, sound.way) for sound in sounds if sound.way not in ("original", "misleading")]
    found = {
        (one.recording, ({one.way, other.way} - {"original"}).pop())
        for one, other in proposed
        if one.recording == other.recording and "original" in (one.way, other.way)
    }
    false = [(one, other) for one, other in proposed if one.recording != other.recording]
    counted = [pair for pair in planted if pair[1] not in BEYOND]
    return {
        "pairs_found": round(sum(pair in found for pair in counted) / len(counted), 4),
        "pairs_false": len(false),
        "planted": len(counted),
        "recordings": len(originals),
        "sounds": len(sounds),
        "compared_s": round(seconds, 1),
        "per_codec": _shares(counted, found),
        "beyond": _shares([pair for pair in planted if pair[1] in BEYOND], found),
        "false": [f"{one.soundprint.clip} and {other.soundprint.clip}" for one, other in false[:20]],
        "by_rclone": rclone,
    }


def _shares(planted: Iterable[tuple[str, str]], found: set[tuple[str, str]]) -> dict[str, float]:
    many, right = Counter[str](), Counter[str]()
    for recording, way in planted:
        many[way] += 1
        right[way] += (recording, way) in found
    return {way: round(right[way] / many[way], 3) for way in many}


def _talks(root: Path) -> list[Path]:
    made = list[Path]()
    for number, voice in enumerate(VOICES):
        language = list(WORDS)[number % len(WORDS)]
        text = _text(language, number)
        made.append(root / f"talk-{number}.wav")
        _run("espeak-ng", "-v", f"{language}+{voice}", "-s", str(120 + 5 * number), "-w", str(made[-1]), text)
    return made


def _text(language: str, seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS[language].split(), k=130))  # noqa: S311


def _recorded(root: Path) -> list[Path]:
    """Recorded speech, three clips or more put together to at least 24 seconds; each clip is in one alone."""
    folder = Path(os.environ.get("DATA") or DEFAULT)
    files = sorted(path for path in folder.glob("*/*") if path.suffix in (".flac", ".ogg", ".wav"))
    made, part, seconds = list[Path](), list[Path](), 0.0
    for file in files:
        part.append(file)
        seconds += probe(file).duration
        if seconds >= 24:
            made.append(root / f"recorded-{len(made)}.wav")
            parts = "".join(f"[{n}:a]aresample=44100,aformat=channel_layouts=mono[s{n}];" for n in range(len(part)))
            joined = "".join(f"[s{n}]" for n in range(len(part))) + f"concat=n={len(part)}:v=0:a=1"
            inputs = [word for one in part for word in ("-i", str(one))]
            _ffmpeg(*inputs, "-filter_complex", parts + joined, str(made[-1]))
            part, seconds = [], 0.0
    return made


def _sounds(root: Path, originals: Sequence[Path]) -> Iterable[Sound]:
    for file in originals:
        yield _sound(file, file.stem, "original")
        for way, (ending, options) in (WAYS | BEYOND).items():
            copy = root / f"{file.stem} {way}.{ending}".replace(" ", "_").replace("%", "pc")
            _ffmpeg("-i", str(file), *options, str(copy))
            yield _sound(copy, file.stem, way)
        for way, made in _other_ways(root, file).items():
            yield _sound(made, file.stem, way)
    for file in _misleading(root, originals):
        yield _sound(file, file.stem, "misleading")


def _other_ways(root: Path, file: Path) -> dict[str, Path]:
    amr, noisy = root / f"{file.stem}.amr", root / f"{file.stem}-noise.wav"
    spoken = root / f"{file.stem}_messenger.ogg"
    passed = root / f"{file.stem}-messenger.amr"
    _amr(file, amr)
    _amr(spoken, passed)
    noise = "[1]volume=0.03[n];[0]aresample=22050,dynaudnorm[a];[a][n]amix=inputs=2:duration=first:normalize=0"
    _ffmpeg(
        "-i", str(file), "-f", "lavfi", "-i", "anoisesrc=c=pink:r=22050:d=120", "-filter_complex", noise, str(noisy)
    )
    return {AMR: amr, AMR_OF_MESSENGER: passed, NOISE: noisy}


def _amr(file: Path, into: Path) -> None:
    """AMR as a telephone writes it, by the encoder that PyAV brings: Debian's ffmpeg has none."""
    with av.open(str(file)) as source, av.open(str(into), "w", format="amr") as target:
        stream: Any = target.add_stream("libopencore_amrnb", rate=8000)
        stream.layout, stream.bit_rate = "mono", 7950
        resampler = av.AudioResampler("s16", "mono", 8000, frame_size=160)
        for frame in source.decode(audio=0):
            for ready in resampler.resample(frame):
                target.mux(stream.encode(ready))
        target.mux(stream.encode(None))


def _misleading(root: Path, originals: Sequence[Path]) -> Iterable[Path]:
    """Sounds that are no recording of one another, each for a reason of its own."""
    text = _text("en-us", 99)
    for number, voice in enumerate(VOICES[:6]):
        file = root / f"same-words-{number}.wav"
        _run("espeak-ng", "-v", f"en-us+{voice}", "-s", "145", "-w", str(file), text)
        yield file
    notes = "+".join(f"0.2*sin(2*PI*t*{220 * 2 ** (n / 12):.1f}*(1+floor(mod(t*{n + 1},3))))" for n in (0, 4, 7))
    tune = root / "tune.wav"
    _ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{notes}':s=22050:d=120", str(tune))
    for number in range(4):
        text = _text("ru", 200 + number)
        talk, file = root / f"under-{number}.wav", root / f"tune-and-bed-{number}.wav"
        _run("espeak-ng", "-v", f"ru+{VOICES[number]}", "-w", str(talk), text)
        graph = (
            "[0]atrim=duration=10[intro];[0]volume=0.2[bed];[1][bed]amix=inputs=2:duration=shortest:normalize=0[under];"
            "[intro][under]concat=n=2:v=0:a=1"
        )
        _ffmpeg("-i", str(tune), "-i", str(talk), "-filter_complex", graph, str(file))
        yield file
    for name, source in (("silent", "anullsrc=r=22050:cl=mono"), ("tone", "sine=440:r=22050")):
        for number in range(2):
            file = root / f"{name}-{number}.wav"
            _ffmpeg("-f", "lavfi", "-i", source, "-t", "60", str(file))
            yield file


def _sound(file: Path, recording: str, way: str) -> Sound:
    media = probe(file)
    track = media.audio[0]
    return Sound(recording, way, Soundprint(file.name, track.index, fingerprint(file, track, media, timeout=120)))


def _proposed(sounds: Sequence[Sound]) -> Iterable[tuple[Sound, Sound]]:
    """Every pair that the archive would propose, each once."""
    index = SoundIndex([sound.soundprint for sound in sounds])
    for number, sound in enumerate(sounds):
        for candidate in index.candidates(sound.soundprint):
            if candidate.number <= number:
                continue
            other = sounds[candidate.number]
            found = align(sound.soundprint, other.soundprint, candidate.shifts)
            if found and Compared(sound.soundprint.clip, other.soundprint.clip, found, ITEM_SECONDS).is_likely():
                yield sound, other


def _by_rclone(root: Path, originals: Sequence[Path]) -> dict[str, int | bool]:
    """What `rclone dedupe` finds in the same folder, with one original there twice: it compares whole files."""
    twice = root / "again.wav"
    twice.write_bytes(originals[0].read_bytes())
    listed = subprocess.run(
        ["rclone", "dedupe", "list", "--by-hash", str(root)], capture_output=True, text=True, check=True, timeout=600
    )
    groups, names = list[list[str]](), re.compile(r"^ +[0-9]+: .*, (.+)$")
    for line in listed.stdout.splitlines():
        if line.endswith(" duplicates"):
            groups.append([])
        elif groups and (found := names.match(line)):
            groups[-1].append(found[1])
    alike = [{one, other} for group in groups for one, other in combinations(group, 2)]
    passed_on = [pair for pair in alike if any(file.name in pair for file in originals) and twice.name not in pair]
    return {"equal_files": {originals[0].name, twice.name} in alike, "passed_on": len(passed_on)}


def at_scale(*, indexed: int = 200, others: int = 400, minutes: float = 15) -> dict[str, float]:
    """How long it takes to look many clips up in an index of new ones, from items of talks in an order of their own."""
    with TemporaryDirectory() as folder:
        talks = [_sound(file, file.stem, "original").soundprint.items for file in _talks(Path(folder))]
    heard = numpy.concatenate(talks)
    length, generator = round(minutes * 60 / ITEM_SECONDS), numpy.random.default_rng(1)

    def made(name: str) -> Soundprint:
        starts = generator.integers(0, len(heard) - 16, -(-length // 16))
        items = numpy.concatenate([heard[at : at + 16] for at in starts])[:length]
        # Other voices and rooms turn over bits of the same words: else every two would hold the same two seconds.
        noise = generator.random((length, 32)) < 0.2
        return Soundprint(name, 0, items ^ numpy.packbits(noise, axis=1).view(numpy.uint32)[:, 0])

    before = time.monotonic()
    index = SoundIndex([made(f"new-{n}") for n in range(indexed)])
    built = time.monotonic() - before
    candidates, seconds = 0, 0.0
    for number in range(others):
        sound = made(f"other-{number}")
        before = time.monotonic()
        for candidate in index.candidates(sound):
            candidates += 1
            align(sound, index.sounds[candidate.number], candidate.shifts)
        seconds += time.monotonic() - before
    return {
        "indexed": indexed,
        "others": others,
        "index_s": round(built, 2),
        "lookup_ms": round(1000 * seconds / others, 2),
        "candidates": candidates,
    }


def _ffmpeg(*arguments: str) -> None:
    _run("ffmpeg", "-nostdin", "-v", "error", "-y", *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=300)


def main() -> None:
    """Measure with every voice, and print one JSON object."""
    print(json.dumps({**pairs(len(VOICES), recorded=20), "scale": at_scale()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
