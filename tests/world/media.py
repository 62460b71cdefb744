"""Makes sample media on the spot, with espeak-ng and ffmpeg; what was made once is found again by its recipe."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_RECIPES = 1
"""Raise it when the same recipe makes another file."""


@dataclass(frozen=True)
class Spoken:
    """Words for espeak-ng to say: `voice` is its own name, as `en-us` or `ru`; `pace` in words a minute."""

    voice: str
    text: str
    pace: int = 140


@dataclass(frozen=True)
class Track:
    """One audio track: what is said on it in order, and its language tag (ISO 639-2), or `seconds` of silence."""

    spoken: tuple[Spoken, ...] = ()
    language: str | None = None
    seconds: float = 0


def film(folder: Path, *tracks: Track, picture: str = "navy") -> Path:
    """A film of 320x180 at 5 frames a second in one colour, as long as its longest track: H.264 and AAC in MP4."""
    return _made(folder, "mp4", {"film": [asdict(t) for t in tracks], "picture": picture}, _film(tracks, picture))


def clip(folder: Path, *, seconds: float = 3, tone: int = 440, size: str = "160x90") -> Path:
    """A short film of a test pattern and a tone, for tests that do not listen."""

    def make(path: Path) -> None:
        # Noise in the picture keeps the film large enough to be cut in the middle of a body.
        _ffmpeg(
            *("-f", "lavfi", "-i", f"testsrc2=s={size}:r=10:d={seconds},noise=alls=40:allf=t:all_seed={tone}"),
            *("-f", "lavfi", "-i", f"sine={tone}:d={seconds}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"),
            *("-movflags", "+faststart", str(path)),
        )

    return _made(folder, "mp4", {"clip": [seconds, tone, size]}, make)


def false_film(folder: Path) -> Path:
    """A text that poses as a film, and would have ffmpeg open its neighbour `secret.mp4`."""

    def make(path: Path) -> None:
        path.write_text("ffconcat version 1.0\nfile secret.mp4\n")

    return _made(folder, "mp4", {"false": 1}, make)


def _film(tracks: tuple[Track, ...], picture: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        sounds = [s for track in tracks for s in track.spoken]
        waves = [path.with_suffix(f".{n}.wav") for n in range(len(sounds))]
        try:
            for wave, words in zip(waves, sounds, strict=True):
                _run("espeak-ng", "-v", words.voice, "-s", str(words.pace), "-w", str(wave), words.text)
            inputs = [argument for wave in waves for argument in ("-i", str(wave))]
            graph, maps, at = [], [], 0
            for number, track in enumerate(tracks):
                if track.spoken:
                    names = "".join(f"[{at + n}:a]" for n in range(len(track.spoken)))
                    graph.append(f"{names}concat=n={len(track.spoken)}:v=0:a=1[a{number}]")
                else:
                    graph.append(f"anullsrc=r=22050:cl=mono,atrim=duration={track.seconds}[a{number}]")
                at += len(track.spoken)
                maps += ["-map", f"[a{number}]"]
                if track.language:
                    maps += [f"-metadata:s:a:{number}", f"language={track.language}"]
            seconds = max((_seconds(tracks, waves)), default=1.0)
            graph.append(f"color={picture}:s=320x180:r=5:d={seconds:.2f}[v]")
            _ffmpeg(
                *inputs,
                *("-filter_complex", ";".join(graph), "-map", "[v]", *maps),
                *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k"),
                *("-movflags", "+faststart", str(path)),
            )
        finally:
            for wave in waves:
                wave.unlink(missing_ok=True)

    return make


def _seconds(tracks: tuple[Track, ...], waves: list[Path]) -> list[float]:
    """How long each track is; espeak-ng writes 22,050 samples of 2 bytes a second, after a header of 44 bytes."""
    lengths = iter([(wave.stat().st_size - 44) / 44_100 for wave in waves])
    return [sum(next(lengths) for _ in track.spoken) or track.seconds for track in tracks]


def _made(folder: Path, suffix: str, recipe: object, make: Callable[[Path], None]) -> Path:
    """The file of a recipe; made as a draft and moved into place, so that two may make it at once."""
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(json.dumps([_RECIPES, recipe], sort_keys=True).encode()).hexdigest()[:20]
    path = folder / f"{name}.{suffix}"
    if not path.exists():
        with TemporaryDirectory(dir=folder) as drafts:
            draft = Path(drafts, f"draft.{suffix}")
            make(draft)
            draft.replace(path)
    return path


def _ffmpeg(*arguments: str) -> None:
    _run("ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact", "-threads", "1", *arguments)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode('utf-8', 'replace')[-500:]}")
