"""How tests are run: in CI a skip is a failure, elsewhere it has its reason; side by side, a file is never divided."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import conftest

ROOT = Path(__file__).parent.parent
SKIPS = {
    "call": "def test_it(): pytest.skip('by a call')",
    "mark": "@pytest.mark.skipif(True, reason='by a mark')\ndef test_it(): pass",
    "fixture": "@pytest.fixture\ndef it(): pytest.skip('by a fixture')\n\ndef test_it(it): pass",
    "module": "pytest.skip('by a module', allow_module_level=True)",
}
NO_SKIPS = {
    "passes": "def test_it(): pass",
    "expected": "@pytest.mark.xfail(strict=True)\ndef test_it(): raise ValueError",
}


def outcomes(folder: Path, ci: str, *arguments: str) -> tuple[dict[str, int], str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-ra"]
    # This process may itself be one of several: what pytest told it is not for others.
    of_nobody = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, "--continue-on-collection-errors", *arguments, str(folder)],
        cwd=folder,
        env=of_nobody | {"CI": ci, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    summary = done.stdout.splitlines()[-1]
    return {what: int(count) for count, what in re.findall(r"\b(\d+) ([a-z]+)", summary)}, done.stdout


@pytest.mark.parametrize("beside", [(), ("-n", "2", "--dist", "loadscope")], ids=["alone", "side by side"])
def test_in_ci_a_skip_is_a_failure_that_says_why(tmp_path: Path, beside: tuple[str, ...]) -> None:
    (tmp_path / "pytest.ini").touch()
    for name, text in (SKIPS | NO_SKIPS).items():
        (tmp_path / f"test_{name}.py").write_text(f"import pytest\n\n{text}\n", "utf-8")

    found, told = outcomes(tmp_path, "", *beside)
    assert found == {"skipped": 4, "passed": 1, "xfailed": 1}
    assert all(f"by a {how}" in told for how in SKIPS)

    found, told = outcomes(tmp_path, "true", *beside)
    assert found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0) == len(SKIPS)
    assert (found.get("skipped", 0), found["passed"], found["xfailed"]) == (0, 1, 1)
    assert all(f"by a {how}" in told for how in SKIPS)


def test_tests_of_a_file_run_in_one_process(tmp_path: Path) -> None:
    """Or each process makes anew what the tests of the file share."""
    (tmp_path / "pytest.ini").touch()
    text = "import os, pathlib, pytest\n\n@pytest.mark.parametrize('n', range(6))\ndef test_it(n):\n"
    text += "    with pathlib.Path(__file__ + '.pids').open('a') as file:\n        file.write(f'{os.getpid()} ')\n"
    for name in "abcd":
        (tmp_path / f"test_{name}.py").write_text(text, "utf-8")
    assert outcomes(tmp_path, "true", "-n", "2", "--dist", "loadscope")[0] == {"passed": 24}
    processes = [file.read_text().split() for file in tmp_path.glob("*.pids")]
    assert [len(set(of_file)) for of_file in processes] == [1] * 4
    assert len({of_file[0] for of_file in processes}) == 2


def test_files_that_stay_together_or_begin_first_are_there() -> None:
    """A file that is moved would leave its group, and start its servers once more."""
    groups = {name for names in conftest.GROUPS.values() for name in names}
    named = groups | {*conftest.LONGEST} - {*conftest.GROUPS}
    assert [name for name in sorted(named) if not (ROOT / "tests" / name).is_file()] == []
