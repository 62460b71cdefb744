"""The units of systemd: systemd itself finds nothing wrong with them, and each starts a command that there is."""

import re
import subprocess
from pathlib import Path

import pytest
import typer

from flows.cli.app import app

UNITS = sorted((Path(__file__).parent.parent / "configs" / "systemd").glob("*.service"))


def test_they_are_the_ones_that_are_promised() -> None:
    assert [unit.name for unit in UNITS] == [
        *("thirdcopy-schedule.service", "thirdcopy-server.service", "thirdcopy-worker@.service")
    ]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_wrong(unit: Path, tmp_path: Path) -> None:
    one = tmp_path / unit.name.replace("@", "@fetch")
    one.write_text(unit.read_text())
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(one)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_starts_a_command_that_there_is_keeps_secrets_out_and_ends_what_it_started(unit: Path) -> None:
    text = unit.read_text()
    (command,) = re.findall(r"^ExecStart=/usr/bin/env thirdcopy (\w+)", text, re.MULTILINE)
    assert command in typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert not re.search(r"^Environment=.*PASSWORD", text, re.MULTILINE)
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "Restart=always"} <= {*text.splitlines()}
    assert not re.search(r"^KillMode=(process|none)", text, re.MULTILINE)
