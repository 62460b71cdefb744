"""Talks that a machine speaks, films of them, and what becomes of these when they are passed on."""

import random
import subprocess
from pathlib import Path

SAID = """
the people of our village were taken one night in autumn and nobody said where my brother was a teacher he had two
children we asked at every office they told us to wait and to be silent until spring the letters stopped his wife went
to the city and came back without an answer please remember his name and the day on which he went
"""

AS_PASSED_ON = {
    "aac": ("m4a", ("-c:a", "aac", "-b:a", "48k")),
    "opus": ("ogg", ("-c:a", "libopus", "-b:a", "24k")),
    "telephone": ("wav", ("-af", "highpass=300,lowpass=3400", "-ar", "8000")),
    "messenger": ("ogg", ("-ar", "16000", "-c:a", "libopus", "-b:a", "16k", "-application", "voip")),
    "faster": ("m4a", ("-af", "aresample=44100,asetrate=44541,aresample=44100", "-c:a", "aac", "-b:a", "64k")),
    "slower": ("m4a", ("-af", "aresample=44100,asetrate=43659,aresample=44100", "-c:a", "aac", "-b:a", "64k")),
    "without its start": ("m4a", ("-ss", "12", "-c:a", "aac", "-b:a", "64k")),
    "without its end": ("m4a", ("-t", "30", "-c:a", "aac", "-b:a", "64k")),
    "without its middle": ("m4a", ("-af", "aselect='not(between(t,20,28))',asetpts=N/SR/TB", "-c:a", "aac")),
}
"""How a sound is passed on: the container, and ffmpeg's options."""


def words(seed: int, count: int = 140) -> str:
    """Words in an order that no other seed has."""
    return " ".join(random.Random(seed).choices(SAID.split(), k=count))  # noqa: S311


def talk(file: Path, text: str, *, voice: str = "en-us+m3", pace: int = 150) -> Path:
    """A talk as a WAV file."""
    run("espeak-ng", "-v", voice, "-s", str(pace), "-w", str(file), text)
    return file


def passed_on(sound: Path, way: str) -> Path:
    """A sound as it comes out of one of `AS_PASSED_ON`."""
    ending, options = AS_PASSED_ON[way]
    file = sound.with_name(f"{sound.stem} {way}.{ending}")
    ffmpeg("-i", str(sound), *options, str(file))
    return file


def film_of(sound: Path, file: Path, *options: str, picture: str = "testsrc2") -> Path:
    """A film of a sound, with a picture of ffmpeg's that moves, and its options."""
    source = ("-f", "lavfi", "-i", f"{picture}=s=160x90:r=5")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest")
    ffmpeg("-i", str(sound), *source, "-map", "1:v", "-map", "0:a", *codecs, *options, str(file))
    return file


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg to its end."""
    run("ffmpeg", "-nostdin", "-v", "error", "-y", *arguments)


def run(*command: str) -> None:
    """Run a command to its end."""
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=120)
