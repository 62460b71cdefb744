"""Films at real S3 stores: read through us by ranges, on from the next copy where one dies or lies; or lent by them."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from archive.errors import NotHere
from archive.ledger.copies import Copy
from archive.opening.archive import Archive
from archive.playing.films import film_of
from archive.preservation.space import discard
from archive.records.object_ids import ObjectId
from storage.contract import Target
from storage.targets import S3Settings, open_target
from tests.support.archives import MONDAY, an_archive, folder_target, keep, store_all
from tests.world.liar import Reply, liar
from tests.world.proxy import Fault, proxy
from tests.world.proxy_faults import altered, announced, cut_answer, flip_answer, says
from tests.world.servers import S3Server, rclone

CLIP = "peertube-film"
EVIDENCE = ObjectId.evidence_of(CLIP)
MIB = 1 << 20
FILM = os.urandom(5 * MIB + 700_001)


@contextmanager
def held(tmp_path: Path, stanzas: Mapping[str, S3Settings], *, folders: str = "") -> Iterator[Archive]:
    """An archive with one film at stores, the first of which is asked first, and at folders that are asked after."""
    targets: dict[str, Target] = {name: open_target(name, stanza) for name, stanza in stanzas.items()}
    targets |= {name: folder_target(tmp_path / name) for name in folders}
    with an_archive(tmp_path / "state", targets) as plain:
        after = {name: next(iter(stanzas.values())) for name in folders}
        archive = replace(plain, settings=plain.settings.model_copy(update={"targets": {**stanzas, **after}}))
        keep(archive, CLIP, media=FILM)
        store_all(archive)
        discard(archive, EVIDENCE)
        yield archive


@pytest.fixture(params=["rclone", "seaweedfs"])
def server(request: pytest.FixtureRequest) -> S3Server:
    """A store that answers ranges with 200, and one that answers them with 206."""
    found: S3Server = request.getfixturevalue(f"{request.param}_server")
    return found


def test_a_span_of_a_film_at_a_store(server: S3Server, tmp_path: Path) -> None:
    with held(tmp_path, {"store": server.settings(prefix=tmp_path.name)}) as archive:
        film = film_of(archive, CLIP)
        assert b"".join(film.read()) == FILM
        for start, end in ((0, 2), (MIB - 1, 3 * MIB + 1), (5 * MIB, len(FILM)), (len(FILM) - 1, len(FILM))):
            assert b"".join(film.read(start, end)) == FILM[start:end]


MEDIA = f"media/{CLIP}.mp4"


@pytest.mark.parametrize(
    "fault",
    [
        cut_answer(2 * MIB + 5),
        cut_answer(0),
        announced(-MIB),
        flip_answer(2 * MIB + 5),
        flip_answer(5),
        altered(lambda _, body: body[:-9]),
        altered(lambda _, body: bytes(len(body))),
        says(503, "SlowDown"),
        says(403, "AccessDenied"),
        says(404, "NoSuchKey"),
    ],
)
def test_a_store_that_dies_or_lies_in_the_middle(rclone_server: S3Server, tmp_path: Path, fault: Fault) -> None:
    with proxy(rclone_server.endpoint) as before:
        stanza = rclone_server.settings(endpoint=before.endpoint, prefix=tmp_path.name)
        with held(tmp_path, {"store": stanza}, folders="a") as archive:
            before.at("GetObject", fault, where=MEDIA)
            assert b"".join(film_of(archive, CLIP).read(7, len(FILM) - 7)) == FILM[7:-7]
            assert [one for one in before.seen if one.operation == "GetObject" and MEDIA in one.asked]


def test_a_store_that_is_killed_while_it_sends(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with rclone(tmp_path_factory.mktemp("mortal")) as mortal:
        large = os.urandom(48 * MIB)
        targets: dict[str, Target] = {
            "store": open_target("store", mortal.settings()),
            "a": folder_target(tmp_path / "a"),
        }
        with an_archive(tmp_path / "state", targets) as plain:
            stanzas = {"store": mortal.settings(), "a": mortal.settings()}
            archive = replace(plain, settings=plain.settings.model_copy(update={"targets": stanzas}))
            keep(archive, CLIP, media=large)
            store_all(archive)
            discard(archive, EVIDENCE)
            digest = sha256()
            blocks = film_of(archive, CLIP).read()
            digest.update(next(blocks))
            mortal.kill()
            for block in blocks:
                digest.update(block)
            assert digest.digest() == sha256(large).digest()


def test_to_close_ends_a_slow_request_at_once(rclone_server: S3Server, tmp_path: Path) -> None:
    stanza = rclone_server.settings(prefix=tmp_path.name)
    with held(tmp_path, {"store": stanza}) as archive, proxy(rclone_server.endpoint, mib_a_second=1) as slow:
        behind = stanza.model_copy(update={"endpoint": slow.endpoint})
        blocks = film_of(replace(archive, targets={"store": open_target("store", behind)}), CLIP).read()
        assert next(blocks) == FILM[:MIB]
        since = monotonic()
        blocks.close()
        assert monotonic() - since < 0.5  # the rest would take five seconds


def test_many_read_one_film_side_by_side(server: S3Server, tmp_path: Path) -> None:
    with held(tmp_path, {"store": server.settings(prefix=tmp_path.name)}) as archive, ThreadPoolExecutor(8) as readers:
        spans = [(n * 200_003, min(len(FILM), n * 200_003 + 2 * MIB)) for n in range(24)]

        def read(span: tuple[int, int]) -> bytes:
            return b"".join(film_of(archive, CLIP).read(*span))

        assert list(readers.map(read, spans)) == [FILM[start:end] for start, end in spans]


def test_a_store_that_gives_whatever_it_likes_gives_nothing(tmp_path: Path) -> None:
    """It has the right digests of blocks, and another film of the same size."""

    def answer(method: str, path: str) -> Reply:
        if path.endswith("blocks.sha256"):
            return Reply(200, kept[0])
        return Reply(200, bytes(len(FILM)))

    kept: list[bytes] = []
    with liar(answer) as stanza, held_at_folder(tmp_path) as plain:
        kept.append(next((tmp_path / "a").rglob("blocks.sha256")).read_bytes())
        targets: dict[str, Target] = {"liar": open_target("liar", stanza), **plain.targets}
        settings = plain.settings.model_copy(update={"targets": {"liar": stanza, "a": stanza}})
        archive = replace(plain, targets=targets, settings=settings)
        archive.ledger.copies.mark(Copy(EVIDENCE, 1, "liar", "proven", MONDAY), event=None)
        assert b"".join(film_of(archive, CLIP).read()) == FILM
        archive.ledger.copies.mark(Copy(EVIDENCE, 1, "a", "owed", MONDAY), event=None)
        with pytest.raises(NotHere, match="liar: the MiB block 0 is not what it was"):
            film_of(archive, CLIP).read(5, 9)


@contextmanager
def held_at_folder(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", {"a": folder_target(tmp_path / "a")}) as archive:
        keep(archive, CLIP, media=FILM)
        store_all(archive)
        discard(archive, EVIDENCE)
        yield archive


def test_an_address_is_lent_only_where_the_settings_say_so(server: S3Server, tmp_path: Path) -> None:
    stanza = server.settings(prefix=tmp_path.name, presigned=True)
    with held(tmp_path, {"store": stanza}) as archive:
        film = film_of(archive, CLIP)
        address = film.address(60)
        assert address
        assert server.secret_key not in address
        with urlopen(Request(address, headers={"Range": "bytes=5-1048580"}), timeout=30) as answer:
            assert answer.read() == FILM[5:1048581]
            assert answer.headers["Content-Range"] == f"bytes 5-1048580/{len(FILM)}"
        with pytest.raises(HTTPError):
            urlopen(address.replace(CLIP, "peertube-other"), timeout=30)
        with pytest.raises(HTTPError):
            urlopen(address.replace("X-Amz-Expires=60", "X-Amz-Expires=61"), timeout=30)
        plain = {"store": open_target("store", server.settings(prefix=tmp_path.name))}
        assert film_of(replace(archive, targets=plain), CLIP).address() is None
        film.file.local.parent.mkdir(parents=True)
        film.file.local.write_bytes(FILM)
        assert film_of(archive, CLIP).address() is None  # the spool is nearer
