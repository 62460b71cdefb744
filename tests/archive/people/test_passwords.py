"""Passwords are kept as argon2id hashes, made anew when the parameters change, and compared at the same cost."""

import time
from statistics import median

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import CHEAPEST

from archive.people.accounts import WrongAccount
from archive.people.passwords import LONGEST, SHORTEST, Passwords

CHEAP = Passwords(PasswordHasher.from_parameters(CHEAPEST))
SECRET = "four plain words here"


def test_a_hash_is_argon2id_of_the_rfcs_second_choice() -> None:
    real = Passwords()
    kept = real.hashed(SECRET)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert SECRET not in kept
    assert extract_parameters(kept).memory_cost == 64 * 1024
    assert real.is_right(kept, SECRET)
    assert not real.is_right(kept, SECRET + "!")
    assert real.renewed(kept, SECRET) is None


def test_nobodys_password_costs_what_a_wrong_one_costs() -> None:
    real = Passwords()
    kept = real.hashed(SECRET)
    assert not real.is_right(None, SECRET)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(9):
        for known in (True, False):
            began = time.perf_counter()
            assert not real.is_right(kept if known else None, "another four words")
            taken[known].append(time.perf_counter() - began)
    there, nobody = median(taken[True]), median(taken[False])
    assert nobody > there / 2
    assert there > nobody / 2


def test_other_parameters_make_a_hash_anew() -> None:
    kept = CHEAP.hashed(SECRET)
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    renewed = dearer.renewed(kept, SECRET)
    assert renewed is not None
    assert dearer.is_right(renewed, SECRET)
    assert dearer.renewed(renewed, SECRET) is None


@pytest.mark.parametrize("password", ["", "short", "x" * (SHORTEST - 1), "e\u0301" * (SHORTEST - 1)])
def test_a_short_password_is_refused_in_a_sentence(password: str) -> None:
    with pytest.raises(WrongAccount, match="a password has 12 characters or more, and this one has") as caught:
        CHEAP.hashed(password)
    assert not password or password not in str(caught.value)


def test_a_long_password_is_refused_and_never_looked_at() -> None:
    with pytest.raises(WrongAccount, match="1000 characters at most"):
        CHEAP.hashed("x" * (LONGEST + 1))
    assert CHEAP.is_right(CHEAP.hashed("x" * LONGEST), "x" * LONGEST)
    assert not CHEAP.is_right(CHEAP.hashed("x" * LONGEST), "x" * (LONGEST + 1))


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert CHEAP.is_right(CHEAP.hashed("ёлка қайың терек"), "е\u0308лка қаи\u0306ың терек")
    assert not CHEAP.is_right(CHEAP.hashed("ёлка қайың терек"), "елка қайың терек")
    assert not CHEAP.is_right(CHEAP.hashed(SECRET), "\ud800" * SHORTEST)


@pytest.mark.parametrize("kept", ["", "garbage", "$argon2id$v=19$m=8,t=1,p=1$x"])
def test_a_hash_that_is_none_lets_nobody_in(kept: str) -> None:
    assert not CHEAP.is_right(kept, SECRET)
