"""SeaweedFS in one process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.world.servers.running import (
    ACCESS_KEY,
    BUCKET,
    SECRET_KEY,
    Process,
    S3Server,
    free_ports,
    program,
    served,
    wait_with_bucket,
)
from tests.world.servers.tls import Certificate, endpoint


@contextmanager
def seaweedfs(folder: Path, *, volumes: int = 50, certificate: Certificate | None = None) -> Iterator[S3Server]:
    """SeaweedFS in one process, as light as it goes: small volumes, two of them at a time; TLS with a certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("master", "volume", "filer", "s3")
    ports = free_ports(2 * len(names))
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    keys = folder / "s3.json"
    keys.touch(mode=0o600)
    keys.write_text(json.dumps({"identities": [identity]}), "utf-8")
    command = [
        program("weed"),
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder}",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-master.electionTimeout=1s",
        f"-volume.max={volumes}",
        "-volume.preStopSeconds=0",
        "-filer",
        "-s3",
        f"-s3.config={keys}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    if certificate:
        command += [f"-s3.cert.file={certificate.chain}", f"-s3.key.file={certificate.key}"]
    for index, name in enumerate(names):
        command += [f"-{name}.port={ports[2 * index]}", f"-{name}.port.grpc={ports[2 * index + 1]}"]
    process = Process(command, folder)
    try:
        yield from served(
            S3Server(
                endpoint(ports[6], certificate),
                ACCESS_KEY,
                SECRET_KEY,
                BUCKET,
                process,
                wait_with_bucket,
                certificate.ca_file if certificate else None,
            )
        )
    finally:  # it names these itself, and leaves them behind when killed
        for index, name in enumerate(names):
            Path(f"/tmp/seaweedfs-{name}-grpc-{ports[2 * index + 1]}.sock").unlink(missing_ok=True)
            Path(f"/tmp/seaweedfs-{name}-{ports[2 * index]}.sock").unlink(missing_ok=True)
