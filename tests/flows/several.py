"""Several commands in one process, each in a folder and an environment of its own: heavy imports are done once.

`python -m tests.flows.several` reads them from stdin as JSON, and says in JSON on stdout how each ended.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from flows import cli
from tests.flows.place import Done, Place


def start(calls: Sequence[tuple[Place, Sequence[str]]]) -> "subprocess.Popen[str]":
    """Begin to call commands, one after another, in a process of their own."""
    asked = [{"folder": str(place.folder), "environment": place.variables(), "words": words} for place, words in calls]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.flows.several"],
        cwd=Path(__file__).parents[2],
        env=calls[0][0].variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked))
    process.stdin.close()
    return process


def ended(process: "subprocess.Popen[str]") -> list[Done]:
    """How the commands ended, once all of them have."""
    with process:
        try:
            assert process.stdout is not None
            said = process.stdout.read()
            assert process.wait() == 0, "the commands broke off"
            return [Done(**one) for one in json.loads(said)]
        finally:
            process.kill()


def main() -> None:
    """Call what stdin says."""
    done = [_called(**call) for call in json.load(sys.stdin)]
    json.dump([vars(one) for one in done], sys.stdout)


def _called(folder: str, environment: dict[str, str], words: list[str]) -> Done:
    out, err, code = io.StringIO(), io.StringIO(), 0
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["thirdcopy", *words]
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


if __name__ == "__main__":
    main()
