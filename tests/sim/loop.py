"""An event loop on virtual time, so that hours of back-off run in milliseconds and always in the same order."""

from __future__ import annotations

import asyncio
import gc
import heapq
import itertools
import random
from collections.abc import Coroutine
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
START = datetime(2030, 1, 1, tzinfo=UTC)


PROCESS: ContextVar[str] = ContextVar("process", default="")
"""Whose code runs: tasks inherit it, and a whole process can be paused."""


class Deadlock(Exception):
    """Nothing can ever happen again, yet the main task is not done."""


class SimLoop(asyncio.BaseEventLoop):
    """No sockets, no threads, no wall clock; ``time`` jumps to the next timer as soon as nothing is ready.

    Timers due at the same moment run in the order in which they were set.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._serial = itertools.count()
        self._paused: dict[str, list[asyncio.Handle]] = {}

    get_debug = staticmethod(bool)
    """Never; asked for every handle, so without a Python call."""

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._serial), timer))
        return timer

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers
        if not ready and not self._stopping:
            while timers and timers[0][2].cancelled():
                heapq.heappop(timers)
            if not timers:
                raise Deadlock("every task waits for another")
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle.cancelled():
                continue
            if self._paused and (process := handle._context.get(PROCESS)) in self._paused:  # type: ignore[attr-defined]
                self._paused[process].append(handle)
                continue
            handle._run()

    def pause(self, process: str) -> None:
        """Run nothing of a process while time goes on for all others, as SIGSTOP or a stalled machine does."""
        self._paused.setdefault(process, [])

    def resume(self, process: str) -> None:
        """Let a process do all at once what came due meanwhile."""
        self._ready.extend(self._paused.pop(process, ()))

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

    # A story makes far less garbage than the collector would look through again and again.
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=SimLoop) as runner:
            return runner.run(limited())
    finally:
        gc.enable()


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
