"""Fixtures of the whole suite: the real servers and the real model. In CI a skip is a failure.

`make test` runs files side by side (pytest-xdist). A file is never divided, so that its fixtures are made once; those
that need the same slow servers stay together too, and what takes longest begins first.
"""

import os
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.world.fixtures import ceph_server, rclone_server, seaweedfs_server, swift_server
from tests.world.fixtures_model import whisper_folder, whisper_model

__all__ = [
    "ceph_server",
    "rclone_server",
    "seaweedfs_server",
    "swift_server",
    "whisper_folder",
    "whisper_model",
]

ROOT = Path(__file__).parent
STORES, PREFECT = "every store", "Prefect"
GROUPS = {
    STORES: (
        "conformance/test_servers.py",
        "conformance/test_targets.py",
        "storage/test_s3.py",
        "storage/test_s3_probing.py",
    ),
    PREFECT: ("flows/test_prefect.py", "flows/test_schedule.py"),
}
"""Files whose tests run in one process: those that ask for Ceph and Swift, and those that ask for Prefect's database.

To start the one and to make the other takes longest.
"""

LONGEST = (
    STORES,
    "whole/test_whole_way.py",
    "transcription/test_reading.py",
    "transcription/test_what_breaks.py",
    PREFECT,
    "archive/test_any_order.py",
    "whole/test_kills.py",
    "storage/test_faults.py",
    "flows/test_commands.py",
    "transcription/test_whisper.py",
)
"""Groups that begin first; the rest in the order of collection."""

_OF_GROUP = {name: group for group, names in GROUPS.items() for name in names}

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", dest="regenerate", help="write golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "model: reads with the real model, whose words differ between processors")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "whisper_folder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.model)
    if hasattr(config, "workerinput"):  # of pytest-xdist
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item)))
        order = {group: number for number, group in enumerate(LONGEST)}
        items.sort(key=lambda item: order.get(_group(item), len(order)))


def _group(item: pytest.Item) -> str:
    """The tests that one process runs one after the other: those of a file, or of all files of its group."""
    name = item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else item.path.name
    return _OF_GROUP.get(name, name)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _not_in_ci((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _not_in_ci((yield))


def _not_in_ci(report: Report) -> Report:
    """Where CI is set, a skip becomes a failure with the skip's reason; what is expected to fail is no skip."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"In CI nothing may be skipped. {reason}"
    return report
