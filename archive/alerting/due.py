"""Which messages are due, from conditions as they stand and what each address was told before. Pure.

An address is told once that a condition began, again as often as the settings say while it stands, and once that it is
over. What could not be delivered was not told, and is due again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from archive.alerting.conditions import AHEAD, Condition
from archive.records.record import Record

Turn = Literal["begins", "stands", "over"]
EARLY = 0.05
"""Share of the time between two reminders by which one may come early: what runs every night ends sooner or later."""


class Said(Record):
    """What one address was told of a condition that stands: when for the first time, and when last."""

    first: AwareDatetime
    last: AwareDatetime


class Told(Record):
    """What was told: since when anybody looks, and by condition and number of the address what that knows."""

    watched: AwareDatetime
    said: dict[str, dict[int, Said]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One message for one address, by its number, the first is 1."""

    address: int
    condition: str
    turn: Turn
    title: str
    body: str


def due(
    archive: str, standing: Sequence[Condition], told: Told, *, addresses: int, now: datetime, reminder: timedelta
) -> list[Message]:
    """The messages to send now, in the order of the conditions; `archive` is its name."""
    found = list[Message]()
    for condition in standing:
        for address in range(1, addresses + 1):
            said = told.said.get(condition.name, {}).get(address)
            if turn := _turn(condition, said, now, reminder):
                found.append(Message(address, condition.name, turn, *_words(archive, condition, turn, said, reminder)))
    return found


def after(
    told: Told, standing: Sequence[Condition], sent: Collection[Message], *, addresses: int, now: datetime
) -> Told:
    """What was told, once some messages have been delivered. What no longer can be over is forgotten."""
    on: set[str] = {condition.name for condition in standing}
    said: dict[str, dict[int, Said]] = {
        name: {address: one for address, one in some.items() if address <= addresses}
        for name, some in told.said.items()
        if name in on
    }
    for message in sent:
        there = said.setdefault(message.condition, {})
        if message.turn == "over":
            there.pop(message.address, None)
        else:
            before = there.get(message.address)
            there[message.address] = Said(first=before.first if before else now, last=now)
    return Told(watched=told.watched, said={name: some for name, some in sorted(said.items()) if some})


def _turn(condition: Condition, said: Said | None, now: datetime, reminder: timedelta) -> Turn | None:
    if not condition.holds:
        return "over" if said else None
    if said is None:
        return "begins"
    again = said.last > now + AHEAD or now - said.last >= reminder * (1 - EARLY)
    return "stands" if again else None


def _words(archive: str, condition: Condition, turn: Turn, said: Said | None, reminder: timedelta) -> tuple[str, str]:
    """The title and the body: short, since a phone shows some forty letters of the one and two lines of the other."""
    since = f"Told first on {said.first:%Y-%m-%d %H:%M} UTC." if said else ""
    if turn == "over":
        return f"{archive}: over: {condition.title}", "\n".join((condition.over, since))
    hours = f"{reminder / timedelta(hours=1):g}"
    again = f"{since} The next reminder is due in {hours} hours." if since else f"A reminder is due in {hours} hours."
    still = "still: " if turn == "stands" else ""
    return f"{archive}: {still}{condition.title}", "\n".join((condition.line or "", f"Do: {condition.do}", again))
