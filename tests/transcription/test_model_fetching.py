"""Fetching a model from a host that is slow, cuts off, lies, sends elsewhere, or knows no ranges."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy
import pytest

from transcription.engines.ctc_folders import KNOWN_TO_WRITE
from transcription.engines.known_models import KnownModel, ModelFile, known_models
from transcription.engines.model_fetching import fetch_model
from transcription.errors import ModelError

WEIGHTS = numpy.random.default_rng(7).bytes(3_000_000)
TOKENS = b"<s> 0\na 1\n"


@dataclass
class Host:
    """What a host sends, and what it was asked: `cut` bytes at most of each answer, no ranges, or somewhere else."""

    files: dict[str, bytes]
    cut: int | None = None
    ranges: bool = True
    elsewhere: str | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def serving(host: Host) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            host.asked.append((self.path, wanted))
            if host.elsewhere and self.path.startswith("/there"):
                self.send_response(302)
                self.send_header("Location", host.elsewhere + self.path.removeprefix("/there"))
                self.end_headers()
                return
            whole = host.files.get(self.path.rsplit("/", 1)[-1])
            if whole is None:
                self.send_error(404)
                return
            begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and host.ranges else 0
            if begin > len(whole):
                self.send_error(416)
                return
            self.send_response(206 if wanted and host.ranges else 200)
            if wanted and host.ranges:
                self.send_header("Content-Range", f"bytes {begin}-{len(whole) - 1}/{len(whole)}")
            self.send_header("Content-Length", str(len(whole) - begin))
            self.end_headers()
            self.wfile.write(whole[begin : None if host.cut is None else begin + host.cut])
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_model(address: str, *, pinned: bool = True, weights: bytes = WEIGHTS) -> KnownModel:
    def file(name: str, content: bytes, digest: bool) -> ModelFile:
        known = sha256(content).hexdigest() if digest else None
        return ModelFile(name=name, address=f"{address}/{name}", bytes=len(content) if digest else None, sha256=known)

    return KnownModel(
        name="made-up",
        engine="ctc",
        languages=("ug",),
        maker="nobody",
        licence="CC0-1.0",
        figure="none",
        looked_up=("https://example.org",),
        files=(file("model.onnx", weights, True), file("tokens.txt", TOKENS, pinned)),
    )


def fetched(model: KnownModel, into: Path) -> dict[str, str]:
    return fetch_model(model, into, lambda _file, _have: None)


def test_a_model_comes_whole_and_is_there_only_then(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    with serving(Host({"model.onnx": WEIGHTS, "tokens.txt": TOKENS})) as address:
        model = a_model(address, pinned=False)
        digests = fetch_model(model, tmp_path, lambda file, have: told.append((file.name, have)))
    assert (tmp_path / "made-up" / "model.onnx").read_bytes() == WEIGHTS
    assert (tmp_path / "made-up" / "tokens.txt").read_bytes() == TOKENS
    assert digests == {"model.onnx": sha256(WEIGHTS).hexdigest(), "tokens.txt": sha256(TOKENS).hexdigest()}
    assert [one.name for one in tmp_path.iterdir()] == ["made-up"]
    assert told[-1] == ("tokens.txt", len(TOKENS))
    assert max(have for name, have in told if name == "model.onnx") == len(WEIGHTS)
    assert model.unpinned == ("tokens.txt",)


def test_what_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    host = Host({"model.onnx": WEIGHTS, "tokens.txt": TOKENS}, cut=2_000_000)
    with serving(host) as address:
        model = a_model(address)
        with pytest.raises(ModelError, match="run it again to go on"):
            fetched(model, tmp_path)
        assert not (tmp_path / "made-up").exists()
        fetched(model, tmp_path)
    assert (tmp_path / "made-up" / "model.onnx").read_bytes() == WEIGHTS
    begins = [int(wanted.removeprefix("bytes=").removesuffix("-")) for _, wanted in host.asked if wanted]
    assert begins
    assert begins[0] >= 1_000_000


def test_a_host_that_knows_no_ranges_is_asked_for_the_whole(tmp_path: Path) -> None:
    host = Host({"model.onnx": WEIGHTS, "tokens.txt": TOKENS}, cut=1_500_000, ranges=False)
    with serving(host) as address:
        model = a_model(address)
        with pytest.raises(ModelError):
            fetched(model, tmp_path)
        host.cut = None
        fetched(model, tmp_path)
    assert (tmp_path / "made-up" / "model.onnx").read_bytes() == WEIGHTS


def test_another_file_under_the_name_is_thrown_away(tmp_path: Path) -> None:
    other = bytes(len(WEIGHTS))
    host = Host({"model.onnx": other, "tokens.txt": TOKENS})
    with serving(host) as address:
        model = a_model(address)
        with pytest.raises(ModelError, match="this is another file, and was thrown away") as error:
            fetched(model, tmp_path)
        assert sha256(other).hexdigest() in str(error.value)
        assert sha256(WEIGHTS).hexdigest() in str(error.value)
        assert not (tmp_path / "made-up").exists()
        assert not any(file.stat().st_size for file in tmp_path.rglob("model.onnx*"))
        host.files["model.onnx"] = WEIGHTS
        fetched(model, tmp_path)
    assert (tmp_path / "made-up" / "model.onnx").read_bytes() == WEIGHTS


def test_a_host_that_sends_more_than_it_should_is_not_read_on(tmp_path: Path) -> None:
    host = Host({"model.onnx": WEIGHTS * 2, "tokens.txt": TOKENS})
    with serving(host) as address, pytest.raises(ModelError, match="sends more than the 3,000,000 bytes"):
        fetched(a_model(address), tmp_path)
    assert not (tmp_path / "made-up").exists()


def test_a_host_that_sends_elsewhere_is_followed(tmp_path: Path) -> None:
    host = Host({"model.onnx": WEIGHTS, "tokens.txt": TOKENS})
    with serving(host) as address:
        host.elsewhere = f"{address}/here"
        fetched(a_model(f"{address}/there"), tmp_path)
    assert (tmp_path / "made-up" / "tokens.txt").read_bytes() == TOKENS
    assert [path for path, _ in host.asked][:2] == ["/there/model.onnx", "/here/model.onnx"]


def test_what_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    host = Host({"tokens.txt": TOKENS})
    with serving(host) as address, pytest.raises(ModelError, match=r"/model.onnx cannot be fetched: HTTP 404"):
        fetched(a_model(address), tmp_path)
    with pytest.raises(ModelError, match="cannot be fetched: "):
        fetched(a_model(address), tmp_path)  # nobody listens there any more


def test_what_is_there_is_not_fetched_over(tmp_path: Path) -> None:
    (tmp_path / "made-up").mkdir()
    with pytest.raises(ModelError, match="is there already: `thirdcopy models check"):
        fetched(a_model("http://127.0.0.1:9"), tmp_path)


def test_what_has_no_files_says_why(tmp_path: Path) -> None:
    model = a_model("http://127.0.0.1:9").model_copy(update={"files": (), "not_fetched": "nobody exported it"})
    with pytest.raises(ModelError, match="nobody exported it"):
        fetched(model, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_seen_before(tmp_path: Path) -> None:
    huge = ModelFile(name="model.onnx", address="http://127.0.0.1:9/model.onnx", bytes=1 << 60)
    model = a_model("http://127.0.0.1:9").model_copy(update={"files": (huge,)})
    with pytest.raises(ModelError, match="make room there"):
        fetched(model, tmp_path)


def test_the_list_is_whole_and_honest() -> None:
    models = known_models()
    assert {"omnilingual-300m", "gigaam-multilingual"} <= set(models)
    for name, model in models.items():
        assert model.name == name
        assert model.tried == "", "say by whom and when, and take the figure that was measured into the docs"
        assert all(address.startswith("https://") for address in model.looked_up)
        assert bool(model.files) != bool(model.not_fetched), name
        assert all(file.address.startswith("https://") for file in model.files)
        assert all("/resolve/main/" not in file.address for file in model.files), "a branch may change"
        assert not model.files or model.bytes, name
        assert not any(file.sha256 for file in model.files) or model.digests_by
        assert all(file.sha256 for file in model.files if file.name.endswith(".onnx"))
    nc = [model for model in models.values() if "-NC" in model.licence]
    assert nc
    assert all(model.forbids for model in nc)


@pytest.mark.parametrize(("kin", "begin"), [("omnilingual", "omnilingual"), ("gigaam", "gigaam")])
def test_engines_and_the_list_know_of_the_same_languages(kin: str, begin: str) -> None:
    listed = {model.languages for name, model in known_models().items() if name.startswith(begin)}
    assert listed == {tuple(sorted(KNOWN_TO_WRITE[kin]))}  # type: ignore[index]
