"""Several languages in one recording: errors, lost words, speed and memory, beside faster-whisper's own ways.

Recorded clips of the languages that Whisper knows are put together in an order drawn by lot, with pauses of 0.3 to 1.5
seconds, and read by ours with its default options, by ours without the times of words, and by faster-whisper's ways of
reading several languages (`multilingual=True`): one after the other, the same with its speech filter, and batched. All
have the same weights, int8, and five beams; what else they can be told is left at its default. Each reading is a
process of its own; speed is without loading the model. Ours allows the archive's nine languages, Kazakh among them.

An earlier build of ours (`benchmarks._earlier_build` says which) reads each mix as well, in the same run and in turn:
`build_ratio` is our speed over its, by the clock, and `build_ratio_processor` by what all processors were busy;
`cer_delta` is by how many points of a hundred our CER is above its.

`cer` is the character error rate in a hundred by aligning the whole text with what was said, so that no system pays for
rough times; `cer_by_time` counts what was written for each clip's time. How texts are made comparable is said in
`benchmarks._accuracy`, which is the same for all. Where the clips lie is said in `benchmarks._speech`.

    DATA=folder python -m benchmarks.languages [MIXES] [FIRST_SEED]
"""

import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import _earlier_build
from benchmarks._accuracy import Tally, by_time, language_right, lost, whole
from benchmarks._speech import (
    BATCHED,
    CACHE,
    EARLIER,
    FILTERED,
    OURS,
    SEQUENTIAL,
    WITHOUT_WORDS,
    Placed,
    Reading,
    clips,
    length,
    read,
    recording,
)
from tests.world import kernel
from tests.world.model import model_folder

MIXES, SEED = 3, 1
UNKNOWN = {"ug", "ky"}
"""Languages that no Whisper knows."""

PEERS = (SEQUENTIAL, FILTERED, BATCHED)
SYSTEMS = (OURS, EARLIER, WITHOUT_WORDS, *PEERS)
PAUSES = (0.3, 1.5)

Found = dict[str, list[tuple[Sequence[Placed], Reading]]]


def main() -> None:
    """Measure, print all side by side, and the figures as JSON."""
    mixes = int(sys.argv[1]) if len(sys.argv) > 1 else MIXES
    first = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    known = sorted({clip.language for clip in clips()} - UNKNOWN)
    said = clips(known)
    model = model_folder(CACHE)
    found: Found = {system: [] for system in SYSTEMS}
    seconds = 0.0
    with TemporaryDirectory(prefix="thirdcopy-languages-") as scratch:
        earlier = _earlier_build.checkout(Path(scratch) / "earlier")
        for seed in range(first, first + mixes):
            lots = random.Random(seed)  # noqa: S311
            wav = Path(scratch) / f"{seed}.wav"
            placed = recording(wav, lots.sample(said, len(said)), PAUSES, lots)
            seconds += length(wav)
            print(f"mix {seed}: {len(placed)} clips, {length(wav):.0f} s, {', '.join(known)}", flush=True)
            turn = seed % len(SYSTEMS)
            for system in (*SYSTEMS[turn:], *SYSTEMS[:turn]):
                reading = read(system, model, wav, earlier)
                found[system].append((placed, reading))
                print(f"  {system:<25} {_line(placed, reading, length(wav))}", flush=True)
    _print({system: _figures(runs, seconds) for system, runs in found.items()}, mixes, seconds)


def _line(placed: Sequence[Placed], reading: Reading, seconds: float) -> str:
    if reading.pieces is None:
        return f"stopped after {reading.seconds:.0f} s"
    return f"CER {whole(placed, reading.pieces).rate:5.1f}   {seconds / reading.seconds:5.1f} × real time"


def _figures(runs: Sequence[tuple[Sequence[Placed], Reading]], seconds: float) -> dict[str, Any]:
    """One system over all mixes; no more than the peak if it was stopped in one."""
    peak = round(max(reading.peak_mb for _, reading in runs))
    texts, timed, right, written, gone, words = Tally(), Tally(), 0.0, 0.0, 0, 0
    for placed, reading in runs:
        if reading.pieces is None:
            return {"finished": False, "peak_mb": peak}
        texts, timed = texts + whole(placed, reading.pieces), timed + by_time(placed, reading.pieces)
        now = language_right(placed, reading.pieces), lost(placed, reading.pieces)
        right, written, gone, words = right + now[0][0], written + now[0][1], gone + now[1][0], words + now[1][1]
    return {
        "cer": round(texts.rate, 2),
        "cer_by_time": round(timed.rate, 2),
        "cer_of_mixes": [round(whole(p, r.pieces).rate, 2) for p, r in runs if r.pieces is not None],
        "by_language": {language: round(rate, 1) for language, rate in texts.by_language.items()},
        "language_right": round(right / written, 4) if written else 0.0,
        "lost": round(gone / words, 4),
        "times_real_time": round(seconds / sum(reading.seconds for _, reading in runs), 2),
        "processor_seconds": round(sum(reading.processor_seconds for _, reading in runs), 1),
        "peak_mb": peak,
    }


def _print(figures: Mapping[str, dict[str, Any]], mixes: int, seconds: float) -> None:
    languages = sorted(figures[OURS]["by_language"])
    print(f"\n{'':<25}  CER  lost × time    MB" + "".join(f"{language:>6}" for language in languages))
    for system, one in figures.items():
        if "cer" not in one:
            print(f"{system:<25}  stopped, at {one['peak_mb']} MB")
            continue
        line = f"{system:<25}{one['cer']:5.1f} {100 * one['lost']:4.1f}%{one['times_real_time']:7.1f}{one['peak_mb']:6}"
        print(line + "".join(f"{one['by_language'][language]:6.1f}" for language in languages))
    print(f"language right by time: {100 * figures[OURS]['language_right']:.1f} %\n")
    for peer in PEERS:
        figures[peer].pop("language_right", None)  # it does not say
    peers = {peer: figures[peer] for peer in PEERS}
    finished = [peer for peer in PEERS if "cer" in peers[peer]]
    best = min(finished, key=lambda peer: float(peers[peer]["cer"])) if finished else None
    ours = _beside(figures[OURS], peers[best] if best else None)
    without = _beside(figures[WITHOUT_WORDS], peers[best] if best else None)
    before, now = figures[EARLIER], figures[OURS]
    against = {
        "build_ratio": round(now["times_real_time"] / before["times_real_time"], 3),
        "build_ratio_processor": round(before["processor_seconds"] / now["processor_seconds"], 3),
        "cer_delta": round(now["cer"] - before["cer"], 2),
        "build": {"commit": _earlier_build.COMMIT, **before},
    }
    print(f"over {EARLIER}: {against['build_ratio']} times as fast, {against['cer_delta']:+} points of CER\n")
    print(
        json.dumps(
            {
                **ours,
                **against,
                "without_words": without,
                "best_peer": best,
                "peers": peers,
                "mixes": mixes,
                "seconds": round(seconds),
                "kernel": kernel.figures(),
            }
        )
    )


def _beside(ours: dict[str, Any], best: dict[str, Any] | None) -> dict[str, Any]:
    """Ours with its ratios to the peer of least error."""
    if best is None:
        return {"cer_ratio": None, "speed_ratio": None, **ours}
    return {
        "cer_ratio": round(ours["cer"] / best["cer"], 3),
        "cer_by_time_ratio": round(ours["cer_by_time"] / best["cer_by_time"], 3),
        "speed_ratio": round(ours["times_real_time"] / best["times_real_time"], 3),
        **ours,
    }


if __name__ == "__main__":
    main()
