"""What commands say of an archive that stands still, byte for byte: as JSON for scripts, and on a screen of 80 columns.

`pytest tests/flows/test_what_is_said.py --regenerate` writes it anew; read the difference.
"""

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ledger.sightings import Seen
from archive.ledger.waiting import Waits
from archive.people.people import People
from archive.records.clip import Listing
from archive.records.join import Join, Pictures, Shared, join_id
from archive.records.link import Alternative, Evidence, Link
from archive.steps.captioning import caption_clip
from flows.cli import app
from tests.support.archives import MONDAY, a_link, an_archive, folder_targets, keep, store_all, transcript

GOLDEN = Path(__file__).parent / "said.txt"
CLIP, OTHER, LISTED = "peertube-one", "peertube-two", "peertube-three"
NAME = "whisper-base-t1"
TEXT = "She is Mahire Tohti, entry 1358. Her number is 990000199001010000."
VTT = "WEBVTT\n\n00:00.000 --> 00:12.000\nShe is Mahire Tohti, entry 1385.\n"
REGISTER = "Entry,Victim's Name,Age\n1358,Mahire Tohti,43\n7,Perhat Yolwas,35\n"
VIDEOS = """\
Link,Title
https://tube.example.org/w/peertube-one,One
https://tube.example.org/w/three,Three
https://youtu.be/AAAAAAAAAAA,Nobody's
a word,
"""
SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 1
access = "restricted"
free_gib = 0
[sources.voices]
url = "https://tube.example.org/c/voices"
[targets.a]
kind = "folder"
path = "a"
labels = { country = "DE" }
[targets.b]
kind = "folder"
path = "b"
counts_as_copy = false
[registers.victims]
file = "register.csv"
[transcription]
model = "whisper-base"
"""


def link_to(clip: str, entry: str, quote: str, **fields: object) -> Link:
    link = a_link(clip, entry, register="victims")
    return link.model_copy(update={"quote": quote, "offset": TEXT.index(quote), **fields})


def made(folder: Path) -> None:
    """Two clips with transcripts, captions and links; a third that is only listed; one version that waits."""
    with an_archive(folder / "state", folder_targets(folder, "ab")) as archive:
        for clip in (CLIP, OTHER):
            keep(archive, clip, captions={"en": VTT})
            archive.ledger.readings.add_transcript(clip, *transcript(clip, TEXT), event=None)
            rival = (Alternative(entry="7", score=0.6),)
            parts = (Evidence(part="number", weight=2.1, found="entry 1358"),)
            first = link_to(clip, "1358", "entry 1358", tier="A", alternatives=rival, evidence=parts, namesakes=1)
            links = [first, link_to(clip, "7", "Mahire Tohti", tier="C", method="named", conflict="two names")]
            archive.ledger.readings.set_links(clip, links, event=None)
        archive.ledger.joins.learn([join()])
        store_all(archive)
        assert caption_clip(archive, CLIP, archive.targets).transcripts == 1
        url = "https://tube.example.org/w/three"
        listing = Listing(source="voices", extractor="PeerTube", platform_id="three", url=url)
        archive.ledger.clips.seen([listing], MONDAY)
        archive.ledger.clips.failed(LISTED, "fetch", kind="gone", message="it is gone", now=MONDAY)
        for day, (seen, network) in enumerate(SEEN):
            archive.ledger.sightings.add(
                "voices", seen, network=network, tool="yt-dlp 2026.10.26", now=MONDAY - timedelta(days=len(SEEN) - day)
            )
        archive.ledger.markers.set("rest:voices", "2100-01-01T00:00:00+00:00")  # by a wrong clock: not for so long
        waits = Waits(f"work-{CLIP}", 7, "0" * 128, "a", "only a says it", "1 judgements")
        archive.ledger.waiting.add([waits])
    People(folder / "state").add("A. Keeper", "keeper", "four plain words here", now=MONDAY)
    (folder / "archive.toml").write_text(SETTINGS)
    (folder / "register.csv").write_text(REGISTER)
    (folder / "videos.csv").write_text(VIDEOS)


CLOSED = "Private video. Sign in if you've been granted access to this \x1b[31mvideo"
SEEN = (
    ([Seen(CLIP), Seen(OTHER), Seen(LISTED)], "home"),
    ([Seen(CLIP, "no_access", CLOSED), Seen(OTHER)], "home"),
    ([Seen(CLIP, "refused", "HTTP Error 429: Too Many Requests"), Seen(LISTED, "gone", "HTTP Error 404")], "home"),
    ([Seen(CLIP), Seen(LISTED, "gone", "HTTP Error 404")], "tor [b]"),
)
"""What was seen of the clips on some nights, and from where."""


def join() -> Join:
    """That the two clips may be one recording."""
    shared = Shared(seconds=612.4, offset=-12.38, one=0.98, other=0.71, error=0.07, speed=1.0, breaks=0)
    return Join(
        id=join_id(CLIP, OTHER),
        one=CLIP,
        other=OTHER,
        media=("0" * 64, "1" * 64),
        kind="likely",
        shared=shared,
        pictures=Pictures(distance=3.0, moments=5),
        reasons=(f"the sound is the same for 10:12: 98% of {CLIP}, 71% of {OTHER}", "the pictures are alike"),
        rules="joins-1",
    )


def ids(clip: str) -> str:
    return a_link(clip, "1358", register="victims").id


BY = ("--by", "R. Researcher")
OUT = ("--restricted", *BY)
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("register", "import", "victims", *BY, "--json"),
    ("register", "list", "--json"),
    ("register", "show", "victims", "--json"),
    ("register", "diff", "victims", "--json"),
    ("export", CLIP),
    ("export", CLIP, "--format", "vtt", "-o", "clip.vtt", *OUT),
    ("export", CLIP, "--format", "vtt", "-o", "other.vtt", "--transcript", "nobody", *OUT),
    ("edit", "clip.vtt", "Her number", "His number"),
    ("correct", CLIP, "clip.vtt", *BY, "--why", "I heard it", "--json"),
    ("correct", CLIP, "clip.vtt", *BY),
    ("declare", CLIP, "en", *BY, "--json"),
    ("declare", CLIP, "xx", *BY),
    ("declare", "--source", "voices", *BY, "--dry-run"),
    ("declare", "--source", "voice", *BY),
    ("transcribe", "--language", "ug", "--dry-run"),
    ("judge", CLIP, ids(CLIP), "positive", *BY, "--why", "she says it"),
    ("judge", CLIP, ids(CLIP), "negative", "--by", "B. Reader"),
    ("judge", CLIP, "nobody", "negative", *BY),
    ("review", *BY, "--json"),
    ("review", "--by", "B. Reader", "--dry-run", "--all"),
    ("review", *BY, "--tier", "C", "--conflicts", "--json"),
    ("joins", "--json"),
    ("joins",),
    ("review", "--joins", *BY),
    ("joins", CLIP, OTHER, "--same", *BY, "--dry-run"),
    ("joins", CLIP, OTHER, "--same"),
    ("joins", CLIP, LISTED, "--same", *BY),
    ("joins", CLIP, OTHER, "--different", *BY),
    ("joins", CLIP, OTHER, "--same", "--by", "B. Reader", "--why", "one room", "--json"),
    ("joins", CLIP),
    ("show", CLIP),
    ("joins", CLIP, OTHER, "--withdrawn", *BY),
    ("review", "export", "links.csv", "--by", "C. Reader"),
    ("review", "export", "links.csv", "--by", "C. Reader", "--restricted", "--json"),
    ("review", "export", "links.csv", "--by", "C. Reader", "--restricted"),
    ("cat", "links.csv"),
    ("review", "import", "links.csv", "--by", "C. Reader", "--json"),
    ("access", CLIP, "public", *BY, "--dry-run"),
    ("access", CLIP, "public", *BY),
    ("access", "nobody", "public", *BY),
    ("export", CLIP, "--format", "json"),
    ("export", CLIP, "--format", "srt"),
    ("export", CLIP),
    ("export", "--links", "--judged", "conflict", "--judged", "none"),
    ("export", "--links", *OUT),
    ("export", CLIP, "--links", "--as", "csv"),
    ("compare", CLIP, "--json"),
    ("compare", CLIP, NAME, NAME),
    ("compare", CLIP, "--engines"),
    ("compare", OTHER, *OUT),
    ("cite", CLIP, "0:03", "--entry", "1358"),
    ("cite", CLIP, "3", "--to", "0:05", "--style", "bibtex"),
    ("cite", CLIP, "3", "--style", "json"),
    ("cite", CLIP, "19"),
    ("cite", OTHER, "3"),
    ("cite", CLIP, "3", "--style", "csl", "-o", "citation.json"),
    ("verify-citation", "citation.json", "--target", "a"),
    ("verify-citation", "citation.json", "--folder", "a", "--read", "--json"),
    ("show", CLIP, "--json"),
    ("show", CLIP),
    ("timeline", CLIP, "--json"),
    ("timeline", CLIP),
    ("timeline", LISTED),
    ("show", LISTED, "--json"),
    ("entry", "1358", "--json"),
    ("entry", "7", "--register", "victims"),
    ("entry", "9"),
    ("expect", "videos.csv", *BY, "--dry-run"),
    ("expect", "videos.csv", "--name", "wanted", *BY),
    ("expect", "wanted", "--json"),
    ("expect", "--list"),
    ("expect", "--register", "victims"),
    ("expect", "nobody"),
    ("status", "--json"),
    ("status",),
    ("targets", "list", "--json"),
    ("models", "list", "--language", "ky"),
    ("models", "list", "--language", "tt"),
    ("models", "get", "gigaam-multilingual", "--dry-run"),
    ("models", "get", "gigaam-multi", "--dry-run"),
    ("models", "get", "omnilingual-300m", "--dry-run", "--json"),
    ("models", "check", "a"),
    ("accept", "--json"),
    ("accept", "work-nobody", *BY),
    ("refuse", f"work-{CLIP}", *BY, "--why", "not ours", "--json"),
    ("audit", "--all", "--dry-run", "--json"),
    ("audit", CLIP, "--json"),
    ("audit", "--all", "--target", "a"),
    ("repair", "--all", "--dry-run", "--json"),
    ("backfill", "b", "--dry-run", "--json"),
    ("show", CLIP, "--json"),
    ("access", OTHER, "readers", *BY),
    ("export", OTHER, "--format", "srt"),
    ("people", "list", "--json"),
    ("people", "list"),
    ("people", "add", "a. keeper", "--role", "reader"),
    ("people", "add", "B. Reader", "--role", "reader", "--dry-run"),
    ("people", "change", "A. Keeper"),
    ("people", "change", "A. Keeper", "--role", "editor", "--password", "--dry-run"),
    ("people", "change", "A. Keeper", "--role", "editor"),
    ("people", "remove", "nobody"),
    ("people", "remove", "A. Keeper", "--json"),
    ("people", "list"),
    ("people", "openings", CLIP),
    ("people", "openings", CLIP, "--json"),
    ("report", "--no-keep"),
    ("report", "--json"),
    ("report", "--html", "report.html", "--csv", "-"),
    ("report", "--since", "2026-03-01"),
    ("report", "--html", "archive.toml"),
    ("report", "--json", "--csv", "-"),
    ("search", "Махире", "--json"),
    ("search", "Mahire number", "--language", "en"),
    ("search", "Mahire", "--limit", "2"),
    ("search", "a*", "--entry", "1358"),
    ("search", "--rebuild"),
    ("search",),
)


def test_commands_say_what_they_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    made(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("THIRDCOPY_CONFIG", raising=False)
    said = "\n".join(_said(tmp_path, arguments, monkeypatch, capsys.readouterr) for arguments in COMMANDS)
    if pytestconfig.getoption("regenerate"):
        GOLDEN.write_text(said, encoding="utf-8")
    assert said.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def _said(
    folder: Path,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    captured: Callable[[], tuple[str, str]],
) -> str:
    """A command with its exit code, what it wrote to stdout and to stderr, without what is of this moment."""
    code: object = 0
    if arguments[0] == "cat":
        print((folder / arguments[1]).read_bytes().decode())
    elif arguments[0] == "edit":
        file, old, new = arguments[1:]
        (folder / file).write_text((folder / file).read_text().replace(old, new))
    else:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        code = ended.value.code or 0
    out, err = captured()
    err = "".join(line for line in err.splitlines(keepends=True) if not line.startswith("read "))  # targets race
    with an_archive(folder / "state", folder_targets(folder, "ab")) as archive:
        ours = [head.sha512 for head in archive.ledger.copies.heads()]
        text = f"$ {' '.join(arguments)}\n[{code}]\n{out}{err}".replace(archive.ledger.id, "LEDGER")
    for number, digest in enumerate(ours):
        text = text.replace(digest, f"HEAD{number}").replace(digest[:16], f"HEAD{number}")
    text = re.sub(r"/\S*pytest-of-\S* *$", "FOLDER", text, flags=re.MULTILINE)  # cut where its column ends
    text = re.sub(r"report-\d{8}T\d{6}Z-[0-9a-f]{8}-\d+", "REPORT", text)
    text = re.sub(r"(Usage: |Try ').*thirdcopy", r"\1thirdcopy", text)
    text = text.replace(str(folder), "FOLDER").replace("thirdcopy@0.1.0", "thirdcopy@VERSION")
    text = re.sub(r"(?!2026-03)20\d\d-\d\d-\d\d([T ])\d\d:\d\d(:\d\dZ?)?", r"TIME\1", text)
    return re.sub(r"(?!2026-03)20\d\d-\d\d-\d\d", "DAY", text)
