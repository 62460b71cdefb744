"""Real S3 servers on this machine's loopback: SeaweedFS, Ceph, Swift, rclone, and a TLS front for any of them.

A plain library, for tests and for the demonstration. Each server listens on 127.0.0.1 alone, can be stopped, killed
and started again at the same port, and dies with the thread that started it, also in a crash (on Linux).
"""

from tests.world.servers.ceph import ceph
from tests.world.servers.rclone import rclone
from tests.world.servers.running import ACCESS_KEY, BUCKET, SECRET_KEY, NotInstalled, S3Server, free_ports
from tests.world.servers.seaweedfs import seaweedfs
from tests.world.servers.swift import swift
from tests.world.servers.tls import Certificate, certificate, tls

__all__ = [
    "ACCESS_KEY",
    "BUCKET",
    "SECRET_KEY",
    "Certificate",
    "NotInstalled",
    "S3Server",
    "ceph",
    "certificate",
    "free_ports",
    "rclone",
    "seaweedfs",
    "swift",
    "tls",
]
