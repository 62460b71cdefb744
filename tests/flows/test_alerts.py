"""Who is told: at the end of a run, by `thirdcopy alerts`, by a line of the schedule; in counts and names alone."""

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.alerting.sending import SECONDS
from tests.flows.place import Place, little_archive, until, videos
from tests.world.servers.mail import mail_server
from tests.world.servers.webhook import Webhook, webhook

QUIET = "\n[alerts]\ndisk_gib = 0\nytdlp_days = 0\n"
FULL = "\n[alerts]\ndisk_gib = 100000000\nytdlp_days = 0\n"
"""Free space that no disk has, so that one condition always holds."""


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as server:
        yield server


def tells(place: Place, hook: Webhook) -> None:
    place.environment |= {"THIRDCOPY_ALERTS__ADDRESSES": hook.address, "THIRDCOPY_ALERTS__PING": hook.ping}


def shown(place: Place) -> dict[str, dict[str, object]]:
    done = place.thirdcopy("alerts", "show", "--json")
    assert done.code == 0, done.err
    found: dict[str, dict[str, object]] = done.json["conditions"]
    return found


def held(place: Place) -> set[str]:
    return {name for name, one in shown(place).items() if one["holds"]}


def test_a_run_that_ended_well_pings_and_one_that_did_not_is_silent(tmp_path: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, [], extra=QUIET) as (place, _):
        tells(place, hook)
        done = place.thirdcopy("run", "--plain")
        assert (done.code, len(hook.pings), hook.told) == (0, 1, []), done.err

        assert place.thirdcopy("run", "--plain", "--source", "voices").code == 0
        assert len(hook.pings) == 1, "a run of one source is none of the archive"

        (tmp_path / "one").rename(tmp_path / "away")
        done = place.thirdcopy("run", "--plain")
        assert (done.code, len(hook.pings)) == (3, 1), done.err
        (tmp_path / "away").rename(tmp_path / "one")

        hook.status = 500
        done = place.thirdcopy("run", "--plain")
        assert (done.code, len(hook.pings)) == (0, 1), "a switch that does not answer is said, and hinders nothing"
        assert "alerts: the dead man's switch was not told that a run ended well: it answered 500" in done.err
        hook.status = 200
        place.environment["THIRDCOPY_SOURCES__VOICES__PROXY"] = "http://127.0.0.1:1"
        done = place.thirdcopy("run", "--plain")
        assert (done.code, len(hook.pings)) == (3, 1), "the channel was not listed"


def test_what_a_run_leaves_out_whole_is_no_good_end(tmp_path: Path, films: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, videos(films, 1), extra=QUIET) as (place, _):
        tells(place, hook)
        done = place.thirdcopy("run", "--plain")
        assert (done.code, hook.pings) == (3, []), done.err
        assert "nothing more was transcribed" in done.err


def test_damage_is_told_once_in_counts_and_names_and_when_it_is_over(
    tmp_path: Path, films: Path, hook: Webhook
) -> None:
    (video,) = videos(films, 1, title="Canary testimony")
    with little_archive(tmp_path, [video], extra=QUIET) as (place, _), mail_server() as mail:
        tells(place, hook)
        place.environment["THIRDCOPY_ALERTS__ADDRESSES"] = json.dumps([hook.address, mail.address("k@example.org")])
        assert place.thirdcopy("run", "--plain").code == 3  # there is no model
        (film,) = (tmp_path / "two").rglob("*.mp4")
        sound = film.read_bytes()
        film.chmod(0o600)
        film.write_bytes(sound[:-1] + b"?")
        assert place.thirdcopy("audit", "--all").code == 3
        assert held(place) == {"damage"}

        would = place.thirdcopy("alerts", "check", "--dry-run")
        assert (would.code, hook.told) == (0, []), would.err
        assert would.out.splitlines()[0] == "would tell address 1: little: copies are damaged"

        done = place.thirdcopy("alerts", "check", "--json")
        assert (done.code, done.json["failed"], done.json["problems"]) == (0, [], []), done.err
        assert [(one["address"], one["condition"], one["turn"]) for one in done.json["sent"]] == [
            (1, "damage", "begins"),
            (2, "damage", "begins"),
        ]
        again = place.thirdcopy("alerts", "check")
        assert (again.code, again.out.strip()) == (0, "nobody is to be told anything now")
        assert list(shown(place)["damage"]["told"]) == ["1", "2"]  # type: ignore[call-overload]

        assert place.thirdcopy("repair", "--all").code == 0
        over = place.thirdcopy("alerts", "check")
        assert over.out.splitlines()[0] == "told address 1: little: over: copies are damaged"
        assert hook.titles == ["little: copies are damaged", "little: over: copies are damaged"]
        assert [str(one.message["Subject"]) for one in mail.taken] == hook.titles
        said = json.dumps(hook.told) + "".join(one.data.decode() for one in mail.taken)
        assert "1 at two" in said
        for word in (video.id, "anary", "tube", str(tmp_path)):
            assert word not in said


