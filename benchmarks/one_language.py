"""One language throughout: what ours costs over faster-whisper's raw batched reading, and whether it reads as well.

The English clips of the index up to five minutes, with short pauses, in three orders, each drawn by lot again and
again: which voices meet in a chunk decides what a model passes over. Ours is told that English alone is allowed; the
raw `BatchedInferencePipeline` is told `language="en"` and the same options: five beams, batches of eight, timestamps,
its speech filter with chunks of 30 seconds, the times of words or not. Both read the file by themselves, in one
process, in turn, after one reading each that does not count. The ratio is that of each pair of readings, of which the
median is taken, so that what else the machine does weighs on both; `processor_ratio` is the same by how long all
processors were busy.

`orders` has the speed and the words wrong in each order; `median_ratio` is the median of their ratios, `pooled_wer` the
words wrong in all three together. The figures outside it are those of the first order, without the times of words too.

Words are compared by jiwer, after the normalization that `benchmarks._accuracy` states. Where the clips lie is said in
`benchmarks._speech`.

    DATA=folder python -m benchmarks.one_language [ROUNDS] [SECONDS]
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import faster_whisper
import jiwer

from benchmarks._accuracy import normal
from benchmarks._earlier_build import processor_seconds
from benchmarks._speech import BATCH, BEAM, CACHE, Clip, clips, length, recording
from tests.world import kernel
from tests.world.model import model_folder
from transcription.hearing.track_reading import TrackReader
from transcription.records import Options

ROUNDS, SECONDS, SEED, ORDERS = 5, 300, 1, 3
LANGUAGE = "en"
CHUNK_SECONDS = 30
PAUSES = (0.3, 0.8)

Way = Callable[[Path], str]


def main() -> None:
    """Measure, print both side by side, and the figures as JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    spoken = clips({LANGUAGE})
    model = str(model_folder(CACHE))
    figures, without = [], {}
    ways = {words: (_ours(model, words=words), _raw(model, words=words)) for words in (True, False)}
    with TemporaryDirectory(prefix="thirdcopy-one-language-") as scratch:
        for seed in range(SEED, SEED + ORDERS):
            wav, lots = Path(scratch) / "speech.wav", random.Random(seed)  # noqa: S311
            order = _order(spoken, wanted, lots)
            recording(wav, order, PAUSES, lots)
            said = normal(" ".join(clip.text for clip in order))
            print(f"order {seed}: {len(order)} clips in {LANGUAGE}, {length(wav):.0f} s, {rounds} rounds; medians")
            figures.append(_compare(*ways[True], wav, said, rounds))
            _tell("with the times of words", figures[-1])
            if seed == SEED:
                without = _compare(*ways[False], wav, said, rounds)
                _tell("without", without)
    first, ratios = figures[0], [one["speed_ratio"] for one in figures]
    words = sum(one["words"] for one in figures)
    pooled = {
        name: round(sum(one[of] * one["words"] for one in figures) / words, 2)
        for name, of in (("pooled_wer", "wer"), ("pooled_wer_raw", "wer_raw"))
    }
    keep = ("speed_ratio", "processor_ratio", "wer", "wer_raw")
    over_all = {
        "orders": [{name: one[name] for name in keep} for one in figures],
        "median_ratio": statistics.median(ratios),
        **pooled,
    }
    print(f"  all orders: {over_all['median_ratio']} in the median, least {min(ratios)}; WER {pooled}")
    rest = {"rounds": rounds, "seconds": round(first["seconds"]), "kernel": kernel.figures()}
    print(json.dumps({**first, **over_all, "without_words": without, **rest}))


def _tell(name: str, one: dict[str, Any]) -> None:
    print(
        f"  {name:<24} ours {one['times_real_time']:5.1f} × real time, WER {one['wer']:5.2f}   "
        f"raw {one['times_real_time_raw']:5.1f} ×, {one['wer_raw']:5.2f}   ratio {one['speed_ratio']}",
        flush=True,
    )


def _order(spoken: list[Clip], wanted: float, lots: random.Random) -> list[Clip]:
    order: list[Clip] = []
    known = {clip: clip.sound().size / 16_000 for clip in spoken}
    while sum(known[clip] for clip in order) < wanted:
        order += lots.sample(spoken, len(spoken))
    return order


def _ours(model: str, *, words: bool) -> Way:
    whisper = TrackReader(
        Options(model=model, languages=(LANGUAGE,), beam_size=BEAM, batch_size=BATCH, word_times=words)
    )

    def way(wav: Path) -> str:
        transcript = whisper.read(whisper.open(wav, media_sha256="0" * 64, track=0)).transcript
        return " ".join(segment.text for segment in transcript.segments)

    return way


def _raw(model: str, *, words: bool) -> Way:
    loaded = faster_whisper.WhisperModel(model, device="cpu", compute_type="int8")
    batched = faster_whisper.BatchedInferencePipeline(loaded)

    def way(wav: Path) -> str:
        segments, _ = batched.transcribe(
            str(wav),
            language=LANGUAGE,
            beam_size=BEAM,
            batch_size=BATCH,
            without_timestamps=False,
            word_timestamps=words,
            vad_filter=True,
            chunk_length=CHUNK_SECONDS,
        )
        return " ".join(segment.text for segment in segments)

    return way


def _compare(ours: Way, raw: Way, wav: Path, said: str, rounds: int) -> dict[str, Any]:
    """Ours and raw in turn, the first of a pair changing from round to round."""
    written = {way: normal(way(wav)) for way in (ours, raw)}
    took: dict[Way, list[float]] = {ours: [], raw: []}
    busy: dict[Way, list[float]] = {ours: [], raw: []}
    for number in range(rounds):
        for way in (ours, raw) if number % 2 == 0 else (raw, ours):
            began, used = time.monotonic(), processor_seconds()
            way(wav)
            took[way].append(time.monotonic() - began)
            busy[way].append(processor_seconds() - used)
    seconds = length(wav)
    ratios, busy_ratios = (
        [theirs / mine for mine, theirs in zip(of[ours], of[raw], strict=True)] for of in (took, busy)
    )
    return {
        "speed_ratio": round(statistics.median(ratios), 3),
        "speed_ratios": [round(ratio, 3) for ratio in ratios],
        "processor_ratio": round(statistics.median(busy_ratios), 3),
        "times_real_time": round(seconds / statistics.median(took[ours]), 2),
        "times_real_time_raw": round(seconds / statistics.median(took[raw]), 2),
        "wer": round(100 * jiwer.wer(said, written[ours]), 2),
        "wer_raw": round(100 * jiwer.wer(said, written[raw]), 2),
        "words": len(said.split()),
        "seconds": seconds,
    }


if __name__ == "__main__":
    main()
