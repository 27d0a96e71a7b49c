from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.unit.kubelet.kit import NODE_IP, FakeClient, client_context, read_reply
from vcluster_syncer.kube.errors import ServerError
from vcluster_syncer.kubelet import Serving
from vcluster_syncer.kubelet.access import subresources_of, verb_of
from vcluster_syncer.kubelet.head import Headers, Request
from vcluster_syncer.kubelet.paths import parse_target
from vcluster_syncer.sync.api import World


class Reviewer:
    """Says who is who and who may what."""

    def __init__(self, world: World) -> None:
        client = world.virtual.client
        assert isinstance(client, FakeClient)
        client.reviews = {"tokenreviews": self.token, "subjectaccessreviews": self.access}
        self.allowed: set[tuple[str, str, str]] = set()
        self.asked: list[dict[str, Any]] = []
        self.broken = False

    def token(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.broken:
            raise ServerError(500, "InternalError", "storage is down")
        if body["spec"]["token"] != "good":
            return {"status": {"authenticated": False, "error": "unknown"}}
        user = {"username": "system:serviceaccount:mon:prom", "uid": "7", "groups": ["system:authenticated"]}
        return {"status": {"authenticated": True, "user": user}}

    def access(self, body: dict[str, Any]) -> dict[str, Any]:
        spec = body["spec"]
        self.asked.append(spec)
        attributes = spec["resourceAttributes"]
        return {"status": {"allowed": (spec["user"], attributes["verb"], attributes["subresource"]) in self.allowed}}


@pytest.fixture
def reviewer(world: World) -> Reviewer:
    return Reviewer(world)


async def ask(
    serving: Serving,
    pki: Path,
    path: str,
    *,
    token: str = "",
    certificate: str | None = None,
    method: str = "GET",
    host: str = NODE_IP,
) -> tuple[int, bytes]:
    context = client_context(pki, certificate)
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.port, ssl=context, server_hostname=NODE_IP)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}:10250\r\n{authorization}\r\n".encode())
    try:
        return await read_reply(reader)
    finally:
        writer.transport.abort()


PROMETHEUS = "system:serviceaccount:mon:prom"


async def test_a_token_opens_what_rbac_allows(reviewer: Reviewer, serving: Serving, pki: Path) -> None:
    reviewer.allowed = {(PROMETHEUS, "get", "pods")}
    status, body = await ask(serving, pki, "/pods", token="good")
    assert (status, b'"name":"web"' in body) == (200, True)
    assert reviewer.asked[0]["resourceAttributes"] == {
        "verb": "get",
        "version": "v1",
        "group": "",
        "resource": "nodes",
        "subresource": "pods",
        "name": "node-a",
    }
    assert reviewer.asked[0]["groups"] == ["system:authenticated"]
    status, body = await ask(serving, pki, "/metrics/cadvisor", token="good")
    assert (status, b"may not get nodes/metrics" in body) == (403, True)


@pytest.mark.parametrize("token", ["", "bad"])
async def test_nobody_gets_in_without_a_valid_token(
    reviewer: Reviewer, serving: Serving, pki: Path, token: str
) -> None:
    reviewer.allowed = {(PROMETHEUS, "get", "proxy"), ("", "get", "proxy")}
    status, _ = await ask(serving, pki, "/pods", token=token)
    assert status == 401


async def test_a_client_certificate_is_an_identity(reviewer: Reviewer, serving: Serving, pki: Path) -> None:
    reviewer.allowed = {("jane", "get", "proxy")}
    status, _ = await ask(serving, pki, "/pods", certificate="tenant")
    assert status == 200
    assert reviewer.asked[0]["groups"] == ["devs", "system:authenticated"]


async def test_a_certificate_of_another_authority_is_none(reviewer: Reviewer, serving: Serving, pki: Path) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
        await ask(serving, pki, "/pods", certificate="front-proxy-client")


async def test_entering_a_pod_needs_create_even_by_get(reviewer: Reviewer, serving: Serving, pki: Path) -> None:
    reviewer.allowed = {(PROMETHEUS, "get", "proxy")}
    status, body = await ask(serving, pki, "/exec/default/web/app?command=id", token="good")
    assert (status, b"may not create nodes/proxy" in body) == (403, True)


async def test_an_unknown_node_is_misdirected(reviewer: Reviewer, serving: Serving, pki: Path) -> None:
    status, _ = await ask(serving, pki, "/healthz", token="good", host="10.0.0.9")
    assert status == 421


async def test_a_silent_api_server_opens_nothing(reviewer: Reviewer, serving: Serving, pki: Path) -> None:
    reviewer.broken = True
    status, body = await ask(serving, pki, "/pods", token="good")
    assert (status, b"storage is down" in body) == (503, True)


async def test_answers_are_remembered_for_a_moment(
    reviewer: Reviewer, world: World, serving: Serving, pki: Path
) -> None:
    reviewer.allowed = {(PROMETHEUS, "get", "healthz")}
    for _ in range(3):
        assert (await ask(serving, pki, "/healthz", token="good"))[0] == 200
    assert len(reviewer.asked) == 1


@pytest.mark.parametrize(
    ("target", "method", "expected"),
    [
        ("/stats/summary", "GET", ("get", ("stats",))),
        ("/metrics", "GET", ("get", ("metrics",))),
        ("/metrics/resource", "GET", ("get", ("metrics",))),
        ("/logs/", "GET", ("get", ("log",))),
        ("/pods", "GET", ("get", ("pods", "proxy"))),
        ("/configz", "GET", ("get", ("configz", "proxy"))),
        ("/debug/pprof", "GET", ("get", ("proxy",))),
        ("/containerLogs/a/b/c", "GET", ("get", ("proxy",))),
        ("/run/a/b/c", "POST", ("create", ("proxy",))),
        ("/portForward/a/b", "GET", ("create", ("proxy",))),
    ],
)
def test_rights_are_those_of_the_kubelet(target: str, method: str, expected: tuple[str, tuple[str, ...]]) -> None:
    call = parse_target(target)
    assert (verb_of(Request(method, target, "HTTP/1.1", Headers()), call), subresources_of(call)) == expected
