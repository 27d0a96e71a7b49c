from __future__ import annotations

import asyncio
import base64
import json
import random
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import SERVICES, Resource
from vcluster_syncer.admission import Server
from vcluster_syncer.bootstrap import files, identity, sign
from vcluster_syncer.bootstrap.leaves import control_plane_leaves
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import Forbidden, Invalid, NotFound, Unreachable
from vcluster_syncer.sync.api import Side, World
from vcluster_syncer.translate.scope import Scope

HOST_KEY = Key("team", "web-x-shop-x-demo")


class AllocatingHost(Host):
    """Gives every Service an address, as the API server does."""

    def put(self, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
        spec = body.get("spec", {})
        if resource == SERVICES and spec.get("type") != "ExternalName":
            spec = {"clusterIP": "10.96.0.77", "clusterIPs": ["10.96.0.77"], **spec}
            if spec.get("type") == "NodePort":
                spec["ports"] = [{"nodePort": 30000 + index, **port} for index, port in enumerate(spec["ports"])]
        return super().put(resource, {**body, "spec": spec})

    async def create(self, resource: Resource, namespace: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """An address that is taken is noticed before the name is."""
        wanted = body.get("spec", {}).get("clusterIP")
        taken = {item["spec"].get("clusterIP") for (kind, _), item in self.objects.items() if kind == SERVICES}
        if resource == SERVICES and wanted in taken:
            raise Invalid(422, "Invalid", f"failed to allocate IP {wanted}: provided IP is already allocated")
        return await super().create(resource, namespace, body, **options)


class EmptyStore:
    synced = False

    def get(self, key: Key) -> None:
        return None


@pytest.fixture
def host() -> AllocatingHost:
    host = AllocatingHost("10.96.0.0/12")
    host.put(SERVICES, {"metadata": {"name": "demo", "namespace": "team"}, "spec": {"clusterIP": "10.96.0.5"}})
    return host


@pytest.fixture
def virtual() -> Host:
    return Host("10.96.0.0/12")


@pytest.fixture
def world(host: Host, virtual: Host) -> World:
    scope = Scope(vcluster="demo", host_namespace="team", config=SyncerConfig())
    stores: Any = {SERVICES: EmptyStore()}
    sides = (Side(client=client, stores=stores) for client in (host, virtual))  # type: ignore[arg-type]
    return World(
        scope=scope,
        host=next(sides),
        virtual=next(sides),
        clock=ManualClock(),
        random=random.Random(1),  # noqa: S311
        recorder=None,  # type: ignore[arg-type]
        enqueue=lambda resource, key, after: None,
    )


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki")
    now = datetime.now(UTC)
    for name, content in identity.generate(identity.AUTHORITIES, now).items():
        files.write(directory / name, content)
    sign.sign(control_plane_leaves(("localhost",)), directory, now)
    return directory


class Caller:
    """Posts AdmissionReviews over one kept connection, as the API server does."""

    def __init__(self, pki: Path, port: int) -> None:
        self._tls = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self._port = port

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._tls)

    async def post(self, body: bytes) -> tuple[int, Any]:
        self._writer.write(b"POST /services?timeout=10s HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        return int(head.split()[1]), json.loads(await self._reader.readexactly(length))

    async def review(self, operation: str, new: dict[str, Any], **fields: Any) -> dict[str, Any]:
        request = {"uid": "1", "operation": operation, "namespace": "shop", "object": new, "oldObject": None, **fields}
        status, answer = await self.post(json.dumps({"request": request}).encode())
        assert status == 200
        assert answer["response"]["uid"] == "1"
        return dict(answer["response"])

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
async def server(world: World, pki: Path) -> AsyncIterator[Server]:
    server = Server(world, pki / "webhook.crt", pki / "webhook.key")
    yield server
    await server.close()


@pytest.fixture
async def caller(server: Server, pki: Path) -> AsyncIterator[Caller]:
    caller = Caller(pki, await server.start("127.0.0.1", 0))
    await caller.connect()
    yield caller
    caller.close()


def service(name: str = "web", namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    ports = [{"port": 80, "protocol": "TCP"}]
    metadata = {"name": name, "namespace": namespace, "labels": {"tier": "front"}}
    return {"metadata": metadata, "spec": {"type": "ClusterIP", "ports": ports, "selector": {"app": "web"}, **spec}}


def patched(response: dict[str, Any]) -> dict[str, Any]:
    assert response["allowed"], response
    operations = json.loads(base64.b64decode(response["patch"])) if "patch" in response else []
    return {op["path"]: op["value"] for op in operations}


async def test_a_new_service_gets_the_address_of_its_host_service(caller: Caller, host: Host) -> None:
    response = await caller.review("CREATE", service(type="NodePort"))
    assert patched(response) == {
        "/spec/clusterIP": "10.96.0.77",
        "/spec/clusterIPs": ["10.96.0.77"],
        "/spec/ports/0/nodePort": 30000,
    }
    made = host.objects[SERVICES, HOST_KEY]
    assert made["metadata"]["labels"]["vcluster.loft.sh/managed-by"] == "demo"
    assert made["spec"]["selector"]["vcluster.loft.sh/namespace"] == "shop"


async def test_a_generated_name_is_settled_before_the_host_service_is_made(caller: Caller, host: Host) -> None:
    new = service()
    new["metadata"] = {"generateName": "web-", "namespace": "shop"}
    name = patched(await caller.review("CREATE", new))["/metadata/name"]
    assert name.startswith("web-")
    assert (SERVICES, Key("team", f"{name}-x-shop-x-demo")) in host.objects


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({}, {"dryRun": True}),
        ({"clusterIP": "None"}, {}),
        ({"type": "ExternalName", "externalName": "example.com"}, {}),
    ],
)
async def test_what_needs_no_address_reaches_no_host(
    caller: Caller, host: Host, spec: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert patched(await caller.review("CREATE", service(**spec), **fields)) == {}
    assert host.writes == []


async def test_the_kubernetes_service_gets_the_address_of_the_release(caller: Caller, host: Host) -> None:
    new = service("kubernetes", "default", clusterIP="10.96.0.1", clusterIPs=["10.96.0.1"])
    patch = patched(await caller.review("CREATE", new, namespace="default"))
    assert patch["/spec/clusterIP"] == "10.96.0.5"
    assert host.writes == []


async def test_a_taken_name_stays_unpatched_so_that_clients_see_already_exists(
    caller: Caller, host: Host, virtual: Host
) -> None:
    await caller.review("CREATE", service())
    virtual.put(SERVICES, service())
    before = list(host.writes)
    assert patched(await caller.review("CREATE", service())) == {}
    assert host.writes == before


async def test_a_leftover_host_service_is_used_again(caller: Caller, host: Host) -> None:
    await caller.review("CREATE", service())
    patch = patched(await caller.review("CREATE", service(ports=[{"port": 81, "protocol": "TCP"}])))
    assert patch["/spec/clusterIP"] == "10.96.0.77"
    assert host.objects[SERVICES, HOST_KEY]["spec"]["ports"][0]["port"] == 81


async def test_a_leftover_is_used_again_when_its_address_is_asked_for(caller: Caller, host: Host) -> None:
    await caller.review("CREATE", service())
    patch = patched(await caller.review("CREATE", service(clusterIP="10.96.0.77", clusterIPs=["10.96.0.77"])))
    assert patch == {}
    assert host.objects[SERVICES, HOST_KEY]["spec"]["clusterIP"] == "10.96.0.77"


async def test_an_address_of_somebody_else_is_refused(caller: Caller) -> None:
    status = (await caller.review("CREATE", service(clusterIP="10.96.0.5")))["status"]
    assert status["code"] == 422
    assert "already allocated" in status["message"]


async def test_a_foreign_host_service_is_not_touched(caller: Caller, host: Host) -> None:
    host.put(SERVICES, {"metadata": {"name": HOST_KEY.name, "namespace": "team"}, "spec": {"ports": [{"port": 1}]}})
    response = await caller.review("CREATE", service())
    assert (response["allowed"], response["status"]["code"]) == (False, 409)
    assert "delete it or choose another name" in response["status"]["message"]
    assert host.writes == []


async def test_an_external_name_that_becomes_a_cluster_ip_gets_one(caller: Caller, host: Host) -> None:
    old = service(type="ExternalName", externalName="example.com")
    patch = patched(await caller.review("UPDATE", service(), oldObject=old))
    assert patch["/spec/clusterIP"] == "10.96.0.77"


async def test_it_also_gets_one_when_the_syncer_makes_the_host_service_at_the_same_moment(
    caller: Caller, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = service(type="ExternalName", externalName="example.com")
    await caller.review("CREATE", service())
    made, get = host.objects.pop((SERVICES, HOST_KEY)), host.get

    async def a_moment_too_soon(resource: Resource, key: Key) -> dict[str, Any]:
        try:
            return await get(resource, key)
        except NotFound:
            host.objects[resource, key] = made
            raise

    monkeypatch.setattr(host, "get", a_moment_too_soon)
    patch = patched(await caller.review("UPDATE", service(), oldObject=old))
    assert patch["/spec/clusterIP"] == "10.96.0.77"


async def test_an_update_that_asks_for_nothing_new_reaches_no_host(caller: Caller, host: Host) -> None:
    old = service(clusterIP="10.96.0.77", clusterIPs=["10.96.0.77"])
    assert patched(await caller.review("UPDATE", service(selector={"app": "other"}), oldObject=old)) == {}
    assert host.writes == []


async def test_refusals_of_the_host_name_the_virtual_service(
    caller: Caller, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise Forbidden(403, "Forbidden", f"services {HOST_KEY.name!r} is forbidden: exceeded quota")

    monkeypatch.setattr(host, "create", refuse)
    status = (await caller.review("CREATE", service()))["status"]
    assert (status["code"], status["reason"]) == (403, "Forbidden")
    assert status["message"] == "the host cluster refused Service shop/web: services 'web' is forbidden: exceeded quota"


async def test_a_silent_host_gives_a_retryable_error(
    caller: Caller, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence(*_: Any, **__: Any) -> Any:
        raise Unreachable("connection refused", sent=False)

    monkeypatch.setattr(host, "create", silence)
    assert (await caller.review("CREATE", service()))["status"]["code"] == 503


async def test_a_bad_body_is_answered_and_ends_the_connection(caller: Caller) -> None:
    status, answer = await caller.post(b"{}")
    assert status == 400
    assert "AdmissionReview" in answer


async def test_closing_answers_what_was_asked_and_ends_idle_connections(
    server: Server, caller: Caller, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go = asyncio.Event(), asyncio.Event()
    create = host.create

    async def slow(*arguments: Any, **options: Any) -> Any:
        asked.set()
        await go.wait()
        return await create(*arguments, **options)

    monkeypatch.setattr(host, "create", slow)
    request = asyncio.create_task(caller.review("CREATE", service()))
    await asked.wait()
    closing = asyncio.create_task(server.close())
    go.set()
    assert patched(await request)["/spec/clusterIP"] == "10.96.0.77"
    await closing
    with pytest.raises((OSError, asyncio.IncompleteReadError)):
        await caller.review("CREATE", service("other"))
