"""Deciding on the command line: a real terminal, a script, a spreadsheet; and what is shown of a link."""

import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.records.event import DISSEMINATION
from archive.records.link import Alternative, Evidence, Judgement, Link
from flows.cli import app
from tests.flows.place import Done, Place
from tests.support.archives import a_link, an_archive, events, folder_targets, keep, store_all, transcript

CLIP, OTHER = "peertube-one", "peertube-two"
UYGHUR = "مەھىرە توختى"
TEXT = f"I speak for my wife. She is Mahire Tohti, entry 1358. {UYGHUR} is her name. 她是玛依热。"
REGISTER = f"""Entry,Victim's Name,Chinese name,About the Testifier,Relation,Age,Gender,Ethnicity,Location
1358,Mahire Tohti,玛依热·托合提,"Testimony 1: Dauren Seitqali. (husband)",,43,F,Uyghur,Ghulja
507,{UYGHUR},,,,35,F,Uyghur,Kashgar
"""
SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 1
access = "restricted"
[targets.a]
kind = "folder"
path = "a"
[registers.victims]
file = "register.csv"
"""
PATIENCE = 120
Call = Callable[..., Done]


def link_to(clip: str, entry: str, quote: str, **fields: object) -> Link:
    link = a_link(clip, entry, register="victims")
    return link.model_copy(update={"quote": quote, "offset": TEXT.index(quote), "start": 75.2, "end": 82.0, **fields})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An archive of two clips with two links each; one of them has a rival."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        for clip in (CLIP, OTHER):
            keep(archive, clip)
            archive.ledger.readings.add_transcript(clip, *transcript(clip, TEXT), event=None)
            rival = (Alternative(entry="507", score=0.6),)
            parts = (Evidence(part="number", weight=2.1, found="entry 1358"),)
            first = link_to(clip, "1358", "entry 1358", tier="A", alternatives=rival, evidence=parts, namesakes=1)
            archive.ledger.readings.set_links(
                clip, [first, link_to(clip, "507", UYGHUR, tier="C", method="named")], event=None
            )
        store_all(archive)
    (tmp_path / "archive.toml").write_text(SETTINGS)
    (tmp_path / "register.csv").write_text(REGISTER, encoding="utf-8")
    place = Place(tmp_path)
    assert place.thirdcopy("register", "import", "victims", "--by", "A. Archivist").code == 0
    return place


@pytest.fixture
def call(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            app.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


def judgements(place: Place) -> list[Judgement]:
    with an_archive(place.folder / "state", folder_targets(place.folder, "a")) as archive:
        return archive.ledger.readings.judgements()


class Sitting:
    """A review in a real terminal of 24 rows and 80 columns, and what is on its screen."""

    def __init__(self, fd: int) -> None:
        self.fd, self.raw = fd, ""

    def until(self, shown: str, *, ends: str = "q/0 quit") -> str:
        """Wait for words on the newest screen, and for its end; give the screen."""
        deadline = time.monotonic() + PATIENCE
        while shown not in self.screen or not self.screen.endswith(ends):
            assert time.monotonic() < deadline, f"{shown!r} did not come: {self.screen}"
            if select.select([self.fd], [], [], 1)[0]:
                self.raw += os.read(self.fd, 65536).decode("utf-8", "ignore")
        return self.screen

    @property
    def screen(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw.rpartition("\x1b[2J")[2]).replace("\r", "").strip()

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())


@contextmanager
def sitting(place: Place, *arguments: str, **environment: str) -> Iterator[tuple[Sitting, subprocess.Popen[bytes]]]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    variables = {**place.variables(), "TERM": "xterm", **environment}
    variables.pop("COLUMNS")

    def leader() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who runs the tests may be deaf to it, as under nohup

    process = subprocess.Popen(
        [*place.command, "review", *arguments],
        cwd=place.folder,
        env=variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=leader,
    )
    try:
        yield Sitting(ours), process
    finally:
        process.kill()
        process.wait()
        os.close(theirs)
        os.close(ours)


def test_a_sitting_in_a_real_terminal(place: Place) -> None:
    with sitting(place, "--by", "A. Reader", "--clip", CLIP) as (terminal, process):
        before = termios.tcgetattr(terminal.fd)
        screen = terminal.until("2 left")
        rows = screen.splitlines()
        assert len(rows) <= 24
        assert "»entry 1358«" in screen
        assert "entry 1358 (victims)               or entry 507 (0.60)" in screen
        assert re.search(r"names    Mahire Tohti +\u200e \u200e" + UYGHUR, screen)
        assert "Dauren Seitqali (husband)" in screen
        assert "number +2.1 (entry 1358)" in screen
        assert "01:15–01:22" in screen
        assert f"/w/{CLIP}?start=75s" in screen
        for no_key in ("\x1b[A", "\x1bOp", "nnn", "é"):  # an arrow, a keypad's key, what is pasted, another letter
            terminal.press(no_key)
            time.sleep(0.2)
        assert judgements(place) == []
        terminal.until("no key does that")
        terminal.press("w")
        terminal.until("Why?", ends="no reason.")
        terminal.press("that is\x1b[A\x1b[1;5C\x1bOP another woman\n")  # with an arrow, one with Ctrl, a function key
        terminal.until("that is another woman")
        terminal.press("n")
        terminal.until("1 left, 1 judged")
        terminal.press("z")
        terminal.until("taken back: negative")
        terminal.press("1")
        terminal.until("positive: peertube-one, entry 1358")
        terminal.press("q")
        assert process.wait(PATIENCE) == 0
        assert termios.tcgetattr(terminal.fd) == before
    found = judgements(place)
    assert [(one.verdict, one.why) for one in found] == [
        ("negative", "that is another woman"),
        ("withdrawn", "taken back"),
        ("positive", None),
    ]
    with an_archive(place.folder / "state", folder_targets(place.folder, "a")) as archive:
        assert [event.agent for event in events(archive, f"work-{CLIP}")] == ["A. Reader"] * 3


def test_ctrl_c_loses_nothing_and_leaves_the_terminal_as_it_was(place: Place) -> None:
    with sitting(place, "--by", "A. Reader") as (terminal, process):
        terminal.until("4 left")
        terminal.press("p")
        terminal.until("3 left, 1 judged")
        terminal.press("\x03")
        assert process.wait(PATIENCE) == 130
        assert "\x1b[?1049l" in terminal.raw + os.read(terminal.fd, 65536).decode()
    assert [one.verdict for one in judgements(place)] == ["positive"]


def test_a_kill_loses_nothing_and_what_was_judged_is_not_asked_again(place: Place) -> None:
    with sitting(place, "--by", "A. Reader") as (terminal, process):
        terminal.until("4 left")
        terminal.press("u")
        terminal.until("3 left, 1 judged")
        process.send_signal(signal.SIGHUP)  # as ssh does when the line is cut
        process.wait(PATIENCE)
    assert [one.verdict for one in judgements(place)] == ["unsure"]
    done = place.thirdcopy("review", "--by", "A. Reader", "--dry-run")
    assert done.out.endswith("3 wait\n")


def test_a_script_answers_in_lines(call: Call, place: Place) -> None:
    done = call("review", "--by", "A. Reader", stdin="s\npositive\nw\nno reason\nn\n\nx\nq\n")
    assert done.code == 0, done.err
    assert "skipped: it comes last" in done.out
    assert "no key does that" in done.out
    assert done.out.endswith("2 judged, 2 left; the next run carries them into the sidecars\n")
    first, second = judgements(place)
    assert (first.verdict, second.verdict, second.why) == ("positive", "negative", "no reason")
    assert max(len(line) for line in done.out.splitlines()) <= 82  # two of them marks without a width
    done = call("review", "--by", "A. Reader", "--why", "one for all", stdin="n\nn\nz\nm\nc\nu\n")
    assert done.out.endswith("2 judged, 0 left; the next run carries them into the sidecars\n")
    assert [one.why for one in judgements(place)[2:]] == ["one for all", "one for all", "taken back", "one for all"]
    assert call("review", "--by", "A. Reader").out == "nothing waits for you here\n"


def test_filters_and_lists(call: Call) -> None:
    def waiting(*arguments: str) -> list[tuple[str, str]]:
        found = call("review", "--by", "A. Reader", "--json", *arguments).json["waiting"]
        return [(one["clip"], one["entry"]) for one in found]

    assert waiting() == [(CLIP, "1358"), (OTHER, "1358"), (CLIP, "507"), (OTHER, "507")]
    assert waiting("--tier", "c", "--clip", OTHER) == [(OTHER, "507")]
    assert waiting("--entry", "1358", "--limit", "1") == [(CLIP, "1358")]
    assert waiting("--method", "named", "--register", "victims") == [(CLIP, "507"), (OTHER, "507")]
    assert waiting("--conflicts") == []
    for wrong in (("--register", "victim"), ("--clip", "peertube-on"), ("--limit", "0")):
        assert call("review", "--by", "A. Reader", "--json", *wrong).code == 2
    assert call("review").code == 2


def test_two_who_disagree_are_shown_and_asked_again(call: Call, place: Place) -> None:
    link = link_to(CLIP, "1358", "entry 1358").id
    assert call("judge", CLIP, link, "positive", "--by", "A. Reader", "--why", "her voice").code == 0
    assert call("judge", CLIP, link, "negative", "--by", "B. Reader").code == 0
    shown = call("show", CLIP).out
    assert "entry 1358 of victims: people disagree" in shown
    assert "positive by A. Reader, 2" in shown
    assert "her voice" in shown
    assert "1 in conflict" in call("status").out
    assert call("review", "--by", "A. Reader", "--conflicts", "--dry-run").out.startswith(
        "A 0.70 peertube-one entry 1358"
    )
    screen = call("review", "--by", "A. Reader", "--conflicts", stdin="q\n").out
    assert "! people disagree on it" in screen
    assert "negative by B. Reader" in screen
    assert call("judge", CLIP, link, "withdrawn", "--by", "B. Reader").code == 0
    assert "entry 1358 of victims: positive" in call("show", CLIP).out
    assert call("judge", CLIP, link[:-1], "positive", "--by", "A. Reader").code == 2


def test_what_concerns_an_entry(call: Call) -> None:
    done = call("entry", "1358")
    assert (done.code, done.out.splitlines()[0]) == (0, "entry 1358 of victims: 2 clips")
    assert "01:15–01:22: “entry 1358”" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    found = call("entry", "1358", "--json", "--register", "victims").json
    assert [(one["clip"], one["start"], one["judgement"]) for one in found["links"]] == [
        (CLIP, 75.2, None),
        (OTHER, 75.2, None),
    ]
    assert call("entry", "9").out == "no clip is linked to entry 9\n"
    assert call("entry", "1358", "--register", "others").code == 2


def test_out_to_a_spreadsheet_and_back(call: Call, place: Place) -> None:
    file = str(place.folder / "links.csv")
    assert call("review", "export", file, "--by", "A. Reader").code == 4
    done = call("review", "export", file, "--by", "A. Reader", "--restricted", "--tier", "A", "--json")
    assert (done.code, done.json) == (0, {"file": file, "proposals": 2, "clips": 2})
    again = call("review", "export", file, "--by", "A. Reader", "--restricted")
    assert (again.code, "is there already" in again.err) == (1, True)
    with an_archive(place.folder / "state", folder_targets(place.folder, "a")) as archive:
        last = events(archive, f"work-{OTHER}")[-1]
    assert (last.type, last.agent, last.detail) == (DISSEMINATION, "A. Reader", "export of links for review")

    rows = list(csv.reader(io.StringIO(Path(file).read_text(encoding="utf-8-sig"))))
    rows[1][1], rows[2][1] = "positive", "negativ"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    Path(file).write_text(text.getvalue(), encoding="utf-8")
    refused = call("review", "import", file, "--by", "A. Reader", "--json")
    assert (refused.code, refused.json["kept"]) == (1, [])
    assert refused.json["faults"] == [{"line": 3, "what": "“negativ” is no verdict; did you mean negative?"}]
    assert "nothing of the file was kept" in refused.err
    assert judgements(place) == []
    dry = call("review", "import", file, "--by", "A. Reader", "--partial", "--dry-run")
    assert (dry.code, dry.out) == (3, "1 judgements kept, 0 rows left open (dry run)\n")
    assert judgements(place) == []
    assert call("review", "import", file, "--by", "A. Reader", "--partial").code == 3
    assert [one.verdict for one in judgements(place)] == ["positive"]
    assert call("review", "import", str(place.folder / "none.csv"), "--by", "A. Reader").code == 2
    (place.folder / "other.csv").write_text("a,b\n1,2\n")
    assert "other.csv: the column" in call("review", "import", "other.csv", "--by", "A. Reader").err


def test_a_name_is_kept_as_one_whatever_surrounds_it_and_nobody_is_refused(call: Call, place: Place) -> None:
    link = link_to(CLIP, "1358", "entry 1358").id
    for by in ("", "  ", "\x1b\n"):
        refused = call("judge", CLIP, link, "positive", "--by", by)
        assert (refused.code, "say who you are" in refused.err) == (2, True)
    assert call("judge", CLIP, link, "positive", "--by", "A. Reader").code == 0
    assert call("judge", CLIP, link, "negative", "--by", " A.  \x1b\nReader ").code == 0
    assert [(one.by, one.verdict, one.was) for one in judgements(place)] == [
        ("A. Reader", "positive", None),
        ("A. Reader", "negative", "positive"),
    ]


def test_a_reason_is_masked_before_it_is_kept(call: Call, place: Place) -> None:
    link = link_to(CLIP, "1358", "entry 1358").id
    assert call("judge", CLIP, link, "positive", "--by", "A. Reader", "--why", "ask +7 700 000 00 00").code == 0
    assert [one.why for one in judgements(place)] == ["ask ████████████████"]


def test_an_entry_is_named_by_its_number_and_a_register_by_its_name(call: Call) -> None:
    assert call("entry", "#01358").out.startswith("entry 1358 of victims")
    for arguments, says in ((("abc",), "no number of an entry"), (("1358", "--register", "victim"), "victims")):
        refused = call("entry", *arguments)
        assert (refused.code, says in refused.err) == (2, True)


def test_links_leave_by_name_only_and_are_recorded(call: Call, place: Place) -> None:
    assert call("export", "--links").code == 4
    done = call("export", CLIP, "--links", "--restricted", "--by", "A. Reader")
    made = json.loads(done.out)
    assert (made["@context"], made["total"]) == ("http://www.w3.org/ns/anno.jsonld", 2)
    done = call(
        "export", "--links", "--as", "csv", "--judged", "none", "--restricted", "--by", "A. Reader", "-o", "l.csv"
    )
    assert (done.code, done.out) == (0, "")
    data = (place.folder / "l.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 5
    assert call("export", "--links", "--judged", "positive").out.count('"items": []') == 1
    with an_archive(place.folder / "state", folder_targets(place.folder, "a")) as archive:
        assert [event.detail for event in events(archive, f"work-{CLIP}")][-2:] == [
            "export of links as jsonld",
            "export of links as csv",
        ]
    assert call("export").code == 2
