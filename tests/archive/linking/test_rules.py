import re
import subprocess
import sys

import pytest

from archive.linking import claims
from archive.linking.context import role_words
from archive.linking.known import KnownPeople
from archive.linking.rules import _decides, rules


def test_the_rules_have_a_version_and_a_digest() -> None:
    assert re.fullmatch(r"thirdcopy-linking/3\+[0-9a-f]{12}", rules(KnownPeople()))


def test_the_digest_is_the_same_in_every_process() -> None:
    code = "from archive.linking.rules import rules; from archive.linking.known import NOBODY; print(rules(NOBODY))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {rules(KnownPeople())}


def test_a_threshold_a_word_and_a_known_person_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {rules(KnownPeople()), rules(KnownPeople(["Nurlan Qasym"]))}
    for module, name, value in ((claims, "FLOOR", 0.2), (role_words, "FATE", re.compile("nothing"))):
        with monkeypatch.context() as changed:
            changed.setattr(module, name, value)
            _decides.cache_clear()
            found.add(rules(KnownPeople()))
    _decides.cache_clear()
    assert len(found) == 4


def test_the_order_of_known_people_does_not_count() -> None:
    assert rules(KnownPeople(["A B", "C D"])) == rules(KnownPeople(["C  D", "A B", "A B"]))
