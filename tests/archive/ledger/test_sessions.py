"""Sessions and claims: who is at work, at what, and how nobody stays in the way who is gone."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import LeaseHeld, RefusedError
from archive.ledger import Ledger
from archive.ledger import tables as t
from archive.ledger.holders import Holder
from archive.ledger.markers import SLEPT
from archive.sources.host_clocks import HostClocks, HostTimes
from tests.support.engines import place_in, written
from tests.support.packages import HOME

OTHER = """
import sys
from datetime import timedelta
from pathlib import Path
from archive.ledger import Ledger, sessions
from tests.support.engines import place_in
sessions.TERM = timedelta(seconds=float(sys.argv[2]))
ledger = Ledger(place_in(Path(sys.argv[1])))
with ledger.sessions.begun("other", "other-id", "run"):
    print(ledger.claims.take("clip", "fetch"), ledger.claims.take("object", "store"), flush=True)
    sys.stdin.readline()
    ledger.markers.set("wrote", "after sleeping")
    print("wrote", flush=True)
    sys.stdin.read()
ledger.close()
"""

Open = Callable[[], Ledger]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """The ledger, opened once more at each call, as another process would."""
    with ExitStack() as stack:

        def open_one() -> Ledger:
            ledger = Ledger(place_in(tmp_path))
            stack.callback(ledger.close)
            return ledger

        yield open_one


@contextmanager
def other(state: Path, term: float = 90.0) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has a session, and two claims."""
    command = [sys.executable, "-c", OTHER, str(state), str(term)]
    with subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "True True\n"
            yield process
        finally:
            process.kill()
            process.stdin.close()
            process.wait(timeout=30)


def elsewhere(ledger: Ledger, *, ended: bool) -> None:
    """Make of every session one of another machine, whose term has ended or not."""
    with written(ledger) as connection:
        for row in connection.execute(sa.select(t.sessions)).all():
            holder = Holder.model_validate_json(row.holder)
            moved = holder.model_copy(update={"machine": "another", "place": "another"}).model_dump_json()
            until = row.until - timedelta(days=1) if ended else row.until
            mine = t.sessions.c.token == row.token
            connection.execute(sa.update(t.sessions).where(mine).values(holder=moved, until=until))


def test_a_claim_is_one_sessions_and_one_parts_of_it_until_it_is_given_back(opened: Open) -> None:
    one, two = opened(), opened()
    with one.sessions.begun("one", "one-id", "run"), two.sessions.begun("two", "two-id", "run"):
        assert one.claims.take("clip", "fetch")
        assert not one.claims.take("clip", "fetch"), "another thread of the same session"
        assert not two.claims.take("clip", "fetch")
        assert two.claims.take("clip", "link"), "another step"
        two.claims.give_back("clip", "fetch")
        assert not two.claims.take("clip", "fetch"), "it was not its own to give back"
        assert [(claim.thing, claim.step, claim.worker) for claim in two.claims.all()] == [
            ("clip", "fetch", "one"),
            ("clip", "link", "two"),
        ]
        one.claims.give_back("clip", "fetch")
        with two.claims.held("clip", "fetch") as ours:
            assert ours
            with one.claims.held("clip", "fetch") as had:
                assert not had
            assert not two.claims.take("clip", "fetch"), "who had it not gave nothing back"
    assert one.claims.all() == []
    assert one.sessions.rows() == []


def test_who_waits_for_a_claim_gets_it_when_it_is_given_back(opened: Open) -> None:
    one, two = opened(), opened()
    with one.sessions.begun("one", "one-id", "run"), two.sessions.begun("two", "two-id", "run"):
        assert one.claims.take("run record", "alone")
        timer = threading.Timer(0.5, one.claims.give_back, ("run record", "alone"))
        timer.start()
        with two.claims.held("run record", "alone", wait=30) as had:
            assert had
        timer.join()


def test_who_has_the_archive_alone_needs_no_claims(opened: Open) -> None:
    ledger = opened()
    assert ledger.claims.take("clip", "fetch")
    assert ledger.claims.take("clip", "fetch")
    assert ledger.claims.all() == []


def test_claims_of_a_killed_process_of_this_machine_are_free_at_once(opened: Open, tmp_path: Path) -> None:
    ledger = opened()
    with other(tmp_path) as process, ledger.sessions.begun("one", "one-id", "run"):
        assert not ledger.claims.take("clip", "fetch")
        assert ledger.sessions.gone() == []
        process.kill()
        process.wait()
        assert [session.worker for session in ledger.sessions.gone()] == ["other"]
        assert ledger.claims.take("clip", "fetch")
        assert ledger.claims.take("object", "store"), "the whole session was ended"
        assert [session.worker for session in ledger.sessions.rows()] == ["one"]
        assert ledger.markers.beginning(SLEPT) == {}, "a dead process wakes up no more"


def test_claims_of_a_session_elsewhere_are_free_when_its_term_ends(opened: Open, tmp_path: Path) -> None:
    ledger = opened()
    with other(tmp_path):
        elsewhere(ledger, ended=False)
        with ledger.sessions.begun("one", "one-id", "run"):
            assert not ledger.claims.take("clip", "fetch")
        elsewhere(ledger, ended=True)
        with ledger.sessions.begun("one", "one-id", "run"):
            assert [session.worker for session in ledger.sessions.end_gone()] == ["other"]
            assert ledger.claims.take("clip", "fetch")
        assert [*ledger.markers.beginning(SLEPT)] == ["object"], "it may only be asleep, and was storing this"


