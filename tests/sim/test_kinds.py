"""Each kind in calm weather, through the whole syncer: what it does beyond keeping both sides equal."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from tests.sim.cluster import TENANT, SimCluster, found
from tests.sim.loop import settle, simulate
from vcluster_contract import markers, names
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINT_SLICES,
    ENDPOINTS,
    EVENTS,
    NODES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    PODS,
    SECRETS,
    SERVICES,
    STORAGE_CLASSES,
    Resource,
)
from vcluster_syncer.kube.api import JSON, Key, PatchType
from vcluster_syncer.sync.fake_nodes import LINGER
from vcluster_syncer.sync.services import KUBERNETES, ORPHAN_GRACE

FORCED = {"annotations": {markers.FORCE_SYNC: "true"}}
Scenario = Callable[[SimCluster], Coroutine[Any, Any, None]]


def play(scenario: Scenario, config: JSON | None = None) -> None:
    async def main() -> None:
        cluster = SimCluster(1, config)
        cluster.start_controllers()
        cluster.start_syncer()
        await cluster.engine.wait_opened()
        try:
            await scenario(cluster)
        finally:
            await cluster.stop()

    simulate(main())


def host_key(name: str, namespace: str = "shop") -> Key:
    return Key(TENANT, names.host_name(name, namespace, "vc"))


def create(cluster: SimCluster, resource: Resource, name: str, metadata: JSON | None = None, **fields: Any) -> JSON:
    return cluster.virtual.create(resource, "shop", {"metadata": {"name": name, **(metadata or {})}, **fields})


async def appears(cluster: SimCluster, resource: Resource, name: str) -> JSON:
    await settle(lambda: found(cluster.host, resource, host_key(name)) is not None)
    return cluster.host.get(resource, host_key(name))


async def vanishes(cluster: SimCluster, resource: Resource, name: str) -> None:
    await settle(lambda: found(cluster.host, resource, host_key(name)) is None)


def pod_using(config_map: str) -> JSON:
    volume = {"name": "c", "configMap": {"name": config_map}}
    return {"containers": [{"name": "app", "image": "app:1"}], "volumes": [volume]}


@pytest.mark.parametrize("resource", [CONFIG_MAPS, SECRETS], ids=lambda resource: resource.plural)
def test_unused_data_stays_inside_unless_forced(resource: Resource) -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, resource, "plain", data={"a": "AA=="})
        create(cluster, resource, "forced", FORCED, data={"a": "AA=="})
        await appears(cluster, resource, "forced")
        await asyncio.sleep(5)
        assert found(cluster.host, resource, host_key("plain")) is None
        cluster.virtual.patch(resource, Key("shop", "forced"), {"metadata": {"annotations": None}}, PatchType.MERGE)
        await vanishes(cluster, resource, "forced")

    play(scenario)


def test_data_follows_the_pods_that_use_it() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, CONFIG_MAPS, "late", data={"a": "b"})
        create(cluster, PODS, "one", spec=pod_using("late"))
        await appears(cluster, CONFIG_MAPS, "late")
        cluster.virtual.delete(PODS, Key("shop", "one"))
        await vanishes(cluster, PODS, "one")
        await vanishes(cluster, CONFIG_MAPS, "late")
        assert cluster.virtual.get(CONFIG_MAPS, Key("shop", "late"))["data"] == {"a": "b"}

    play(scenario)


def test_immutable_data_made_anew_is_replaced_on_the_host() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, CONFIG_MAPS, "fixed", FORCED, data={"a": "1"}, immutable=True)
        await appears(cluster, CONFIG_MAPS, "fixed")
        cluster.virtual.delete(CONFIG_MAPS, Key("shop", "fixed"))
        create(cluster, CONFIG_MAPS, "fixed", FORCED, data={"a": "2"}, immutable=True)
        await settle(lambda: (found(cluster.host, CONFIG_MAPS, host_key("fixed")) or {}).get("data") == {"a": "2"})

    play(scenario)


@pytest.mark.parametrize(
    "metadata",
    [{}, {"labels": {markers.MANAGED_BY: "vc"}, "annotations": {markers.OBJECT_KIND: "/v1, Kind=Pod"}}],
    ids=["without our mark", "made from another kind"],
)
def test_a_foreign_object_in_the_way_is_left_alone_and_the_user_is_told(metadata: JSON) -> None:
    async def scenario(cluster: SimCluster) -> None:
        key = host_key("taken")
        body = {"metadata": {"name": key.name, **metadata}, "data": {"mine": "x"}}
        before = cluster.host.create(CONFIG_MAPS, TENANT, body)
        create(cluster, CONFIG_MAPS, "taken", FORCED, data={"a": "b"})
        await settle(lambda: bool(cluster.events.messages))
        assert "was not made by this virtual cluster" in cluster.events.messages[0][2]
        assert cluster.host.get(CONFIG_MAPS, key) == before
        cluster.virtual.delete(CONFIG_MAPS, Key("shop", "taken"))
        await asyncio.sleep(5)
        assert cluster.host.get(CONFIG_MAPS, key) == before

    play(scenario)


def test_objects_of_another_owner_inside_are_left_to_it() -> None:
    async def scenario(cluster: SimCluster) -> None:
        owned = {"labels": {markers.CONTROLLED_BY: "other"}, **FORCED}
        create(cluster, CONFIG_MAPS, "theirs", owned, data={"a": "b"})
        await asyncio.sleep(5)
        assert found(cluster.host, CONFIG_MAPS, host_key("theirs")) is None

    play(scenario)


def test_a_service_that_the_webhook_missed_gets_the_hosts_address_and_keeps_everything_else() -> None:
    async def scenario(cluster: SimCluster) -> None:
        other = {"metadata": {"name": "other"}, "spec": {"ports": [{"port": 80}]}}
        taken = cluster.host.create(SERVICES, TENANT, other)["spec"]["clusterIP"]
        wanted = {"clusterIP": taken, "selector": {"app": "web"}, "ports": [{"port": 80}]}
        create(cluster, SERVICES, "web", {"labels": {"team": "a"}, "finalizers": []}, spec=wanted)
        await appears(cluster, SERVICES, "web")

        def equal() -> bool:
            inside, outside = (found(s, SERVICES, k) for s, k in _both(cluster, "web"))
            return bool(inside and outside and inside["spec"]["clusterIP"] == outside["spec"]["clusterIP"])

        await settle(equal)
        inside = cluster.virtual.get(SERVICES, Key("shop", "web"))
        assert inside["spec"]["clusterIP"] != taken
        assert inside["spec"]["selector"] == {"app": "web"}
        assert inside["metadata"]["labels"] == {"team": "a"}
        await asyncio.sleep(5)
        assert services_leftovers(cluster, "web") == set()

    play(scenario)


def test_two_services_with_each_others_addresses_are_sorted_out_and_none_is_lost() -> None:
    from vcluster_syncer.translate.services import to_host

    async def scenario(cluster: SimCluster) -> None:
        await cluster.crash_syncer()
        for name, inside, outside in (("one", "10.96.50.1", "10.96.50.2"), ("two", "10.96.50.2", "10.96.50.1")):
            virtual = create(cluster, SERVICES, name, spec={"clusterIP": inside, "ports": [{"port": 80}]})
            body = to_host(cluster.scope, virtual, allocated=False)
            body["spec"]["clusterIP"] = outside
            cluster.host.create(SERVICES, TENANT, body)
        cluster.start_syncer()

        def equal() -> bool:
            pairs = [[found(server, SERVICES, key) for server, key in _both(cluster, name)] for name in ("one", "two")]
            return all(a and b and a["spec"]["clusterIP"] == b["spec"]["clusterIP"] for a, b in pairs)

        await settle(equal)

    play(scenario)


def _both(cluster: SimCluster, name: str) -> list[tuple[Any, Key]]:
    return [(cluster.virtual, Key("shop", name)), (cluster.host, host_key(name))]


def services_leftovers(cluster: SimCluster, name: str) -> set[str]:
    annotations = cluster.host.get(SERVICES, host_key(name))["metadata"]["annotations"]
    return {markers.BLOCK_DELETION, markers.PREFIX + "recreate"} & set(annotations)


def test_a_host_service_whose_creation_inside_failed_is_collected_after_a_while() -> None:
    async def scenario(cluster: SimCluster) -> None:
        cluster.host.create(SERVICES, TENANT, stamped_service(cluster, "orphan"))
        await asyncio.sleep(ORPHAN_GRACE / 2)
        assert found(cluster.host, SERVICES, host_key("orphan")) is not None
        await asyncio.sleep(ORPHAN_GRACE)
        assert found(cluster.host, SERVICES, host_key("orphan")) is None

    play(scenario)


def test_the_stamp_of_the_webhook_ends_when_both_sides_exist() -> None:
    async def scenario(cluster: SimCluster) -> None:
        made = cluster.host.create(SERVICES, TENANT, stamped_service(cluster, "web"))
        spec = {"clusterIP": made["spec"]["clusterIP"], "ports": [{"port": 80}]}
        create(cluster, SERVICES, "web", spec=spec)
        await settle(lambda: services_leftovers(cluster, "web") == set())
        assert cluster.host.get(SERVICES, host_key("web"))["metadata"]["uid"] == made["metadata"]["uid"]

    play(scenario)


def test_what_the_webhook_allocated_is_not_taken_back_before_the_virtual_service_shows_it() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, SERVICES, "web", spec={"type": "ExternalName", "externalName": "example.com"})
        await appears(cluster, SERVICES, "web")
        stamp = {markers.BLOCK_DELETION: cluster.clock.now().isoformat(timespec="seconds")}
        spec = {"type": "ClusterIP", "clusterIP": "10.0.0.77", "externalName": None, "ports": [{"port": 80}]}
        asked = {"metadata": {"annotations": stamp}, "spec": spec}
        cluster.host.patch(SERVICES, host_key("web"), asked, PatchType.MERGE)
        await asyncio.sleep(2)
        assert cluster.host.get(SERVICES, host_key("web"))["spec"]["clusterIP"] == "10.0.0.77"
        cluster.virtual.patch(SERVICES, Key("shop", "web"), {"spec": spec}, PatchType.MERGE)
        await settle(lambda: services_leftovers(cluster, "web") == set())
        assert {server.get(SERVICES, key)["spec"]["clusterIP"] for server, key in _both(cluster, "web")} == {
            "10.0.0.77"
        }

    play(scenario)


def stamped_service(cluster: SimCluster, name: str) -> JSON:
    """As the admission webhook leaves it, before the virtual Service has a UID."""
    from vcluster_syncer.translate.services import to_host

    virtual = {"metadata": {"name": name, "namespace": "shop"}, "spec": {"ports": [{"port": 80}]}}
    body = to_host(cluster.scope, virtual, allocated=True)
    stamp = (cluster.clock.now() - timedelta(seconds=1)).isoformat(timespec="seconds")
    body["metadata"]["annotations"][markers.BLOCK_DELETION] = stamp
    return body


def test_endpoints_follow_whether_the_service_has_a_selector() -> None:
    async def scenario(cluster: SimCluster) -> None:
        subsets = [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80, "protocol": "TCP"}]}]
        create(cluster, SERVICES, "db", spec={"ports": [{"port": 80}]})
        create(cluster, ENDPOINTS, "db", subsets=subsets)
        assert (await appears(cluster, ENDPOINTS, "db"))["subsets"] == subsets
        selecting = {"spec": {"selector": {"app": "db"}}}
        cluster.virtual.patch(SERVICES, Key("shop", "db"), selecting, PatchType.MERGE)
        await settle(lambda: addresses(cluster, "db") == "10.1.0.9")
        cluster.virtual.patch(SERVICES, Key("shop", "db"), {"spec": {"selector": None}}, PatchType.MERGE)
        await settle(lambda: addresses(cluster, "db") == "192.0.2.1")

    play(scenario)


def addresses(cluster: SimCluster, name: str) -> str:
    endpoints = found(cluster.host, ENDPOINTS, host_key(name)) or {"subsets": []}
    return ",".join(address["ip"] for subset in endpoints["subsets"] for address in subset["addresses"])


def test_slices_of_selectorless_services_are_synced_but_not_what_the_host_mirrors_itself() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, SERVICES, "db", spec={"ports": [{"port": 80}]})
        for name, manager in (("own", "me"), ("mirrored", "endpointslicemirroring-controller.k8s.io")):
            labels = {"kubernetes.io/service-name": "db", "endpointslice.kubernetes.io/managed-by": manager}
            endpoints = [{"addresses": ["192.0.2.1"]}]
            create(cluster, ENDPOINT_SLICES, name, {"labels": labels}, addressType="IPv4", endpoints=endpoints)
        made = await appears(cluster, ENDPOINT_SLICES, "own")
        assert made["metadata"]["labels"]["kubernetes.io/service-name"] == host_key("db").name
        await asyncio.sleep(5)
        assert found(cluster.host, ENDPOINT_SLICES, host_key("mirrored")) is None
        cluster.virtual.delete(SERVICES, Key("shop", "db"))
        await vanishes(cluster, ENDPOINT_SLICES, "own")

    play(scenario)


CLAIM: JSON = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def test_claims_bind_to_stand_in_volumes_and_both_go_together() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PERSISTENT_VOLUME_CLAIMS, "data", spec=CLAIM)
        key = Key("shop", "data")
        await settle(lambda: bound(cluster, key))
        volume = cluster.virtual.get(PERSISTENT_VOLUME_CLAIMS, key)["spec"]["volumeName"]
        await settle(lambda: (found(cluster.virtual, PERSISTENT_VOLUMES, Key("", volume)) or {}).get("status") == BOUND)
        cluster.virtual.delete(PERSISTENT_VOLUME_CLAIMS, key)
        await vanishes(cluster, PERSISTENT_VOLUME_CLAIMS, "data")
        await settle(lambda: found(cluster.virtual, PERSISTENT_VOLUMES, Key("", volume)) is None)

    play(scenario)


BOUND = {"phase": "Bound"}


def bound(cluster: SimCluster, key: Key) -> bool:
    return cluster.virtual.get(PERSISTENT_VOLUME_CLAIMS, key)["status"]["phase"] == "Bound"


def test_a_bound_claim_whose_data_is_gone_is_lost_and_never_made_anew() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PERSISTENT_VOLUME_CLAIMS, "data", spec=CLAIM)
        key = Key("shop", "data")
        await settle(lambda: bound(cluster, key))
        await cluster.crash_syncer()
        cluster.host.delete(PERSISTENT_VOLUME_CLAIMS, host_key("data"))
        await vanishes(cluster, PERSISTENT_VOLUME_CLAIMS, "data")
        cluster.start_syncer()
        phase = lambda: cluster.virtual.get(PERSISTENT_VOLUME_CLAIMS, key)["status"]["phase"]  # noqa: E731
        await settle(lambda: phase() == "Lost")
        assert "data of this bound claim is gone" in cluster.events.messages[-1][2]
        await asyncio.sleep(700)
        assert found(cluster.host, PERSISTENT_VOLUME_CLAIMS, host_key("data")) is None

    play(scenario)


def test_a_claim_deleted_on_the_host_ends_inside_too() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PERSISTENT_VOLUME_CLAIMS, "data", spec=CLAIM)
        await settle(lambda: bound(cluster, Key("shop", "data")))
        cluster.host.delete(PERSISTENT_VOLUME_CLAIMS, host_key("data"))
        await settle(lambda: found(cluster.virtual, PERSISTENT_VOLUME_CLAIMS, Key("shop", "data")) is None)

    play(scenario)


def test_nodes_come_with_the_first_pod_and_linger_after_the_last() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PODS, "one", spec=pod_using("x"))
        await settle(lambda: found(cluster.virtual, NODES, Key("", "node-1")) is not None)
        service = cluster.host.get(SERVICES, Key(TENANT, "vc-node-node-1"))
        node = cluster.virtual.get(NODES, Key("", "node-1"))
        assert service["spec"]["selector"] == {"app": "vcluster"}
        assert node["status"]["addresses"][1]["address"] == service["spec"]["clusterIP"]
        cluster.virtual.delete(PODS, Key("shop", "one"))
        await settle(lambda: found(cluster.virtual, PODS, Key("shop", "one")) is None)
        assert found(cluster.virtual, NODES, Key("", "node-1")) is not None
        await asyncio.sleep(LINGER + 5)
        assert found(cluster.virtual, NODES, Key("", "node-1")) is None
        assert found(cluster.host, SERVICES, Key(TENANT, "vc-node-node-1")) is None

    play(scenario)


def test_a_deleted_node_or_node_service_comes_back_while_needed() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PODS, "one", spec=pod_using("x"))
        key = Key("", "node-1")
        await settle(lambda: found(cluster.virtual, NODES, key) is not None)
        cluster.virtual.delete(NODES, key)
        await settle(lambda: found(cluster.virtual, NODES, key) is not None)
        cluster.host.delete(SERVICES, Key(TENANT, "vc-node-node-1"))
        other = cluster.host.create(SERVICES, TENANT, {"metadata": {"name": "thief"}, "spec": {"ports": [{"port": 1}]}})
        assert other["spec"]["clusterIP"]

        def moved() -> bool:
            service = found(cluster.host, SERVICES, Key(TENANT, "vc-node-node-1"))
            shown = cluster.virtual.get(NODES, key)["status"]["addresses"][1]["address"]
            return service is not None and service["spec"]["clusterIP"] == shown

        await settle(moved)

    play(scenario)


def real_node(name: str, **spec: Any) -> JSON:
    conditions = [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2030-01-01T00:00:00Z"}]
    host = [{"type": "InternalIP", "address": "192.0.2.7"}, {"type": "ExternalIP", "address": "198.51.100.7"}]
    status = {"conditions": conditions, "addresses": host, "images": [{"names": ["a"]}], "capacity": {"cpu": "4"}}
    return {"metadata": {"name": name, "labels": {"zone": "z1"}}, "spec": spec, "status": status}


def test_real_nodes_show_the_host_but_lead_to_us() -> None:
    config = {"fromHost": {"nodes": {"enabled": True, "selector": {"all": True}, "clearImageStatus": True}}}
    taint = {"key": "gpu", "effect": "NoSchedule"}

    async def scenario(cluster: SimCluster) -> None:
        key = Key("", "big")
        status = real_node("big")["status"]
        cluster.host.create(NODES, "", real_node("big", taints=[taint], podCIDR="10.1.0.0/24"))
        cluster.host.patch(NODES, key, {"status": status}, PatchType.MERGE, subresource="status")
        cluster.host.patch(NODES, key, {"spec": {"taints": [taint]}}, PatchType.MERGE)
        await settle(lambda: shown(cluster, key, "capacity") == {"cpu": "4"})
        await settle(lambda: cluster.virtual.get(NODES, key)["spec"].get("taints") == [taint])
        node = cluster.virtual.get(NODES, key)
        assert node["metadata"]["labels"] == {"zone": "z1", markers.MANAGED_BY: "vc"}
        kinds = [item["type"] for item in node["status"]["addresses"]]
        assert kinds == ["Hostname", "InternalIP", "ExternalIP"]
        assert "192.0.2.7" not in str(node["status"])
        assert "images" not in node["status"]
        mine = {"key": "mine", "effect": "NoSchedule"}
        edit = {"metadata": {"labels": {"user": "x"}}, "spec": {"taints": [taint, mine]}}
        cluster.virtual.patch(NODES, key, edit, PatchType.MERGE)
        relabel = {"metadata": {"labels": {"zone": None, "rack": "r1"}}, "spec": {"taints": None}}
        cluster.host.patch(NODES, key, relabel, PatchType.MERGE)
        await settle(lambda: cluster.virtual.get(NODES, key)["spec"].get("taints") == [mine])
        assert cluster.virtual.get(NODES, key)["metadata"]["labels"].keys() == {"rack", "user", markers.MANAGED_BY}
        await asyncio.sleep(5)
        writes = cluster.syncer_writes()
        beat = [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2030-01-01T00:05:00Z"}]
        cluster.host.patch(NODES, key, {"status": {"conditions": beat}}, PatchType.MERGE, subresource="status")
        await asyncio.sleep(5)
        assert cluster.syncer_writes() == writes
        cluster.host.delete(NODES, key)
        await settle(lambda: found(cluster.virtual, NODES, key) is None)

    play(scenario, config)


def test_a_service_in_front_of_a_node_goes_when_nodes_show_their_own_addresses() -> None:
    config = {"fromHost": {"nodes": {"enabled": True, "selector": {"all": True}}}}
    config["networking"] = {"proxyKubeletsByIp": False}  # type: ignore[dict-item]
    service = {
        "metadata": {
            "name": "vc-node-big",
            "labels": {markers.BELONGS_TO: "vc", markers.NODE: "big"},
            "annotations": {markers.OBJECT_NAME: "big"},
        },
        "spec": {"ports": [{"port": 10250}]},
    }

    async def scenario(cluster: SimCluster) -> None:
        cluster.host.create(SERVICES, TENANT, service)
        cluster.host.create(NODES, "", real_node("big"))
        status = real_node("big")["status"]
        cluster.host.patch(NODES, Key("", "big"), {"status": status}, PatchType.MERGE, subresource="status")
        await settle(lambda: "192.0.2.7" in str(shown(cluster, Key("", "big"), "addresses")))
        await settle(lambda: found(cluster.host, SERVICES, Key(TENANT, "vc-node-big")) is None)

    play(scenario, config)


def shown(cluster: SimCluster, node: Key, field: str) -> Any:
    return (found(cluster.virtual, NODES, node) or {}).get("status", {}).get(field)


def test_real_nodes_on_demand_and_foreign_virtual_nodes() -> None:
    async def scenario(cluster: SimCluster) -> None:
        for name in ("node-1", "node-2"):
            cluster.host.create(NODES, "", real_node(name))
        cluster.virtual.create(NODES, "", {"metadata": {"name": "users-own"}})
        create(cluster, PODS, "one", spec=pod_using("x"))
        await settle(lambda: found(cluster.virtual, NODES, Key("", "node-1")) is not None)
        await asyncio.sleep(5)
        assert found(cluster.virtual, NODES, Key("", "node-2")) is None
        assert found(cluster.virtual, NODES, Key("", "users-own")) is not None

    play(scenario, {"fromHost": {"nodes": {"enabled": True}}})


def test_real_nodes_come_back_for_each_of_many_short_pods() -> None:
    async def scenario(cluster: SimCluster) -> None:
        cluster.host.create(NODES, "", real_node("node-1"))
        for _ in range(8):
            create(cluster, PODS, "one", spec=pod_using("x"))
            await settle(lambda: found(cluster.virtual, NODES, Key("", "node-1")) is not None, within=20)
            cluster.virtual.delete(PODS, Key("shop", "one"), grace=0)
            await settle(lambda: found(cluster.virtual, NODES, Key("", "node-1")) is None, within=20)
        assert cluster.events.messages == []

    play(scenario, {"fromHost": {"nodes": {"enabled": True}}})


def test_events_are_told_about_the_virtual_object_and_updated() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PODS, "one", spec=pod_using("x"))
        pod = await appears(cluster, PODS, "one")
        name = pod["metadata"]["name"]
        about = {"kind": "Pod", "name": name, "namespace": TENANT, "uid": pod["metadata"]["uid"]}
        metadata = {"name": f"{name}.17a"}
        body = {"metadata": metadata, "involvedObject": about, "message": f"Pulled for {name}", "count": 1}
        cluster.host.create(EVENTS, TENANT, body)
        key = Key("shop", "one.17a")
        await settle(lambda: found(cluster.virtual, EVENTS, key) is not None)
        event = cluster.virtual.get(EVENTS, key)
        assert event["message"] == "Pulled for one"
        virtual = cluster.virtual.get(PODS, Key("shop", "one"))
        assert event["involvedObject"]["uid"] == virtual["metadata"]["uid"]
        cluster.host.patch(EVENTS, Key(TENANT, metadata["name"]), {"count": 4}, PatchType.MERGE)
        await settle(lambda: cluster.virtual.get(EVENTS, key)["count"] == 4)
        cluster.virtual.delete(EVENTS, key)
        await asyncio.sleep(700)
        assert found(cluster.virtual, EVENTS, key) is None

    play(scenario)


def test_events_of_strangers_and_of_older_pods_are_not_told() -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, PODS, "one", spec=pod_using("x"))
        pod = await appears(cluster, PODS, "one")
        for suffix, about in (
            ("stranger", {"kind": "Pod", "name": "somebody-elses", "uid": "u"}),
            ("older", {"kind": "Pod", "name": pod["metadata"]["name"], "uid": "of-an-older-pod"}),
            ("kind", {"kind": "StatefulSet", "name": "vc", "uid": "u"}),
        ):
            body = {"metadata": {"name": f"e.{suffix}"}, "involvedObject": {**about, "namespace": TENANT}}
            cluster.host.create(EVENTS, TENANT, {**body, "message": "secret"})
        await asyncio.sleep(30)
        assert cluster.entries(cluster.virtual, EVENTS) == []

    play(scenario)


def test_storage_classes_are_an_exact_mirror() -> None:
    async def scenario(cluster: SimCluster) -> None:
        key = Key("", "fast")
        cluster.host.create(STORAGE_CLASSES, "", {"metadata": {"name": "fast"}, "provisioner": "a"})
        cluster.virtual.create(STORAGE_CLASSES, "", {"metadata": {"name": "stale"}, "provisioner": "x"})
        await settle(lambda: found(cluster.virtual, STORAGE_CLASSES, key) is not None)
        await settle(lambda: found(cluster.virtual, STORAGE_CLASSES, Key("", "stale")) is None)
        default = {"metadata": {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}}
        cluster.host.patch(STORAGE_CLASSES, key, default, PatchType.MERGE)
        await settle(lambda: "annotations" in cluster.virtual.get(STORAGE_CLASSES, key)["metadata"])
        cluster.host.delete(STORAGE_CLASSES, key)
        cluster.host.create(STORAGE_CLASSES, "", {"metadata": {"name": "fast"}, "provisioner": "b"})
        await settle(lambda: (found(cluster.virtual, STORAGE_CLASSES, key) or {}).get("provisioner") == "b")

    play(scenario, {"fromHost": {"storageClasses": {"enabled": True}}})


def test_dns_learns_the_names_of_nodes() -> None:
    async def scenario(cluster: SimCluster) -> None:
        corefile = {"metadata": {"name": "coredns"}, "data": {"Corefile": ".:53 {}"}}
        cluster.virtual.create(CONFIG_MAPS, "kube-system", corefile)
        create(cluster, PODS, "one", spec=pod_using("x"))
        key = Key("kube-system", "coredns")
        await settle(lambda: bool(cluster.virtual.get(CONFIG_MAPS, key)["data"].get("NodeHosts")))
        address = cluster.host.get(SERVICES, Key(TENANT, "vc-node-node-1"))["spec"]["clusterIP"]
        expected = {"Corefile": ".:53 {}", "NodeHosts": f"{address} node-1.nodes.vcluster.com\n"}
        assert cluster.virtual.get(CONFIG_MAPS, key)["data"] == expected

    play(scenario)


def test_kubernetes_leads_to_the_control_plane_whatever_address_it_had() -> None:
    async def scenario(cluster: SimCluster) -> None:
        await asyncio.sleep(5)
        ports = [{"name": "https", "port": 443, "targetPort": 6443}]
        wrong = {"metadata": {"name": "kubernetes"}, "spec": {"clusterIP": "10.96.77.1", "ports": ports}}
        cluster.virtual.create(SERVICES, "default", wrong)
        address = cluster.own["spec"]["clusterIP"]
        await settle(
            lambda: (found(cluster.virtual, SERVICES, KUBERNETES) or {}).get("spec", {}).get("clusterIP") == address
        )
        endpoints = cluster.virtual.get(ENDPOINTS, KUBERNETES)
        https = [{"name": "https", "port": 8443}]
        assert [subset["addresses"] for subset in endpoints["subsets"]] == [[{"ip": "10.1.0.9"}]]
        assert cluster.virtual.get(ENDPOINT_SLICES, KUBERNETES)["ports"][0]["port"] == https[0]["port"]
        cluster.virtual.delete(ENDPOINTS, KUBERNETES)
        await settle(lambda: found(cluster.virtual, ENDPOINTS, KUBERNETES) is not None)
        assert found(cluster.host, SERVICES, host_key("kubernetes", "default")) is None

    play(scenario)


def test_a_kind_that_the_host_refuses_is_off_and_the_others_work() -> None:
    async def scenario(cluster: SimCluster) -> None:
        await cluster.crash_syncer()
        cluster.host.authorizer = lambda user, verb, resource, *_: resource != PERSISTENT_VOLUME_CLAIMS
        cluster.start_syncer()
        create(cluster, PERSISTENT_VOLUME_CLAIMS, "data", spec=CLAIM)
        create(cluster, PODS, "one", spec=pod_using("x"))
        await appears(cluster, PODS, "one")
        assert not cluster.conditions.get("Watching/host/persistentvolumeclaims")
        assert any("list and watch persistentvolumeclaims" in message for *_, message in cluster.events.messages)
        assert cluster.instruments.refused.value("persistentvolumeclaims", "host") == 1
        cluster.host.authorizer = lambda *_: True
        await settle(lambda: bound(cluster, Key("shop", "data")))
        assert cluster.conditions.get("Watching/host/persistentvolumeclaims")

    play(scenario)


@pytest.mark.parametrize("mark", [markers.SKIP_BACKSYNC, markers.CONTROLLED_BY])
def test_marked_host_objects_outlive_the_virtual_one(mark: str) -> None:
    async def scenario(cluster: SimCluster) -> None:
        create(cluster, CONFIG_MAPS, "kept", FORCED, data={"a": "b"})
        await appears(cluster, CONFIG_MAPS, "kept")
        value = "true" if mark == markers.SKIP_BACKSYNC else "other"
        keep = {"metadata": {"annotations": {mark: value}}}
        cluster.host.patch(CONFIG_MAPS, host_key("kept"), keep, PatchType.MERGE)
        await asyncio.sleep(1)
        cluster.virtual.delete(CONFIG_MAPS, Key("shop", "kept"))
        await asyncio.sleep(60)
        assert found(cluster.host, CONFIG_MAPS, host_key("kept")) is not None

    play(scenario)


def test_no_secret_shows_in_logs_or_events(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(cluster: SimCluster) -> None:
        def change_back(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
            if resource == SECRETS and operation == "UPDATE":
                new["data"] = {"password": next(evil)}

        evil = itertools.cycle(("ZXZpbDE=", "ZXZpbDI="))
        create(cluster, SECRETS, "fought", FORCED, data={"password": "Z2VoZWlt"})
        await appears(cluster, SECRETS, "fought")
        cluster.host.admission.append(change_back)
        tamper = {"data": {"password": "ZXZpbA=="}}
        cluster.host.patch(SECRETS, host_key("fought"), tamper, PatchType.MERGE)
        await settle(lambda: cluster.instruments.loops.value("secrets") == 1)
        told = str([vars(record) for record in caplog.records]) + str(cluster.events.messages)
        assert "data.password" in told
        assert "Z2VoZWlt" not in told
        assert "ZXZpb" not in told

    caplog.set_level("DEBUG")
    play(scenario)
