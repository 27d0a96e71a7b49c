"""Ends an input that takes more processor time than any input may, so that a hang is a finding with a name."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.fuzz.case import Hang

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise Hang after so much processor time of this process, however busy the machine is."""
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(number: int, frame: FrameType | None) -> None:
    raise Hang("more processor time than any input may take")
