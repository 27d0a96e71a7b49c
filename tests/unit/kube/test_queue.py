from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from tests.sim.loop import SimClock, seeded, settle, simulate
from vcluster_syncer.kube.queue import LAST_RETRY, Priority, WorkQueue


class Bench:
    """A queue whose work takes a second and is written down."""

    def __init__(self, *, workers: int = 32, took: float = 1.0) -> None:
        self.log: list[tuple[float, str]] = []
        self.running: dict[str, int] = {}
        self.most = 0
        self.took = took
        self.after: Callable[[str], Awaitable[None]] | None = None
        self.waits: list[float] = []
        self.retries = 0
        self.queue: WorkQueue[str] = WorkQueue(self._work, SimClock(), seeded(1), workers=workers, observer=self)

    async def _work(self, key: str) -> None:
        self.log.append((round(asyncio.get_running_loop().time(), 3), key))
        self.running[key] = self.running.get(key, 0) + 1
        assert self.running[key] == 1, f"{key} runs twice at once"
        self.most = max(self.most, sum(self.running.values()))
        await asyncio.sleep(self.took)
        self.running[key] -= 1
        if self.after is not None:
            await self.after(key)

    def started(self, waited: float) -> None:
        self.waits.append(waited)

    def finished(self, took: float) -> None:
        assert took >= self.took - 1e-6

    def retried(self) -> None:
        self.retries += 1

    def keys(self) -> list[str]:
        return [key for _, key in self.log]


def work(story: Callable[[Bench], Awaitable[None]], **options: object) -> Bench:
    async def main() -> Bench:
        bench = Bench(**options)
        task = asyncio.create_task(bench.queue.run())
        await story(bench)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return bench

    return simulate(main())


def test_many_triggers_are_one_run() -> None:
    async def story(bench: Bench) -> None:
        for _ in range(10):
            bench.queue.add("a")
        await asyncio.sleep(10)

    assert work(story).keys() == ["a"]


def test_trigger_during_a_run_is_one_more_run_and_never_concurrent() -> None:
    async def story(bench: Bench) -> None:
        bench.queue.add("a")
        await asyncio.sleep(0.5)
        bench.queue.add("a")
        bench.queue.add("a")
        await asyncio.sleep(10)

    assert work(story).log == [(0.0, "a"), (1.0, "a")]


def test_workers_are_bounded_and_vanish_when_idle() -> None:
    async def story(bench: Bench) -> None:
        for i in range(10):
            bench.queue.add(str(i))
        await settle(lambda: bench.queue.idle)
        assert not bench.queue._workers

    bench = work(story, workers=3)
    assert bench.most == 3
    assert len(bench.log) == 10


def test_live_changes_overtake_bulk_work_without_starving_it() -> None:
    async def story(bench: Bench) -> None:
        for i in range(4):
            bench.queue.add(f"bulk{i}", priority=Priority.BULK)
        for i in range(20):
            bench.queue.add(f"live{i}")
        assert bench.queue.depth(Priority.BULK) == 4
        assert bench.queue.depth(Priority.LIVE) == 20
        await settle(lambda: bench.queue.idle)

    keys = work(story, workers=1).keys()
    assert keys[:7] == [f"live{i}" for i in range(7)]
    assert keys[7] == "bulk0"
    assert keys[-1].startswith("bulk")


def test_live_change_lifts_a_key_out_of_bulk() -> None:
    async def story(bench: Bench) -> None:
        bench.queue.add("first")
        bench.queue.add("a", priority=Priority.BULK)
        bench.queue.add("b", priority=Priority.BULK)
        bench.queue.add("b")
        await settle(lambda: bench.queue.idle)

    assert work(story, workers=1).keys() == ["first", "b", "a"]


def test_delay_is_kept_and_the_earliest_wins() -> None:
    async def story(bench: Bench) -> None:
        bench.queue.add("a", after=60)
        bench.queue.add("a", after=20)
        bench.queue.add("a", after=40)
        bench.queue.add("b", after=60)
        bench.queue.add("b")
        await asyncio.sleep(200)
        assert bench.queue.delayed == 0

    assert work(story).log == [(0.0, "b"), (20.0, "a")]


def test_retries_back_off_to_a_limit_and_start_over_after_success() -> None:
    delays: list[float] = []

    async def story(bench: Bench) -> None:
        async def fail(key: str) -> None:
            delays.append(bench.queue.retry(key))

        bench.after = fail
        bench.queue.add("a")
        await asyncio.sleep(3000)
        bench.queue.forget("a")
        assert bench.queue.failures("a") == 0

    bench = work(story)
    assert all(0.5 * 0.01 * 2**i <= delay <= 0.01 * 2**i for i, delay in enumerate(delays[:10]))
    assert max(delays) <= LAST_RETRY
    assert bench.retries == len(delays)


def test_raising_work_is_logged_and_retried(caplog: pytest.LogCaptureFixture) -> None:
    async def story(bench: Bench) -> None:
        async def fail_once(key: str) -> None:
            bench.after = None
            raise ZeroDivisionError

        bench.after = fail_once
        bench.queue.add("a")
        await asyncio.sleep(10)

    with caplog.at_level(logging.ERROR):
        assert work(story).keys() == ["a", "a"]
    assert "A work item failed unexpectedly" in caplog.messages


def test_cancelled_queue_cancels_its_workers() -> None:
    async def story(bench: Bench) -> None:
        bench.took = 1e9
        bench.queue.add("a")
        bench.queue.add("later", after=1e9)
        await asyncio.sleep(1)

    bench = work(story)
    assert bench.keys() == ["a"]
    assert not bench.queue._workers


def test_waiting_time_is_observed() -> None:
    async def story(bench: Bench) -> None:
        bench.queue.add("a")
        bench.queue.add("b")
        await settle(lambda: bench.queue.idle)

    assert work(story, workers=1).waits == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("steps", range(6))
def test_key_added_when_the_last_worker_leaves_is_not_lost(steps: int) -> None:
    async def story(bench: Bench) -> None:
        async def add_soon(_: str) -> None:
            bench.after = None
            asyncio.get_running_loop().call_soon(step, steps)

        def step(left: int) -> None:
            if left:
                asyncio.get_running_loop().call_soon(step, left - 1)
            else:
                bench.queue.add("b")

        bench.after = add_soon
        bench.queue.add("a")
        await asyncio.sleep(5)

    assert work(story, workers=1).keys() == ["a", "b"]
