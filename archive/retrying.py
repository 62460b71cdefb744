"""The one place that tries again: a single item, for passing errors only.

Waits are random and grow (the "full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/);
where the other side names seconds, those are waited, and up to a tenth more, so that not all who were told come back
at once.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random,
    wait_random_exponential,
)

from archive.errors import FetchFailed
from storage.errors import Unavailable

log = logging.getLogger(__name__)
ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""The most seconds before the second attempt, and before any."""

Result = TypeVar("Result")


def passing(error: BaseException) -> bool:
    """Whether an error may be gone by itself in a moment."""
    return isinstance(error, Unavailable) or (isinstance(error, FetchFailed) and error.kind == "passing")


def retrying(
    work: Callable[[], Result],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Do the work, again where a passing error stopped it, `attempts` times at most; then raise that error.

    No wait is longer than LONGEST_WAIT, whatever is asked.
    """
    jitter = wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = getattr(error, "after", None)
        if asked is None:
            return jitter(state)
        least = min(max(0.0, asked), LONGEST_WAIT)
        return min(wait_random(least, least * 1.1)(state), LONGEST_WAIT)

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.info("trying again (%s of %s): %s", state.attempt_number + 1, attempts, error)

    tries = Retrying(
        retry=retry_if_exception(passing),
        stop=stop_after_attempt(attempts),
        wait=wait,
        before_sleep=say,
        sleep=sleep,
        reraise=True,
    )
    return tries(work)
