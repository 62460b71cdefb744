from pathlib import Path

import pytest

from archive.errors import KnownPeopleError
from archive.linking.index import RegisterIndex
from archive.linking.known_people import KnownPeople, read_names
from archive.linking.material import Material, Utterance
from archive.linking.proposals import propose
from archive.linking.registers.register import Register
from archive.records.link import Link
from tests.archive.linking import people

INDEX = RegisterIndex(
    Register(name="made-up", sha256="0" * 64, entries=people.ENTRIES),
    KnownPeople(["Ғұламжан Әблімит", "Perhat Yolwas"]),
)


def links(title: str) -> dict[str, Link]:
    talk = ("talk", (Utterance(0, 9, title),))
    return {link.entry: link for link in propose(Material(clip="c", title=title, transcripts=(talk,)), INDEX)}


@pytest.mark.parametrize(
    "title",
    ["My brother Ghulamjan Ablimit was arrested", "Гуламжан Аблимит арестован", "Ghulamjan Ablimit", "Perhat Yolwas"],
)
def test_a_known_person_is_never_a_subject_by_name(title: str) -> None:
    for link in links(title).values():
        assert (link.tier, link.role) == ("C", "other")


def test_with_a_number_a_known_person_is_an_entry_as_any_other() -> None:
    link = links("Entry 1391, Ghulamjan Ablimit")["1391"]
    assert (link.tier, link.role) == ("A", "subject")


def test_somebody_else_is_not_taken_for_a_known_person() -> None:
    assert links("Aqbota Seitqali was arrested")["123"].tier == "B"


def test_a_file_has_a_name_a_line(tmp_path: Path) -> None:
    file = tmp_path / "known.txt"
    file.write_bytes("\ufeff# officials\r\nNurlan Qasym  # a governor\r\n\r\n王明华\r\n".encode())
    assert read_names(file) == ["Nurlan Qasym", "王明华"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnownPeopleError, match=r"known\.txt"):
        read_names(tmp_path / "known.txt")
    (tmp_path / "known.txt").write_bytes(b"\xff")
    with pytest.raises(KnownPeopleError, match="UTF-8"):
        read_names(tmp_path / "known.txt")
