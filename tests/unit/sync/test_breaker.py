from __future__ import annotations

import asyncio

import pytest

from tests.sim.loop import SimClock, simulate
from vcluster_syncer.sync.breaker import HOLD, LIMIT, WINDOW, LoopBreaker, LoopBroken, leaves

TARGET = ("host", "pods", "a")


def write(breaker: LoopBreaker, body: object, target: object = TARGET) -> None:
    breaker.record(target, breaker.check(target, body))


def test_the_same_write_is_stopped_after_the_limit_and_names_the_fields() -> None:
    async def main() -> None:
        breaker = LoopBreaker(SimClock())
        for _ in range(LIMIT):
            write(breaker, {"spec": {"ports": [1], "type": "x"}})
        with pytest.raises(LoopBroken) as caught:
            write(breaker, {"spec": {"ports": [1], "type": "x"}})
        assert caught.value.fields == ["spec.ports", "spec.type"]
        assert caught.value.fresh
        with pytest.raises(LoopBroken) as held:
            write(breaker, {"spec": {"other": 1}})
        assert held.value.retry_after <= HOLD

    simulate(main())


def test_different_writes_and_other_targets_are_no_loop() -> None:
    async def main() -> None:
        breaker = LoopBreaker(SimClock())
        for number in range(10 * LIMIT):
            write(breaker, {"spec": number})
            write(breaker, {"spec": 0}, target=number)

    simulate(main())


def test_two_writers_that_alternate_are_a_loop_too() -> None:
    async def main() -> None:
        breaker = LoopBreaker(SimClock())
        for number in range(2 * LIMIT):
            write(breaker, {"spec": number % 2})
        with pytest.raises(LoopBroken):
            write(breaker, {"spec": 0})

    simulate(main())


def test_rare_repetition_is_no_loop_and_a_held_target_is_tried_again() -> None:
    async def main() -> None:
        breaker = LoopBreaker(SimClock())
        for _ in range(3 * LIMIT):
            write(breaker, {"spec": 1})
            await asyncio.sleep(WINDOW / 2)
        for _ in range(LIMIT):
            write(breaker, {"spec": 2})
        with pytest.raises(LoopBroken):
            write(breaker, {"spec": 2})
        await asyncio.sleep(HOLD + 1)
        write(breaker, {"spec": 1})

    simulate(main())


def test_leaves_never_show_values() -> None:
    assert leaves({"data": {"password": "geheim"}, "metadata": {"labels": {}}}) == ["data.password", "metadata.labels"]
