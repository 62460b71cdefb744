#!/bin/sh
# botocore 1.44 over TLS 1.3: a server that takes no notice of `Expect: 100-continue` never gets the body.
#
# A client that sends `Expect: 100-continue` should not wait for the server's word for ever, for some give none (RFC
# 9110, 10.1.1). botocore waits for a second, and then sends the body; so it does without TLS and through TLS 1.2. A
# server of TLS 1.3 sends tickets after the handshake (RFC 8446, 4.6.1), which make the socket readable: botocore takes
# that for an answer, reads for one, and waits for as long as connecting may take (`connect_timeout`, not
# `read_timeout`: 60 s); then it says that the connection was closed, and each try again on a new connection does the
# same. Without tickets the body goes out after a second.
#
# Seen with boto3 and botocore 1.44.8, urllib3 2.8.0. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    boto3==1.44.8 botocore==1.44.8 urllib3==2.8.0 trustme==1.2.1
FOLDER=$folder "$folder/venv/bin/python" - <<'PYTHON'
import io
import os
import socket
import ssl
import threading
import time

import boto3
import trustme
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

SIZE, CONNECT_SECONDS, READ_SECONDS = 2 << 20, 8, 3
authority = trustme.CA()
issued = authority.issue_cert("127.0.0.1")
authority.cert_pem.write_to_path(f"{os.environ['FOLDER']}/ca.pem")


def serve(listening, version, tickets):
    """Hear one request, its head and its body, and say 200; of 100 nothing is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    context.minimum_version = context.maximum_version = version
    if version == ssl.TLSVersion.TLSv1_3:
        context.num_tickets = tickets
    with context.wrap_socket(listening.accept()[0], server_side=True) as connection:
        heard = b""
        while b"\r\n\r\n" not in heard or len(heard.partition(b"\r\n\r\n")[2]) < SIZE:
            if not (block := connection.recv(1 << 16)):
                return
            heard += block
        connection.sendall(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 0\r\n\r\n")


def put(version, tickets):
    """What became of one put_object, and after how many seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening, version, tickets))
        thread.start()
        client = boto3.client(
            "s3",
            endpoint_url=f"https://127.0.0.1:{listening.getsockname()[1]}",
            aws_access_key_id="made-up-key",
            aws_secret_access_key="made-up-secret",
            region_name="us-east-1",
            verify=f"{os.environ['FOLDER']}/ca.pem",
            config=Config(
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                request_checksum_calculation="when_required",
            ),
        )
        began = time.monotonic()
        try:
            client.put_object(Bucket="kept", Key="film", Body=io.BytesIO(bytes(SIZE)))
            what = "200"
        except ConnectionClosedError:
            what = "ConnectionClosedError"
        seconds = time.monotonic() - began
        client.close()
        thread.join()
    return what, seconds


for name, version, tickets, wanted in (
    ("TLS 1.2", ssl.TLSVersion.TLSv1_2, 0, "200"),
    ("TLS 1.3 without tickets", ssl.TLSVersion.TLSv1_3, 0, "200"),
    ("TLS 1.3 with two tickets", ssl.TLSVersion.TLSv1_3, 2, "ConnectionClosedError"),
):
    what, seconds = put(version, tickets)
    print(f"{name}: {what} after {seconds:.0f} s")
    if what != wanted or (wanted != "200" and seconds < CONNECT_SECONDS - 1):
        raise SystemExit("this has changed")
PYTHON
