"""Prefect's server for several machines: on this one's loopback, on PostgreSQL, telling nobody.

Others reach it through a reverse proxy with TLS. The secrets of it are in its environment alone, and its database is
known to nobody else. Nothing here imports Prefect.
"""

import os
import sys
from typing import NoReturn
from urllib.parse import quote

from archive.errors import SettingsError
from archive.settings.postgresql_urls import CHECKED, PostgresqlUrl
from archive.settings.settings import Settings
from flows.orchestration import server

ADDRESS = "127.0.0.1"


def become(settings: Settings) -> NoReturn:
    """Be the server from now on: this process turns into it, and ends as it does. Raises SettingsError."""
    command, environment = started(settings)
    server.home(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chdir(server.home(settings))
    os.execve(command[0], command, environment)  # noqa: S606  (this very Python)


def started(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """The command of the server, and its environment. Raises SettingsError for what it lacks, all at once."""
    own, port, password = settings.prefect, settings.prefect.own_port, settings.prefect.password
    problems = []
    if port is None:
        problems.append(
            "prefect.api_url names no server of this machine: where the server is to run, write "
            f'api_url = "http://{ADDRESS}:4200/api"; the other machines name the reverse proxy before it'
        )
    if password is None:
        problems.append("prefect.password is missing: set THIRDCOPY_PREFECT__PASSWORD, the same on every machine")
    if own.own_database is None:
        problems.append(
            'prefect.database is missing: name a PostgreSQL database of its own, "postgresql://prefect@localhost/prefect"'
        )
    if problems or port is None or password is None or own.own_database is None:
        raise SettingsError([f"{settings.file}: {problem}" for problem in problems])
    found = server.variables(settings, f"http://{ADDRESS}:{port}/api")
    environment = {name: value for name, value in found.items() if not name.startswith("THIRDCOPY_")}
    environment |= {
        "PREFECT_SERVER_API_AUTH_STRING": f"thirdcopy:{password.get_secret_value()}",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{ADDRESS}:{port}",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        **_database(own.own_database, own.database_password.get_secret_value() if own.database_password else None),
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", ADDRESS, "--port", str(port)]
    return command, environment


def _database(url: PostgresqlUrl, password: str | None) -> dict[str, str]:
    """What says where the server's database is, in Prefect's words; a certificate is checked where the url asks."""
    secret = f":{quote(password, safe='')}" if password else ""
    who = f"{quote(url.user, safe='')}{secret}"
    place = f"/{quote(url.database, safe='')}?host={quote(url.host)}&port={url.port}"
    tls = "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS"
    found = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{who}@{place}"}
    if url.options.get("sslmode") in CHECKED:
        found |= {
            f"{tls}_ENABLED": "true",
            f"{tls}_CHECK_HOSTNAME": str(url.options["sslmode"] == "verify-full").lower(),
        }
        names = {"sslrootcert": "CA_FILE", "sslcert": "CERT_FILE", "sslkey": "KEY_FILE"}
        found |= {f"{tls}_{name}": url.options[key] for key, name in names.items() if key in url.options}
    return found
