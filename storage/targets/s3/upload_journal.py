"""Which uploads in parts are ours, and what was answered for each part: a file that outlives the process."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any


@dataclass
class Upload:
    """An upload that was begun: of which content, when, and what the store answered for each part."""

    address: str
    key: str
    upload: str
    sha512: str
    part_size: int
    check: str
    begun: str
    active: str = ""
    """When a part of it was last sent."""

    etags: dict[int, str] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)


class Journal:
    """Uploads of ours that are not completed, in a file of JSON lines, or in memory alone.

    A line that a crash cut off is left out: its part is compared by its ETag, or sent again.
    """

    def __init__(self, file: Path | None, address: str) -> None:
        self._file = file
        self._address = address
        self._lock = Lock()
        self._uploads: dict[str, Upload] = {}
        self._others: list[Upload] = []
        """Uploads to where this target was before: kept, for its settings may be set back."""
        self._compacted = False
        self._read()

    @property
    def kept(self) -> bool:
        """Whether it outlives the process."""
        return self._file is not None

    def of(self, key: str) -> list[Upload]:
        """The uploads under way to a key, newest first."""
        with self._lock:
            return [upload for upload in reversed(self._uploads.values()) if upload.key == key]

    def older_than(self, moment: datetime) -> list[Upload]:
        """The uploads of which nothing was sent since a moment."""
        with self._lock:
            return [one for one in self._uploads.values() if datetime.fromisoformat(one.active or one.begun) < moment]

    def begin(self, upload: Upload) -> None:
        """Keep a new upload."""
        with self._lock:
            self._compact()
            self._uploads[upload.upload] = upload
            self._append({"begin": asdict(upload)})

    def sent(self, upload: Upload, number: int, etag: str, digest: str) -> None:
        """Keep what was answered for a part with that digest."""
        with self._lock:
            upload.etags[number], upload.digests[number] = etag, digest
            upload.active = datetime.now(UTC).isoformat()
            line = {"sent": upload.upload, "number": number, "etag": etag, "digest": digest, "at": upload.active}
            self._append(line)

    def end(self, upload: Upload) -> None:
        """Forget an upload: completed, aborted or gone."""
        with self._lock:
            if self._uploads.pop(upload.upload, None):
                self._append({"end": upload.upload})

    def _append(self, line: dict[str, Any]) -> None:
        if self._file:
            with _alone(self._file), self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _read(self) -> None:
        if self._file and self._file.exists():
            for line in self._file.read_text("utf-8", "replace").splitlines():
                with suppress(ValueError, KeyError, TypeError):
                    self._take(json.loads(line))
            self._others = [one for one in self._uploads.values() if one.address != self._address]
            self._uploads = {name: one for name, one in self._uploads.items() if one.address == self._address}

    def _compact(self) -> None:
        """Before the first upload of this process: write anew what is under way, and no more what has ended."""
        if not self._file or self._compacted:
            return
        self._compacted = True
        if self._file.exists():
            with _alone(self._file):
                again = self._file.with_suffix(".new")
                rest = [*self._others, *self._uploads.values()]
                again.write_text("".join(json.dumps({"begin": asdict(one)}) + "\n" for one in rest), "utf-8")
                again.replace(self._file)

    def _take(self, line: dict[str, Any]) -> None:
        if "begin" in line:
            upload = Upload(**line["begin"])
            upload.etags = {int(number): etag for number, etag in upload.etags.items()}
            upload.digests = {int(number): digest for number, digest in upload.digests.items()}
            self._uploads[upload.upload] = upload
        elif "sent" in line:
            upload = self._uploads[line["sent"]]
            upload.etags[line["number"]], upload.digests[line["number"]] = line["etag"], line["digest"]
            upload.active = line["at"]
        else:
            del self._uploads[line["end"]]


@contextmanager
def _alone(journal: Path) -> Iterator[None]:
    """Keep other processes from the journal while it is written to."""
    journal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with journal.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
