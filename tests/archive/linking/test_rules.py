"""The name of the rules: what changes it, what does not, and which names are equal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from archive.linking import claims, rules
from archive.linking.equal_rules import EQUAL, Rules
from archive.linking.known_people import NOBODY, KnownPeople
from archive.linking.rules import is_now
from tests.support.packages import ask, copied

NAME = "from archive.linking.rules import rules; from archive.linking.known_people import NOBODY; print(rules(NOBODY))"
KNOWN = KnownPeople(["Nurlan Qasym", "A B"])
BEFORE = {NOBODY: "thirdcopy-linking/3+eae63aec696d", KNOWN: "thirdcopy-linking/3+a784b3cc1b78"}
"""The names that the build before gave these rules, whose digest was over modules by their names."""


def test_the_rules_have_a_version_and_a_digest() -> None:
    assert re.fullmatch(r"thirdcopy-linking/\d+\+[0-9a-f]{12}", rules.rules(NOBODY))


def test_the_digest_is_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", NAME], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {rules.rules(NOBODY)}


def test_a_version_a_threshold_and_a_known_person_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {rules.rules(NOBODY), rules.rules(KNOWN)}
    for module, name, value in ((claims, "FLOOR", 0.2), (rules, "VERSION", "thirdcopy-linking/0")):
        with monkeypatch.context() as changed:
            changed.setattr(module, name, value)
            rules._now.cache_clear()
            found.add(rules.rules(NOBODY))
    rules._now.cache_clear()
    assert len(found) == 4


def test_every_constant_that_decides_changes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {rules.rules(NOBODY)}
    constants = [(module, name) for module, names in rules.DECIDING.values() for name in names.split()]
    for module, name in constants:
        with monkeypatch.context() as changed:
            changed.setattr(module, name, 12345.5)
            rules._now.cache_clear()
            found.add(rules.rules(NOBODY))
    rules._now.cache_clear()
    assert len(found) == 1 + len(constants)


def test_the_order_of_known_people_does_not_count() -> None:
    assert rules.rules(KnownPeople(["A B", "C D"])) == rules.rules(KnownPeople(["C  D", "A B", "A B"]))


def test_modules_that_are_renamed_and_moved_change_nothing(tmp_path: Path) -> None:
    room = copied(tmp_path) / "linking"
    names = {"weighing": "scoring", "spotting": "finding", "kin_words": "relatives"}
    for old, new in names.items():
        (found,) = room.rglob(f"{old}.py")
        found.rename(found.with_name(f"{new}.py"))
    (room / "rarity.py").rename(room / "finding" / "names" / "rarity.py")
    for file in room.rglob("*.py"):
        text = re.sub(rf"\b({'|'.join(names)})\b", lambda found: names[found[1]], file.read_text())
        text = text.replace("archive.linking.rarity", "archive.linking.finding.names.rarity")
        text = text.replace("known_people, rarity, text_reading", "known_people, text_reading")
        file.write_text(text.replace("search,\n", "search, rarity,\n"))
    assert ask(tmp_path, NAME) == rules.rules(NOBODY)


def test_comments_and_layout_change_nothing(tmp_path: Path) -> None:
    room = copied(tmp_path) / "linking"
    kazakh, table = room / "languages" / "kk.toml", room / "finding" / "names" / "correspondences.tsv"
    kazakh.write_text("# checked\n" + kazakh.read_text().replace(" = ", "  =  ").replace("әке", "  әке"))
    head, *rows = table.read_text().splitlines(keepends=True)
    table.write_text("# another comment\n" + head + "".join(reversed(rows)))
    assert ask(tmp_path, NAME) == rules.rules(NOBODY)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("languages/kk.toml", "жезде", "жездем"),
        ("languages/zh.toml", "条目", "條目"),
        ("finding/names/correspondences.tsv", "a:0.0", "a:0.1"),
        ("weighing.py", "CITED = 9.0", "CITED = 9.5"),
    ],
)
def test_a_word_a_cost_and_a_weight_change_it(tmp_path: Path, file: str, old: str, new: str) -> None:
    changed = copied(tmp_path) / "linking" / file
    assert old in changed.read_text()
    changed.write_text(changed.read_text().replace(old, new, 1))
    assert ask(tmp_path, NAME) != rules.rules(NOBODY)


@pytest.mark.parametrize("known", [NOBODY, KNOWN], ids=["nobody", "known people"])
def test_the_names_of_the_build_before_are_equal_to_these(known: KnownPeople) -> None:
    """As long as these rules give the same links; the set of EQUAL and this test go when they do not."""
    assert is_now(BEFORE[known], known)
    assert is_now(rules.rules(known), known)


def test_a_name_with_other_known_people_is_not_equal() -> None:
    assert not is_now(BEFORE[NOBODY], KNOWN)
    assert not is_now(BEFORE[KNOWN], NOBODY)
    assert not is_now(rules.rules(KNOWN), NOBODY)
    assert not is_now("thirdcopy-linking/3+000000000000", NOBODY)


def test_the_table_names_no_rules_twice_and_speaks_of_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    every = [one for equal in EQUAL for one in equal]
    assert len(every) == len(set(every))
    monkeypatch.setattr(rules, "_now", lambda: Rules("thirdcopy-linking/9", "0" * 64))
    rules._equal_names.cache_clear()
    assert not is_now(BEFORE[NOBODY], NOBODY)
    rules._equal_names.cache_clear()
