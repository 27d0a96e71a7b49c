"""Prints one line per step with its duration, so that a slow or failed step is seen at a glance."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 58


class Progress:
    """Writes to `out`; `clock` gives seconds."""

    def __init__(self, out: TextIO = sys.stderr, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._start = clock()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """`title ......  1.2 s` when the block ends well, `title ...... FAILED after 1.2 s` when it raises."""
        start = self._start = self._clock()
        if self._out.isatty():
            print(f"{title} …", end="\r", file=self._out, flush=True)
        outcome = "FAILED after "
        try:
            yield
            outcome = ""
        finally:
            took = f"{self._clock() - start:.1f} s"
            print(f"{title:.<{WIDTH}} {outcome}{took:>7}", file=self._out, flush=True)

    def note(self, text: str) -> None:
        """A line of its own within a step, with the seconds since the step began."""
        print(f"  {self._clock() - self._start:6.1f} s  {text}", file=self._out, flush=True)
