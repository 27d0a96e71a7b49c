from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from vcluster_contract.kinds import CONFIG_MAPS, SERVICES
from vcluster_syncer.app.manifests import APPLIED, DNS_APPLIED, Manifests
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.sync.conditions import Conditions

_SERVED = {
    "/api/v1": [("configmaps", "ConfigMap"), ("services", "Service"), ("services/status", "Service")],
    "/apis/example.com/v1": [("widgets", "Widget")],
}


class Discovering(FakeClient):
    """Adds API discovery to the fake server's client."""

    async def raw_get(self, path: str) -> bytes:
        if path not in _SERVED:
            return await super().raw_get(path)
        resources = [{"name": name, "kind": kind, "namespaced": True} for name, kind in _SERVED[path]]
        return msgspec.json.encode({"resources": resources})


def manifest(kind: str, name: str, api_version: str = "v1", **fields: Any) -> JSON:
    metadata = {"name": name, "namespace": "kube-system"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


class Rig:
    def __init__(self) -> None:
        clock = SimClock()
        self.server = FakeServer(clock, seeded(1))
        self.conditions = Conditions()
        self.manifests = Manifests(Discovering(self.server), clock, seeded(2), self.conditions)


def test_objects_are_applied_in_order_and_not_written_again() -> None:
    async def main() -> None:
        rig = Rig()
        objects = [manifest("Service", "kube-dns", spec={"ports": [{"port": 53}]}), manifest("ConfigMap", "coredns")]
        await rig.manifests.apply(objects)
        assert [call.resource.plural for call in rig.server.calls] == ["services", "configmaps"]
        version = rig.server.get(SERVICES, Key("kube-system", "kube-dns"))["metadata"]["resourceVersion"]
        await rig.manifests.apply(objects)
        assert rig.server.get(SERVICES, Key("kube-system", "kube-dns"))["metadata"]["resourceVersion"] == version
        assert rig.conditions.get(APPLIED)

    simulate(main())


def test_what_others_own_in_an_object_stays() -> None:
    async def main() -> None:
        rig = Rig()
        config_map = manifest("ConfigMap", "coredns", data={"Corefile": "x"})
        await rig.manifests.apply([config_map])
        from vcluster_syncer.kube.api import PatchType

        key = Key("kube-system", "coredns")
        rig.server.patch(CONFIG_MAPS, key, {"data": {"NodeHosts": "1.2.3.4 n"}}, PatchType.MERGE, manager="other")
        await rig.manifests.apply([config_map])
        assert rig.server.get(CONFIG_MAPS, key)["data"] == {"Corefile": "x", "NodeHosts": "1.2.3.4 n"}

    simulate(main())


def test_a_kind_that_is_not_served_yet_does_not_hold_up_the_rest() -> None:
    async def main() -> None:
        rig = Rig()
        gadget = manifest("Gadget", "late", "example.com/v1")
        task = asyncio.create_task(rig.manifests.apply([gadget, manifest("ConfigMap", "coredns")]))
        await settle(lambda: rig.conditions.get(DNS_APPLIED))
        assert not rig.conditions.get(APPLIED)
        problem = next(condition.message for condition in rig.conditions.all() if condition.type == APPLIED)
        assert "serves no kind Gadget in example.com/v1" in problem
        _SERVED["/apis/example.com/v1"].append(("gadgets", "Gadget"))
        await task
        assert rig.conditions.get(APPLIED)

    simulate(main())


def test_dns_is_not_applied_while_one_of_its_objects_is_refused() -> None:
    async def main() -> None:
        rig = Rig()
        rig.server.authorizer = lambda user, verb, *_: verb != "patch"
        task = asyncio.create_task(rig.manifests.apply([manifest("ConfigMap", "coredns")]))
        await asyncio.sleep(5)
        assert not rig.conditions.get(DNS_APPLIED)
        rig.server.authorizer = lambda *_: True
        await task
        assert rig.conditions.get(DNS_APPLIED)

    simulate(main())
