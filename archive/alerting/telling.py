"""Tell who is to be told: look at the facts, send what is due, and keep in the ledger what was delivered."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter

from archive.alerting.conditions import Condition, conditions
from archive.alerting.due import Message, Told, Turn, after, due
from archive.alerting.observing import observe
from archive.alerting.sending import Delivery, Errand, Kind, Parcel, deliver
from archive.errors import LeaseHeld, LedgerUnusable, SettingsError
from archive.ledger import Ledger
from archive.opening.archive import Archive
from archive.settings.settings import Settings

TOLD = "alerts"
"""The fact that holds what was told, and the lock of whoever tells."""

Send = Callable[[Errand], Delivery]
_TOLD = TypeAdapter(Told)
_KINDS: dict[Turn, Kind] = {"begins": "warning", "stands": "warning", "over": "success"}
_TRIED = "This is a trial: alerts of this archive arrive here."


@dataclass(frozen=True)
class Outcome:
    """What came of telling: what was delivered, what was not with the reason, and whatever else went wrong.

    `unknown` are the numbers of addresses that apprise cannot read.
    """

    sent: tuple[Message, ...] = ()
    failed: tuple[tuple[Message, str], ...] = ()
    problems: tuple[str, ...] = ()
    unknown: tuple[int, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """All that went wrong, in a sentence each."""
        by_address = {message.address: why for message, why in self.failed if message.address not in self.unknown}
        return (
            *(f"alerts: address {number} was not told: {why}; it is tried again" for number, why in by_address.items()),
            *(f"alerts: {_unreadable(number)}" for number in self.unknown),
            *(f"alerts: {problem}" for problem in self.problems),
        )


def told(archive: Archive) -> Told:
    """What was told so far; nothing, from now on, where nobody looked yet."""
    return archive.ledger.markers.document(TOLD, _TOLD) or Told(watched=archive.clock())


def standing(archive: Archive) -> tuple[Condition, ...]:
    """Every condition that is switched on, as it stands. Nobody is told."""
    return conditions(observe(archive, told(archive).watched), archive.settings.alerts)


def would_tell(archive: Archive) -> list[Message]:
    """What is due now. Nobody is told."""
    return _due(archive, told(archive), standing(archive))


def tell(archive: Archive, *, well: bool = False, examine: bool = False, send: Send = deliver) -> Outcome:
    """Send what is due; and after a run that ended `well` ask the address that a dead man's switch listens at.

    With `examine`, addresses are looked at though nothing is due. While somebody else tells, nothing is sent: they say
    the same. Where the ledger cannot be written, as on a full disk, people are told all the same, and then again.
    """
    alerts = archive.settings.alerts
    ping = alerts.ping.get_secret_value() if alerts.ping and well else None
    if not alerts.addresses and not ping:
        return Outcome()
    try:
        with _only_one(archive.ledger):
            return _tell(archive, ping, send, examine=examine)
    except LeaseHeld:
        return _outcome((), send(Errand(ping=ping))) if ping else Outcome()


def try_all(settings: Settings, *, send: Send = deliver) -> Delivery:
    """Send one message to each address. Raises SettingsError where there is none."""
    addresses = needed(settings)
    parcels = [
        Parcel(address=number, title=f"{settings.name}: a trial", body=_TRIED, kind="info")
        for number in range(1, len(addresses) + 1)
    ]
    return send(Errand(addresses=addresses, parcels=tuple(parcels)))


def needed(settings: Settings) -> tuple[str, ...]:
    """The addresses. Raises SettingsError where there is none."""
    if not settings.alerts.addresses:
        raise SettingsError(
            [
                f"{settings.file}: alerts.addresses is empty, so nobody can be told: put apprise's addresses in the "
                "environment as THIRDCOPY_ALERTS__ADDRESSES or in a file named by secrets_file that only you can read"
            ]
        )
    return tuple(address.get_secret_value() for address in settings.alerts.addresses)


def refuse_unreadable(settings: Settings, numbers: Sequence[int]) -> None:
    """Raise SettingsError for addresses that apprise cannot read, by their numbers."""
    if numbers:
        raise SettingsError([f"{settings.file}: alerts.addresses: {_unreadable(number)}" for number in numbers])


def _unreadable(number: int) -> str:
    return (
        f"address {number} is none that apprise can read: compare how it begins, and what it wants, with "
        "https://appriseit.com/services/"
    )


@contextmanager
def _only_one(ledger: Ledger) -> Iterator[None]:
    """Be the only one who tells while the block runs, if the ledger can be written. Raises LeaseHeld."""
    with ExitStack() as stack:
        with suppress(LedgerUnusable):
            stack.enter_context(ledger.lease.held(TOLD))
        yield


def _tell(archive: Archive, ping: str | None, send: Send, *, examine: bool) -> Outcome:
    alerts, before, now = archive.settings.alerts, told(archive), archive.clock()
    addresses = tuple(address.get_secret_value() for address in alerts.addresses)
    seen = conditions(observe(archive, before.watched), alerts) if addresses else ()
    messages = _due(archive, before, seen)
    parcels = [Parcel(address=one.address, title=one.title, body=one.body, kind=_KINDS[one.turn]) for one in messages]
    outcome = Outcome()
    if parcels or ping or (examine and addresses):
        done = send(Errand(addresses=addresses if parcels or examine else (), parcels=tuple(parcels), ping=ping))
        outcome = _outcome(messages, done)
    if not addresses:
        return outcome
    kept = after(before, seen, outcome.sent, addresses=len(addresses), now=now)
    if kept == archive.ledger.markers.document(TOLD, _TOLD):
        return outcome
    try:
        archive.ledger.markers.set(TOLD, kept.model_dump_json())
    except LedgerUnusable as error:
        problem = f"what was told cannot be kept, and is told again next time: {error}"
        return Outcome(outcome.sent, outcome.failed, (*outcome.problems, problem), outcome.unknown)
    return outcome


def _due(archive: Archive, before: Told, seen: Sequence[Condition]) -> list[Message]:
    settings = archive.settings
    reminder = timedelta(hours=settings.alerts.reminder_hours)
    addresses = len(settings.alerts.addresses)
    return due(settings.name, seen, before, addresses=addresses, now=archive.clock(), reminder=reminder)


def _outcome(messages: Sequence[Message], done: Delivery) -> Outcome:
    return Outcome(
        sent=tuple(one for place, one in enumerate(messages) if place not in done.failed),
        failed=tuple((one, done.failed[place]) for place, one in enumerate(messages) if place in done.failed),
        problems=(f"the dead man's switch was not told that a run ended well: {done.ping}",) if done.ping else (),
        unknown=done.unknown,
    )
