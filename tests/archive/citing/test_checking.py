"""A citation is checked against one target alone: a folder and a real S3 server; what was tampered with is named."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest

from archive.citing import checking
from archive.citing.checking import MOST_FILM, verify
from archive.citing.citation import Citation, UnreadableCitation, read_citation
from archive.citing.cite import cite
from archive.citing.quoted_words import reads_so
from archive.citing.styles import as_csl
from archive.masks import MASK
from archive.objects import ocfl
from archive.progress import Silent, Task
from archive.steps.work_objects import seal_work
from storage.contract import Target
from storage.errors import TargetError
from storage.targets import FolderSettings, address, open_target
from storage.targets.folder import FolderTarget
from tests.archive.citing.talks_cited import (
    AHEAD,
    CLIP,
    CORRECTED,
    KEEPER,
    PLAIN,
    REGISTER,
    SAID,
    TRANSLATION,
    copied,
    correcting,
    fill,
    make,
    opened,
)
from tests.support.archives import folder_target, store_all
from tests.support.engines import EngineName
from tests.world.servers import S3Server

EVERY = ["film", "capture", "transcript", "words", "entry", "judgement"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def citation(made: Path) -> Citation:
    with opened(made) as archive:
        return cite(archive, CLIP, AHEAD + 5, AHEAD + 11, entry="1358", reader=KEEPER)


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A target's folder alone, without ledger and settings."""
    shutil.copytree(made / "a", tmp_path / "a")
    return tmp_path / "a"


def faults(citation: Citation, folder: Path, *, read: bool = False) -> dict[str, str]:
    """What does not hold at a folder, with what was found there."""
    verdict = verify(citation, folder_target(folder), read=read)
    assert verdict.holds is all(claim.holds for claim in verdict.claims)
    return {claim.what: claim.found for claim in verdict.claims if not claim.holds}


def file_of(folder: Path, object_id: str, ending: str) -> Path:
    root = folder / "ocfl" / ocfl.object_path(object_id)
    return next(path for path in sorted(root.rglob("*")) if str(path).endswith(ending))


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_each_claim_holds_at_a_folder_that_lies_alone(citation: Citation, copy: Path) -> None:
    verdict = verify(citation, folder_target(copy))
    assert [claim.what for claim in verdict.claims] == EVERY
    assert all(claim.holds for claim in verdict.claims), verdict
    read = verify(citation, folder_target(copy), read=True)
    assert {claim.what for claim in read.claims} == {*EVERY, "bytes"}
    assert (read.holds, read.read, verdict.read) == (True, True, False)


def test_nothing_is_written_where_it_is_checked(citation: Citation, copy: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    verify(citation, folder_target(copy), read=True)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before


def test_a_flipped_bit_of_the_film_is_found_by_reading_it(citation: Citation, copy: Path) -> None:
    spoil(file_of(copy, f"evidence-{CLIP}", ".mp4"))
    assert faults(citation, copy) == {}
    found = faults(citation, copy, read=True)
    assert list(found) == ["bytes"]
    assert "damaged, or another film" in found["bytes"]


OF_OBJECT = {
    f"evidence-{CLIP}": {"film", "capture"},
    f"work-{CLIP}": {"transcript", "words", "judgement"},
    "register-victims": {"entry"},
}


@pytest.mark.parametrize(
    ("object_id", "ending"),
    [
        (f"evidence-{CLIP}", "v1/content/capture.json"),
        (f"evidence-{CLIP}", "v1/inventory.json"),
        (f"work-{CLIP}", "whisper-base-t1.json"),
        (f"work-{CLIP}", "sidecar.json"),
        (f"work-{CLIP}", "v1/inventory.json"),
        ("register-victims", "entries.jsonl"),
    ],
)
@pytest.mark.parametrize("how", ["spoilt", "gone", "cut"])
def test_what_was_tampered_with_is_a_fault_of_its_own_object_s_claims_alone(
    citation: Citation, copy: Path, object_id: str, ending: str, how: str
) -> None:
    file = file_of(copy, object_id, ending)
    if how == "spoilt":
        spoil(file)
    elif how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-9])
    found = faults(citation, copy)
    assert found
    assert set(found) <= OF_OBJECT[object_id]
    assert all(found.values())


