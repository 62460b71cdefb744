"""Requests that boto3 sends: all that `direct_requests` does not take. The one importer of boto3.

A client knows what its settings say and nothing else: no ~/.aws, no AWS_… variables, no instance metadata, and no
proxy on the way to this machine itself.
"""

import os
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.configprovider import ConfigValueStore, ConstantProvider
from botocore.handlers import add_expect_header
from botocore.session import Session

from storage.targets.s3.direct_requests import LOADER
from storage.targets.s3.settings import S3Settings
from storage.targets.s3.transport import Transport


def boto3_client(settings: S3Settings, transport: Transport, *, signed: bool) -> Any:
    """boto3's client for a store, which sends by `transport`."""
    config = Config(
        user_agent="thirdcopy",  # botocore would tell each store the system, its kernel and what runs on it
        signature_version="s3v4" if signed else UNSIGNED,
        # Content-MD5 is the check; over https the channel guards the body too, and over http we talk to this machine.
        s3={"addressing_style": settings.addressing, "payload_signing_enabled": False},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # All trying again is the caller's, who waits as long as the store asks.
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    access, secret, token = (settings.keys if signed else None) or (None, None, None)
    client = boto3.Session(botocore_session=_isolated()).client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name=settings.region,
        verify=str(settings.ca_file) if settings.ca_file else True,
        config=config,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )
    client.meta.events.unregister("before-call.s3", add_expect_header)
    client.meta.events.register("before-send.s3", transport.answered)
    return client


def _isolated() -> Session:
    """A botocore session in which every variable has its built-in value, whatever the environment or ~/.aws say."""
    session = Session()
    values = {name: default for name, (_, _, default, _) in Session.SESSION_VARIABLES.items()}
    values |= {"config_file": os.devnull, "credentials_file": os.devnull}
    session.register_component(
        "config_store", ConfigValueStore({name: ConstantProvider(value) for name, value in values.items()})
    )
    session.register_component("data_loader", LOADER)
    # No time that a store tells is used, and parsing one takes longer than signing a request.
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)
    return session
