"""Which process holds something in the ledger, and whether it may still be at work."""

import os
import socket
from pathlib import Path

from pydantic import BaseModel


class Holder(BaseModel):
    """The process that holds a lease or a session, on which machine, and where its number means something."""

    host: str
    machine: str = ""
    place: str
    pid: int
    started: str


def this_process() -> Holder:
    """The process that asks, as a holder."""
    return Holder(
        host=socket.gethostname(),
        machine=_machine(),
        place=_place(),
        pid=os.getpid(),
        started=_started(os.getpid()) or "",
    )


def _machine() -> str:
    """The machine, whichever boot: a process of an earlier boot is dead."""
    try:
        return Path("/etc/machine-id").read_text().strip() or socket.gethostname()
    except OSError:
        return socket.gethostname()


def _place() -> str:
    """Where process numbers mean the same: this boot of this machine, and this namespace of processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot, so that a number used twice is not taken for the first.

    None if there is none: one that was killed and that its parent has not asked after yet (a zombie) is none.
    """
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else rest[18]


def works(holder: Holder, *, term_ended: bool) -> bool:
    """Whether a holder may still be at work: on this machine its process says so, elsewhere the end of its term."""
    if _place() and holder.place == _place():
        return _started(holder.pid) == holder.started
    return not term_ended


def is_of_this_machine(holder: Holder) -> bool:
    """Whether a holder is, or was, a process of this machine."""
    return holder.machine == _machine()
