from __future__ import annotations

import pytest

from tests.sim.loop import settle
from tests.unit.sync.pod_rig import DNS, HOST, KEY, SECRET, TOKEN_VOLUME, Rig, found, run
from vcluster_contract import markers
from vcluster_contract.kinds import CONFIG_MAPS, NAMESPACES, NODES, PODS, SECRETS, SERVICES
from vcluster_syncer.kube.api import JSON, Key, PatchType

READY = {"type": "Ready", "status": "True"}


def test_from_creation_to_ready_within_the_budget() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.appears()
        rig.schedule()
        await settle(lambda: rig.pod()["spec"].get("nodeName") == "node-1")
        rig.report(phase="Pending", startTime="2030-01-01T00:00:00Z")
        await settle(lambda: "startTime" in rig.pod()["status"])
        rig.report(phase="Running", podIP="10.1.0.3", conditions=[READY])
        await settle(lambda: rig.phase() == "Running")
        await rig.quiet()
        assert sorted(rig.requests(rig.host)) == ["create pods", "create secrets"]
        assert rig.requests(rig.virtual) == [
            "create serviceaccounts/token",
            "create nodes",
            "create pods/binding",
            "patch pods/status",
            "patch pods/status",
        ]
        assert READY in rig.pod()["status"]["conditions"]

    run(scenario)


def test_at_rest_nothing_is_written() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        await rig.quiet()
        before = len(rig.requests(rig.host)), len(rig.requests(rig.virtual))
        await rig.quiet(1500)
        await rig.stop()
        await rig.start()
        await rig.quiet()
        assert (len(rig.requests(rig.host)), len(rig.requests(rig.virtual))) == before
        assert rig.instruments.repairs.value("pods") == 0

    run(scenario)


def test_a_node_is_made_before_the_pod_is_bound() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.appears()
        rig.schedule(node="node-7")
        await settle(lambda: rig.pod()["spec"].get("nodeName") == "node-7")
        assert found(rig.virtual, NODES, Key("", "node-7")) is not None

    run(scenario)


def test_pods_wait_for_the_dns_service_but_the_dns_server_does_not() -> None:
    async def scenario(rig: Rig) -> None:
        rig.host.delete(SERVICES, Key("tenant", DNS))
        await rig.quiet(1)
        rig.create()
        rig.create("coredns", dnsPolicy="Default")
        await rig.appears(Key("tenant", "coredns-x-shop-x-vc"))
        await rig.quiet()
        assert rig.host_pod() is None
        service = rig.host.create(SERVICES, "tenant", {"metadata": {"name": DNS}, "spec": {}})
        pod = await rig.appears()
        assert pod["spec"]["dnsConfig"]["nameservers"] == [service["spec"]["clusterIP"]]

    run(scenario)


def test_without_dns_of_ours_the_policy_stays() -> None:
    async def scenario(rig: Rig) -> None:
        rig.host.delete(SERVICES, Key("tenant", DNS))
        rig.create()
        assert (await rig.appears())["spec"]["dnsPolicy"] == "ClusterFirst"

    run(scenario, {"dns": {"enabled": False}})


def test_variables_of_services_in_the_namespace() -> None:
    async def scenario(rig: Rig) -> None:
        spec = {"clusterIP": "10.96.7.7", "ports": [{"port": 80}]}
        rig.virtual.create(SERVICES, "shop", {"metadata": {"name": "db"}, "spec": spec})
        rig.virtual.create(SERVICES, "default", {"metadata": {"name": "other"}, "spec": {"ports": [{"port": 80}]}})
        rig.virtual.create(CONFIG_MAPS, "shop", {"metadata": {"name": "c"}, "data": {"DB_PORT": "mine"}})
        await rig.quiet(1)
        container = {"name": "app", "image": "nginx:1", "envFrom": [{"configMapRef": {"name": "c"}}]}
        rig.create(containers=[container])
        env = {item["name"]: item["value"] for item in (await rig.appears())["spec"]["containers"][0]["env"]}
        assert env["DB_SERVICE_HOST"] == "10.96.7.7"
        assert env["KUBERNETES_SERVICE_HOST"] == rig.service["spec"]["clusterIP"]
        assert "DB_PORT" not in env
        assert not any(name.startswith("OTHER_") for name in env)

    run(scenario)


def test_namespace_labels_follow() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        key = markers.namespace_label_key("team", "vc")
        assert (await rig.appears())["metadata"]["labels"][key] == "blue"
        rig.virtual.patch(NAMESPACES, Key("", "shop"), {"metadata": {"labels": {"team": "red"}}}, PatchType.MERGE)
        await settle(lambda: rig.host_pod()["metadata"]["labels"][key] == "red")
        rig.virtual.patch(NAMESPACES, Key("", "shop"), {"metadata": {"labels": {"team": None}}}, PatchType.MERGE)
        await settle(lambda: key not in rig.host_pod()["metadata"]["labels"])

    run(scenario)


def test_changes_of_the_spec_reach_the_host() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(schedulingGates=[{"name": "g"}])
        await rig.appears()
        rig.edit({"spec": {"schedulingGates": [], "activeDeadlineSeconds": 99}})
        await settle(lambda: rig.host_pod()["spec"].get("activeDeadlineSeconds") == 99)
        assert not rig.host_pod()["spec"].get("schedulingGates")
        rig.edit({"metadata": {"labels": {"a": "1"}}, "spec": {"containers": [{"name": "app", "image": "nginx:2"}]}})
        await settle(lambda: rig.host_pod()["spec"]["containers"][0]["image"] == "nginx:2")
        assert rig.host_pod()["metadata"]["labels"]["a"] == "1"

    run(scenario)


