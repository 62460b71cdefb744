"""Disks that are full or read-only, without root and under it, for what this process does within a block."""

import ctypes
import os
import platform
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPGET = {"x86_64": 125, "aarch64": 90}
_OVERRIDES = 0b111
"""CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH (linux/capability.h): with them a file's mode stops nobody."""


@contextmanager
def full() -> Iterator[None]:
    """No file can grow: every write of more than 0 bytes into one answers EFBIG, as a full disk answers ENOSPC."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))  # Python ignores the signal that goes with it
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing below a folder can be written, made or deleted, not by root either."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        with _as_anybody():
            yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@contextmanager
def _as_anybody() -> Iterator[None]:
    """Without root's right to pass over a file's mode, in this thread and those that it starts."""
    if os.geteuid() or platform.machine() not in _CAPSET:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    before = (ctypes.c_uint32 * 6)()
    if libc.syscall(_CAPGET[platform.machine()], header, before):
        raise OSError(ctypes.get_errno(), "capget")
    less = (ctypes.c_uint32 * 6)(*before)
    less[0] &= ~_OVERRIDES
    if libc.syscall(_CAPSET[platform.machine()], header, less):
        raise OSError(ctypes.get_errno(), "capset")
    try:
        yield
    finally:
        libc.syscall(_CAPSET[platform.machine()], header, before)
