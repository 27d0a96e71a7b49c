from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.kubelet.kit import (
    FakeClient,
    FakeStore,
    client_context,
    connect,
    host_twin,
    node,
    read_reply,
    virtual_pod,
    world_of,
)
from vcluster_contract.config import FromHost, MetricsServer, NodeSync, SyncerConfig
from vcluster_contract.kinds import NODES, PODS, SERVICES
from vcluster_contract.markers import host_label_key
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import NotFound, ServerError
from vcluster_syncer.kubelet import Serving, registration, withdraw
from vcluster_syncer.kubelet.figures import host_selector
from vcluster_syncer.kubelet.metrics_api import API_SERVICE, SERVICE
from vcluster_syncer.sync.api import World

ROOT = "/apis/metrics.k8s.io/v1beta1"
HOST_PODS = f"{ROOT}/namespaces/team/pods?labelSelector=vcluster.loft.sh%2Fmanaged-by%3Dvc"
MARK = "vcluster.loft.sh/managed-by=vc"


def figures(name: str, **usage: str) -> dict[str, Any]:
    containers = [{"name": container, "usage": {"cpu": cpu, "memory": "2048Ki"}} for container, cpu in usage.items()]
    return {
        "metadata": {"name": name, "namespace": "team", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "timestamp": "2026-01-01T00:00:00Z",
        "window": "15s",
        "containers": containers,
    }


ITEMS = [figures("web-x-default-x-vc", app="5m", injected="900m"), figures("foreign", app="1m")]


@pytest.fixture
def world() -> World:
    pod = virtual_pod()
    pod["metadata"]["labels"] = {"app": "web"}
    config = SyncerConfig(metrics_server=MetricsServer(enabled=True))
    world = world_of({NODES: [node()], PODS: [pod]}, {PODS: [host_twin(pod)]}, config=config)
    answers(world)[HOST_PODS] = msgspec.json.encode({"items": ITEMS})
    return world


def answers(world: World) -> dict[str, bytes | Exception]:
    assert isinstance(world.host.client, FakeClient)
    return world.host.client.raw


async def ask(socket: Path, pki: Path, path: str, name: str = "front-proxy-client") -> tuple[int, Any]:
    answer, reader, writer = await connect(socket, "metrics.syncer.internal:443")
    assert answer == b"HTTP/1.1 200 OK\r\n\r\n"
    await writer.start_tls(client_context(pki, name), server_hostname="metrics-server.kube-system.svc")
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    try:
        status, body = await read_reply(reader)
    finally:
        writer.transport.abort()
    return status, json.loads(body)


pytestmark = pytest.mark.usefixtures("serving")


async def test_pods_have_their_virtual_names_and_containers(socket: Path, pki: Path) -> None:
    status, found = await ask(socket, pki, f"{ROOT}/pods")
    assert (status, found["kind"], len(found["items"])) == (200, "PodMetricsList", 1)
    item = found["items"][0]
    assert item["metadata"] == {
        "name": "web",
        "namespace": "default",
        "labels": {"app": "web"},
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    assert item["containers"] == [{"name": "app", "usage": {"cpu": "5m", "memory": "2048Ki"}}]


async def test_a_namespace_and_a_selector_narrow_the_question(world: World, socket: Path, pki: Path) -> None:
    narrowed = f"{MARK},vcluster.loft.sh/namespace=default,app in (web,db),!old"
    path = f"{ROOT}/namespaces/team/pods?labelSelector="
    answers(world)[path + narrowed.translate(str.maketrans({
        "/": "%2F", "=": "%3D", ",": "%2C", " ": "%20", "(": "%28", ")": "%29", "!": "%21"
    }))] = msgspec.json.encode({"items": ITEMS})  # fmt: skip
    status, found = await ask(
        socket, pki, f"{ROOT}/namespaces/default/pods?labelSelector=app+in+%28web%2Cdb%29%2C%21old"
    )
    assert (status, [item["metadata"]["name"] for item in found["items"]]) == (200, ["web"])


async def test_one_pod(world: World, socket: Path, pki: Path) -> None:
    answers(world)[f"{ROOT}/namespaces/team/pods/web-x-default-x-vc"] = msgspec.json.encode(ITEMS[0])
    answers(world)[f"{ROOT}/namespaces/team/pods/new-x-default-x-vc"] = NotFound(404, "NotFound", "no")
    status, found = await ask(socket, pki, f"{ROOT}/namespaces/default/pods/web")
    assert (status, found["kind"], found["metadata"]["name"]) == (200, "PodMetrics", "web")
    status, found = await ask(socket, pki, f"{ROOT}/namespaces/default/pods/new")
    assert (status, found["reason"]) == (404, "NotFound")


async def test_a_virtual_node_uses_what_our_pods_use(socket: Path, pki: Path) -> None:
    status, found = await ask(socket, pki, f"{ROOT}/nodes")
    assert status == 200
    assert [(item["metadata"]["name"], item["usage"]) for item in found["items"]] == [
        ("node-a", {"cpu": "5000000n", "memory": "2048Ki"})
    ]


@pytest.mark.parametrize(("failure", "text"), [(NotFound(404), "no metrics server"), (ServerError(503), "not answer")])
async def test_an_unavailable_host_is_said_clearly(
    world: World, socket: Path, pki: Path, failure: Exception, text: str
) -> None:
    answers(world)[HOST_PODS] = failure
    status, found = await ask(socket, pki, f"{ROOT}/pods")
    assert (status, found["reason"], text in found["message"]) == (503, "ServiceUnavailable", True)


async def test_discovery(socket: Path, pki: Path) -> None:
    status, found = await ask(socket, pki, ROOT)
    assert (status, [resource["name"] for resource in found["resources"]]) == (200, ["nodes", "pods"])


async def test_only_the_front_proxy_is_served(socket: Path, pki: Path) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
        await ask(socket, pki, f"{ROOT}/pods", name="apiserver-kubelet-client")


class WithRealNodes:
    @pytest.fixture
    def world(self) -> World:
        config = SyncerConfig(
            metrics_server=MetricsServer(enabled=True, pods=False), from_host=FromHost(nodes=NodeSync(enabled=True))
        )
        world = world_of({NODES: [node()]}, {}, config=config)
        items = [{"metadata": {"name": name}, "usage": {"cpu": "1"}} for name in ("node-a", "node-b")]
        answers(world)[f"{ROOT}/nodes"] = msgspec.json.encode({"items": items})
        return world


class TestWithRealNodes(WithRealNodes):
    async def test_nodes_of_the_cluster_are_whole(self, socket: Path, pki: Path) -> None:
        status, found = await ask(socket, pki, f"{ROOT}/nodes")
        assert (status, found["items"]) == (200, [{"metadata": {"name": "node-a"}, "usage": {"cpu": "1"}}])

    async def test_what_is_switched_off_names_its_switch(self, socket: Path, pki: Path) -> None:
        status, found = await ask(socket, pki, f"{ROOT}/pods")
        assert (status, "integrations.metricsServer.pods" in found["message"]) == (503, True)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", f"{MARK},vcluster.loft.sh/namespace=ns"),
        ("app=web, tier != db", f"{MARK},vcluster.loft.sh/namespace=ns,app=web,tier != db"),
        ("release=x", f"{MARK},vcluster.loft.sh/namespace=ns,{host_label_key('release', 'vc')}=x"),
        ("!release", f"{MARK},vcluster.loft.sh/namespace=ns,!{host_label_key('release', 'vc')}"),
    ],
)
def test_selectors_cannot_leave_the_cluster(selector: str, expected: str) -> None:
    assert host_selector("vc", "ns", selector) == expected


async def test_only_our_own_registration_is_withdrawn(serving: Serving) -> None:
    client = Registered()
    mine = registration(b"pem")
    client.objects = {
        ("services", SERVICE): {**mine[0], "metadata": {**mine[0]["metadata"], "uid": "1"}},
        ("apiservices", Key("", API_SERVICE)): {"metadata": {"name": API_SERVICE, "uid": "2"}},
    }
    await withdraw(client)  # type: ignore[arg-type]
    assert client.deleted == [(SERVICES.plural, "1")]


class Registered(FakeClient):
    def __init__(self) -> None:
        super().__init__()
        self.deleted: list[tuple[str, str]] = []

    async def delete(self, resource: Any, _key: Key, *, uid: str = "") -> None:
        self.deleted.append((resource.plural, uid))


def test_a_replaced_pod_has_no_figures(world: World) -> None:
    from vcluster_syncer.kubelet.figures import pod_figures

    store = world.virtual.stores[PODS]
    assert isinstance(store, FakeStore)
    pod = virtual_pod()
    pod["metadata"]["uid"] = "another"
    store.put(pod)
    assert pod_figures(world, ITEMS) == []
