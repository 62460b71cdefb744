"""A mail server of this machine: SMTP as RFC 5321 has it, with AUTH PLAIN and LOGIN (RFC 4954). It keeps what it takes.

It speaks to real clients over a real socket; TLS, and whatever else a provider's server has, it lacks.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass
class Taken:
    """One mail that was taken: who it is from and for, by its envelope, and its bytes."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        """It as a client reads it."""
        return message_from_bytes(self.data, policy=policy.default)

    @property
    def text(self) -> str:
        """What a person reads of it, as plain text."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """A running server. `refuses` has it refuse every mail with a code."""

    user: str
    password: str
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    logins: list[bool] = field(default_factory=list)
    refuses: int | None = None

    def address(self, to: str, *, password: str | None = None) -> str:
        """Its address as apprise has it."""
        login = f"{self.user}:{password or self.password}"
        return f"mailto://{login}@127.0.0.1:{self.port}/{to}?smtp=127.0.0.1&from=archive@example.org&mode=insecure"


class _Conversation(StreamRequestHandler):
    timeout = 30

    def handle(self) -> None:
        self.mail: MailServer = self.server.mail  # type: ignore[attr-defined]
        self.sender, self.recipients, self.known = "", list[str](), False
        self._say("220 mail.example.org ESMTP")
        while line := self.rfile.readline(2000):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                return self._say("221 bye")
            self._say(self._answer(verb.upper(), rest))
        return None

    def _answer(self, verb: str, rest: str) -> str:
        match verb:
            case "EHLO":
                return "250-mail.example.org\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"
            case "HELO" | "RSET" | "NOOP":
                return "250 fine"
            case "AUTH":
                return self._login(*rest.split())
            case "MAIL" | "RCPT" | "DATA" if not self.known:
                return "530 5.7.0 authentication required"
            case "MAIL":
                self.sender, self.recipients = rest.partition(":")[2].split()[0].strip("<>"), []
                return "250 fine"
            case "RCPT":
                self.recipients.append(rest.partition(":")[2].split()[0].strip("<>"))
                return "250 fine"
            case "DATA":
                return self._take()
        return "502 5.5.2 no such command"

    def _login(self, method: str, first: str = "") -> str:
        if method.upper() == "PLAIN":
            _, user, password = base64.b64decode(first or self._asked("")).decode().split("\0")
        elif method.upper() == "LOGIN":
            user = base64.b64decode(first or self._asked("Username:")).decode()
            password = base64.b64decode(self._asked("Password:")).decode()
        else:
            return "504 5.5.4 no such way"
        self.known = (user, password) == (self.mail.user, self.mail.password)
        self.mail.logins.append(self.known)
        return "235 2.7.0 welcome" if self.known else f"535 5.7.8 wrong login of {user}"

    def _asked(self, what: str) -> bytes:
        self._say(f"334 {base64.b64encode(what.encode()).decode()}")
        return self.rfile.readline(2000)

    def _take(self) -> str:
        self._say("354 go on")
        lines = list[bytes]()
        while (line := self.rfile.readline(2000)) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.mail.refuses:
            return f"{self.mail.refuses} not now"
        self.mail.taken.append(Taken(self.sender, self.recipients, b"".join(lines)))
        return "250 kept"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server on loopback while entered."""
    mail = MailServer(user="archive", password="a-secret-of-mail")
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.mail = mail  # type: ignore[attr-defined]
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()