def test_a_hook_that_hangs_holds_up_no_run_and_is_tried_again(tmp_path: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, [], extra=FULL) as (place, _):
        tells(place, hook)
        del place.environment["THIRDCOPY_ALERTS__PING"]
        place.environment["THIRDCOPY_ALERTS__ADDRESSES"] = f"{hook.address}?rto=300"
        hook.hold = threading.Event()
        done = place.thirdcopy("run", "--plain")  # which is waited for so long and no longer: see PATIENCE
        assert done.code == 0
        assert f"alerts: address 1 was not told: no answer within {SECONDS:.0f} s; it is tried again" in done.err
        hook.hold.set()
        until("it takes what nobody waits for any more", lambda: hook.told)
        hook.told.clear()
        done = place.thirdcopy("run", "--plain")
        assert (done.code, hook.titles) == (0, ["little: a disk is nearly full"]), done.err


def test_a_run_that_fails_tells_too_and_fails_as_it_would(tmp_path: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, [], extra=FULL) as (place, _):
        assert place.thirdcopy("run", "--plain").code == 0
        tells(place, hook)
        for name in ("one", "two", "three"):
            (writer,) = (tmp_path / name).rglob("writer.json")
            writer.write_text(writer.read_text().replace('"ledger": "', '"ledger": "another-'))
        done = place.thirdcopy("run", "--plain")
        assert (done.code, hook.titles, hook.pings) == (4, ["little: a disk is nearly full"], [])
        assert "is written by another ledger" in done.err

        (tmp_path / "state" / "ledger-rebuilding.sqlite").touch()
        done = place.thirdcopy("run", "--plain")
        assert done.code == 4
        assert "alerts: nobody was told: a rebuild of the ledger" in done.err
        assert "error a rebuild of the ledger" in done.err


def test_a_message_that_could_not_be_sent_is_debt_of_the_command_alone(tmp_path: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, [], extra=FULL) as (place, _):
        tells(place, hook)
        hook.status = 403
        done = place.thirdcopy("alerts", "check")
        assert (done.code, hook.told) == (3, [])
        assert "alerts: address 1 was not told: it refused the login or the token (403); it is tried again" in done.err
        assert hook.token not in done.out + done.err
        hook.status = 200
        assert place.thirdcopy("alerts", "check").code == 0
        assert hook.titles == ["little: a disk is nearly full"]


def test_trials_name_addresses_by_number(tmp_path: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, []) as (place, _), mail_server() as mail:
        nobody = place.thirdcopy("alerts", "test")
        assert (nobody.code, "alerts.addresses is empty" in nobody.err) == (2, True)
        addresses = [hook.address, mail.address("keeper@example.org"), mail.address("k@example.org", password="canary")]
        place.environment["THIRDCOPY_ALERTS__ADDRESSES"] = json.dumps(addresses)
        done = place.thirdcopy("alerts", "test")
        assert (done.code, done.out.splitlines()) == (
            3,
            [
                "address 1: sent",
                "address 2: sent",
                "address 3: not sent: it refused the login or the token (535)",
            ],
        )
        assert (hook.titles, len(mail.taken)) == (["little: a trial"], 1)

        place.environment["THIRDCOPY_ALERTS__ADDRESSES"] = json.dumps([hook.address, "jsom://canary:canary@x"])
        for command in ("test", "check"):
            done = place.thirdcopy("alerts", command)
            assert (done.code, "canary" in done.out + done.err) == (2, False)
            assert "alerts.addresses: address 2 is none that apprise can read" in done.err
        assert hook.titles == ["little: a trial"] * 2, "what can be sent is sent all the same"


def test_the_schedule_looks_though_nothing_else_is_served(tmp_path: Path, hook: Webhook) -> None:
    extra = f'{FULL}\n[schedule]\nalerts = "* * * * *"\n'
    with little_archive(tmp_path, [], extra=extra) as (place, _):
        tells(place, hook)
        would = place.thirdcopy("schedule", "--dry-run")
        assert would.out.split() == ["would", "serve", "alerts", "at", "*", "*", "*", "*", "*", "(UTC)"]
        process = place.start("schedule")
        try:
            until("somebody is told", lambda: hook.told)
            assert hook.titles == ["little: a disk is nearly full"]
            assert not (place.prefect / "server.json").exists()
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
        assert process.returncode == 0, err


def test_the_addresses_of_alerts_are_in_no_argument_of_a_process(tmp_path: Path, hook: Webhook) -> None:
    with little_archive(tmp_path, [], extra=FULL) as (place, _):
        tells(place, hook)
        hook.hold = threading.Event()
        with place.start("alerts", "check") as process:
            until("the hook is asked", lambda: hook.asked)
            arguments = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
            hook.hold.set()
            process.communicate(timeout=60)
        assert "archive.alerting.sending" in arguments
        assert hook.token not in arguments
        shutil.rmtree(place.folder / "state")
