"""A patient lane gives way while others have much to do, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

from tests.sim.loop import SimClock, settle
from tests.unit.sync.toy import Toy, play
from vcluster_contract.kinds import CATALOGUE, SECRETS, Resource
from vcluster_syncer.kube.api import Key
from vcluster_syncer.sync.api import Done, Outcome
from vcluster_syncer.sync.engine import BUSY, PATIENCE
from vcluster_syncer.sync.lane import Registration

PATIENT = Key("shop", "patient")


class Patient:
    """Has nobody who waits for it."""

    kind = next(kind for kind in CATALOGUE if kind.resource == SECRETS)

    def __init__(self) -> None:
        self.clock = SimClock()
        self.seen: list[float] = []

    async def reconcile(self, key: Key) -> Outcome:
        self.seen.append(self.clock.monotonic())
        return Done()

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        return []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        return []


def registered(patient: Patient) -> Registration:
    return Registration(name="secrets", syncer=patient, patient=True)


@pytest.mark.parametrize(
    ("others", "takes", "waits"),
    [(BUSY, 60.0, 0.0), (BUSY + 1, 2.0, 2.0), (BUSY + 1, 60.0, PATIENCE)],
    ids=["little to do", "until the others are done", "no longer than its patience"],
)
def test_a_patient_lane_goes_when_the_others_are_done_or_patience_ends(others: int, takes: float, waits: float) -> None:
    async def script(_toy: Toy, _key: Key) -> Outcome:
        await asyncio.sleep(takes)
        return Done()

    async def scenario(toy: Toy) -> None:
        for number in range(others):
            toy.create(f"busy-{number}")
        await toy.until_seen(others)
        begin = toy.clock.monotonic()
        toy.engine.enqueue(SECRETS, PATIENT, 0.0)
        await settle(lambda: bool(patient.seen))
        assert waits <= patient.seen[0] - begin <= waits + 0.5

    patient = Patient()
    play(script, scenario, more=[registered(patient)])


def test_keys_of_its_own_make_no_patient_lane_wait() -> None:
    async def script(_toy: Toy, _key: Key) -> Outcome:
        return Done()

    async def scenario(toy: Toy) -> None:
        begin = toy.clock.monotonic()
        for number in range(100):
            toy.engine.enqueue(SECRETS, Key("shop", f"patient-{number}"), 0.0)
        await settle(lambda: len(patient.seen) == 100)
        assert patient.seen[-1] - begin <= 0.1

    patient = Patient()
    play(script, scenario, more=[registered(patient)])