def test_ephemeral_containers_are_added_to_the_running_pod() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        debug = {"name": "debug", "image": "busybox", "envFrom": [{"secretRef": {"name": "s"}}]}
        rig.edit({"spec": {"ephemeralContainers": [debug]}}, subresource="ephemeralcontainers")
        await settle(lambda: rig.host_pod()["spec"].get("ephemeralContainers"))
        added = rig.host_pod()["spec"]["ephemeralContainers"][0]
        assert added["name"] == "debug"
        assert added["envFrom"] == [{"secretRef": {"name": "s-x-shop-x-vc"}}]
        await rig.quiet()
        assert rig.requests(rig.host).count("patch pods/ephemeralcontainers") == 1

    run(scenario)


def test_resize_in_place() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        resources = {"requests": {"cpu": "2"}}
        container = {"name": "app", "image": "nginx:1", "resources": resources}
        rig.edit({"spec": {"containers": [container]}}, subresource="resize")
        await settle(lambda: rig.host_pod()["spec"]["containers"][0]["resources"] == resources)
        await rig.quiet()
        assert rig.requests(rig.host).count("patch pods/resize") == 1

    run(scenario)


def test_what_host_mutators_add_is_never_reverted() -> None:
    def inject(operation: str, resource: object, new: JSON, old: JSON | None) -> None:
        if operation == "CREATE" and resource == PODS:
            new["spec"]["containers"].append({"name": "istio-proxy", "image": "proxy:1"})
            new["spec"]["containers"][0]["image"] = "mirror/nginx:1"
            new["metadata"]["labels"]["injected"] = "yes"

    async def scenario(rig: Rig) -> None:
        rig.host.admission.append(inject)
        rig.create()
        await rig.running()
        rig.edit({"metadata": {"labels": {"a": "1"}}})
        await settle(lambda: rig.host_pod()["metadata"]["labels"].get("a") == "1")
        await rig.quiet()
        host = rig.host_pod()
        assert [item["image"] for item in host["spec"]["containers"]] == ["mirror/nginx:1", "proxy:1"]
        assert host["metadata"]["labels"]["injected"] == "yes"
        assert rig.requests(rig.host) == ["create pods", "patch pods"]

    run(scenario)


def test_readiness_gates_go_out_and_the_kubelets_verdict_comes_in() -> None:
    gate = {"type": "example.com/gate", "status": "True"}
    not_ready = {"type": "Ready", "status": "False"}

    async def scenario(rig: Rig) -> None:
        rig.create(readinessGates=[{"conditionType": gate["type"]}])
        await rig.running()
        rig.report(conditions=[not_ready])
        await settle(lambda: not_ready in rig.pod()["status"]["conditions"])
        rig.edit({"status": {"conditions": [*rig.pod()["status"]["conditions"], gate]}}, subresource="status")
        await settle(lambda: gate in rig.host_pod()["status"]["conditions"])
        assert not_ready in rig.host_pod()["status"]["conditions"]
        rig.report(conditions=[READY, gate])
        await settle(lambda: READY in rig.pod()["status"]["conditions"])
        assert gate in rig.pod()["status"]["conditions"]
        await rig.quiet()
        assert rig.requests(rig.host).count("patch pods/status") == 1

    run(scenario)


def test_a_server_that_drops_fields_of_the_status_is_not_written_to_for_ever() -> None:
    def forget(operation: str, resource: object, new: JSON, old: JSON | None) -> None:
        if resource == PODS:
            new.get("status", {}).pop("newerField", None)

    async def scenario(rig: Rig) -> None:
        rig.virtual.admission.append(forget)
        rig.create()
        await rig.running()
        rig.report(newerField="x")
        await rig.quiet(1500)
        assert rig.requests(rig.virtual).count("patch pods/status") == 2
        rig.report(podIP="10.1.0.4")
        await settle(lambda: rig.pod()["status"]["podIP"] == "10.1.0.4")

    run(scenario)


def test_a_foreign_host_pod_of_the_same_name_is_left_alone() -> None:
    async def scenario(rig: Rig) -> None:
        rig.host.create(PODS, "tenant", {"metadata": {"name": HOST.name}, "spec": {"containers": []}})
        rig.create()
        await settle(lambda: rig.events.messages)
        assert "was not made by this virtual cluster" in rig.events.messages[0]
        rig.virtual.delete(PODS, KEY)
        await rig.quiet()
        assert rig.host_pod() is not None

    run(scenario)


def test_a_lost_answer_makes_no_second_pod() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await settle(lambda: any(call.verb == "create" for call in rig.host.calls), step=0.0001)
        rig.host.drop_connections()
        await rig.running()
        await rig.quiet()
        assert rig.pod()["status"]["phase"] == "Running"
        assert not rig.events.messages

    run(scenario)


@pytest.mark.parametrize("seed", range(5))
def test_a_syncer_killed_at_any_moment_loses_nothing(seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.start()
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.quiet(rig.random.uniform(0, 0.03))
        await rig.stop()
        await rig.start()
        uid = (await rig.appears())["metadata"]["uid"]
        await rig.running()
        await rig.quiet()
        assert rig.host_pod()["metadata"]["uid"] == uid
        assert found(rig.host, SECRETS, SECRET) is not None

    run(scenario, seed=seed, start=False)
