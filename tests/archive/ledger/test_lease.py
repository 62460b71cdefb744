"""The lease: one run at a time, and one that died does not hold up the next."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import LeaseHeld
from archive.ledger import Ledger, lease
from archive.ledger import tables as t
from tests.support.engines import place_in, written
from tests.support.packages import HOME

HOLD = """
import sys
from pathlib import Path
from archive.ledger import Ledger
from tests.support.engines import place_in
ledger = Ledger(place_in(Path(sys.argv[1])))
with ledger.lease.held():
    print("held", flush=True)
    sys.stdin.read()
ledger.close()
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(place_in(tmp_path))
    yield ledger
    ledger.close()


@pytest.fixture
def other(ledger: Ledger, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lease until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=HOME,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdin
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()
            process.stdin.close()
            process.wait(timeout=30)


def row(ledger: Ledger, **change: object) -> sa.Row[tuple[str, str, str, datetime]] | None:
    """The lease's row, after a change that nobody but time or another machine could make."""
    with written(ledger) as connection:
        if change:
            connection.execute(sa.update(t.leases).values(**change))
        return connection.execute(sa.select(t.leases)).one_or_none()


def test_second_holder_is_refused_until_the_first_is_done(ledger: Ledger, other: "subprocess.Popen[str]") -> None:
    with pytest.raises(LeaseHeld, match=f"process {other.pid} on ") as held, ledger.lease.held():
        pass
    assert held.value.exit_code == 4
    assert other.stdin
    other.stdin.close()
    assert other.wait(timeout=30) == 0
    assert row(ledger) is None
    with ledger.lease.held(), pytest.raises(LeaseHeld), ledger.lease.held():
        pass
    with ledger.lease.held("another"), ledger.lease.held():
        pass


def test_killed_holder_is_noticed_at_once(ledger: Ledger, other: "subprocess.Popen[str]") -> None:
    before = row(ledger)
    assert before
    other.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked after it: a zombie
    with ledger.lease.held():
        after = row(ledger)
        assert after
        assert after.token != before.token
        assert json.loads(after.holder)["pid"] == os.getpid()
    assert other.wait(timeout=30) == -signal.SIGKILL
    with ledger.lease.held():
        pass


def test_suspended_holder_keeps_the_lease_beyond_its_term(ledger: Ledger, other: "subprocess.Popen[str]") -> None:
    other.send_signal(signal.SIGSTOP)
    row(ledger, expires=datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(LeaseHeld), ledger.lease.held():
        pass
    other.send_signal(signal.SIGCONT)


def test_number_of_a_process_used_twice_is_not_taken_for_the_first(ledger: Ledger) -> None:
    with ledger.lease.held():
        found = row(ledger)
        assert found
        row(ledger, holder=json.dumps({**json.loads(found.holder), "started": "1"}))
        with ledger.lease.held():
            pass


def test_holder_elsewhere_has_its_term(ledger: Ledger) -> None:
    with ledger.lease.held():
        found = row(ledger)
        assert found
        row(ledger, holder=json.dumps({**json.loads(found.holder), "place": "another boot", "started": "1"}))
        with pytest.raises(LeaseHeld), ledger.lease.held():
            pass
        row(ledger, expires=datetime.now(UTC) - timedelta(seconds=1))
        with ledger.lease.held():
            taken = row(ledger)
            assert taken
            assert taken.token != found.token
    assert row(ledger) is None  # the first holder's end has not taken away the second's, which ended by itself


def test_lease_that_was_taken_over_is_not_ended_by_who_lost_it(ledger: Ledger) -> None:
    with ledger.lease.held():
        row(ledger, token="another's")
    assert row(ledger) is not None


def test_lease_is_renewed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "TERM", timedelta(seconds=0.2))
    with ledger.lease.held():
        first = row(ledger)
        assert first
        ended = threading.Event()
        for _ in range(200):
            now = row(ledger)
            assert now
            if now.expires > first.expires:
                break
            ended.wait(0.05)
        else:
            pytest.fail("the lease was never renewed")
    assert not [thread for thread in threading.enumerate() if thread.name == "lease"]


WOKEN = """
import sys, threading
from datetime import timedelta
from pathlib import Path
from archive.ledger import Ledger, lease
from tests.support.engines import place_in
lease.TERM = timedelta(seconds=0.4)
ledger = Ledger(place_in(Path(sys.argv[1])))
with ledger.lease.held():
    print("held", flush=True)
    threading.Event().wait(60)
"""


def test_holder_whose_lease_was_taken_away_ends_at_once(ledger: Ledger, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WOKEN, str(tmp_path)]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as late:
        assert late.stdout
        assert late.stdout.readline() == "held\n"
        row(ledger, token="another's")
        assert late.wait(timeout=30) == 4


def test_taking_the_lease_of_a_run_elsewhere_is_told(ledger: Ledger, other: "subprocess.Popen[str]") -> None:
    holder = json.dumps({"host": "elsewhere", "place": "another boot", "pid": 1, "started": "1"})
    row(ledger, holder=holder, expires=datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1))
    with ledger.lease.held() as taken_away:
        assert taken_away
    with ledger.lease.held() as taken_away:
        assert not taken_away
