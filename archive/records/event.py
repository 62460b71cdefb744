"""What happened to objects, and their newest versions."""

from typing import Literal

from archive.records.record import Moment, Number, Record

EVENT_TYPES = "http://id.loc.gov/vocabulary/preservation/eventType/"
CAPTURE, CREATION, PACKAGE, REPLICATION = (EVENT_TYPES + code for code in ("cap", "cre", "ipc", "rep"))
FIXITY_CHECK, POLICY, DISSEMINATION, METADATA = (EVENT_TYPES + code for code in ("fix", "poa", "dis", "mem"))
RECOVERY, DEACCESSION = EVENT_TYPES + "rec", EVENT_TYPES + "dea"


class Event(Record):
    """What happened to an object, when, by whom, with what outcome.

    `type` is the URI of a Library of Congress preservation event type; `agent` a person, or software@version.
    """

    object: str
    version: Number | None = None
    type: str
    at: Moment
    agent: str
    outcome: Literal["success", "failure", "warning"] = "success"
    target: str | None = None
    detail: str | None = None


class Head(Record):
    """The newest version of an OCFL object: its number and the sha512 of its inventory."""

    object: str
    version: Number
    sha512: str
