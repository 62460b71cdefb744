"""What a person sees of clips that were lost or came back, and of a source that is left alone."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.ledger.sightings import Seen
from flows.cli import app
from tests.flows.test_what_is_said import SETTINGS
from tests.support.archives import Clock, an_archive, folder_targets, keep

DAY = timedelta(days=1)
HOSTILE = "Gone \x1b[31m[bold]for good[/] \u202e" + "and more words of it " * 30


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clip that was lost, one that came back, and a source that refused us."""
    now = datetime.now(UTC).replace(microsecond=0)
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab"), clock=Clock(now)) as archive:
        keep(archive, "peertube-kept")
        for days, seen in (
            (3, [Seen("peertube-kept", "gone", HOSTILE), Seen("peertube-back", "gone", "404")]),
            (2, [Seen("peertube-kept", "gone", HOSTILE), Seen("peertube-back", "gone", "404")]),
            (1, [Seen("peertube-back")]),
        ):
            archive.ledger.sightings.add("voices", seen, network="home", tool="yt-dlp 1", now=now - days * DAY)
        archive.ledger.markers.set("rest:voices", (now + timedelta(hours=2)).isoformat())
    (tmp_path / "archive.toml").write_text(SETTINGS)
    (tmp_path / "register.csv").write_text("Entry,Victim's Name\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
    with pytest.raises(SystemExit) as ended:
        app.main()
    out, err = capsys.readouterr()
    assert not ended.value.code, err
    return out


def test_status_names_losses_returns_and_rests(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = said(capsys, monkeypatch, "status")
    assert "lost peertube-kept since" in out
    assert ", held: Gone [31m[bold]for good[/]" in out
    assert "returned peertube-back since" in out
    assert "not held" in out
    assert "resting voices refused us and is left alone until" in out
    facts = json.loads(said(capsys, monkeypatch, "status", "--json"))
    assert [one["clip"] for one in facts["lost"]] == ["peertube-kept"]
    assert [one["clip"] for one in facts["returned"]] == ["peertube-back"]
    assert list(facts["resting"]) == ["voices"]
    assert facts["availability"] == {"gone": 1, "up": 1}


def test_a_timeline_is_found_by_an_address_and_says_what_the_source_said(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, error = "4n9iy8SwwgpMRFMJwkCPto", "HTTP Error 404: Not Found"
    words = f"[PeerTube] {name}: Unable to download webpage: {error} (caused by <HTTPError 404: Not Found>)"
    now = datetime.now(UTC).replace(microsecond=0)
    with an_archive(place / "state", folder_targets(place, "ab"), clock=Clock(now)) as archive:
        keep(archive, f"peertube-{name}")
        for night in (now - DAY, now):
            gone = [Seen(f"peertube-{name}", "gone", words)]
            archive.ledger.sightings.add("voices", gone, network="home", tool="yt-dlp 1", now=night)
    out = said(capsys, monkeypatch, "timeline", f"https://tube.example.org/w/{name}")
    assert out.startswith(f"peertube-{name}  gone since")
    assert "“HTTP Error 404: Not Found”" in " ".join(out.split())
    assert " HTTP Error 404: Not Found" in out.partition("voices\n")[2]
    assert "caused by" not in out
    assert "caused by" not in said(capsys, monkeypatch, "show", f"peertube-{name}")
    assert ", held: HTTP Error 404: Not Found" in " ".join(said(capsys, monkeypatch, "status").split())
    assert json.loads(said(capsys, monkeypatch, "timeline", f"peertube-{name}", "--json"))["words"] == words


def test_a_timeline_fits_the_screen_and_obeys_nobody(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = said(capsys, monkeypatch, "timeline", "peertube-kept")
    table = out.partition("voices\n")[2]
    assert max(map(len, table.splitlines())) <= 80
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]for good[/]" in " ".join(out.split())
    assert len(json.loads(said(capsys, monkeypatch, "timeline", "peertube-kept", "--json"))["spans"][0]["words"]) == 500
