"""Sending: to a real mail server and a real webhook; bounded in time, and nothing of an address comes back."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.alerting import sending
from archive.alerting.sending import Delivery, Errand, Parcel, deliver
from tests.world.servers.mail import MailServer, mail_server
from tests.world.servers.webhook import Webhook, webhook

BODY = "3 copies were found damaged: 2 at one; 1 at <b>two & three.\nDo: thirdcopy repair --all"
WRONG = "canary-wrong-password"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as server:
        yield server


def errand(*addresses: str, ping: str | None = None) -> Errand:
    parcels = (Parcel(address=n, title="little: damage", body=BODY) for n in range(1, len(addresses) + 1))
    return Errand(addresses=addresses, parcels=tuple(parcels), ping=ping)


def test_a_mail_and_a_webhook_say_the_same_words(mail: MailServer, hook: Webhook) -> None:
    assert deliver(errand(mail.address("keeper@example.org"), hook.address, ping=hook.ping)) == Delivery()
    (taken,) = mail.taken
    assert (taken.sender, taken.recipients) == ("archive@example.org", ["keeper@example.org"])
    assert str(taken.message["Subject"]) == "little: damage"
    assert taken.text.splitlines()[:2] == BODY.splitlines()
    (told,) = hook.told
    assert (told["title"], told["message"], told["type"]) == ("little: damage", BODY, "warning")
    assert (told["attachments"], len(hook.pings)) == ([], 1)


def test_each_address_that_fails_is_told_by_its_number_and_hinders_no_other(mail: MailServer, hook: Webhook) -> None:
    done = deliver(
        errand(
            mail.address("keeper@example.org", password=WRONG),
            "json://127.0.0.1:1/canary-token",
            "mailtoo://me:canary@example.org",
            hook.address,
        )
    )
    assert done == Delivery(
        unknown=(3,),
        failed={
            0: "it refused the login or the token (535)",
            1: "it could not be reached, or broke off",
            2: "apprise cannot read this address",
        },
    )
    assert (mail.taken, set(mail.logins), len(hook.told)) == ([], {False}, 1)
    mail.refuses = 552
    assert deliver(errand(mail.address("keeper@example.org"))).failed == {0: "it answered 552"}


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_webhook_that_says_no_is_followed_nowhere(hook: Webhook, status: int) -> None:
    hook.status = status
    done = deliver(errand(hook.address, ping=hook.ping))
    said = f"it refused the login or the token ({status})" if status == 403 else f"it answered {status}"
    assert (done.failed, done.ping) == ({0: said}, f"it answered {status}")
    assert hook.asked == 2


def test_no_address_is_seen_in_an_errand(mail: MailServer, hook: Webhook) -> None:
    assert WRONG not in repr(errand(mail.address("k@example.org", password=WRONG)))
    assert hook.token not in repr(errand(hook.address, ping=hook.ping))


def test_nothing_is_written_where_a_command_writes(mail: MailServer, capfd: pytest.CaptureFixture[str]) -> None:
    assert deliver(errand(mail.address("keeper@example.org", password=WRONG), "none://x")).failed
    assert capfd.readouterr() == ("", "")


def test_after_a_failure_an_address_is_left_alone_for_its_other_messages(hook: Webhook) -> None:
    hook.status = 500
    parcels = tuple(Parcel(address=1, title=f"{number}", body=BODY) for number in range(5))
    done = deliver(Errand(addresses=(hook.address,), parcels=parcels))
    assert (set(done.failed), hook.asked) == ({0, 1, 2, 3, 4}, 1)


def test_one_that_hangs_costs_a_bounded_time_and_holds_up_no_other(mail: MailServer, hook: Webhook) -> None:
    hook.hold = threading.Event()
    slow = f"{hook.address}?rto=300&cto=300"
    began = time.monotonic()
    done = deliver(errand(slow, mail.address("keeper@example.org"), ping=hook.ping))
    assert time.monotonic() - began < sending.SECONDS + sending.STARTING
    assert (done.failed, done.ping) == ({0: sending.NO_ANSWER}, sending.NO_ANSWER)
    assert len(mail.taken) == 1


def test_a_process_that_cannot_even_begin_is_a_failure_of_every_parcel(
    hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    why = "the process that sends ended without a word"
    assert deliver(errand(hook.address, hook.address, ping=hook.ping)) == Delivery(failed={0: why, 1: why}, ping=why)
    assert hook.asked == 0


def test_no_secret_is_said_by_the_process_nor_stands_in_its_arguments(
    mail: MailServer, hook: Webhook, tmp_path: Path
) -> None:
    hook.hold = threading.Event()
    secrets = (WRONG, hook.token, "123456789:canary_abcdefghijklmnopqrstuvwxyz0")
    addresses = (
        mail.address("keeper@example.org", password=WRONG),
        f"json://127.0.0.1:1/{hook.token}",
        f"tgram://{secrets[2]}/12345",
        hook.address,
    )
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "archive.alerting.sending"],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            env=os.environ | {"HTTPS_PROXY": "http://127.0.0.1:1"},  # nobody outside is asked
        )
        assert process.stdin
        process.stdin.write(errand(*addresses).model_dump_json().encode())
        process.stdin.close()
        while hook.asked == 0:
            assert process.poll() is None
            time.sleep(0.05)
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        hook.hold.set()
        assert process.wait(60) == 0
    for secret in secrets:
        assert secret.encode() not in arguments
    assert b'"failed":{"0":"it refused' in (tmp_path / "said").read_bytes()
    # What apprise logs of a failure goes to standard error; `deliver` leads that nowhere.
    out = subprocess.run(
        [sys.executable, "-m", "archive.alerting.sending"],
        input=errand(*addresses[:3]).model_dump_json().encode(),
        capture_output=True,
        check=True,
        env=os.environ | {"HTTPS_PROXY": "http://127.0.0.1:1"},
    ).stdout
    assert not [secret for secret in secrets if secret.encode() in out]


def test_no_file_is_read_as_a_plugin_or_a_configuration(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin.py"
    plugin.write_text(
        f"from apprise.decorators import notify\nopen({str(tmp_path / 'ran')!r}, 'w')\n"
        "@notify(on='made')\ndef send(body, title, **_): return True\n"
    )
    (tmp_path / "apprise.yml").write_text("urls:\n  - json://127.0.0.1:1\n")
    done = deliver(errand("made://x", f"file://{plugin}", f"file://{tmp_path / 'apprise.yml'}"))
    assert done.unknown == (1, 2, 3)
    assert not (tmp_path / "ran").exists()
