"""Work by key: many triggers become one run, a key never runs twice at once, and live changes overtake bulk work."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from enum import IntEnum
from typing import Final, Generic, Never, Protocol, TypeVar, cast

from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.backoff import delay_after

K = TypeVar("K", bound=Hashable)

FIRST_RETRY: Final = 0.01
LAST_RETRY: Final = 300.0
"""Seconds before the first retry of a failing key, doubling up to the last."""
BULK_SHARE: Final = 8
"""Every so many runs one of bulk work goes first, so that a busy cluster still resyncs."""

_logger = logging.getLogger(__name__)


class Priority(IntEnum):
    """Who goes first."""

    LIVE = 0
    """Somebody just changed the object."""
    BULK = 1
    """First list, resync and patrol."""


class QueueObserver(Protocol):
    """Hooks for metrics."""

    def started(self, waited: float) -> None:
        """A key starts after waiting that many seconds in line."""
        ...

    def finished(self, took: float) -> None:
        """A run took that many seconds."""
        ...

    def retried(self) -> None:
        """A key was put back with back-off."""
        ...


class WorkQueue(Generic[K]):
    """Runs ``work`` for keys with at most ``workers`` at once.

    ``work`` decides what comes next: it calls ``retry`` or ``add(after=…)`` to see the key again. When it raises, the
    key is retried and the traceback logged. A key added while it runs runs once more afterwards.
    """

    def __init__(
        self,
        work: Callable[[K], Awaitable[None]],
        clock: Clock,
        random: Random,
        *,
        workers: int = 32,
        observer: QueueObserver | None = None,
    ) -> None:
        self._work = work
        self._clock = clock
        self._random = random
        self._limit = workers
        self._observer = observer
        self._lines: tuple[OrderedDict[K, float], OrderedDict[K, float]] = (OrderedDict(), OrderedDict())
        self._delayed: dict[K, asyncio.TimerHandle] = {}
        self._failures: dict[K, int] = {}
        self._running: set[K] = set()
        self._again: dict[K, Priority] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._picks = 0
        self._open = False

    def add(self, key: K, *, priority: Priority = Priority.LIVE, after: float = 0.0) -> None:
        """Run ``key`` soon, or in ``after`` seconds unless it is due earlier already."""
        if after > 0:
            self._add_later(key, priority, after)
            return
        timer = self._delayed.pop(key, None)
        if timer is not None:
            timer.cancel()
        if key in self._running:
            self._again[key] = min(priority, self._again.get(key, priority))
            return
        self._line_up(key, priority)
        self._hire()

    def retry(self, key: K) -> float:
        """Run ``key`` again with exponential back-off; the answer is the delay in seconds."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        delay = delay_after(failures, self._random, first=FIRST_RETRY, limit=LAST_RETRY)
        if self._observer is not None:
            self._observer.retried()
        self.add(key, after=delay)
        return delay

    def forget(self, key: K) -> None:
        """The key succeeded: its next failure starts with the shortest delay."""
        self._failures.pop(key, None)

    def failures(self, key: K) -> int:
        """Failures of ``key`` since it last succeeded."""
        return self._failures.get(key, 0)

    def depth(self, priority: Priority) -> int:
        """Keys in line, without running and delayed ones."""
        return len(self._lines[priority])

    @property
    def delayed(self) -> int:
        """Keys waiting for their time."""
        return len(self._delayed)

    @property
    def load(self) -> int:
        """Keys that somebody waits for: running ones and live ones in line."""
        return len(self._running) + len(self._lines[Priority.LIVE])

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing is in line; delayed keys do not count."""
        return not (self._running or self._lines[Priority.LIVE] or self._lines[Priority.BULK])

    async def run(self) -> Never:
        """Work until cancelled; workers are cancelled too and awaited."""
        self._open = True
        try:
            for _ in range(self.depth(Priority.LIVE) + self.depth(Priority.BULK)):
                self._hire()
            await asyncio.Event().wait()
        finally:
            self._open = False
            await self._dismiss()
        raise AssertionError  # the event is never set

    def _add_later(self, key: K, priority: Priority, after: float) -> None:
        loop = asyncio.get_running_loop()
        if any(key in line for line in self._lines) or key in self._again:
            return
        timer = self._delayed.get(key)
        if timer is not None:
            if timer.when() <= loop.time() + after:
                return
            timer.cancel()
        self._delayed[key] = loop.call_later(after, self._due, key, priority)

    def _due(self, key: K, priority: Priority) -> None:
        del self._delayed[key]
        self.add(key, priority=priority)

    def _line_up(self, key: K, priority: Priority) -> None:
        live, bulk = self._lines
        if key in live:
            return
        if priority is Priority.LIVE:
            live[key] = bulk.pop(key, self._clock.monotonic())
        elif key not in bulk:
            bulk[key] = self._clock.monotonic()

    def _hire(self) -> None:
        """Workers exist only while there is work, so that an idle queue holds no tasks."""
        if self._open and len(self._workers) < self._limit:
            task = asyncio.get_running_loop().create_task(self._work_off())
            self._workers.add(task)
            task.add_done_callback(self._workers.discard)

    async def _dismiss(self) -> None:
        for timer in self._delayed.values():
            timer.cancel()
        self._delayed.clear()
        workers = list(self._workers)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work_off(self) -> None:
        while (picked := self._pick()) is not None:
            key, queued = picked
            self._running.add(key)
            started = self._clock.monotonic()
            if self._observer is not None:
                self._observer.started(started - queued)
            try:
                await self._work(key)
            except Exception:
                _logger.exception("A work item failed unexpectedly", extra={"key": str(key)})
                self.retry(key)
            finally:
                self._finish(key, started)
        # Leave before this task is seen as done, or a key added in between would find nobody to work on it.
        self._workers.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _pick(self) -> tuple[K, float] | None:
        live, bulk = self._lines
        self._picks += 1
        line = bulk if bulk and (not live or self._picks % BULK_SHARE == 0) else live
        return line.popitem(last=False) if line else None

    def _finish(self, key: K, started: float) -> None:
        self._running.discard(key)
        if self._observer is not None:
            self._observer.finished(self._clock.monotonic() - started)
        priority = self._again.pop(key, None)
        if priority is not None:
            self._line_up(key, priority)
