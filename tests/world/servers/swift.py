"""OpenStack Swift with its S3 API: a proxy, and one server each for accounts, containers and objects."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.world.servers.running import (
    ACCESS_KEY,
    BUCKET,
    SECRET_KEY,
    NotInstalled,
    Process,
    S3Server,
    free_ports,
    installed,
    served,
    step,
    wait_with_bucket,
)
from tests.world.servers.tls import Certificate, endpoint

HOME = Path(__file__).resolve().parents[2] / "swift"
"""Where its environment is locked; `make test` makes it."""

_KEEPERS = ("account", "container", "object")
_USER = "tester"
_SWIFT = """\
[swift-hash]
swift_hash_path_prefix = tests
swift_hash_path_suffix = tests
"""
_COMMON = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
workers = 0
swift_dir = {folder}
log_level = ERROR
"""
_SECURE = """\
cert_file = {chain}
key_file = {key}
"""
_KEEPER = """\
devices = {folder}/devices
mount_check = false
fallocate_reserve = 0

[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""
_PROXY = """\

[pipeline:main]
pipeline = catch_errors gatekeeper cache bulk s3api tempauth slo dlo versioned_writes symlink copy proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache_port}

[filter:s3api]
use = egg:swift#s3api

[filter:tempauth]
use = egg:swift#tempauth
user_{access_key}_{s3_user} = {secret_key} .admin

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
"""
_PLAIN_FILTERS = ("catch_errors", "gatekeeper", "bulk", "slo", "dlo", "symlink", "copy")
_RINGS = """\
import sys
from swift.common.ring import RingBuilder
for name, port in zip(sys.argv[1::2], sys.argv[2::2]):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev(dict(region=1, zone=1, weight=1, device="one", ip="127.0.0.1", port=int(port)))
    builder.rebalance()
    builder.get_ring().save(name + ".ring.gz")
"""


@contextmanager
def swift(folder: Path, *, certificate: Certificate | None = None) -> Iterator[S3Server]:
    """Swift with its S3 API in an empty folder; what it said yes to outlives a kill. Raises NotInstalled.

    It speaks TLS with a certificate, in Python, which its makers advise for tests alone.
    """
    programs = HOME / ".venv" / "bin"
    if not (programs / "swift-proxy-server").is_file():
        raise NotInstalled("Swift's environment in tests/swift/.venv is missing: make setup")
    if not installed("memcached"):
        raise NotInstalled("memcached, which Swift needs, is not installed: apt-get install memcached")
    (folder / "devices" / "one").mkdir(parents=True)
    user = pwd.getpwuid(os.getuid()).pw_name
    port, cache_port, *ports = free_ports(2 + len(_KEEPERS))
    known = {
        "folder": folder,
        "user": user,
        "cache_port": cache_port,
        "access_key": ACCESS_KEY,
        "s3_user": _USER,
        "secret_key": SECRET_KEY,
    }
    (folder / "swift.conf").write_text(_SWIFT, "utf-8")
    processes = []
    for name, text, its in (
        *((name, _KEEPER, its) for name, its in zip(_KEEPERS, ports, strict=True)),
        ("proxy", _PROXY + "".join(f"\n[filter:{name}]\nuse = egg:swift#{name}\n" for name in _PLAIN_FILTERS), port),
    ):
        file = folder / f"{name}.conf"
        file.touch(mode=0o600)
        secure = _SECURE.format(**vars(certificate)) if certificate and name == "proxy" else ""
        file.write_text((_COMMON + secure + text).format(name=name, port=its, **known), "utf-8")
        processes.append(Process([str(programs / f"swift-{name}-server"), str(file)], folder / name))
    cache = Process(["memcached", "-u", user, "-l", "127.0.0.1", "-p", str(cache_port), "-U", "0"], folder / "cache")
    *keepers, proxy = processes
    rings = [word for name, its in zip(_KEEPERS, ports, strict=True) for word in (str(folder / name), str(its))]
    step([str(programs / "python"), "-c", _RINGS, *rings], proxy)
    yield from served(
        S3Server(
            endpoint(port, certificate),
            f"{ACCESS_KEY}:{_USER}",
            SECRET_KEY,
            BUCKET,
            proxy,
            wait_with_bucket,
            certificate.ca_file if certificate else None,
            behind=(cache, *keepers),
        )
    )
