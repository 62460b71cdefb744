"""Run a Python module that ends when whoever started it ends, also by kill -9.

    python -m flows.orchestration.child_process MODULE …

Standard input is a pipe that the starter holds and never writes to. The kernel closes it with the starter, however
that ends; then the module's whole process group is told to end, and after a while made to. Without it a
killed run would leave a Prefect server behind, and a killed schedule a second one that goes on starting runs.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PATIENCE = 10.0
LONGEST_LOG = 10_000_000


def start(module: str, *arguments: str, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a module that ends with this process, in the folder of its log and a process group of its own."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.orchestration.child_process", module, *arguments],
            env=environment,
            cwd=log.parent,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that `start` began, and all that it started: kindly, then for good."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    end_group(process.pid)
    if process.stdin:
        process.stdin.close()


def end_group(group: int) -> None:
    """Kill what is left of a process group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says the latter where only a zombie is left
        return


def _watch() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    end_group(os.getpgid(0))


def main() -> None:
    """Run the module, watching the starter's pipe."""
    threading.Thread(target=_watch, daemon=True, name="starter").start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
