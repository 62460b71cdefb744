"""Which flow runs a sweep ends: by the ledger's batches and sessions, and not before whoever is at one had time."""

from datetime import UTC, datetime, timedelta

import pytest

from archive.ledger.batches import Batch
from flows.orchestration.left_behind import GRACE, UnderWay, left

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LONG, JUST = GRACE + timedelta(seconds=1), timedelta(seconds=5)


def run(state: str, since: timedelta, *, batch: str | None = "b", session: str | None = None) -> UnderWay:
    return UnderWay("mine", "one", state, NOW - since, batch, session)


def batch(**facts: object) -> Batch:
    given = {"id": "b", "run": "r", "stage": "s", "body": "{}", "made": NOW, "flow_run": "mine", **facts}
    return Batch(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "of", "why", "ends_as"),
    [
        (run("RUNNING", JUST), batch(session="dead", worker="reader"), "reader is gone", "Crashed"),
        (run("CANCELLING", JUST), batch(session="dead", worker="reader"), "reader is gone", "Cancelled"),
        (run("RUNNING", LONG), batch(session="alive", worker="reader"), None, None),
        (run("PENDING", LONG), batch(), "it was taken, and never begun", "Crashed"),
        (run("PENDING", JUST), batch(), None, None),
        (
            run("RUNNING", LONG),
            batch(ended=NOW - LONG, session="dead"),
            "its batch has ended",
            "Completed",
        ),
        (run("RUNNING", LONG), batch(ended=NOW - JUST, session="dead"), None, None),
        (run("RUNNING", LONG), batch(flow_run="x"), "its batch was handed to another", "Crashed"),
        (run("RUNNING", JUST), batch(flow_run="x"), None, None),
        (run("RUNNING", LONG), None, "its batch was handed to another", "Crashed"),
        (
            run("RUNNING", JUST, batch=None, session="dead"),
            None,
            "its process is gone",
            "Crashed",
        ),
        (run("RUNNING", LONG, batch=None, session="alive"), None, None, None),
        (run("PENDING", LONG, batch=None), None, "it was taken, and never begun", "Crashed"),
        (run("RUNNING", JUST, batch=None), None, None, None),
    ],
)
def test_a_flow_run_is_ended_if_nobody_is_at_it(
    found: UnderWay, of: Batch | None, why: str | None, ends_as: str | None
) -> None:
    one = left(found, of, {"alive"}, NOW, GRACE)
    assert ((one.why, one.ends_as) if one else (None, None)) == (why, ends_as)
