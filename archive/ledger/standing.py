"""What a ledger says of itself while it is none yet, or no more: half made anew, half carried over, or moved away."""

from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from archive.errors import RefusedError
from archive.ledger import tables as t
from archive.ledger.engines import Engine
from archive.ledger.sql_faults import in_a_sentence
from archive.ledger.transactions import upsert

FACT = "standing"
"""The fact's name; a ledger without it is an archive's."""


class Standing(BaseModel):
    """Why a ledger is not to be used; `other` is the place that it is carried from, or was moved to."""

    model_config = ConfigDict(frozen=True)

    state: Literal["rebuilding", "arriving", "moved"]
    other: str = ""


def standing(engine: Engine) -> Standing | None:
    """What a ledger says of itself."""
    with in_a_sentence(engine.place), engine.sql.execution_options(writes=False).begin() as connection:
        said = connection.scalar(sa.select(t.facts.c.value).where(t.facts.c.name == FACT))
        return Standing.model_validate_json(said) if said else None


def stand(connection: sa.Connection, now: Standing | None) -> None:
    """Keep what a ledger is from now on; None makes it an archive's."""
    if now is None:
        connection.execute(sa.delete(t.facts).where(t.facts.c.name == FACT))
    else:
        upsert(connection, t.facts, {"name": FACT}, {"value": now.model_dump_json()})


def refuse(engine: Engine) -> None:
    """Raise RefusedError, which says what to do, for a ledger that is not to be used."""
    said = standing(engine)
    if said is None:
        return
    place = engine.place
    match said.state:
        case "rebuilding":
            raise RefusedError(
                f"a rebuild of the ledger at {place} is under way, or broke off: wait for it, or run `thirdcopy "
                "rebuild` again; nothing else is done with half an archive"
            )
        case "arriving":
            raise RefusedError(
                f"the ledger at {place} is being carried over from {said.other}, or that broke off: the one there is "
                "in force; run `thirdcopy ledger move` again, with the settings of that one"
            )
        case "moved":
            raise RefusedError(
                f"the ledger at {place} was moved to {said.other}, and is in force no more: name that one under "
                "[ledger] in archive.toml"
            )
