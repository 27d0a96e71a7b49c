"""Waits for a condition with a limit, so that no step of a command can hang."""

from __future__ import annotations

import time
from collections.abc import Callable

from devhost.errors import HostError


def until(
    check: Callable[[], bool],
    what: str,
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Returns once `check` is true. Raises HostError naming `what` when it isn't within `seconds`."""
    end = clock() + seconds
    while not check():
        if clock() > end:
            raise HostError(f"{what}: not so after {seconds:.0f} s")
        sleep(0.1)
