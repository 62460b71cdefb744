"""Fetching a model, file by file, each checked by its digest before it is used.

What came of a fetch that was cut off is gone on from, and the folder of the model is there only when all of it is.
"""

import os
import shutil
from collections.abc import Callable
from hashlib import file_digest
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from transcription.engines.known_models import KnownModel, ModelFile
from transcription.errors import ModelError

LARGEST: Final = 16 * 1024**3
"""Bytes of a file of which nobody says how many it has."""

_BLOCK: Final = 1 << 20
_PATIENCE_S: Final = 60.0
_RANGE_REFUSED: Final = 416
_PARTIAL: Final = 206

Tell = Callable[[ModelFile, int], None]
"""Called with a file and how many of its bytes are there."""


class _Guarded(HTTPRedirectHandler):
    """Follows where a host sends to, but never from https to what anybody on the way may change."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise URLError(f"sent from https to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_model(model: KnownModel, into: Path, tell: Tell) -> dict[str, str]:
    """Fetch a model into the folder `into/NAME`; the sha256 of each of its files, by its name.

    Raises ModelError where the folder is there already, a host does not answer as it should, or a digest is not the
    one that is known: then that file is gone, and nothing was put in place. Run again, it goes on where it was.
    """
    folder, making = into / model.name, into / f".{model.name}.part"
    if folder.exists():
        raise ModelError(model.name, f"{folder} is there already: `thirdcopy models check {folder}` says what it is")
    if not model.files:
        raise ModelError(model.name, model.not_fetched or "there is nothing of it to be fetched")
    making.mkdir(parents=True, exist_ok=True)
    free, wanted = shutil.disk_usage(into).free, model.bytes or 0
    have = sum(file.stat().st_size for file in making.iterdir() if file.is_file())
    if free + have < wanted:
        raise ModelError(model.name, f"has {wanted:,} bytes, and {into} has room for {free:,}: make room there")
    digests = {file.name: _fetched(model, file, making, tell) for file in model.files}
    making.rename(folder)
    return digests


def _fetched(model: KnownModel, file: ModelFile, folder: Path, tell: Tell) -> str:
    """The digest of a file that is now in the folder, whole."""
    whole, part = folder / file.name, folder / f"{file.name}.part"
    if whole.is_file():
        return _check(model, file, whole)
    _download(model, file, part, tell)
    digest = _check(model, file, part)
    part.rename(whole)
    return digest


def _check(model: KnownModel, file: ModelFile, there: Path) -> str:
    with there.open("rb") as opened:
        found = file_digest(opened, "sha256").hexdigest()
    if file.sha256 not in (None, found):
        there.unlink()
        raise ModelError(
            model.name,
            f"{file.name} from {file.address} has sha256 {found}, and {file.sha256} is known of it: this is another "
            "file, and was thrown away",
        )
    return found


def _download(model: KnownModel, file: ModelFile, part: Path, tell: Tell) -> None:
    have = part.stat().st_size if part.is_file() else 0
    if have and have == file.bytes:
        return
    limit = file.bytes or LARGEST
    try:
        with _asked(file.address, have) as answer, part.open("ab") as kept:
            if answer.status != _PARTIAL or not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                kept.truncate(0)
                have = 0
            while block := answer.read(_BLOCK):
                have += len(block)
                if have > limit:
                    raise ModelError(model.name, f"{file.address} sends more than the {limit:,} bytes that it should")
                kept.write(block)
                tell(file, have)
            kept.flush()
            os.fsync(kept.fileno())
    except (OSError, HTTPException) as error:  # URLError and timeouts are OSErrors
        why = f"HTTP {error.code}" if isinstance(error, HTTPError) else getattr(error, "reason", None) or error
        raise ModelError(
            model.name, f"{file.address} cannot be fetched: {why}. What came is kept; run it again to go on"
        ) from error
    if file.bytes is not None and have != file.bytes:
        raise ModelError(
            model.name,
            f"of {file.name} {have:,} of {file.bytes:,} bytes came. They are kept; run it again to go on",
        )


def _asked(address: str, have: int) -> Any:
    """The answer of a host, from a byte on where it grants that; from the first where it refuses the range."""
    opener = build_opener(_Guarded())
    headers = {"User-Agent": "thirdcopy", "Accept-Encoding": "identity"}
    if have:
        try:
            return opener.open(Request(address, headers={**headers, "Range": f"bytes={have}-"}), timeout=_PATIENCE_S)  # noqa: S310
        except HTTPError as error:
            if error.code != _RANGE_REFUSED:
                raise
    return opener.open(Request(address, headers=headers), timeout=_PATIENCE_S)  # noqa: S310
