"""Tokens of forms: what is written was asked for by a page that this browser got from us. Pure.

A token is the HMAC of the one in the browser's cookie, a visit's or, before somebody signs in and behind a proxy that
does it, one of `visits.new_token`. Give that cookie the prefix `__Host-` over TLS, so that no neighbour can set it.
"""

import hmac
from hashlib import sha256

_USE = b"thirdcopy reading room, a form"


def csrf_token(token: str) -> str:
    """What the forms of a browser with this token hold."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), _USE, sha256).hexdigest()


def is_csrf_token(token: str, given: str) -> bool:
    """Whether a form that came with a token holds what ours do. A browser without a token has none."""
    expected = csrf_token(token).encode()
    return bool(token) and hmac.compare_digest(expected, given.encode("utf-8", "surrogatepass"))
