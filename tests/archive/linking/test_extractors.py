"""What yt-dlp's extractors say of addresses, held against yt-dlp itself. Nothing here asks the network."""

import subprocess
import sys

import pytest
from yt_dlp.extractor import gen_extractor_classes  # type: ignore[import-untyped]

from archive.linking.finding.cited.extractors import Identity, _candidates, identify
from archive.records.clip import clip_id

OFFLINE = """
import sys

def refuse(event, args):
    if event.startswith("socket.") and event != "socket.__new__":
        raise RuntimeError(event)

sys.addaudithook(refuse)
from archive.linking.finding.cited.addresses import canonical
print(canonical("https://dai.ly/x5kesuj"), canonical("https://fb.watch/abc123"), canonical("https://news.example/1"))
"""


def test_no_address_is_looked_up() -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["dailymotion:x5kesuj", "fb.watch/abc123", "news.example/1"], "")


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("https://www.dailymotion.com/video/x5kesuj", Identity("dailymotion", "x5kesuj")),
        ("https://dai.ly/x5kesuj", Identity("dailymotion", "x5kesuj")),
        ("https://www.bitchute.com/video/UGlrF9o9b-Q/", Identity("bitchute", "UGlrF9o9b-Q")),
        ("https://news.example/a/1234567", None),
        ("https://t.me/somechannel/613", None),
        ("https://www.youtube.com/@somebody/videos", None),
        ("https://example.com/video.mp4", None),
        ("https:///", None),
    ],
)
def test_an_address_is_identified_or_not(url: str, identity: Identity | None) -> None:
    assert identify(url) == identity


def test_the_extractors_that_are_asked_are_those_that_yt_dlp_would_ask() -> None:
    every = [one for one in gen_extractor_classes() if one.ie_key() != "Generic"]
    missed = asked = 0
    for extractor in every[::12]:
        for example in extractor.get_testcases(include_onlymatching=True):
            url = example["url"]
            first = next((one for one in every if one.suitable(url)), None)
            if url.startswith("http") and first is not None:
                asked += 1
                host = url.split("/")[2].lower()
                missed += next((one for one in _candidates(host) if one.suitable(url)), None) is not first
    assert asked > 300
    assert missed / asked < 0.02


def test_what_is_identified_is_what_yt_dlp_calls_its_example() -> None:
    named = 0
    for extractor in gen_extractor_classes()[::6]:
        for example in extractor.get_testcases():
            info = example.get("info_dict", {})
            identity = identify(example["url"]) if info.get("ext") and info.get("id") else None
            if identity:
                named += 1
                assert clip_id(*identity) == clip_id(identity.extractor, info["id"]), example["url"]
    assert named > 60


def test_an_extractor_that_hands_its_addresses_on_is_not_believed() -> None:
    assert identify("https://youtu.be/yeWKywCrFtk?list=PL2qgrgXsNUG5ig9cat4ohreBjYLAPC0J5") is None
    assert identify("https://www.facebook.com/reel/1195289147628387") is None
