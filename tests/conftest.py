"""Fixtures of the whole suite: the real servers and the real model. In CI a skip is a failure.

`make test` runs files side by side (pytest-xdist). A file is never divided, so that its fixtures are made once; those
that need the same slow servers stay together too, and what takes longest begins first.
"""

import os
from collections.abc import Generator
from typing import Any, TypeVar

import pytest

from tests.world.fixtures import ceph_server, postgresql_server, rclone_server, seaweedfs_server, swift_server
from tests.world.fixtures_model import whisper_folder, whisper_model

__all__ = [
    "ceph_server",
    "postgresql_server",
    "rclone_server",
    "seaweedfs_server",
    "swift_server",
    "whisper_folder",
    "whisper_model",
]

STORES, PREFECT = "every store", "Prefect"
GROUPS = {
    STORES: (
        "conformance/test_servers.py",
        "conformance/test_targets.py",
        "storage/test_s3.py",
        "storage/test_s3_bucket_probing.py",
    ),
    PREFECT: ("flows/test_prefect.py", "flows/test_schedule.py"),
}
"""Files whose tests run in one process: those that ask for Ceph and Swift, and those that ask for Prefect's database.

To start the one and to make the other takes longest.
"""

LONGEST = (
    STORES,
    "tampering/test_cases.py",
    "whole/test_whole_way.py",
    "transcription/test_window_reading.py",
    "transcription/test_what_breaks.py",
    PREFECT,
    "archive/preservation/test_any_order.py",
    "whole/test_kills.py",
    "storage/test_faults.py",
    "flows/test_commands.py",
    "transcription/test_whisper.py",
    "flows/test_reviewing.py",
    "tampering/test_tampering.py",
)
"""Groups that begin first; the rest in the order of collection."""

_OF_GROUP = {name: group for group, names in GROUPS.items() for name in names}

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", dest="regenerate", help="write golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "model: reads with the real model, whose words differ between processors")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "whisper_folder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.model)
    order = {group: number for number, group in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(_group(item.nodeid), len(order)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep groups together by ids of tests: pytest-xdist 3.8 writes its own marks where pytest 9.2 reads none."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return Groups(config, log)


def _group(nodeid: str) -> str:
    """The tests that one process runs one after the other: those of a file, or of all files of its group."""
    name = nodeid.partition("::")[0].removeprefix("tests/")
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
