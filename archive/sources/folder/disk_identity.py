"""Which disk a folder is on: the same one whatever it is mounted as, by what its file system says of itself (Linux).

The serial is the file system's UUID, or the volume serial of FAT, exFAT and NTFS: as udev shows it under
/dev/disk/by-uuid, else as the kernel tells it (FS_IOC_GETFSUUID, Linux 6.9). Where neither does, it is the label that
the settings give, else a digest of the kind, the device's name and the size of the file system.
"""

import fcntl
import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

MOUNTS: Final = Path("/proc/self/mountinfo")
BY_UUID, BY_LABEL = Path("/dev/disk/by-uuid"), Path("/dev/disk/by-label")
_GETFSUUID: Final = 0x80111500
"""_IOR(0x15, 0, struct fsuuid2) of linux/fs.h: a length and 16 bytes."""


SerialOf = Literal["filesystem", "facts", "label"]


@dataclass(frozen=True)
class Disk:
    """A disk, or the folder of one that is visited.

    `folder` is the visited folder below the root of the file system, `mount` where that is mounted now; `serial_of` is
    what the serial comes from.
    """

    label: str
    serial: str
    serial_of: SerialOf
    filesystem: str
    folder: str
    mount: str

    @property
    def name(self) -> str:
        """A name for an object and for people: the label, and eight digits that tell disks of one label apart."""
        words = "-".join(re.findall("[a-z0-9]+", self.label.lower()))[:40].strip("-") or "disk"
        told_apart = "\0".join((self.serial, self.folder)).encode("utf-8", "replace")
        return f"{words}-{sha256(told_apart).hexdigest()[:8]}"


@dataclass(frozen=True)
class _Mount:
    root: str
    place: str
    kind: str
    device: str


def identify(path: Path, label: str | None = None, *, mounts: Path = MOUNTS) -> Disk:
    """The disk that a folder lies on; `label` is the one that the settings give it. Raises OSError."""
    real = path.resolve(strict=True)
    mount = _mount_of(real, mounts)
    device = real.stat().st_dev
    folder = str(Path(mount.root) / real.relative_to(mount.place)).strip("/")
    serial, serial_of = _serial(real, mount, device, label)
    shown = label or _link_to(BY_LABEL, mount, device) or (Path(mount.place).name or real.name or "disk")
    return Disk(
        label=shown.encode("utf-8", "replace").decode(),
        serial=serial,
        serial_of=serial_of,
        filesystem=mount.kind,
        folder=folder.encode("utf-8", "replace").decode(),
        mount=mount.place,
    )


def _serial(real: Path, mount: _Mount, device: int, label: str | None) -> tuple[str, SerialOf]:
    if (uuid := _uuid(real, mount, device)) is not None:
        return uuid, "filesystem"
    if label:
        return label, "label"
    size = os.statvfs(real)
    facts = "\0".join((mount.kind, mount.device, str(size.f_blocks * size.f_frsize)))
    return sha256(facts.encode("utf-8", "replace")).hexdigest()[:32], "facts"


def _mount_of(real: Path, mounts: Path) -> _Mount:
    """The mount that a path lies in: the last one of the longest place above it."""
    best = _Mount("/", "/", "unknown", "unknown")
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return best
    for line in lines:
        left, _, right = line.partition(" - ")
        fields, after = left.split(" "), right.split(" ")
        if len(fields) < 5 or len(after) < 2:
            continue
        place = _unescaped(fields[4])
        if real.is_relative_to(place) and len(place) >= len(best.place):
            best = _Mount(_unescaped(fields[3]), place, after[0], _unescaped(after[1]))
    return best


def _unescaped(text: str) -> str:
    """A field of mountinfo, in which blanks and backslashes are octal."""
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), text)


def _uuid(real: Path, mount: _Mount, device: int) -> str | None:
    """The file system's own serial."""
    if linked := _link_to(BY_UUID, mount, device):
        return linked
    try:
        folder = os.open(real, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        answer = fcntl.ioctl(folder, _GETFSUUID, bytes(17))
    except OSError:
        return None
    finally:
        os.close(folder)
    uuid = answer[1 : 1 + answer[0]]
    return uuid.hex() if any(uuid) else None


def _link_to(folder: Path, mount: _Mount, device: int) -> str | None:
    """The name of udev's link to the device of a mount."""
    try:
        links = sorted(folder.iterdir())
    except OSError:
        return None
    for link in links:
        try:
            same = link.stat().st_rdev == device or (
                mount.device.startswith("/dev/") and os.path.realpath(link) == os.path.realpath(mount.device)
            )
        except OSError:
            continue
        if same:
            return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), link.name)
    return None
