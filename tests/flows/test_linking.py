"""`thirdcopy link --text`: a plain text against a register, without settings. Made-up people."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import app
from tests.flows.place import Done

REGISTER = """\
Entry,Victim's Name,Chinese name,Gender,Ethnicity
123,Aqbota Seitqali,,F,Kazakh
507,Perhat Yolwas,,M,Uyghur
1358,Mahire Tohti,玛依热·托合提,F,Uyghur
,Nobody,,,
"""
TEXT = "🙂 I speak for my wife Aqbota Seitqali, entry 123.\r\nEntry 507: Mahire Tohti.\r\n"
Call = Callable[..., Done]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line in a folder with a register and a text, and no settings."""
    (tmp_path / "register.csv").write_text(REGISTER, encoding="utf-8")
    (tmp_path / "talk.txt").write_bytes(TEXT.encode())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", "link", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            app.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_the_report_is_as_published(call: Call) -> None:
    done = call("--text", "talk.txt", "--register", "register.csv", "--json")
    assert done.code == 0
    report = json.loads(done.out)
    assert set(report) == {"links", "conflicts"}
    for link in report["links"]:
        assert list(link) == ["entry", "start", "end", "quote", "method", "tier", "role", "score", "alternatives"]
        assert TEXT[link["start"] : link["end"]] == link["quote"]
        assert 0 <= link["score"] <= 1
        assert all(set(other) == {"entry", "score"} for other in link["alternatives"])
    sure = [(link["entry"], link["quote"]) for link in report["links"] if link["tier"] == "A"]
    assert sure == [("123", "Aqbota Seitqali"), ("123", "entry 123")]
    (conflict,) = report["conflicts"]
    assert conflict == {
        "start": TEXT.index("Entry 507"),
        "end": TEXT.index("Tohti") + 5,
        "quote": "Entry 507: Mahire Tohti",
        "number_entry": "507",
        "name_entry": "1358",
    }
    assert "1 of 4 rows" in done.err


def test_links_come_in_the_order_of_the_text(call: Call) -> None:
    report = json.loads(call("--text", "talk.txt", "--register", "register.csv", "--json").out)
    starts = [link["start"] for link in report["links"]]
    assert starts == sorted(starts)


def test_stdin_is_read_and_a_byte_order_mark_is_not_counted(call: Call) -> None:
    from_file = call("--text", "talk.txt", "--register", "register.csv", "--json")
    from_stdin = call("--text", "-", "--register", "register.csv", "--json", stdin=b"\xef\xbb\xbf" + TEXT.encode())
    assert from_stdin.out == from_file.out


def test_a_text_that_mentions_nobody_has_an_empty_report(call: Call) -> None:
    done = call("--text", "-", "--register", "register.csv", "--json", stdin=b"Nothing of the kind, in 2017.")
    assert json.loads(done.out) == {"links": [], "conflicts": []}
    assert "no passage" in call("--text", "-", "--register", "register.csv").out


def test_the_table_fits_a_terminal_and_obeys_no_stranger(call: Call) -> None:
    hostile = "\x1b[31m[bold]\u202eentry 123\u202c[/] " + "x" * 300 + " entry 507 " + "y" * 300
    done = call("--text", "-", "--register", "register.csv", stdin=hostile.encode())
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert "\x1b[31m" not in done.out
    assert "\u202e" not in done.out
    assert "123" in done.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--text", "talk.txt"], "--register"),
        (["--register", "register.csv"], "--text"),
        (["--text", "none.txt", "--register", "register.csv"], "none.txt"),
        (["--text", "talk.txt", "--register", "none.csv"], "none.csv"),
        (["--text", "talk.txt", "--register", "register.csv", "--dry-run"], "--dry-run"),
        (["--text", "-", "--register", "register.csv"], "not UTF-8"),
        (["--text", "talk.txt", "--register", "talk.txt"], "column"),
    ],
)
def test_what_cannot_be_linked_is_a_usage_error_that_names_it(call: Call, arguments: list[str], says: str) -> None:
    done = call(*arguments, stdin=b"entry \xff")
    assert done.code == 2
    assert says in done.err


def test_known_people_are_never_a_subject_by_name(call: Call, tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("# a governor\nМахире Тохти\n", encoding="utf-8")
    arguments = ("--text", "-", "--register", "register.csv", "--json")
    words = b"They arrested Mahire Tohti in 2017."
    (link,) = json.loads(call(*arguments, stdin=words).out)["links"]
    assert (link["tier"], link["role"]) == ("B", "subject")
    (link,) = json.loads(call(*arguments, "--known", "known.txt", stdin=words).out)["links"]
    assert (link["tier"], link["role"]) == ("C", "other")
