"""The people of the reading room: their accounts, who is signed in, and who opened what."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from archive.errors import ArchiveError
from archive.people import accounts, attempts, openings, proxy, visits
from archive.people.accounts import Account, WrongAccount
from archive.people.openings import Opening
from archive.people.passwords import Busy, Passwords
from archive.people.people_file import PeopleFile
from archive.people.reader_roles import Reader, Role
from archive.people.visits import Visit
from archive.settings.reading_room_stanza import ReadingRoomSettings
from archive.settings.settings import Settings

BUSY_S = 2


class Refused(ArchiveError):
    """Nobody is let in with this name and this password; it does not say which of them is wrong."""

    def __init__(self) -> None:
        super().__init__("this name and this password do not belong together")


class SlowDown(ArchiveError):
    """Too many attempts: `seconds` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts: try again in {seconds} s")
        self.seconds = seconds


class People:
    """Accounts and visits in `STATE/people.sqlite`. Each method is one deed, safe beside other threads and processes.

    `visit_hours` is how long somebody stays signed in; with `record_openings` it is kept who opened what. Each raises
    PeopleUnusable where the file cannot be used.
    """

    def __init__(
        self,
        state: Path,
        *,
        visit_hours: float = 12,
        record_openings: bool = False,
        passwords: Passwords | None = None,
    ) -> None:
        self._file = PeopleFile(state)
        self._length = timedelta(hours=visit_hours)
        self._passwords = passwords or Passwords()
        self._going_on = openings.GoingOn()
        self.record_openings = record_openings

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The people of an archive."""
        room = settings.reading_room
        return cls(settings.state, visit_hours=room.visit_hours, record_openings=room.record_openings)

    @property
    def place(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def open_to_others(self) -> bool:
        """Whether others on this machine may read or change the file."""
        return self._file.open_to_others

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        with self._file.reading() as connection:
            return accounts.every(connection) if connection else []

    def account(self, name: str) -> Account:
        """One account. Raises WrongAccount where there is none."""
        with self._file.reading() as connection:
            return _there(accounts.find(connection, name) if connection else None, name)

    def may_add(self, name: str, role: str) -> tuple[str, Role]:
        """The name and role that `add` would keep. Raises WrongAccount as it would."""
        kept, as_what = accounts.named(name), accounts.role_of(role)
        with self._file.reading() as connection:
            if connection:
                accounts.refuse_taken(connection, kept)
        return kept, as_what

    def add(self, name: str, role: str, password: str, *, now: datetime | None = None) -> Account:
        """Make an account. Raises WrongAccount for a name, role or password that cannot be taken."""
        kept, as_what = self.may_add(name, role)
        at = (now or datetime.now(UTC)).replace(microsecond=0)
        account = Account(kept, as_what, made=at, changed=at, hash=self._passwords.hashed(password))
        with self._file.writing() as connection:
            accounts.insert(connection, account)
        return account

    def change(
        self, name: str, *, role: str | None = None, password: str | None = None, now: datetime | None = None
    ) -> Account:
        """Change a role, a password or both; whoever is signed in with the account is signed out.

        Raises WrongAccount.
        """
        new_role = None if role is None else accounts.role_of(role)
        new_hash = None if password is None else self._passwords.hashed(password)
        with self._file.writing() as connection:
            before = _there(accounts.find(connection, name), name)
            after = replace(before, role=new_role or before.role, hash=new_hash or before.hash)
            if after == before:
                return before
            after = replace(after, changed=(now or datetime.now(UTC)).replace(microsecond=0))
            accounts.update(connection, after)
            visits.end_all(connection, after)
            if new_hash:
                attempts.forget_name(connection, attempts.whose(name, ""))
        return after

    def remove(self, name: str) -> Account:
        """Take an account out; whoever is signed in with it is signed out. Raises WrongAccount where there is none."""
        with self._file.writing() as connection:
            account = _there(accounts.find(connection, name), name)
            accounts.delete(connection, account)
        return account

    def signed_in(self, now: datetime) -> Mapping[str, int]:
        """How many visits each account has now; those without any are left out."""
        with self._file.reading() as connection:
            return visits.under_way(connection, now) if connection else {}

    def sign_in(self, name: str, password: str, *, address: str, now: datetime) -> Visit:
        """Let somebody in who comes from an address.

        Raises SlowDown after too many attempts, of this name or from this network, whether there is such a name or not;
        Refused, after the same work, for a wrong name as for a wrong password.
        """
        words = attempts.whose(name, address)
        with self._file.writing() as connection:
            if wait := attempts.longest_wait_s(connection, words, now):
                raise SlowDown(math.ceil(wait))
            attempts.count(connection, words, now)
            account = accounts.find(connection, name)
        try:
            right = self._passwords.is_right(account.hash if account else None, password)
            renewed = self._passwords.renewed(account.hash, password) if account and right else None
        except Busy:
            with self._file.writing() as connection:
                attempts.take_back(connection, words)
            raise SlowDown(BUSY_S) from None
        if not account or not right:
            raise Refused
        with self._file.writing() as connection:
            if accounts.find(connection, name) != account:  # changed or removed while the password was looked at
                raise Refused
            if renewed:
                accounts.update(connection, replace(account, hash=renewed))
            attempts.succeeded(connection, words)
            return visits.begin(connection, account, now=now, ends=now + self._length)

    def visit(self, token: str, now: datetime) -> Reader | None:
        """Who is signed in with a token, in the role that they have now; None where nobody is."""
        with self._file.reading() as connection:
            return visits.whose_visit(connection, token, now) if connection else None

    def sign_out(self, token: str) -> None:
        """End a visit."""
        with self._file.writing() as connection:
            visits.end(connection, token)

    def from_header(
        self, room: ReadingRoomSettings, peer: str | None, headers: Sequence[tuple[str, str]]
    ) -> Reader | None:
        """Whom the reverse proxy has signed in, in the role of the account that has this very name; None for nobody."""
        name = proxy.name_in_header(room, peer, headers)
        if name is None:
            return None
        with self._file.reading() as connection:
            account = accounts.find(connection, name) if connection else None
        return Reader(account.name, account.role) if account and account.name == name else None

    def opened(self, reader: Reader, clip: str, now: datetime) -> None:
        """Keep that somebody opened a clip that is not public, where the keeper wants it kept."""
        if self.record_openings and reader.name is not None:
            with self._file.writing() as connection:
                openings.note(connection, clip, reader.name, now.replace(microsecond=0))

    def went_on(self, reader: Reader, clip: str, now: datetime) -> None:
        """The same of a further part of a film or a page, such as a browser asks for many times a minute: kept once.

        It is kept before the first part is sent, and then that it still goes on, to the minute.
        """
        if not self.record_openings or reader.name is None or self._going_on.is_noted(clip, reader.name, now):
            return
        self.opened(reader, clip, now)
        self._going_on.was_noted(clip, reader.name, now)

    def who_opened(self, clip: str) -> list[Opening]:
        """Who opened a clip, the newest last."""
        with self._file.reading() as connection:
            return openings.of_clip(connection, clip) if connection else []


def _there(account: Account | None, name: str) -> Account:
    if account is None:
        raise WrongAccount(f"there is no account {accounts.cleaned(name)}: thirdcopy people list names all")
    return account