def test_a_process_that_slept_and_lost_its_session_ends_before_it_writes(opened: Open, tmp_path: Path) -> None:
    ledger = opened()
    with other(tmp_path, term=1.0) as process:
        assert process.stdin
        process.send_signal(signal.SIGSTOP)
        elsewhere(ledger, ended=True)
        with ledger.sessions.begun("one", "one-id", "run"):
            assert ledger.claims.take("clip", "fetch")
        threading.Event().wait(1.2)
        process.send_signal(signal.SIGCONT)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(timeout=30) == RefusedError.exit_code
    assert ledger.markers.get("wrote") is None


def test_a_process_that_slept_and_lost_nothing_goes_on(opened: Open, tmp_path: Path) -> None:
    ledger = opened()
    with other(tmp_path, term=1.0) as process:
        assert process.stdin
        assert process.stdout
        process.send_signal(signal.SIGSTOP)
        threading.Event().wait(1.2)
        process.send_signal(signal.SIGCONT)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "wrote\n"
    assert ledger.markers.get("wrote") == "after sleeping"


def test_nobody_is_at_work_beside_who_has_the_archive_alone(opened: Open) -> None:
    one, two = opened(), opened()
    with one.lease.held(), pytest.raises(LeaseHeld, match="alone"), two.sessions.begun("two", "two-id", "run"):
        pass
    with two.sessions.begun("two", "two-id", "run"), pytest.raises(LeaseHeld, match="two is at work"), one.lease.held():
        pass
    with one.lease.held():
        pass


def test_one_name_is_one_state_folder_until_it_is_forgotten(opened: Open) -> None:
    ledger = opened()
    with ledger.sessions.begun("reader", "first", "run"):
        pass
    with pytest.raises(RefusedError, match="forget reader"), ledger.sessions.begun("reader", "second", "run"):
        pass
    (worker,) = ledger.workers.rows()
    ledger.workers.forget("reader", worker.seen)
    with pytest.raises(RefusedError, match="given up"), ledger.sessions.begun("reader", "first", "run"):
        pass
    with ledger.sessions.begun("reader", "second", "run"):
        pass
    now, before = ledger.workers.rows()  # the forgotten folder stays known, or it could come back
    assert (now.name, now.id, now.forgotten) == ("reader", "second", None)
    assert (before.name.startswith("reader~"), before.id, before.forgotten) == (True, "first", worker.seen)
    with ledger.sessions.begun("reads", "second", "run"):
        pass
    names = [one.name for one in ledger.workers.rows()]
    assert names == [before.name, "reads"], "a state folder may be called otherwise"


def test_slots_are_so_many_and_no_more(opened: Open) -> None:
    one, two = opened(), opened()
    with one.sessions.begun("one", "one-id", "run"), two.sessions.begun("two", "two-id", "run"):
        with (
            one.claims.slot("source:voices", 2) as first,
            two.claims.slot("source:voices", 2) as second,
            one.claims.slot("source:voices", 2) as third,
        ):
            assert (first, second, third) == (True, True, False)
        with one.claims.slot("source:voices", 2) as again:
            assert again


def test_a_batch_is_done_by_whom_it_was_handed_to_last(opened: Open) -> None:
    one, two = opened(), opened()
    with one.sessions.begun("one", "one-id", "run"), two.sessions.begun("two", "two-id", "batch"):
        (batch,) = one.batches.make("run-token", "fetch and store", ["{}"])
        one.batches.hand_out(batch, "flow-1")
        one.batches.hand_out(batch, "flow-2")
        assert two.batches.begin(batch, "flow-1") is None, "too late"
        begun = two.batches.begin(batch, "flow-2")
        assert begun
        assert (begun.worker, begun.tries) == ("two", 2)
        assert two.batches.begin(batch, "flow-2") is None, "somebody is at it"
        assert not one.batches.end(batch, "[]"), "it is not this session's"
        assert [found.id for found in one.batches.under_way()] == [batch]
        assert two.batches.end(batch, "[1]")
        assert [found.outcome for found in one.batches.of("run-token")] == ["[1]"]
        one.batches.hand_out(batch, "flow-3")
        assert two.batches.begin(batch, "flow-3") is None, "it is done"


def test_turns_at_a_host_are_all_workers_together(opened: Open) -> None:
    clocks = [HostClocks(opened().hosts(HostTimes)) for _ in range(2)]
    began, lock = list[float](), threading.Lock()

    def ask(hosts: HostClocks) -> None:
        for _ in range(3):
            hosts.take_turn("media.example", 0.2)
            with lock:
                began.append(time.monotonic())

    threads = [threading.Thread(target=ask, args=(hosts,)) for hosts in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    began.sort()
    assert began[-1] - began[0] >= 5 * 0.2 - 0.05


def test_what_a_host_asks_to_wait_is_waited_by_every_worker(opened: Open) -> None:
    one, two = (HostClocks(opened().hosts(HostTimes), lots=lambda: 0.0) for _ in range(2))
    slept = list[float]()
    assert one.shut("media.example", 30)
    two._sleep = _raising(slept)
    with pytest.raises(StopIteration):
        two.take_turn("MEDIA.example", 0)
    assert slept == [pytest.approx(30, abs=2)]


def _raising(slept: list[float]) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise StopIteration

    return sleep


def test_hosts_that_say_nothing_any_more_are_forgotten(opened: Open) -> None:
    ledger = opened()
    clocks = HostClocks(ledger.hosts(HostTimes))
    clocks.take_turn("past.example", 0)
    clocks.shut("shut.example", 60)
    ledger.hosts(HostTimes).forget(lambda times, now: not times.says_something(now))
    with written(ledger) as connection:
        assert connection.scalars(sa.select(t.hosts.c.host)).all() == ["shut.example"]
