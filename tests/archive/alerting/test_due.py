"""What is due: never told twice, never silent, and over is told once, whatever is delivered and whatever not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.alerting.conditions import Condition
from archive.alerting.due import EARLY, Message, Said, Told, after, due
from tests.support.archives import MONDAY

DAY = timedelta(days=1)
NOTHING = Told(watched=MONDAY)


def condition(line: str | None = "3 copies.", name: str = "damage") -> Condition:
    return Condition(name, "copies are damaged", line, "repair them", "No copy is damaged.")  # type: ignore[arg-type]


def now_due(standing: Sequence[Condition], told: Told, now: datetime = MONDAY, *, addresses: int = 1) -> list[Message]:
    return due("little", standing, told, addresses=addresses, now=now, reminder=DAY)


def test_a_message_is_short_and_says_what_to_do() -> None:
    (begins,) = now_due([condition()], NOTHING)
    assert (begins.turn, begins.title) == ("begins", "little: copies are damaged")
    assert begins.body == "3 copies.\nDo: repair them\nA reminder is due in 24 hours."

    told = after(NOTHING, [condition()], [begins], addresses=1, now=MONDAY)
    (stands,) = now_due([condition("4 copies.")], told, MONDAY + DAY)
    assert (stands.turn, stands.title) == ("stands", "little: still: copies are damaged")
    assert stands.body == (
        "4 copies.\nDo: repair them\nTold first on 2026-03-02 08:00 UTC. The next reminder is due in 24 hours."
    )

    (over,) = now_due([condition(None)], told, MONDAY + DAY)
    assert (over.turn, over.title) == ("over", "little: over: copies are damaged")
    assert over.body == "No copy is damaged.\nTold first on 2026-03-02 08:00 UTC."


def test_what_comes_nightly_reminds_nightly_though_it_comes_a_few_minutes_earlier() -> None:
    told = Told(watched=MONDAY, said={"damage": {1: Said(first=MONDAY, last=MONDAY)}})
    assert [one.turn for one in now_due([condition()], told, MONDAY + DAY - timedelta(minutes=40))] == ["stands"]
    assert now_due([condition()], told, MONDAY + DAY - timedelta(hours=2)) == []


def test_what_a_clock_that_was_ahead_told_silences_nothing() -> None:
    ahead = MONDAY + 400 * DAY
    told = Told(watched=MONDAY, said={"damage": {1: Said(first=ahead, last=ahead)}})
    assert [one.turn for one in now_due([condition()], told)] == ["stands"]


def test_a_new_address_is_told_what_stands_and_one_that_is_gone_is_forgotten() -> None:
    told = Told(watched=MONDAY, said={"damage": {1: Said(first=MONDAY, last=MONDAY)}})
    (message,) = now_due([condition()], told, MONDAY, addresses=2)
    assert (message.address, message.turn) == (2, "begins")
    both = after(told, [condition()], [message], addresses=2, now=MONDAY)
    assert set(both.said["damage"]) == {1, 2}
    assert set(after(both, [condition()], [], addresses=1, now=MONDAY).said["damage"]) == {1}


def test_a_condition_that_was_switched_off_is_forgotten_without_a_word() -> None:
    told = Told(watched=MONDAY, said={"damage": {1: Said(first=MONDAY, last=MONDAY)}})
    assert now_due([], told) == []
    assert after(told, [], [], addresses=1, now=MONDAY).said == {}


@dataclass
class Hour:
    """How it stands after some hours, and which of two addresses answers."""

    hours: int
    holds: bool
    answers: tuple[bool, bool]


HOURS = st.lists(
    st.builds(Hour, st.integers(0, 40), st.booleans(), st.tuples(st.booleans(), st.booleans())), min_size=1, max_size=40
)


@given(HOURS)
def test_never_twice_never_silent_and_over_once(course: list[Hour]) -> None:
    told, now = NOTHING, MONDAY
    knows: dict[int, datetime | None] = {1: None, 2: None}
    for hour in course:
        now += timedelta(hours=hour.hours)
        standing = [condition("1 copy." if hour.holds else None)]
        messages = now_due(standing, told, now, addresses=2)
        turns = {message.address: message.turn for message in messages}
        assert len(turns) == len(messages), "one address is told one thing of a condition"
        for address, last in knows.items():
            if not hour.holds:
                assert turns.get(address) == ("over" if last else None)
            elif last is None:
                assert turns[address] == "begins"
            else:
                again = now - last >= DAY * (1 - EARLY)
                assert turns.get(address) == ("stands" if again else None)
        sent = [message for message in messages if hour.answers[message.address - 1]]
        for message in sent:
            knows[message.address] = None if message.turn == "over" else now
        told = Told.model_validate_json(
            after(told, standing, sent, addresses=2, now=now).model_dump_json()
        )  # as the ledger keeps it
        assert due("little", standing, told, addresses=2, now=now, reminder=DAY) == [
            message for message in messages if message not in sent
        ], "what was delivered is not due again, and what was not is"
