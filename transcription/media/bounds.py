"""Bounds on a program that reads a stranger's bytes, held by the kernel: memory, processor time, files, its end."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from shutil import which
from subprocess import DEVNULL, Popen, TimeoutExpired
from tempfile import TemporaryFile
from typing import IO, Any, Final

from transcription.errors import ToolMissing
from transcription.media import launcher

MEMORY: Final = 4 << 30
"""Bytes that a tool may write to (RLIMIT_DATA: heaps and stacks, no mapped files, no reserved addresses).

H.264 and HEVC keep at most 16 pictures (ITU-T H.264 A.3.1, H.265 A.4.2), each thread of a decoder one more, and one of
8K in 10 bits takes 100 MB: 2.4 GB. Measured with 8 threads: 0.5 GB for 4K in HEVC of 10 bits, 1.7 GB for 8K.
"""

THREADS: Final = min(8, os.cpu_count() or 1)
"""Threads of a decoder."""

_SAID: Final = 2000

_TOLD: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def bounded(command: list[str], *, seconds: float, file_size: int = 0, memory: int = MEMORY) -> list[str]:
    """The command line that runs a command within bounds; on Linux it also ends with the thread that starts it.

    `seconds` of processor time on one core, so `THREADS` times as many in all; `file_size` bytes of the largest file
    that it writes; `memory` bytes that it holds. It dumps no core, which would be a testimony on the disk. Raises
    ToolMissing.
    """
    tool = which(command[0])
    if tool is None:
        raise ToolMissing(command[0])
    limits = (os.getpid(), max(1, round(seconds * THREADS)), file_size, memory)
    program = [sys.executable, "-I", "-S", launcher.__file__, *map(str, limits)]
    return [*program, str(Path(tool).absolute()), *command[1:]]


def started(command: list[str], **options: Any) -> Popen[bytes]:
    """Start what `bounded` gave, from a thread that lives as long as this process does, so that only its end counts.

    The tool learns from the environment where things lie, and none of the archive's secrets.
    """
    environment = {name: os.environ[name] for name in _TOLD if name in os.environ}
    return _starter(os.getpid()).submit(lambda: Popen[bytes](command, env=environment, **options)).result()


def ran(
    command: list[str],
    *,
    seconds: float,
    file_size: int = 0,
    stdin: int | IO[bytes] = DEVNULL,
    stdout: int | IO[bytes] = DEVNULL,
) -> tuple[int, str]:
    """Run a command as `bounded` says to its end: its exit code, and the last of what it said of its faults.

    Raises ToolMissing, and TimeoutError after `seconds`; it is ended either way.
    """
    with TemporaryFile() as said:
        limited = bounded(command, seconds=seconds, file_size=file_size)
        process = started(limited, stdin=stdin, stdout=stdout, stderr=said)
        try:
            code = process.wait(seconds)
        except TimeoutExpired:
            raise TimeoutError(f"{command[0]} had not ended after {seconds:g} seconds") from None
        finally:
            process.kill()
            process.wait()
        said.seek(max(0, os.fstat(said.fileno()).st_size - _SAID))
        return code, said.read().decode("utf-8", "replace").strip()


@lru_cache(maxsize=1)
def _starter(_process: int) -> ThreadPoolExecutor:
    """One for each process: a fork has none of its parent's threads."""
    return ThreadPoolExecutor(1, "tools")
