from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.kubelet.kit import SCOPE, FakeStore, ScriptedHost, connect, connect_node, host_twin, read_reply
from vcluster_contract.kinds import ENDPOINTS, PODS, SERVICES
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.kubelet import Serving, serve, targets
from vcluster_syncer.kubelet.targets import DialTarget, MetricsTarget, NodeTarget, Unknown, parse_authority, resolve
from vcluster_syncer.sync.api import World

SERVICE: JSON = {
    "metadata": {"name": "hook", "namespace": "default", "uid": "u1"},
    "spec": {"clusterIP": "10.96.0.7", "clusterIPs": ["10.96.0.7", "fd00::7"], "ports": [{"port": 443}]},
}
ENDPOINTS_OBJECT: JSON = {
    "metadata": {"name": "ext", "namespace": "default", "uid": "u2"},
    "subsets": [{"addresses": [{"ip": "192.0.2.9"}, {"ip": "169.254.169.254"}], "ports": [{"port": 80}]}],
}


@pytest.fixture
def world(world: World) -> World:
    put(world, SERVICES, host_twin(SERVICE, SERVICES))
    put(world, ENDPOINTS, host_twin(ENDPOINTS_OBJECT, ENDPOINTS))
    own = {"clusterIP": "10.96.0.1", "ports": [{"port": 443}]}
    put(world, SERVICES, {"metadata": {"name": "vc", "namespace": "team"}, "spec": own})
    foreign = {"clusterIP": "10.96.0.99", "ports": [{"port": 443}]}
    put(world, SERVICES, {"metadata": {"name": "other", "namespace": "team"}, "spec": foreign})
    return world


def put(world: World, resource: object, obj: JSON) -> None:
    store = world.host.stores[resource]  # type: ignore[index]
    assert isinstance(store, FakeStore)
    store.put(obj)


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("240.0.0.1:10250", NodeTarget("node-a", "240.0.0.1")),
        ("node-a.nodes.vcluster.com:10250", NodeTarget("node-a", "node-a.nodes.vcluster.com")),
        ("10.1.0.5:8080", DialTarget("10.1.0.5", 8080)),
        ("10.96.0.7:443", DialTarget("10.96.0.7", 443)),
        ("[fd00::7]:443", DialTarget("fd00::7", 443)),
        ("10.96.0.1:443", DialTarget("10.96.0.1", 443)),
        ("192.0.2.9:80", DialTarget("192.0.2.9", 80)),
        ("metrics.syncer.internal:443", MetricsTarget()),
    ],
)
def test_addresses_of_the_cluster_are_known(world: World, authority: str, expected: targets.Target) -> None:
    assert resolve(world, *parse_authority(authority)) == expected


@pytest.mark.parametrize(
    "authority",
    [
        "240.0.0.1:22",
        "10.96.0.7:80",
        "10.96.0.99:443",
        "192.0.2.9:81",
        "169.254.169.254:80",
        "127.0.0.1:6443",
        "example.com:443",
        "10.1.0.6:80",
        "metrics.syncer.internal:80",
    ],
)
def test_other_addresses_are_not(world: World, authority: str) -> None:
    assert isinstance(resolve(world, *parse_authority(authority)), Unknown)


def test_a_pod_that_has_ended_has_lost_its_address(world: World) -> None:
    pod = world.virtual.stores[PODS].entries()[0].decode()
    put(world, PODS, host_twin(pod, status={"phase": "Succeeded", "podIP": "10.1.0.5"}))
    assert isinstance(resolve(world, "10.1.0.5", 80), Unknown)


def test_a_virtual_status_proves_nothing(world: World) -> None:
    pod = world.virtual.stores[PODS].entries()[0].decode()
    store = world.virtual.stores[PODS]
    assert isinstance(store, FakeStore)
    store.put({**pod, "status": {"phase": "Running", "podIP": "10.9.9.9"}})
    assert isinstance(resolve(world, "10.9.9.9", 80), Unknown)


@pytest.mark.parametrize("authority", ["", "host", "host:", ":80", "host:http", "host:0", "host:65536", "host:+80"])
def test_what_is_no_authority_is_refused(authority: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_authority(authority)


@pytest.fixture
async def echo(world: World) -> AsyncIterator[int]:
    """A server at 127.0.0.1 that answers what it got once the other side has finished writing."""

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello:" + await reader.read())
        writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.mark.usefixtures("serving")
async def test_a_half_closed_tunnel_still_carries_the_answer(
    echo: int, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_is_special", lambda _: False)
    monkeypatch.setattr(targets, "_is_pod", lambda *_: True)
    answer, reader, writer = await connect(socket, f"127.0.0.1:{echo}")
    assert answer == b"HTTP/1.1 200 OK\r\n\r\n"
    payload = bytes(range(256)) * 20_000
    writer.write(payload)
    writer.write_eof()
    assert await reader.read() == b"hello:" + payload
    writer.close()


@pytest.mark.usefixtures("serving")
async def test_unknown_targets_and_dead_ones_are_answered(socket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, _, writer = await connect(socket, "10.1.0.6:80")
    assert answer.startswith(b"HTTP/1.1 403 10.1.0.6:80 is no node, pod, service or endpoint of this virtual cluster")
    writer.close()
    monkeypatch.setattr(targets, "_is_special", lambda _: False)
    monkeypatch.setattr(targets, "_is_pod", lambda *_: True)
    unused = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = unused.sockets[0].getsockname()[1]
    unused.close()
    answer, _, writer = await connect(socket, f"127.0.0.1:{port}")
    assert answer.startswith(b"HTTP/1.1 502 ")
    writer.close()


@pytest.mark.usefixtures("serving")
async def test_only_connect_is_served(socket: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 405 ")
    writer.close()


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize("name", ["tenant", None])
async def test_nobody_but_the_api_server_may_call_a_node(socket: Path, pki: Path, name: str | None) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
        await call_pods(socket, pki, name)


async def call_pods(socket: Path, pki: Path, name: str | None) -> None:
    reader, writer = await connect_node(socket, pki, name)
    try:
        writer.write(b"GET /pods HTTP/1.1\r\nHost: x\r\n\r\n")
        await read_reply(reader)
    finally:
        writer.transport.abort()


@pytest.mark.usefixtures("serving")
async def test_nodes_are_certified_by_address_and_by_name(socket: Path, pki: Path) -> None:
    for address in ("240.0.0.1", "node-a.nodes.vcluster.com"):
        reader, writer = await connect_node(socket, pki, address=address)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await read_reply(reader) == (200, b"ok")
        writer.write(b"GET /pods HTTP/1.1\r\nHost: x\r\n\r\n")
        status, body = await read_reply(reader)
        assert (status, b'"name":"web"' in body, SCOPE.host_namespace.encode() in body) == (200, True, False)
        writer.close()


async def test_a_stale_socket_is_replaced(
    world: World, serving: Serving, host: ScriptedHost, socket: Path, pki: Path
) -> None:
    await serving.close(0)
    with pytest.raises(ConnectionError):
        await connect(socket, "240.0.0.1:10250")
    again = await serve(world, socket_path=str(socket), pki_dir=str(pki), host_raw=host, port=0)
    answer, _, writer = await connect(socket, "240.0.0.1:10250")
    assert answer == b"HTTP/1.1 200 OK\r\n\r\n"
    writer.close()
    await again.close(0)
