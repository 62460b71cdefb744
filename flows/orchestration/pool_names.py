"""How this archive's things are called at a Prefect server, which may be other archives' too. Pure."""

from archive.settings.settings import Settings
from archive.steps.stages import Pool

ROOM = "flows.orchestration"
BATCH, RUN, AUDIT, SWEEP = "batch", "run", "audit", "sweep"
"""The flows."""

_SESSION = "thirdcopy-session:"


def pool_name(settings: Settings, pool: Pool) -> str:
    """A work pool."""
    return f"{settings.name}-{pool}"


def tag(settings: Settings) -> str:
    """What all flow runs of the archive are tagged with."""
    return f"thirdcopy-{settings.name}"


def session_tag(token: str) -> str:
    """What a flow run is tagged with once a session is at it."""
    return f"{_SESSION}{token}"


def session_of(tags: list[str]) -> str | None:
    """The session that is at a flow run, by its tags."""
    return next((one.removeprefix(_SESSION) for one in tags if one.startswith(_SESSION)), None)
