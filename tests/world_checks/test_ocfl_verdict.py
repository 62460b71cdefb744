"""The validator is real, and so are the roots: ocfl-py's own tools make a sound one, and each test breaks a copy."""

import os
import re
import shutil
import subprocess
import sysconfig
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.world.ocfl import NoVerdict, read_verdict, run, validate_folder, validate_s3

ACCESS_KEY, SECRET_KEY = "AKIDFORTHEVERDICT", "a-secret-for-the-verdict-tests"
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
EVIDENCE = "evidence-test-1"
WORK = "work-test-1"


def tool(program: str, *arguments: str | Path) -> None:
    code, out, err = run(program, *map(str, arguments))
    assert code == 0, out + err


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root of two objects, one of two versions, made without a line of ours."""
    folder = tmp_path_factory.mktemp("ocfl")
    root = folder / "root"
    tool("ocfl-root.py", "create", "--root", root, "--layout", LAYOUT)
    credit = ("--name", "A Tester", "--address", "mailto:tester@example.org", "--message", "a version")
    for name, versions in {EVIDENCE: [{"media.mp4": "moving"}], WORK: [{"a.json": "1"}, {"a.json": "2"}]}.items():
        made = folder / name
        for number, files in enumerate(versions, start=1):
            source = folder / f"{name}-{number}"
            source.mkdir()
            for path, text in files.items():
                (source / path).write_text(text, encoding="utf-8")
            deed = ("create", "--id", name) if number == 1 else ("update",)
            tool("ocfl-object.py", *deed, "--objdir", made, "--srcdir", source, *credit)
        tool("ocfl-root.py", "add", "--root", root, "--src", made)
    return root


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "root")


def place(root: Path, name: str) -> Path:
    (found,) = root.rglob(name)
    return found


def roll_back_root_pair(root: Path) -> None:
    work = place(root, WORK)
    for name in ("inventory.json", "inventory.json.sha512"):
        shutil.copy(work / "v1" / name, work / name)


def tear_root_pair(root: Path) -> None:
    work = place(root, WORK)
    shutil.copy(work / "v1/inventory.json.sha512", work / "inventory.json.sha512")


def test_sound_root_is_valid_with_every_object_and_only_w005(root: Path) -> None:
    verdict = validate_folder(root)
    assert verdict.valid, verdict.text
    assert verdict.clean
    assert verdict.objects == 2
    assert verdict.warnings == {"W005"}
    assert verdict.errors == frozenset()
    assert "is VALID" in verdict.text


def test_files_beside_the_layout_are_allowed(root: Path) -> None:
    (root / "README.txt").write_text("An archive.", encoding="utf-8")
    (root / "sidecar.schema.json").write_text("{}", encoding="utf-8")
    assert validate_folder(root).clean


@pytest.mark.parametrize(
    ("code", "objects", "breaking"),
    [
        ("E092", 2, lambda r: place(r, "media.mp4").write_text("mOving")),
        ("E023", 2, lambda r: place(r, "media.mp4").with_name("leftover").write_text("x")),
        ("E060", 2, tear_root_pair),
        ("E046", 2, roll_back_root_pair),
        ("E072", 1, lambda r: (place(r, EVIDENCE) / "0=ocfl_object_1.1").unlink()),
    ],
    ids=["content-damaged", "leftover-file", "torn-root-pair", "version-without-its-root", "half-a-first-version"],
)
def test_broken_root_is_named_after_its_fault(
    root: Path, code: str, objects: int, breaking: Callable[[Path], object]
) -> None:
    breaking(root)
    verdict = validate_folder(root)
    assert not verdict.valid
    assert not verdict.clean
    assert code in verdict.errors
    assert verdict.objects == objects


def test_warning_beyond_w005_is_valid_but_not_clean(root: Path) -> None:
    for path in (place(root, WORK) / "v1").glob("inventory.json*"):
        path.unlink()
    verdict = validate_folder(root)
    assert verdict.valid
    assert verdict.warnings == {"W005", "W010"}
    assert not verdict.clean


def test_missing_root_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(NoVerdict, match="nowhere"):
        validate_folder(tmp_path / "nowhere")


def test_traceback_is_no_verdict(root: Path) -> None:
    (root / "extensions" / LAYOUT / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(NoVerdict, match="LayoutException"):
        validate_folder(root)


def test_output_cut_short_is_no_verdict() -> None:
    with pytest.raises(NoVerdict):
        read_verdict("r", "Objects checked: 2 / 2 are VALID\n")


def test_words_inside_a_finding_are_no_verdict_of_their_own() -> None:
    verdict = read_verdict(
        "r",
        "a/b\n[[a/b]][W005] OCFL Object root inventory id SHOULD be a URI (got [E999] are VALID)\n"
        "Objects checked: 1 / 3 are INVALID\nStorage root r is INVALID\n",
    )
    assert not verdict.valid
    assert verdict.objects == 3
    assert verdict.errors == frozenset()
    assert verdict.warnings == {"W005"}


@pytest.fixture(params=["http", "https"])
def store(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Iterator[tuple[str, Path | None]]:
    """rclone's S3 server over a folder whose `bucket/archive/ocfl` is the root: its endpoint and its authority."""
    shutil.move(root, tmp_path / "served/bucket/archive/ocfl")
    pair = f'"{ACCESS_KEY},{SECRET_KEY}"'  # quoted: rclone reads this variable as a list of pairs
    settings = {"RCLONE_AUTH_KEY": pair, "RCLONE_ADDR": "127.0.0.1:0", "RCLONE_CONFIG": ""}
    authority = None
    if request.param == "https":
        authority = tmp_path / "ca.pem"
        ca = trustme.CA()
        ca.cert_pem.write_to_path(authority)
        certificate = ca.issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
        settings |= {"RCLONE_CERT": str(tmp_path / "cert.pem"), "RCLONE_KEY": str(tmp_path / "key.pem")}
    with subprocess.Popen(
        [Path(sysconfig.get_path("scripts"), "rclone"), "serve", "s3", tmp_path / "served"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **settings},
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr
        endpoint = next((m.group(1) for line in server.stderr if (m := re.search(r"\[(https?://[^/\]]+)", line))), None)
        drain = threading.Thread(target=server.stderr.read, daemon=True)
        drain.start()
        try:
            assert endpoint, "rclone ended before it named its address"
            yield endpoint, authority
        finally:
            server.terminate()
            server.wait(timeout=20)
            drain.join(timeout=20)


def test_root_in_a_bucket(store: tuple[str, Path | None], tmp_path: Path) -> None:
    endpoint, authority = store
    sound = validate_s3(endpoint, "bucket", "archive/ocfl/", ACCESS_KEY, SECRET_KEY, authority)
    assert sound.clean, sound.text
    assert sound.objects == 2
    place(tmp_path / "served", "media.mp4").write_text("mOving", encoding="utf-8")
    assert validate_s3(endpoint, "bucket", "archive/ocfl", ACCESS_KEY, SECRET_KEY, authority).errors == {"E092"}


@pytest.mark.parametrize("store", ["http"], indirect=True)
def test_wrong_keys_are_no_verdict_and_stay_out_of_it(store: tuple[str, Path | None]) -> None:
    with pytest.raises(NoVerdict) as caught:
        validate_s3(store[0], "bucket", "archive/ocfl", ACCESS_KEY, "another-secret-entirely", None)
    assert "another-secret-entirely" not in caught.value.text
