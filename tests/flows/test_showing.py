"""What strangers wrote is shown as words: nothing of it is obeyed by a terminal, by rich or by a page."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from archive.safe_text import HIDDEN, written
from flows.cli import console
from tests.flows.place import Place

ODD = "[red]a\x1b[31mb\u202ec"
SHOWN = "[red]a[31mbc"
"""How `ODD` is shown."""


def shown(*lines: object) -> str:
    """What a terminal of the house gets."""
    terminal = Console(force_terminal=True, color_system=None, width=100)
    terminal.push_render_hook(console.Hiding())
    with terminal.capture() as captured:
        for line in lines:
            terminal.print(line)
    return captured.get()


def test_a_console_shows_no_codes_and_marks_in_lines_and_tables() -> None:
    grid = console.table(ODD.replace("[red]", ""), "n")
    grid.add_row("x\x9b2Jy\u2066", "1")
    text = shown("a \x1b]0;title\x07b\u200fc", grid, "[bold]ours[/]")
    assert not HIDDEN.search(text)
    assert text.splitlines()[0] == "a ]0;titlebc"
    assert "x2Jy" in text
    assert text.endswith("ours\n")


def test_consoles_of_the_house_hide() -> None:
    for one in (console.out, console.err):
        with one.capture() as captured:
            one.print("a\x1b[31mb\u202ec", markup=False, highlight=False)
        assert captured.get() == "a[31mbc\n"


def test_colours_and_bars_of_ours_stay() -> None:
    terminal = Console(force_terminal=True, color_system="standard", width=100)
    terminal.push_render_hook(console.Hiding())
    with terminal.capture() as captured:
        terminal.print("[red]ours[/]")
        terminal.clear()
    assert "\x1b[31mours\x1b[0m" in captured.get()
    assert "\x1b[2J" in captured.get()


def test_log_lines_hide(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    console.configure_logging(verbose=False)
    logging.getLogger("archive").warning("key %s", "a\x1b[31mb\u202ec\nd")
    assert capsys.readouterr().err.endswith("archive: key a[31mbc\nd\n")


def test_paths_on_the_screen_are_shown_as_they_are(tmp_path: Path) -> None:
    place = Place(tmp_path, {"COLUMNS": "300"})
    made = place.thirdcopy("init", ODD)
    assert (made.code, made.out.splitlines()[0]) == (0, f"wrote {SHOWN}/archive.toml")
    again = place.thirdcopy("init", ODD)
    assert again.err.strip().startswith(f"error {SHOWN}/archive.toml exists already")
    file = str(tmp_path / ODD / "archive.toml")
    added = place.thirdcopy("add", "https://peertube2.cpy.re/c/voices", "--config", file)
    assert (added.code, f"{SHOWN}/archive.toml: added sources" in added.out) == (0, True)
    looked = place.thirdcopy("doctor", "--config", file)
    for done in (made, again, added, looked):
        assert not HIDDEN.search(done.out + done.err)
    assert SHOWN in looked.out


Json = st.recursive(st.text() | st.integers() | st.none(), lambda of: st.lists(of) | st.dictionaries(st.text(), of))


@given(Json)
def test_json_means_the_same_and_hides_nothing(value: object) -> None:
    for in_page in (False, True):
        text = written(value, indent=1, in_page=in_page)
        assert json.loads(text) == value
        assert not HIDDEN.search(text)
    assert not set("<>&") & set(text)


def test_json_in_a_page_ends_no_script() -> None:
    assert written("</script>\u2028", indent=1, in_page=True) == r'"\u003c/script\u003e\u2028"'
