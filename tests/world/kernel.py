"""Which arithmetic kernel CTranslate2 takes on this machine: it says so in its log alone, when a model is asked for."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

_ASK = "import ctranslate2, contextlib\nwith contextlib.suppress(RuntimeError): ctranslate2.models.Whisper('no model')"
_DETAILS = {
    "processor": r"CPU: (\w+)",
    "isa": r"Selected ISA: (\w+)",
    "mkl": r"Use Intel MKL: (\w+)",
    "int8": r"GEMM_S8 backend: (\w+)",
    "float32": r"SGEMM backend: (\w+)",
}
_LIMITS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR")


class NotHere(Exception):
    """This processor cannot run a kernel; the text says why."""


@dataclass(frozen=True)
class Kernel:
    """What multiplies: `processor` is its maker, `int8` and `float32` the libraries (`DNNL` is oneDNN), `threads` how
    many are asked for, None where the engine chooses (four at most), `limits` what else in the environment decides.
    """

    processor: str
    isa: str
    mkl: str
    int8: str
    float32: str
    threads: int | None
    limits: str

    def __str__(self) -> str:
        threads = f"threads: {self.threads or 'as it chooses'}"
        return ", ".join(filter(None, (self.isa, f"int8 by {self.int8}", threads, self.limits)))


def kernel(variables: Mapping[str, str] | None = None) -> Kernel:
    """The kernel under this environment and some variables more; asked in a process of its own.

    Raises NotHere if the engine refuses to run so, and RuntimeError if it does not say what it runs.
    """
    environment = os.environ | dict(variables or {})
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=environment | {"CT2_VERBOSE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    found = {name: re.search(pattern, done.stdout) for name, pattern in _DETAILS.items()}
    missed = {name for name, match in found.items() if not match} - {"mkl"}  # a build without MKL does not mention it
    if refused := re.search(r"^ValueError: (.*does not support.*)$", done.stdout, re.MULTILINE):
        raise NotHere(refused[1])
    if done.returncode or missed:
        raise RuntimeError(f"CTranslate2 names no kernel: {done.stdout[-500:]}")
    threads = environment.get("OMP_NUM_THREADS", "")
    return Kernel(
        **{name: match[1] if match else "false" for name, match in found.items()},
        threads=int(threads) if threads.isdigit() else None,
        limits=" ".join(f"{name}={environment[name]}" for name in _LIMITS if environment.get(name)),
    )


def figures(compute_type: str = "int8") -> dict[str, object]:
    """The same as a benchmark states it beside its figures, with the type that the weights are computed in."""
    return asdict(kernel()) | {"compute_type": compute_type, "processors": os.cpu_count()}