def test_a_target_that_was_rewritten_to_fit_itself_is_found_out_by_the_citation_s_digests(
    citation: Citation, copy: Path
) -> None:
    """Its inventory and commit are right for other bytes: that is what somebody with its key can do."""
    for object_id, ending in ((f"evidence-{CLIP}", ".mp4"), (f"work-{CLIP}", "whisper-base-t1.json")):
        file = file_of(copy, object_id, ending)
        old = ocfl.digest_of(file.read_bytes())
        spoil(file)
        for inventory in sorted(file.parents[3].rglob("inventory.json")):
            text = inventory.read_bytes().replace(old.encode(), ocfl.digest_of(file.read_bytes()).encode())
            inventory.write_bytes(text)
            inventory.with_name("inventory.json.sha512").write_bytes(ocfl.digest_line(ocfl.digest_of(text)))
    found = faults(citation, copy)
    assert set(found) == {"film", "words", "judgement"}
    assert f"has sha512 {ocfl.digest_of(file_of(copy, f'evidence-{CLIP}', '.mp4').read_bytes())}" in found["film"]


@pytest.mark.parametrize(
    ("path", "value", "wrong"),
    [
        ("film.sha512", "0" * 128, "film"),
        ("film.sha256", "0" * 64, "film"),
        ("film.version", 9, "film"),
        ("film.file", "media/other.mp4", "film"),
        ("title", "Another title", "capture"),
        ("uploader", None, "capture"),
        ("uploaded", "20240201", "capture"),
        ("captured", "2026-03-03T08:00:00Z", "capture"),
        ("url", "https://elsewhere.example.org", "capture"),
        ("words.sha512", "0" * 128, "words"),
        ("words.text", "We never waited.", "words"),
        ("words.text", f"{CORRECTED} {SAID[2]}".replace("We", MASK * 2), "words"),
        ("words.corrections", 7, "words"),
        ("words.corrections", 0, "words"),
        ("words.kind", "captions", "words"),
        ("words.corrected", 0, "words"),
        ("words.languages", ["kk"], "words"),
        ("moment.start", AHEAD + 1, "words"),
        ("moment.starts_at", 0.0, "words"),
        ("work.version", 9, "words"),
        ("entry.snapshot_sha256", "0" * 64, "entry"),
        ("entry.entry_sha256", "0" * 64, "entry"),
        ("entry.judgement", "negative", "judgement"),
        ("entry.entry", "77", "entry"),
    ],
)
def test_each_claim_that_is_not_so_is_named(
    citation: Citation, made: Path, path: str, value: object, wrong: str
) -> None:
    document = citation.model_dump(mode="json")
    within = document
    *way, last = path.split(".")
    for name in way:
        within = within[name]
    within[last] = value
    found = faults(read_citation(json.dumps(document).encode()), made / "a")
    assert wrong in found


def test_words_cited_before_they_were_sealed_hold_once_a_version_has_them(made: Path, tmp_path: Path) -> None:
    with copied(made, tmp_path) as archive:
        correcting(archive, CORRECTED, "We waited.")
        early = cite(archive, CLIP, AHEAD + 5, reader=KEEPER)
        assert "words" in faults(early, tmp_path / "a")
        assert seal_work(archive, CLIP, archive.targets).sealed
        store_all(archive)
        assert faults(early, tmp_path / "a") == {}
        correcting(archive, "We waited.", "We waited long.")
        assert seal_work(archive, CLIP, archive.targets).sealed
        store_all(archive)
    assert faults(early, tmp_path / "a") == {}


def test_a_citation_holds_also_after_the_words_were_corrected_again(made: Path, tmp_path: Path) -> None:
    with copied(made, tmp_path) as archive:
        before = cite(archive, CLIP, AHEAD + 5, reader=KEEPER)
        correcting(archive, CORRECTED, "We waited.")
        assert seal_work(archive, CLIP, archive.targets).sealed
        store_all(archive)
    assert faults(before, tmp_path / "a") == {}


@pytest.mark.parametrize(("clip", "second", "name"), [(PLAIN, 1.0, None), (CLIP, AHEAD, TRANSLATION)])
def test_translations_and_moments_without_words_are_checked_too(
    made: Path, clip: str, second: float, name: str | None
) -> None:
    with opened(made) as archive:
        found = cite(archive, clip, second, transcript=name, reader=KEEPER)
    assert faults(found, made / "a", read=True) == {}


