"""What a failure is taken for: words that platforms show, as yt-dlp passes them on."""

import re
from pathlib import Path

import pytest

from archive.errors import FailureKind
from archive.sources.ytdlp.failures import NEXT, Symptoms, meaning, placeholder
from archive.sources.ytdlp.words import Rule, Words, words
from archive.word_files import WordsError, read_words

WORDS: list[tuple[FailureKind, str]] = [
    ("refused", "Sign in to confirm you’re not a bot. Use --cookies"),
    ("refused", "Sign in to confirm you're not a bot"),
    ("refused", "Video unavailable. This content isn't available, try again later. The current session has been "
                "rate-limited by YouTube for up to an hour."),
    ("refused", "Video unavailable. This content isn’t available, try again later."),
    ("refused", "Video unavailable. This content isn't available, try again later. Your account has been rate-limited"),
    ("refused", "Video unavailable. This video is not available. YouTube is requiring a captcha challenge before "
                "playback"),
    ("refused", "Please sign in. Use --cookies-from-browser or --cookies for the authentication."),
    ("refused", "Please log in to continue"),
    ("refused", "You have exceeded the rate-limit for accessing posts anonymously"),
    ("refused", "Our systems have detected unusual traffic from your computer network"),
    ("refused", "Verify that you are a human"),
    ("refused", "Your IP address is blocked from accessing this post"),
    ("refused", "This video was removed? Solve the CAPTCHA to see it"),
    ("not_yet", "This live event will begin in 3 days."),
    ("not_yet", "Premieres in 2 hours"),
    ("not_yet", "We're processing this video. Check back later."),
    ("gone", "Video unavailable. This video is no longer available because the YouTube account associated with this "
             "video has been terminated."),
    ("gone", "This video has been removed by the uploader"),
    ("gone", "This video has been removed for violating YouTube's Terms of Service"),
    ("gone", "Video unavailable. This video contains content from A, who has blocked it on copyright grounds"),
    ("no_access", "Video unavailable. A has blocked it in your country on copyright grounds"),
    ("no_access", "Private video. Sign in if you've been granted access to this video"),
    ("no_access", "Private video. Please sign in to verify that you may see it."),
    ("no_access", "This video is only available for registered users. Use --cookies"),
    ("no_access", "Please sign in to confirm your age"),
    ("no_access", "Join this channel to get access to members-only content like this video"),
    ("no_access", "Sign in to confirm your age. This video may be inappropriate for some users."),
    ("no_access", "Video unavailable. This video is not available"),
    ("outdated", "Requested format is not available. Use --list-formats"),
    ("outdated", "No suitable extractor found for URL x"),
    ("passing", "Got error: 5 bytes read, 6 more expected. Giving up after 10 retries"),
    ("passing", "The read operation timed out"),
]  # fmt: skip


def classify(symptoms: Symptoms) -> FailureKind:
    return meaning(symptoms).kind


def symptoms_in(rule: Rule) -> Symptoms:
    """The failure that a rule's example is."""
    status = re.match(r"HTTP Error (\d+)", rule.example)
    return Symptoms(
        rule.example,
        status=int(status[1]) if status else None,
        not_live=rule.sign == "not_live",
        blocked_here=rule.sign == "blocked_here",
    )


@pytest.mark.parametrize("rule", words().rules, ids=lambda rule: rule.example[:40])
def test_each_rule_decides_its_own_example_and_no_rule_before_it_does(rule: Rule) -> None:
    symptoms = symptoms_in(rule)
    signs = (rule.sign,) if rule.sign else ()
    assert next(one for one in words().rules if one.fits(symptoms.text, symptoms.status, signs)) == rule
    assert classify(symptoms) == rule.means


def test_a_message_that_no_rule_knows_means_nothing() -> None:
    assert classify(Symptoms("PeerTube said: the hamster is asleep")) == "unknown"
    assert classify(Symptoms("IncompleteRead: the hamster is asleep", underway=True)) == "passing"


def test_who_wants_a_password_says_so_and_what_to_do() -> None:
    asked = meaning(Symptoms("HTTP Error 401: Unauthorized (video_requires_password)", status=401))
    closed = meaning(Symptoms("HTTP Error 401: Unauthorized", status=401))
    assert (asked.kind, closed.kind) == ("no_access", "no_access")
    assert "password" in (asked.then or "")
    assert closed.then is None


def test_a_place_in_a_list_is_no_video() -> None:
    assert placeholder("[Deleted video]")
    assert placeholder("[private video] ")
    assert not placeholder("The deleted video")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[[rules]]\nmeans = "gome"\nstatuses = ["404"]\nseen = "2026.1.1"\nexample = "x"', "line 2, rules.0.means: "),
        ('[[rules]]\nmeans = "gone"\npattern = "("\nseen = "2026.1.1"\nexample = "x"', "line 3, rules.0.pattern: "),
        ('[[rules]]\nmeans = "gone"\npatern = "x"\nseen = "2026.1.1"\nexample = "x"', "did you mean 'pattern'?"),
        ('[[rules]]\nmeans = "gone"\nseen = "2026.1.1"\nexample = "x"', "rules.0: it fits nothing"),
        ('[[rules]]\nmeans = "gone"\npattern = "x"\nseen = "2026.1.1"', "rules.0.example: it is missing"),
    ],
)
def test_a_wrong_rule_is_named_with_file_line_and_key(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "words.toml").write_text(text, "utf-8")
    with pytest.raises(WordsError) as told:
        read_words(tmp_path / "words.toml", Words)
    assert str(tmp_path / "words.toml") in str(told.value)
    assert fault in str(told.value)


@pytest.mark.parametrize(("kind", "text"), WORDS)
def test_words_tell_the_class(kind: FailureKind, text: str) -> None:
    assert classify(Symptoms(text)) == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "no_access"),
        (403, "no_access"),
        (404, "gone"),
        (408, "passing"),
        (410, "gone"),
        (418, "outdated"),
        (429, "refused"),
        (451, "no_access"),
        (500, "passing"),
        (503, "passing"),
    ],
)
def test_a_status_tells_the_class(status: int, kind: FailureKind) -> None:
    assert classify(Symptoms(f"HTTP Error {status}", status=status)) == kind


def test_a_refusal_is_never_held_against_the_video() -> None:
    assert classify(Symptoms("Video unavailable. Too many requests", status=404)) == "refused"
    assert classify(Symptoms("removed by the uploader", status=429)) == "refused"


def test_what_the_reader_of_a_site_says_of_itself_counts() -> None:
    assert classify(Symptoms("x", unexpected=True)) == "outdated"
    assert classify(Symptoms("x", not_live=True)) == "not_yet"
    assert classify(Symptoms("x", blocked_here=True)) == "no_access"
    assert classify(Symptoms("removed by the uploader", status=404, barred=True)) == "barred"
    assert classify(Symptoms("x", unexpected=True, status=503)) == "passing"


def test_a_name_that_cannot_be_reached_is_not_read_for_words() -> None:
    assert classify(Symptoms("captcha.example refuses connections")) == "refused"
    assert classify(Symptoms("captcha.example refuses connections", unreached="Look at the network")) == "passing"


def test_every_class_says_what_follows() -> None:
    assert {kind for kind, _ in WORDS} | {"damaged", "barred", "unknown"} == set(NEXT)
