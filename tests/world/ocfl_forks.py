"""Run ocfl-py's own programs again and again: what they import takes a second, so each run is a fork of this process.

It runs in the environment of tests/ocfl. Each line of standard input is a JSON object with the path of a `program`, its
`arguments` and `environment`, and the files for `out` and `err`; the answer is a line with how that run ended.
"""

import importlib
import json
import os
import runpy
import sys
from typing import Any


def main() -> None:
    """Answer until standard input ends."""
    for slow in ("ocfl", "s3fs"):
        importlib.import_module(slow)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _run(asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(asked: dict[str, Any]) -> None:
    for name, number in (("out", 1), ("err", 2)):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = [asked["program"], *asked["arguments"]]
    code = 1
    try:
        runpy.run_path(asked["program"], run_name="__main__")
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
