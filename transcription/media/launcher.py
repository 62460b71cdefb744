"""The program that sets bounds on itself and becomes a tool: `launcher.py PARENT SECONDS FILE MEMORY TOOL …`.

`bounds.bounded` makes its command line. It stands alone, so that it starts in a few hundredths of a second; and since
it is a program, nothing runs between fork and exec in a process with threads.
"""

import ctypes
import os
import resource
import signal
import sys

DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl(2): the signal comes when the thread ends that started us."""


def main() -> None:
    """Set the bounds, then be the tool."""
    parent, seconds, file_size, memory = map(int, sys.argv[1:5])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("whoever started this has ended")
    _limit(resource.RLIMIT_DATA, memory, memory)
    _limit(resource.RLIMIT_CPU, seconds, seconds + 1)  # first SIGXCPU, which tells why; then SIGKILL
    _limit(resource.RLIMIT_FSIZE, file_size, file_size)
    _limit(resource.RLIMIT_CORE, 0, 0)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what it ignores its successor would
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606


def _limit(which: int, soft: int, hard: int) -> None:
    """Set a limit, or leave the lower one that holds already."""
    highest = resource.getrlimit(which)[1]
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(which, (soft, hard))


if __name__ == "__main__":
    main()
