"""With a scheduler inside, a pod reaches the host with its node, and with nothing that would choose another one."""

from __future__ import annotations

from tests.sim.loop import settle
from tests.unit.sync.pod_rig import HOST, KEY, Rig, found, run
from tests.unit.translate.pod_samples import pod, scope, translated
from vcluster_contract.kinds import PODS

INSIDE = {"virtualScheduler": True}


def test_a_pod_waits_for_its_node_and_goes_there() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.quiet()
        assert found(rig.host, PODS, HOST) is None
        rig.virtual.bind(KEY, {"target": {"name": "node-1"}})
        await settle(lambda: found(rig.host, PODS, HOST) is not None)
        host = found(rig.host, PODS, HOST)
        assert host is not None
        assert host["spec"]["nodeName"] == "node-1"

    run(scenario, INSIDE)


def test_what_the_scheduler_has_weighed_is_not_asked_of_the_host() -> None:
    virtual = pod(
        nodeName="node-1",
        nodeSelector={"only": "inside"},
        affinity={"nodeAffinity": {}},
        topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
    )
    spec = translated(virtual, scope(**INSIDE))["spec"]
    assert spec["nodeName"] == "node-1"
    assert not {"nodeSelector", "affinity", "topologySpreadConstraints"} & set(spec)
    assert {"nodeSelector", "affinity", "topologySpreadConstraints"} <= set(translated(virtual)["spec"])
