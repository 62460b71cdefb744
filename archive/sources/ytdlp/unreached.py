"""Why no connection came about, in words for whoever has to mend it. Pure.

Only what failed before a byte was asked for is told here: everything later has an answer of its own.
"""

import socket
from collections.abc import Iterator

from requests.exceptions import ProxyError
from urllib3.exceptions import ConnectTimeoutError
from urllib3.exceptions import ProxyError as ProxyFailed

NEXT = "Look at this machine's network and at {what}; it will be tried again."
ADDRESS, PROXY = "the source's url", "the proxy that the source or the environment names"


def unreached(error: BaseException) -> tuple[str, str] | None:
    """Who could not be reached and why, and what is to be done; None if a connection was made."""
    chain = list(_causes(error))
    opening = next((one for one in chain if isinstance(one, ConnectTimeoutError)), None)
    if opening is None:
        return None
    by_proxy = any(isinstance(one, ProxyError | ProxyFailed) for one in chain)
    host = getattr(opening, "conn", None) or (opening.args[0] if opening.args else None)
    who = "its proxy" if by_proxy else getattr(host, "host", None) or "its server"
    of_system = next((one for one in chain if isinstance(one, OSError) and _WHY.get(type(one))), None)
    why = _WHY[type(of_system)] if of_system else "cannot be reached from here"
    return f"{who} {why}", NEXT.format(what=PROXY if by_proxy else ADDRESS)


_WHY: dict[type[BaseException], str] = {
    socket.gaierror: "is a name that nobody knows here",
    ConnectionRefusedError: "refuses connections",
    TimeoutError: "does not answer",
}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it was caused by, each once."""
    seen: list[BaseException] = []
    rest: list[object] = [error]
    while rest:
        one = rest.pop(0)
        if isinstance(one, BaseException) and not any(one is other for other in seen):
            seen.append(one)
            yield one
            wrapped = (getattr(one, "exc_info", None) or (None, None))[1]
            rest += [wrapped, getattr(one, "cause", None), one.__cause__, getattr(one, "reason", None), *one.args]
