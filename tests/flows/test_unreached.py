"""What a person sees of a source that cannot be reached: one line, and with --verbose all that yt-dlp said."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.place import Place, little_archive


@pytest.fixture
def unreached(tmp_path: Path) -> Iterator[Place]:
    """An archive whose channel is at YouTube, behind a proxy whose port is closed."""
    with little_archive(tmp_path, []) as (place, _), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"http://somebody:canary@127.0.0.1:{taken.getsockname()[1]}"
        place.environment |= {
            "THIRDCOPY_SOURCES__VOICES__URL": "https://www.youtube.com/@made-up",
            "THIRDCOPY_SOURCES__VOICES__PROXY": proxy,
        }
        yield place


def test_one_line_tells_it_and_verbose_has_yt_dlps_own(unreached: Place) -> None:
    done = unreached.thirdcopy("fetch")
    assert done.code == 3
    spoken = [line for line in done.err.splitlines() if line.strip()]
    assert len(spoken) == 2, done.err
    assert spoken[0] == "list voices"
    assert spoken[1].startswith("not done      voices: the listing broke off: passing: the list could not be fetched: ")
    assert "its proxy refuses connections. Look at " in spoken[1]

    told = unreached.thirdcopy("--verbose", "fetch")
    assert told.code == 3
    assert told.err.count("Retrying (1/3)") > 4
    assert spoken[1] in told.err
    assert "canary" not in done.err + done.out + told.err + told.out
