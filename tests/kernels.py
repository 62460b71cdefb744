"""The tests that read with a real model, under each arithmetic kernel that this processor has.

int8 products are rounded and saturated in other ways by other instruction sets and libraries, so what a model writes of
the same sound differs between processors. This runs the tests marked `model` once for each kernel that CTranslate2
(`CT2_FORCE_CPU_ISA`, `CT2_USE_MKL`), oneDNN (`ONEDNN_MAX_CPU_ISA`) and the number of threads (`OMP_NUM_THREADS`) can be
set to, and prints which pass. A kernel that this processor does not have is said to be missing, and is no failure.

    python -m tests.kernels [PYTEST'S ARGUMENTS]
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.world.kernel import Kernel, NotHere, kernel

ROOT = Path(__file__).parent.parent
_INFO = Path("/proc/cpuinfo")
_ISA, _MKL, _ONEDNN, _THREADS = "CT2_FORCE_CPU_ISA", "CT2_USE_MKL", "ONEDNN_MAX_CPU_ISA", "OMP_NUM_THREADS"


@dataclass(frozen=True)
class Choice:
    """A kernel to try: the variables that choose it, and the flags of `/proc/cpuinfo` that a processor needs for it."""

    name: str
    variables: Mapping[str, str]
    needs: frozenset[str] = frozenset()


CHOICES = (
    Choice("as it comes", {}),
    Choice("one thread", {_THREADS: "1"}),
    Choice("four threads", {_THREADS: "4"}),
    Choice("no vectors, oneDNN", {_ISA: "GENERIC", _MKL: "0"}),
    Choice("AVX, oneDNN", {_ISA: "AVX", _MKL: "0"}, frozenset({"avx"})),
    Choice("AVX2, oneDNN", {_ISA: "AVX2", _MKL: "0"}, frozenset({"avx2"})),
    Choice("AVX512, oneDNN", {_ISA: "AVX512", _MKL: "0"}, frozenset({"avx512f"})),
    Choice("oneDNN at SSE4.1", {_MKL: "0", _ONEDNN: "SSE41"}, frozenset({"sse4_1"})),
    Choice("oneDNN at AVX2", {_MKL: "0", _ONEDNN: "AVX2"}, frozenset({"avx2"})),
    Choice("oneDNN at AVX2 with VNNI", {_MKL: "0", _ONEDNN: "AVX2_VNNI"}, frozenset({"avx_vnni"})),
    Choice("oneDNN at AVX512", {_MKL: "0", _ONEDNN: "AVX512_CORE"}, frozenset({"avx512bw"})),
    Choice("oneDNN at AVX512 with VNNI", {_MKL: "0", _ONEDNN: "AVX512_CORE_VNNI"}, frozenset({"avx512_vnni"})),
    Choice("AVX, MKL", {_ISA: "AVX", _MKL: "1"}, frozenset({"avx"})),
    Choice("AVX2, MKL", {_ISA: "AVX2", _MKL: "1"}, frozenset({"avx2"})),
    Choice("AVX512, MKL", {_ISA: "AVX512", _MKL: "1"}, frozenset({"avx512f"})),
)
"""oneDNN's settings and MKL's are upper bounds: which of them this processor heeds is told by what it writes alone."""


@dataclass(frozen=True)
class Outcome:
    """What came of one kernel: what the engine says it is, pytest's closing line, the tests that failed."""

    choice: Choice
    kernel: Kernel
    code: int
    summary: str
    failed: tuple[str, ...]


def missing(choice: Choice, flags: frozenset[str] | None = None) -> list[str]:
    """What this processor lacks for a kernel; nothing is known to be lacking where the system does not tell."""
    has = _flags() if flags is None else flags
    return sorted(choice.needs - has) if has else []


def tried(choice: Choice, arguments: list[str]) -> Outcome:
    """Run the tests marked `model` under a kernel, in a process of their own. Raises NotHere."""
    if lacks := missing(choice):
        raise NotHere(f"it lacks {', '.join(lacks)}")
    engine = kernel(choice.variables)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "model", "-rfE", *arguments],
        cwd=ROOT,
        env=os.environ | dict(choice.variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = done.stdout.splitlines() or ["nothing was said"]
    failed = re.findall(r"^(?:FAILED|ERROR) ([^\s@]+)", done.stdout, re.MULTILINE)
    return Outcome(choice, engine, done.returncode, lines[-1], tuple(failed))


def main() -> int:
    """Try each kernel, tell of each at once, and in the end which tests failed where; 1 if any did."""
    found: list[Outcome] = []
    for choice in CHOICES:
        began = time.monotonic()
        try:
            one = tried(choice, sys.argv[1:])
        except NotHere as why:
            print(f"{choice.name:<28} not on this processor: {why}", flush=True)
            continue
        found.append(one)
        said = "passes" if one.code == 0 else "FAILS"
        print(
            f"{choice.name:<28} {said:<7} {one.summary}   [{one.kernel}; {time.monotonic() - began:.0f} s]", flush=True
        )
    for test in sorted({test for one in found for test in one.failed}):
        print(f"{test} fails under: {', '.join(one.choice.name for one in found if test in one.failed)}")
    return int(any(one.code for one in found))


def _flags() -> frozenset[str]:
    text = _INFO.read_text() if _INFO.is_file() else ""
    line = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return frozenset(line[1].split()) if line else frozenset()


if __name__ == "__main__":
    raise SystemExit(main())
