"""Forms that browsers send: bounded, urlencoded, and only from the room's own pages.

A form has the token that the page was given, an HMAC of the visit (OWASP's "signed double submit"); and a browser that
says where a request comes from (Sec-Fetch-Site, https://www.w3.org/TR/fetch-metadata/) must say that it is from here.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from archive.people.csrf import is_csrf_token
from archive.people.reader_roles import Deed
from flows.reading_room.who_asks import forms_token, reader_of

TOKEN = "token"  # noqa: S105 (the name of a field)
BYTES_AT_MOST = 64 * 1024
TOO_LARGE = "A form has at most 64 KiB."
PATIENCE_BYTES = 4 * 1024 * 1024
"""So much is read and thrown away of a form that is too long: who still sends hears no answer."""
PATIENCE_S = 30.0
"""Seconds in which a form has to be here."""
FIELDS_AT_MOST = 50
REASON_AT_MOST = 500
"""Letters of a reason, which goes to every target and stays there."""
TOO_LONG = "A reason has at most 500 letters."


async def sent(request: Request) -> Mapping[str, str]:
    """The fields of a form, the last of each name. Raises HTTPException for what no page of the room sends."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "This form was sent by another site, so nothing was done.")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "A form is sent as application/x-www-form-urlencoded.")
    body, length = bytearray(), 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for part in request.stream():
                length += len(part)
                if length > PATIENCE_BYTES:
                    break
                if length <= BYTES_AT_MOST:
                    body += part
    except TimeoutError:
        raise HTTPException(408, "The form did not come in time, so nothing was done.") from None
    if length > BYTES_AT_MOST:
        raise HTTPException(413, TOO_LARGE)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST, errors="strict")
    except ValueError as error:
        raise HTTPException(400, "This is no form.") from error
    form = dict(pairs)
    if not is_csrf_token(forms_token(request), form.get(TOKEN, "")):
        raise HTTPException(403, "This form is not of your visit: go back, reload the page and try again.")
    return form


async def sent_by_reader(request: Request, deed: Deed) -> Mapping[str, str]:
    """The fields of a form of somebody who has signed in and may do something. Raises HTTPException otherwise."""
    form, reader = await sent(request), reader_of(request)
    if reader.name is None or not reader.may(deed):
        raise HTTPException(404, "There is nothing here for you. It may be that it is open to others: sign in.")
    return form
