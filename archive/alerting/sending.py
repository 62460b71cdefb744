"""Send messages by apprise, within a bound of time. Nothing of an address comes back but its number.

    python -m archive.alerting.sending

apprise works in a process of its own, which this module is too. It is handed the addresses on standard input and is
killed when its time is over. Its logs and errors quote recipients, hosts and, in those of `requests`, whole addresses
with their tokens: its standard error leads nowhere, and of all that it says only three digits are let through, the code
that a server answered with.
"""

import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import Field, TypeAdapter

from archive.records.record import Record

if TYPE_CHECKING:
    from apprise import NotifyBase

SECONDS = 20.0
"""How long one address may take for all of its messages, side by side with the others, and so the ping."""

STARTING = 40.0
"""Seconds beside those in which the process has to start, on a machine that is busy, before it is killed."""

NO_ANSWER = f"no answer within {SECONDS:.0f} s"
Kind = Literal["warning", "info", "success"]


class Parcel(Record):
    """One message for one address, by its number, the first is 1."""

    address: int
    title: str
    body: str
    kind: Kind = "warning"


class Errand(Record):
    """What a process is to do: send parcels to addresses, and ask an address that a dead man's switch listens at.

    The addresses are secrets in the open, and stand in no picture of it.
    """

    addresses: tuple[str, ...] = Field(default=(), repr=False)
    parcels: tuple[Parcel, ...] = ()
    ping: str | None = Field(default=None, repr=False)


class Delivery(Record):
    """What came of it.

    `unknown` are numbers of addresses that apprise cannot read. `failed` says of a parcel, by its place, why it was not
    delivered: all others were. `ping` says why that was not answered.
    """

    unknown: tuple[int, ...] = ()
    failed: dict[Annotated[int, Field(ge=0)], str] = Field(default_factory=dict)
    ping: str | None = None


def deliver(errand: Errand) -> Delivery:
    """Do an errand. Raises nothing: what could not be done is in what it gives."""
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "archive.alerting.sending"],
            input=errand.model_dump_json().encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=SECONDS + STARTING,
            check=True,
        )
        return _DELIVERY.validate_json(done.stdout)
    except subprocess.TimeoutExpired:
        why = NO_ANSWER
    except (subprocess.CalledProcessError, OSError, ValueError):
        why = "the process that sends ended without a word"
    return Delivery(failed=dict.fromkeys(range(len(errand.parcels)), why), ping=why if errand.ping else None)


_ERRAND, _DELIVERY = TypeAdapter(Errand), TypeAdapter(Delivery)


def main() -> None:
    """Do the errand that comes on standard input, print what came of it, and end whoever still hangs."""
    logging.getLogger("apprise").setLevel(logging.DEBUG)  # or nothing says with which code a server refused
    errand = _ERRAND.validate_json(sys.stdin.buffer.read())
    opened = {number: _opened(address) for number, address in enumerate(errand.addresses, 1)}
    unknown = tuple(number for number, service in opened.items() if service is None)
    failed, pings = dict[int, str](), [NO_ANSWER]
    work = list[Callable[[], None]]()
    for number, service in opened.items():
        mine = [(place, one) for place, one in enumerate(errand.parcels) if one.address == number]
        failed |= {place: NO_ANSWER if service else "apprise cannot read this address" for place, _ in mine}
        if service and mine:
            work.append(partial(_send_all, service, mine, failed))
    if errand.ping:
        work.append(partial(_ask, errand.ping, pings))
    _within(SECONDS, work)
    said = {place: why for place, why in sorted(failed.items()) if why}
    done = Delivery(unknown=unknown, failed=said, ping=(pings[-1] or None) if errand.ping else None)
    sys.stdout.write(done.model_dump_json())
    sys.stdout.flush()
    os._exit(0)


def _within(seconds: float, work: Sequence[Callable[[], None]]) -> None:
    """Do some work side by side, and wait for it so long and no longer."""
    deadline = time.monotonic() + seconds
    threads = [threading.Thread(target=one, daemon=True) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _opened(address: str) -> "NotifyBase | None":
    """What apprise makes of an address, None where it cannot read it. No plugin of a file, no storage, no redirects."""
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="thirdcopy",
        app_desc="thirdcopy",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode="memory",
        allow_templates=False,
        service_timeout=SECONDS,
    )
    return Apprise.instantiate(address, asset=asset)


def _send_all(service: "NotifyBase", parcels: Sequence[tuple[int, Parcel]], failed: dict[int, str]) -> None:
    """Send the parcels of one address, in their order; after one that failed, the others are not tried."""
    for place, parcel in parcels:
        why = _send(service, parcel)
        failed[place] = why
        if why:
            failed.update({other: why for other, _ in parcels if failed[other]})
            return


def _send(service: "NotifyBase", parcel: Parcel) -> str:
    """Send one parcel; why it was not delivered, empty if it was."""
    from apprise import Apprise, NotifyFormat

    result = Apprise(service).notify(
        title=parcel.title,
        body=parcel.body,
        notify_type=parcel.kind,
        body_format=NotifyFormat.TEXT,
        log_level=logging.DEBUG,
    )
    if result:
        return ""
    codes = [found[1] or found[2] for entry in result.logs() if (found := _CODE.search(str(entry.message)))]
    return _meaning(codes[-1]) if codes else "it could not be reached, or broke off"


_CODE = re.compile(r"\berror=([1-5]\d\d)\b|Exception: \(([45]\d\d), b['\"]")
"""How apprise's plugins log the status of HTTP, and smtplib the code of a reply."""


def _meaning(code: str) -> str:
    refused = code in ("401", "403", "407", "530", "534", "535", "538")
    return f"it refused the login or the token ({code})" if refused else f"it answered {code}"


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """A switch answers by itself."""


def _ask(address: str, said: list[str]) -> None:
    """Ask an address, and add why that was of no use, an empty text if it was answered."""
    said.append(_asked(address))


def _asked(address: str) -> str:
    try:
        request = Request(address, headers={"User-Agent": "thirdcopy"})  # noqa: S310  # http alone: the settings say
        with build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            answer.read(1)
    except HTTPError as error:
        error.close()
        return f"it answered {error.code}"
    except (OSError, ValueError, HTTPException):
        return "it could not be reached, or broke off"
    return ""


if __name__ == "__main__":
    main()