def test_a_target_that_cannot_be_asked_says_nothing(citation: Citation, tmp_path: Path) -> None:
    target = folder_target(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(TargetError):
        verify(citation, target)


def test_whatever_one_file_holds_there_is_a_verdict(citation: Citation, copy: Path) -> None:
    files = [path for path in sorted((copy / "ocfl").rglob("*")) if path.is_file()]
    for number, file in enumerate(files):
        whole = file.read_bytes()
        for data in (b"", b"\xff" * 9, b"[" * 20_000, whole[: len(whole) // 2], whole + b"\n", b'{"id": null}'):
            file.write_bytes(data)
            verdict = verify(citation, folder_target(copy), read=number % 2 == 0)
            assert {claim.what for claim in verdict.claims} >= {"film", "words", "entry", "judgement"}, file
        file.write_bytes(whole)
    assert len(files) > 20
    assert faults(citation, copy) == {}


def test_more_corrections_than_people_make_are_a_fault(
    citation: Citation, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_COMPARED", 2)
    assert "more corrections than people make" in faults(citation, copy)["words"]


def test_an_empty_place_confirms_nothing(citation: Citation, tmp_path: Path) -> None:
    assert set(faults(citation, tmp_path / "empty")) == {"film", "words", "entry", "judgement"}


def test_a_real_store_is_asked_and_a_bit_that_was_flipped_there_is_found(
    tmp_path: Path, rclone_server: S3Server, engine: EngineName
) -> None:
    (tmp_path / "victims.csv").write_text(REGISTER, encoding="utf-8")

    def store() -> Target:
        return open_target("store", rclone_server.settings(prefix=f"cited/{engine}", conditional_put=False))

    targets = {"a": folder_target(tmp_path / "a"), "store": store()}
    with opened(tmp_path, targets) as archive:
        fill(archive, targets)
        citation = cite(archive, CLIP, AHEAD + 5, AHEAD + 11, entry="1358", reader=KEEPER)
    shutil.rmtree(tmp_path / "state")
    whole = verify(citation, store(), read=True)
    assert whole.holds, whole
    kept = rclone_server.process.folder / "kept" / rclone_server.bucket / "cited" / engine
    spoil(file_of(kept, f"evidence-{CLIP}", ".mp4"))
    verdict = verify(citation, store(), read=True)
    assert [claim.what for claim in verdict.claims if not claim.holds] == ["bytes"]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(schema="thirdcopy/citation/2"),
        lambda d: d.update(more=1),
        lambda d: d.update(clip="../../etc/passwd"),
        lambda d: d["film"].update(object="evidence-peertube-other"),
        lambda d: d["film"].update(file="../../../etc/passwd"),
        lambda d: d["words"].update(transcript="../sidecar"),
        lambda d: d["work"].update(object="run-1"),
        lambda d: d["entry"].update(object="register-others"),
        lambda d: d["entry"].update(register_name="../x"),
        lambda d: d["moment"].update(start=float("inf")),
        lambda d: d["moment"].update(end=0.0),
        lambda d: d.update(words=None),
    ],
)
def test_a_file_that_is_no_citation_is_refused(citation: Citation, change: Callable[[dict[str, object]], None]) -> None:
    document = citation.model_dump(mode="json")
    change(document)
    with pytest.raises(UnreadableCitation, match="no citation that this version reads"):
        read_citation(json.dumps(document).encode())


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"[{}, {}]", b"1", b" " * (2 << 20), b'{"a": NaN}']
)
def test_bytes_that_hold_none_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(UnreadableCitation):
        read_citation(data)


def test_csl_carries_the_citation_whole(citation: Citation) -> None:
    assert read_citation(as_csl(citation).encode()) == citation
    assert read_citation(b"\xef\xbb\xbf" + citation.model_dump_json().encode()) == citation


def test_masked_characters_may_be_any_and_the_verdict_counts_them(citation: Citation, made: Path) -> None:
    claims = verify(citation, folder_target(made / "a")).claims
    assert citation.words
    assert MASK in citation.words.text
    assert "18 characters are masked" in next(claim.found for claim in claims if claim.what == "words")


@pytest.mark.parametrize(
    ("cited", "text", "so"),
    [
        ("his number is ██████████████████", "his number is 990000199001010000", True),
        ("his number is 990000199001010000", "his number is 990000199001010000", True),
        ("room ██ at noon", "room 12 at noon", True),
        ("I was ███ beaten", "I was not beaten", False),
        ("I was beaten", "I was beaten.", False),
        ("", "", True),
    ],
)
def test_a_mask_hides_numbers_and_never_a_word(cited: str, text: str, *, so: bool) -> None:
    assert reads_so(cited, text) is so


