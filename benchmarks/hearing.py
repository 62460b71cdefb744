"""Whether every voice is read, and at its second: one recording through every channel layout, container, start and gap.

Layouts: a recording is laid into the channels of a track in many ways that lose it in an ordinary mix (a side of
opposite phase, of three microphones the third, a tone, a hum or time code on the other side, the centre of six), in
three codecs. The character error rate of each is compared with that of the recording alone, mono, in the same codec;
where several channels are read, the best of them counts. `worst_cer_extra` is in points of a hundred.

Seconds: a tone's second in a file, by our decoding and the clock that we export, less the second at which a player
plays it. For what a browser plays that is measured in a real Chromium after a seek, where there is one (`player` says),
else reckoned: a browser keeps the container's own clock, but for Ogg Vorbis; players of MPEG streams begin at 0. For
sound behind a gap, and for MP3 of varying bit rate without an index, of which players have two times, the packets' time
counts. Beside it is `faster_whisper.decode_audio`, which gives the whole of a file as samples.

The recording is the English clips of `benchmarks._speech`, else made by espeak-ng; the model is `base`.

    python -m benchmarks.hearing
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from benchmarks import _player
from benchmarks._accuracy import normal
from benchmarks._speech import CACHE, DEFAULT, RATE, clips
from tests.world import kernel
from tests.world.model import model_folder
from transcription.documents.players import keeps_its_clock
from transcription.hearing.track_reading import TrackReader
from transcription.media.decoding import decode
from transcription.media.probing_media import probe, survey
from transcription.records import Options, Transcript

LONGEST_S = 60
CODECS = {"aac": ("m4a", "aac"), "opus": ("webm", "libopus"), "flac": ("mkv", "flac")}
SENTENCES = (
    "They came in the morning and took my brother from our house. ",
    "My mother is still waiting for an answer, and nobody has told us the reason. ",
    "He is a teacher of mathematics, and he has never done anything wrong. ",
)

Sound = NDArray[numpy.float64]


def _tone(length: int, hertz: float, level: float) -> Sound:
    sound: Sound = level * numpy.sin(2 * numpy.pi * hertz * numpy.arange(length) / RATE)
    return sound


def _noise(length: int, db: float, seed: int = 1) -> Sound:
    sound: Sound = numpy.random.default_rng(seed).standard_normal(length) * 10 ** (db / 20)
    return sound


def _time_code(length: int) -> Sound:
    """A square wave whose bits are told by its rate, as cameras write beside their sound."""
    steps = numpy.where(numpy.arange(length) // 7 % 3, 0.5, 1)
    sound: Sound = 0.5 * numpy.sign(numpy.sin(numpy.cumsum(steps)))
    return sound


LAYOUTS: Mapping[str, Callable[[Sound], Sequence[Sound]]] = {
    "both sides": lambda a: (a, a),
    "left alone": lambda a: (a, 0 * a),
    "right alone": lambda a: (0 * a, a),
    "one side softer": lambda a: (a, 0.2 * a),
    "opposite phase": lambda a: (a, -a),
    "nearly opposite": lambda a: (a, -0.97 * a),
    "opposite from the middle on": lambda a: (a, numpy.where(numpy.arange(a.size) < a.size // 2, a, -a)),
    "a tone on the other side": lambda a: (0.3 * a, _tone(a.size, 1000, 0.6)),
    "a hum on the other side": lambda a: (_tone(a.size, 50, 0.6), 0.3 * a),
    "time code on the other side": lambda a: (_time_code(a.size), 0.3 * a),
    "first of three": lambda a: (a, _noise(a.size, -60), _noise(a.size, -60, 2)),
    "third of three": lambda a: (_noise(a.size, -60), _noise(a.size, -60, 2), a),
    "fourth of four": lambda a: (*(_noise(a.size, -60, n) for n in range(3)), a),
    "centre of six, with rumble": lambda a: (
        *(_noise(a.size, -50, n) for n in (1, 2)), a, _tone(a.size, 60, 0.5), *(_noise(a.size, -55, n) for n in (3, 4)),
    ),
    "fronts of six, opposite": lambda a: (a, -a, *(_noise(a.size, -60, n) for n in range(4))),
}  # fmt: skip


@dataclass(frozen=True)
class Placement:
    """A file with a tone at a known second: its arguments for ffmpeg, and the tone's second on a player's clock.

    `kept` are those of which players have two times, or that a browser does not play: the given second counts.
    """

    name: str
    arguments: Sequence[str]
    at: float
    kept: bool = False


PICTURE = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=20")
BEEP = ("-f", "lavfi", "-i", "sine=f=1000:d=20,volume='between(t,6,7)':eval=frame")
GAP = ("-f", "lavfi", "-i", "sine=f=1000:d=20,volume='between(t,6,7)':eval=frame,asetpts='PTS+gt(T,3)*5/TB'")
H264, VP8 = ("-c:v", "libx264", "-pix_fmt", "yuv420p"), ("-c:v", "libvpx", "-deadline", "realtime")
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov")
DELAYED = ("-movflags", "frag_keyframe+empty_moov+delay_moov")


def _late(seconds: float) -> tuple[str, ...]:
    return ("-output_ts_offset", str(seconds), *(("-avoid_negative_ts", "disabled") if seconds < 0 else ()))


PLACEMENTS = (
    Placement("plain.mp4", (*PICTURE, *BEEP, *H264, "-c:a", "aac"), 6),
    Placement("late-sound.mp4", (*PICTURE, "-itsoffset", "3", *BEEP, *H264, "-c:a", "aac"), 9),
    Placement("from-10.mp4", (*PICTURE, *BEEP, *H264, "-c:a", "aac", *_late(10)), 16),
    Placement("sound-from-3.mp4", (*BEEP, "-c:a", "aac", *_late(3)), 9),
    Placement("fragments-from-10.mp4", (*PICTURE, *BEEP, *H264, "-c:a", "aac", *FRAGMENTS, *_late(10)), 6),
    Placement("fragments-told-from-10.mp4", (*PICTURE, *BEEP, *H264, "-c:a", "aac", *DELAYED, *_late(10)), 16),
    Placement("from-before-0.mp4", (*PICTURE, *BEEP, *H264, "-bf", "0", "-c:a", "aac", *DELAYED, *_late(-1.1)), 4.9),
    Placement("late-sound.mkv", (*PICTURE, "-itsoffset", "3", *BEEP, *H264, "-c:a", "libopus"), 9),
    Placement("from-10.mkv", (*PICTURE, *BEEP, *H264, "-c:a", "libopus", *_late(10)), 16),
    Placement("from-5.webm", (*PICTURE, *BEEP, *VP8, "-c:a", "libopus", *_late(5)), 11),
    Placement("from-100.ogg", (*BEEP, "-c:a", "libopus", *_late(100)), 106),
    Placement("vorbis-from-100.ogg", (*BEEP, "-c:a", "libvorbis", *_late(100)), 6),
    Placement("gap.mp4", (*PICTURE, *GAP, *H264, "-c:a", "aac"), 11, kept=True),
    Placement("gap.mkv", (*PICTURE, *GAP, *H264, "-c:a", "libopus"), 11, kept=True),
    Placement("no-index.mp3", (*BEEP, "-q:a", "4", "-write_xing", "0"), 6, kept=True),
    Placement("plain.ts", (*PICTURE, *BEEP, *H264, "-c:a", "aac"), 6, kept=True),
    Placement("late-sound.ts", (*PICTURE, "-itsoffset", "3", *BEEP, *H264, "-c:a", "aac"), 9, kept=True),
    Placement("from-100.ts", (*PICTURE, *BEEP, *H264, "-c:a", "aac", *_late(100)), 6, kept=True),
    Placement("leap.ts", (*GAP[:3], GAP[3].replace("*5/TB", "*30/TB"), "-c:a", "aac"), 36, kept=True),
    Placement("late.mpg", (*PICTURE, "-itsoffset", "3", *BEEP, "-c:v", "mpeg2video", "-c:a", "mp2"), 9, kept=True),
)  # fmt: skip


def main() -> None:
    """Measure, print two tables, and the figures as JSON."""
    model = model_folder(CACHE)
    with TemporaryDirectory(prefix="thirdcopy-hearing-") as scratch:
        folder = Path(scratch)
        worst_extra, layouts = _layouts(folder, model)
        player = _player.browser()
        worst, peer = _seconds(folder, player)
    print(
        json.dumps(
            {
                "benchmark": "hearing",
                "layouts": layouts,
                "worst_cer_extra": round(worst_extra, 2),
                "worst_second": round(worst, 3),
                "peer_worst_second": round(peer, 3),
                "placements": len(PLACEMENTS),
                "player": player or "reckoned",
                "kernel": kernel.figures(),
            }
        )
    )


def _layouts(folder: Path, model: Path) -> tuple[float, int]:
    """The points of a hundred by which the worst layout is worse than the plain recording, and how many there are."""
    whisper = TrackReader(Options(model=str(model), languages=("en",)))
    voice, text = _recording(folder)
    worst, count = 0.0, 0
    print(f"{'characters wrong in a hundred':<32}" + "".join(f"{codec:>18}" for codec in CODECS))
    plain = {codec: _wrong(whisper, _laid(folder, (voice,), codec), text)[0] for codec in CODECS}
    print(f"{'the recording alone':<32}" + "".join(f"{plain[codec]:18.2f}" for codec in CODECS))
    for name, lay in LAYOUTS.items():
        cells = []
        for codec in CODECS:
            wrong, read = _wrong(whisper, _laid(folder, lay(voice), codec), text)
            worst, count = max(worst, wrong - plain[codec]), count + 1
            cells.append(f"{wrong:.2f} ({','.join(str(n + 1) for n in read) or 'mix'})")
        print(f"{name:<32}" + "".join(f"{cell:>18}" for cell in cells), flush=True)
    return worst, count


def _recording(folder: Path) -> tuple[Sound, str]:
    """A voice, at a level of .6, and what it says."""
    if (Path(os.environ.get("DATA") or DEFAULT) / "index.tsv").is_file():
        sounds, texts, length = list[Sound](), list[str](), 0
        for clip in clips({"en"}):
            sound = clip.sound()
            if length + sound.size > LONGEST_S * RATE:
                continue
            length += sound.size
            sounds += [sound.astype(numpy.float64), numpy.zeros(RATE)]
            texts.append(clip.text)
        voice, text = numpy.concatenate(sounds), " ".join(texts)
    else:
        text = "".join(SENTENCES)
        wav = folder / "said.wav"
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", str(wav), text], check=True, timeout=60)
        voice = numpy.concatenate(list(decode(wav, 0, seconds=60, timeout=60))).astype(numpy.float64)
    return 0.6 * voice / float(abs(voice).max()), text


def _laid(folder: Path, channels: Sequence[Sound], codec: str) -> Path:
    ending, encoder = CODECS[codec]
    raw = numpy.stack(channels, axis=1).astype("<f4").tobytes()
    file = folder / f"laid.{ending}"
    named = {3: "3.0", 4: "4.0", 6: "5.1"}.get(len(channels))  # or an encoder may drop one for a subwoofer
    layout = ("-af", f"channelmap={'|'.join(map(str, range(len(channels))))}:{named}") if named else ()
    guess = ("-guess_layout_max", "0") if named else ()
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        *guess,
        "-f",
        "f32le",
        "-ar",
        str(RATE),
        "-ac",
        str(len(channels)),
        "-i",
        "-",
    ]
    rate = ("-b:a", f"{64 * len(channels)}k") if codec != "flac" else ()
    mapping = ("-mapping_family", "255") if codec == "opus" and len(channels) not in (1, 2, 6) else ()
    subprocess.run([*command, *layout, "-c:a", encoder, *rate, *mapping, str(file)], input=raw, check=True, timeout=120)
    return file


def _wrong(whisper: TrackReader, file: Path, text: str) -> tuple[float, tuple[int, ...]]:
    """Characters wrong in a hundred, of the best of what was read, and the channels that were read by themselves."""
    made = whisper.read(whisper.open(file, media_sha256="0" * 64, track=0)).transcript
    said = normal(text)
    found = [_written(made, channel) for channel in made.read or (None,)]
    return min(100 * Levenshtein.distance(said, normal(one)) / len(said) for one in found), made.read


def _written(made: Transcript, channel: int | None) -> str:
    return " ".join(segment.text for segment in made.segments if segment.channel == channel)


def _seconds(folder: Path, player: str | None) -> tuple[float, float]:
    """By how much the worst tone is away from its second on a player's clock, of ours and of the peer."""
    from faster_whisper import decode_audio

    for one in PLACEMENTS:
        subprocess.run(["ffmpeg", "-v", "error", "-y", *one.arguments, str(folder / one.name)], check=True, timeout=120)
    played = _player.heard_at(folder, {one.name: one.at for one in PLACEMENTS if not one.kept})
    worst = peer_worst = 0.0
    print(f"{'a tone, in seconds':<32}{'player':>10}{'ours':>10}{'decode_audio':>14}   by {player or 'reckoning'}")
    for one in PLACEMENTS:
        measured = played.get(one.name)
        if player and not one.kept and measured is None:
            print(f"{one.name} was not played by {player}; its second is reckoned", file=sys.stderr)
        at = one.at if measured is None else measured
        ours = _ours(folder / one.name)
        peer = _onset(decode_audio(str(folder / one.name), sampling_rate=RATE))
        worst, peer_worst = max(worst, abs(ours - at)), max(peer_worst, abs(peer - at))
        print(f"{one.name:<32}{at:10.3f}{ours:10.3f}{peer:14.3f}", flush=True)
    return worst, peer_worst


def _ours(file: Path) -> float:
    """Where we say that the tone is, on the clock that is exported."""
    media = probe(file)
    stream, found = media.audio[0], survey(file, media, timeout=60)
    pieces = decode(file, stream.index, seconds=60, timeout=60, media=media, survey=found)
    ahead = media.start if keeps_its_clock(media.container, stream.codec) else 0.0
    return _onset(numpy.concatenate(list(pieces))) + ahead


def _onset(sound: NDArray[numpy.float32]) -> float:
    return float(numpy.flatnonzero(numpy.abs(sound) > 0.05)[0]) / RATE


if __name__ == "__main__":
    main()
