"""An event loop on virtual time, so that hours of back-off run in milliseconds and always in the same order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
START = datetime(2030, 1, 1, tzinfo=UTC)


class Deadlock(Exception):
    """Nothing can ever happen again, yet the main task is not done."""


class _Timeline:
    """Stands where a loop has its selector: instead of waiting for sockets it lets time pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Deadlock("every task waits for another")
        self.now += max(0.0, timeout)
        return []

    def close(self) -> None:
        pass


class SimLoop(asyncio.BaseEventLoop):
    """No sockets, no threads, no wall clock; ``time`` jumps to the next timer as soon as nothing is ready."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Timeline()
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._selector.now

    def _process_events(self, event_list: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class SimClock:
    """Virtual time as a ``Clock``; the wall clock may jump without the monotonic one noticing."""

    def __init__(self) -> None:
        self.jump = timedelta()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic()) + self.jump

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def simulate(main: Coroutine[Any, Any, T], *, seconds: float = 86_400.0) -> T:
    """Run ``main`` on virtual time; it must end within ``seconds`` of it.

    Raises:
        Deadlock: no timer is left and nothing is ready.
        TimeoutError: virtual time is up.
    """

    async def limited() -> T:
        async with asyncio.timeout(seconds):
            return await main

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(limited())


async def settle(predicate: Any, *, within: float = 600.0, step: float = 0.05) -> None:
    """Wait in virtual time until ``predicate()`` holds.

    Raises:
        AssertionError: it does not within so many seconds.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not predicate():
        assert loop.time() < end, f"not reached within {within:g} virtual seconds"
        await asyncio.sleep(step)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - reproducible on purpose
