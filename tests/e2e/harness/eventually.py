"""Waiting for a state that no ``kubectl wait`` can express."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.e2e.harness.shell import CommandFailed

_T = TypeVar("_T")
_PAUSE = 0.25


def eventually(check: Callable[[], _T], what: str, *, timeout: float = 60) -> _T:
    """First true result of ``check``; a failed command or assertion counts as not yet."""
    end = time.monotonic() + timeout
    last: object = None
    while True:
        try:
            result = check()
            if result:
                return result
            last = result
        except (AssertionError, CommandFailed) as error:
            last = error
        if time.monotonic() >= end:
            raise AssertionError(f"{what}: not within {timeout:.0f} s; last seen: {last}")
        time.sleep(_PAUSE)
