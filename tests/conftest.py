"""Fixtures of the whole suite: the real servers and the real model. In CI a skip is a failure."""

import os
from collections.abc import Generator
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

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", dest="regenerate", help="write golden files anew")


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
