"""What ocfl-py, a validator that is not ours, says of an OCFL root in a folder or a bucket.

It lives in the environment of tests/ocfl, since beside boto3 it holds boto3 down; `make test` and `make demo` make
that environment. What it cannot see: an object that is missing as a whole or rolled back, one that lies under another
path than the layout gives it, and a version directory without its inventory (a warning only). So compare `objects`
with the number that should be there, and allow no warning but W005.
"""

import atexit
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent.parent / "ocfl" / ".venv" / "bin"
FORKS = Path(__file__).with_name("ocfl_forks.py")
BARE = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": os.devnull}
LIMIT = 300
"""Seconds that one validation may take."""

_FINDING = re.compile(r"^(?:\[\[[^\]]*\]\])?(?:\[|Unknown (?:error|warning): )([EW]\d{3})", re.MULTILINE)
_OBJECTS = re.compile(r"^Objects checked: \d+ / (\d+) are (VALID|INVALID)$", re.MULTILINE)
_ROOT = re.compile(r"^Storage root .* is (VALID|INVALID)$", re.MULTILINE)


class NoVerdict(Exception):
    """The validator ended without a verdict: no root is there, its layout is unreadable, or the store did not answer.

    `text` is all that it said.
    """

    def __init__(self, root: str, text: str) -> None:
        super().__init__(f"ocfl-py gave no verdict on {root}: {text.strip()[-1000:] or 'it said nothing'}")
        self.root = root
        self.text = text


@dataclass(frozen=True)
class Verdict:
    """What the validator found.

    `objects` is the number of objects it looked at, sound or not; half an object counts as none. `errors` and
    `warnings` are codes of the OCFL specification (E092, W005), complete as long as no more than 100 objects have any,
    since ocfl-py prints no more; `valid` and `objects` know no such limit. `text` is its own words.
    """

    valid: bool
    objects: int
    errors: frozenset[str]
    warnings: frozenset[str]
    text: str

    @property
    def clean(self) -> bool:
        """Valid, and without any warning but W005 (an id that is no URI), which is the archive's choice."""
        return self.valid and self.warnings <= {"W005"}


def read_verdict(root: str, text: str) -> Verdict:
    """What the validator's standard output says. Raises NoVerdict where the closing lines are missing."""
    objects, whole = _OBJECTS.findall(text), _ROOT.findall(text)
    if not objects or not whole:
        raise NoVerdict(root, text)
    count, sound = objects[-1]
    codes = frozenset(_FINDING.findall(text))
    return Verdict(
        valid=sound == "VALID" and whole[-1] == "VALID" and not any(code.startswith("E") for code in codes),
        objects=int(count),
        errors=frozenset(code for code in codes if code.startswith("E")),
        warnings=frozenset(code for code in codes if code.startswith("W")),
        text=text,
    )


def validate_folder(root: Path) -> Verdict:
    """The verdict on a root in a folder: every object, every digest. Raises NoVerdict."""
    return _validate(str(root), {})


def validate_s3(
    endpoint: str, bucket: str, prefix: str, access_key: str, secret_key: str, ca_file: Path | None = None
) -> Verdict:
    """The verdict on a root in a bucket, read over the network: every object, every digest. Raises NoVerdict.

    `prefix` is the root's own place in the bucket, `ca_file` the authority that signed the endpoint's certificate,
    where the system does not know it. The keys travel in the environment alone.
    """
    place = "/".join(part for part in (bucket, prefix.strip("/")) if part)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config")
        config.write_text("[default]\ns3 =\n  addressing_style = path\n", encoding="utf-8")
        settings = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        if ca_file:
            settings["AWS_CA_BUNDLE"] = str(ca_file)
        return _validate(f"s3://{place}", settings)


def _validate(root: str, settings: dict[str, str]) -> Verdict:
    asked = ("validate", "--root", root, "--validate-objects", "--check-digests")
    try:
        code, out, err = run("ocfl-root.py", *asked, **settings)
    except TimeoutError as late:
        raise NoVerdict(root, f"it was stopped after {LIMIT} seconds") from late
    if code != 0:  # 0 is also what it answers when it finds faults
        raise NoVerdict(root, out + err)
    return read_verdict(root, out)


def run(program: str, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """How a program of ocfl-py ended, and what it said on both streams. Raises TimeoutError after `LIMIT`."""
    # Nothing of the caller's: a proxy, a profile or another endpoint would send the keys elsewhere.
    return _Forks.one().run(program, arguments, {**BARE, **variables})


class _Forks:
    """A process with ocfl-py in it, which forks for each run (tests.world.ocfl_forks); it ends with this one."""

    _lock = threading.Lock()
    _one: "_Forks | None" = None

    def __init__(self) -> None:
        if not (PROGRAMS / "ocfl-root.py").exists():
            raise FileNotFoundError(f"{PROGRAMS} has no ocfl-root.py: run `make test`, which makes that environment")
        self._process = subprocess.Popen(
            [str(PROGRAMS / "python"), "-I", str(FORKS)],
            env=BARE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self._end)

    @classmethod
    def one(cls) -> "_Forks":
        """The one that runs."""
        with cls._lock:
            if cls._one is None:
                cls._one = cls()
            return cls._one

    def run(self, program: str, arguments: Sequence[str], environment: dict[str, str]) -> tuple[int, str, str]:
        with self._lock, tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            asked = {
                "program": str(PROGRAMS / program),
                "arguments": arguments,
                "environment": environment,
                "out": str(out),
                "err": str(err),
            }
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            if not select.select([self._process.stdout], [], [], LIMIT)[0]:
                self._end()
                raise TimeoutError
            answer = self._process.stdout.readline()
            if not answer:
                self._end()
            said = [file.read_text("utf-8", "replace") if file.exists() else "" for file in (out, err)]
            return int(answer or 1), said[0], said[1]

    def _end(self) -> None:
        type(self)._one = None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait()
