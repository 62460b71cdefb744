"""Ceph's RADOS Gateway on a cluster of one monitor and one OSD, without a manager."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

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

PACKAGES = "radosgw ceph-mon ceph-osd"
_PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
_POOLS = (
    ".rgw.root",
    "default.rgw.log",
    "default.rgw.control",
    "default.rgw.meta",
    "default.rgw.buckets.index",
    "default.rgw.buckets.data",
    "default.rgw.buckets.non-ec",
)
_SETTINGS = """\
[global]
fsid = {cluster}
mon_host = [v2:127.0.0.1:{mon_port}/0]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
ms_bind_msgr1 = false
# Below the ports that the other servers choose from.
ms_bind_port_min = 10000
ms_bind_port_max = 17999
# No keys within the cluster, which is on loopback; the messengers then cannot encrypt.
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_client_mode = crc
ms_mon_client_mode = crc
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
# One OSD keeps one copy.
mon_allow_pool_size_one = true
osd_crush_chooseleaf_type = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_autoscale_mode = off
# A monitor without others to wait for.
paxos_propose_interval = 0.05
paxos_min_wait = 0.02
mon_data = {folder}/mon/data
mon_data_avail_warn = 2
mon_data_avail_crit = 1
# What memstore holds is gone after a kill; bluestore has it on disk before it answers. The file is sparse.
osd_data = {folder}/osd/data
osd_objectstore = bluestore
bluestore_block_size = 10737418240
bluestore_cache_autotune = false
bluestore_cache_size = 134217728
rgw_data = {folder}/rgw
rgw_enable_apis = s3
rgw_frontends = beast {front} tcp_nodelay=1
rgw_thread_pool_size = 64
# After a restart the gateway asks at once where the OSD is now, and not after ten seconds.
objecter_tick_interval = 0.5
objecter_timeout = 1
# Errors go to the log of each process, the rest nowhere.
admin_socket =
log_file =
mon_cluster_log_to_file = false
"""


@contextmanager
def ceph(folder: Path, *, certificate: Certificate | None = None) -> Iterator[S3Server]:
    """A RADOS Gateway with all that it stands on, in an empty folder. Raises NotInstalled.

    It speaks TLS with a certificate. What it said yes to outlives a kill: the OSD is bluestore over a file.
    """
    if not all(installed(name) for name in _PROGRAMS):
        raise NotInstalled(f"Ceph is not installed: apt-get install --no-install-recommends {PACKAGES}")
    folder.mkdir(parents=True, exist_ok=True)
    port, mon_port = free_ports(2)
    settings, cluster = folder / "ceph.conf", str(uuid4())
    front = f"endpoint=127.0.0.1:{port}"
    if certificate:
        front = f"ssl_{front} ssl_certificate={certificate.chain} ssl_private_key={certificate.key}"
    settings.write_text(_SETTINGS.format(cluster=cluster, folder=folder, front=front, mon_port=mon_port), "utf-8")
    by = ["-c", str(settings)]
    monitor = Process(["ceph-mon", *by, "-i", "a", "-f"], folder / "mon")
    osd = Process(["ceph-osd", *by, "-i", "0", "-f"], folder / "osd")
    gateway = Process(["radosgw", *by, "-n", "client.rgw", "-f"], folder / "rgw")
    server = S3Server(
        endpoint(port, certificate),
        ACCESS_KEY,
        SECRET_KEY,
        BUCKET,
        gateway,
        wait_with_bucket,
        certificate.ca_file if certificate else None,
        behind=(monitor, osd),
    )
    try:
        _make_cluster(by, cluster, mon_port, monitor, osd)
        yield from served(server)
    finally:
        server.kill()


def _make_cluster(by: list[str], cluster: str, mon_port: int, monitor: Process, osd: Process) -> None:
    """A monitor and an OSD that run, the gateway's pools, and a user."""
    for process in (monitor, osd):
        (process.folder / "data").mkdir(parents=True)
    monmap = str(monitor.folder / "monmap")
    step(["monmaptool", "--create", "--fsid", cluster, "--addv", "a", f"[v2:127.0.0.1:{mon_port}]", monmap], monitor)
    step(["ceph-mon", *by, "-i", "a", "--mkfs", "--monmap", monmap], monitor)
    monitor.start()

    identity = str(uuid4())
    # Pools that the gateway made by itself would be late for the first requests.
    commands = [f"osd new {identity}"]
    for pool in _POOLS:
        commands += [f"osd pool create {pool} 4 4 replicated", f"osd pool application enable {pool} rgw"]
    step(["ceph", *by, "--connect-timeout", "20"], monitor, told="\n".join(commands))
    step(["ceph-osd", *by, "-i", "0", "--mkfs", "--osd-uuid", identity, "--no-mon-config"], osd)
    osd.start()

    keys = {
        "CEPH_ARGS": f"--access-key={ACCESS_KEY} --secret-key={SECRET_KEY}"
    }  # not for everyone's eyes, as arguments
    step(["radosgw-admin", *by, "user", "create", "--uid=tests", "--display-name=tests"], osd, environment=keys)
