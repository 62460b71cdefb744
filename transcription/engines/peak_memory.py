"""The most memory that a process has had in use."""

import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")


def peak_memory() -> int:
    """That of this process so far, in bytes.

    Linux says it of the program that runs now (VmHWM in proc(5)): its getrusage begins with what whoever started the
    process had in use then. macOS counts in bytes.
    """
    if sys.platform == "linux":
        told = dict(line.split(":", 1) for line in _STATUS.read_text(encoding="utf-8", errors="replace").splitlines())
        return int(told["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