def claim_another_size(folder: Path, size: int) -> None:
    """Have a film's capture say that it has so many bytes, and the inventories fit that: a stranger can."""
    file = file_of(folder, f"evidence-{CLIP}", "v1/content/capture.json")
    old, capture = ocfl.digest_of(file.read_bytes()), json.loads(file.read_bytes())
    next(one for one in capture["files"] if one["role"] == "media")["size"] = size
    file.write_text(json.dumps(capture), encoding="utf-8")
    for inventory in sorted(file.parents[2].rglob("inventory.json")):
        text = inventory.read_bytes().replace(old.encode(), ocfl.digest_of(file.read_bytes()).encode())
        inventory.write_bytes(text)
        inventory.with_name("inventory.json.sha512").write_bytes(ocfl.digest_line(ocfl.digest_of(text)))


class Counted(FolderTarget):
    """A folder that counts the bytes that are read of films, and to which each is `endless` if so said."""

    endless = False
    read = 0

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """Read as folders are, but of films count, and have no end."""
        body = super().open(key, start, end)
        return _Counting(self, body) if key.endswith(".mp4") else body


class _Counting(BytesIO):
    def __init__(self, target: Counted, body: IO[bytes]) -> None:
        super().__init__()
        self._target, self._body = target, body

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        data = bytes(size) if self._target.endless else self._body.read(size)
        self._target.read += len(data)
        return data

    def close(self) -> None:
        self._body.close()
        super().close()


def counted(folder: Path) -> Counted:
    settings = FolderSettings(path=folder)
    return Counted("copy", settings, address(settings))


@pytest.mark.parametrize("more", [-1, 1, 1 << 59])
def test_no_more_is_read_than_lies_there_whatever_the_capture_says(citation: Citation, copy: Path, more: int) -> None:
    size = file_of(copy, f"evidence-{CLIP}", ".mp4").stat().st_size
    claim_another_size(copy, size + more)
    target = counted(copy)
    verdict = verify(citation, target, read=True)
    assert [claim.what for claim in verdict.claims if not claim.holds] == ["film"]
    assert target.read == size


def test_a_file_of_holes_is_not_read_for_hours(citation: Citation, copy: Path) -> None:
    """Its capture fits it: both are a stranger's."""
    claim_another_size(copy, MOST_FILM + 1)
    os.truncate(file_of(copy, f"evidence-{CLIP}", ".mp4"), MOST_FILM + 1)
    target = counted(copy)
    verdict = verify(citation, target, read=True)
    assert [(claim.what, claim.found) for claim in verdict.claims if not claim.holds] == [
        ("bytes", "it was not read: 1,099,511,627,777 bytes are said to lie there, and no film has a TiB")
    ]
    assert target.read == 0


def test_one_byte_beyond_what_is_listed_is_the_last_one_read(citation: Citation, copy: Path) -> None:
    target, size = counted(copy), file_of(copy, f"evidence-{CLIP}", ".mp4").stat().st_size
    target.endless = True
    verdict = verify(citation, target, read=True)
    assert [(claim.what, claim.found) for claim in verdict.claims if not claim.holds] == [
        ("bytes", f"more than the {size:,} bytes that lie there came, twice, and were read no further")
    ]
    assert target.read == 2 * (size + 1)


@dataclass
class Sum:
    """What a task was told to be done of it."""

    silent: Task
    done: float = 0.0

    def advance(self, amount: float) -> None:
        """Add."""
        self.done += amount

    def total(self, amount: float) -> None:
        """Hand on."""
        self.silent.total(amount)


class Told(Silent):
    """Keeps lines, and of each task its name, what there is of it, and how much of that was told to be done."""

    def __init__(self) -> None:
        self.told = list[str | tuple[str, float | None, float]]()

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[Task]:
        """Keep it when it ends."""
        with super().task(what) as silent:
            told = Sum(silent)
            yield told
            self.told.append((what, total, told.done))

    def say(self, line: str) -> None:
        """Keep a line."""
        self.told.append(line)


def test_a_large_film_is_told_of_before_it_is_read(
    citation: Citation, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, progress = file_of(copy, f"evidence-{CLIP}", ".mp4").stat().st_size, Told()
    assert verify(citation, folder_target(copy), read=True, progress=progress).holds
    assert progress.told == []
    monkeypatch.setattr(checking, "LONG", size)
    assert verify(citation, folder_target(copy), read=True, progress=progress).holds
    assert progress.told == [
        f"{citation.film.file} at a: {size:,} bytes are read",
        (citation.film.file, size, size),
    ]
