from __future__ import annotations

from tests.sim.loop import SimClock, seeded, settle, simulate
from tests.unit.sync.pod_rig import Rig, run
from vcluster_contract import markers
from vcluster_syncer.kube.api import Key
from vcluster_syncer.sync.pod_backlog import BURST, LONGEST, Backlog

KEY = Key("shop", "x")


def test_status_waits_only_in_a_burst_and_never_long() -> None:
    async def scenario() -> None:
        clock = SimClock()
        backlog = Backlog(clock, seeded(1))
        for number in range(BURST):
            backlog.add(Key("shop", str(number)))
        assert backlog.delay(KEY) == 0
        backlog.add(Key("shop", "one more"))
        waited = 0.0
        while delay := backlog.delay(KEY):
            waited += delay
            await clock.sleep(delay)
        assert LONGEST <= waited < LONGEST + 0.3
        assert backlog.delay(KEY) > 0
        backlog.done(Key("shop", "one more"))
        assert backlog.delay(KEY) == 0

    simulate(scenario())


def test_pods_that_cannot_start_hold_up_nobody() -> None:
    async def scenario(rig: Rig) -> None:
        for number in range(BURST * 3):
            rig.create(f"stuck{number}", serviceAccountName="absent", volumes=[volume()])
        await settle(lambda: len(rig.events.messages) >= BURST * 3)
        rig.create()
        await rig.appears()
        rig.schedule()
        await settle(lambda: rig.pod()["spec"].get("nodeName") == "node-1", within=0.5, step=0.01)

    def volume() -> dict[str, object]:
        return {"name": "api", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}

    run(scenario)


def test_pods_of_another_owner_hold_up_nobody() -> None:
    async def scenario(rig: Rig) -> None:
        for number in range(BURST * 3):
            rig.create(f"theirs{number}", {"labels": {markers.CONTROLLED_BY: "somebody"}})
        await rig.quiet(1)
        rig.create()
        await rig.appears()
        rig.schedule()
        await settle(lambda: rig.pod()["spec"].get("nodeName") == "node-1", within=0.5, step=0.01)
        assert rig.requests(rig.host) == ["create pods"]

    run(scenario)
