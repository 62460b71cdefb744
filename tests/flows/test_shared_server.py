"""What `thirdcopy server` becomes: Prefect's server on loopback, with its secrets in its environment alone."""

from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.settings.settings import Settings, load
from flows.orchestration import server, shared_server

SECRET, DATABASE_SECRET = "a secret of eight", "p@ss/word:?#"
HERE = 'api_url = "http://127.0.0.1:4321/api"\n'


def settings(folder: Path, monkeypatch: pytest.MonkeyPatch, prefect: str, **secrets: str) -> Settings:
    (folder / "one").mkdir(exist_ok=True)
    file = folder / "archive.toml"
    file.write_text(f'minimum_copies = 1\n[targets.one]\nkind = "folder"\npath = "one"\n[prefect]\n{prefect}')
    for name, value in secrets.items():
        monkeypatch.setenv(f"THIRDCOPY_PREFECT__{name}", value)
    return load(file)


def test_all_that_it_lacks_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as raised:
        shared_server.started(settings(tmp_path, monkeypatch, 'api_url = "https://prefect.example.org/api"'))
    lacks = ("prefect.api_url names no server of this machine", "THIRDCOPY_PREFECT__PASSWORD", "prefect.database is")
    assert len(raised.value.problems) == len(lacks)
    for said, lack in zip(raised.value.problems, lacks, strict=True):
        assert lack in said


def test_secrets_are_in_its_environment_alone_and_none_of_the_archive_s_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefect = HERE + 'database = "postgresql://prefect@localhost:5433/prefect"\n'
    given = settings(tmp_path, monkeypatch, prefect, PASSWORD=SECRET, DATABASE_PASSWORD=DATABASE_SECRET)
    command, environment = shared_server.started(given)
    assert command[-4:] == ["--host", "127.0.0.1", "--port", "4321"]
    assert SECRET not in " ".join(command)
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == f"thirdcopy:{SECRET}"
    assert environment["PREFECT_API_AUTH_STRING"] == f"thirdcopy:{SECRET}"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == (
        "postgresql+asyncpg://prefect:p%40ss%2Fword%3A%3F%23@/prefect?host=localhost&port=5433"
    )
    assert not [name for name in environment if name.startswith("THIRDCOPY_")]


def test_a_certificate_is_checked_where_the_database_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = "postgresql://prefect@db.example.org/prefect?sslmode=verify-full&sslrootcert=/etc/ssl/ours.pem"
    given = settings(tmp_path, monkeypatch, f'{HERE}database = "{elsewhere}"\n', PASSWORD=SECRET)
    environment = shared_server.started(given)[1]
    tls = "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_"
    assert {name.removeprefix(tls): value for name, value in environment.items() if name.startswith(tls)} == {
        "ENABLED": "true",
        "CHECK_HOSTNAME": "true",
        "CA_FILE": "/etc/ssl/ours.pem",
    }


def test_clients_ask_with_the_password_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings(tmp_path, monkeypatch, HERE, PASSWORD=SECRET)
    assert server.variables(given, given.prefect.api_url or "")["PREFECT_API_AUTH_STRING"] == f"thirdcopy:{SECRET}"
    assert SECRET not in repr(given)
