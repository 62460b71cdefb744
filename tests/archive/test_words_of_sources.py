"""Words of a source as a person reads them."""

import pytest

from archive.records.sighting import reason, unframed


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (
            "[PeerTube] 1iDd: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: Not "
            "Found>)",
            "HTTP Error 404: Not Found",
        ),
        (
            "[PeerTube] 1iDd: Unable to download webpage: HTTP Error 401: Unauthorized (caused by <HTTPError 401: "
            "Unauthorized>) (video_requires_password)",
            "HTTP Error 401: Unauthorized (video_requires_password)",
        ),
        ("[youtube] a-b_c: Private video. Sign in if you may see it", "Private video. Sign in if you may see it"),
        ("[youtube:tab] @voices: This channel does not exist.", "This channel does not exist."),
        ("[download] Got error: 510 bytes read", "Got error: 510 bytes read"),
        ("[vk] 1_2: Unable to download webpage: timed out", "Unable to download webpage: timed out"),
        ("[removed by its author]", "[removed by its author]"),
        ("[x] ", "[x] "),
        ("404", "404"),
        ("", ""),
    ],
)
def test_words_are_shown_without_what_yt_dlp_puts_around_them(words: str, read: str) -> None:
    assert unframed(words) == read


def test_the_reason_of_a_failure_names_no_clip_once_more() -> None:
    words = "[PeerTube] x: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: Not Found>)"
    message = f"voices: peertube-x could not be fetched: {words}. It counts as gone once it was missed on several days."
    assert reason(message) == "HTTP Error 404: Not Found. It counts as gone once it was missed on several days."
    assert reason("red: a disk's own sentence") == "red: a disk's own sentence"
