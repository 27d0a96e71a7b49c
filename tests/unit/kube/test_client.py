from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import msgspec
import pytest

from tests.unit.kube.scripted_server import Request, ScriptedServer, answer, chunk
from vcluster_contract.kinds import CONFIG_MAPS, NODES, PODS
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube.api import EventType, Key, PatchType
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.errors import (
    AlreadyExists,
    ApiError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    ServerError,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)

WEB = Key("default", "web")


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[tuple[ScriptedServer, KubeClient]]:
    left = list(answers)

    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(left.pop(0))
        await writer.drain()
        return True

    async with ScriptedServer(handler, None).running() as server:
        client = KubeClient.connect(server.access, SystemClock())
        yield server, client
        client.close()


def options(**fields: object) -> bytes:
    return msgspec.json.encode({"kind": "DeleteOptions", "apiVersion": "v1", **fields})


async def test_list_page_asks_and_reads() -> None:
    listed = {
        "metadata": {"resourceVersion": "7", "continue": "tok/en=="},
        "items": [{"metadata": {"name": "web", "namespace": "default", "resourceVersion": "5", "uid": "u"}}],
    }
    async with serving(answer(msgspec.json.encode(listed))) as (server, client):
        page = await client.list_page(PODS, "default", label_selector="a in (b,c)", continue_token="x&y", limit=2)
    assert server.requests[0].line == (
        "GET /api/v1/namespaces/default/pods?labelSelector=a+in+%28b%2Cc%29&limit=2&continue=x%26y HTTP/1.1"
    )
    assert (page.resource_version, page.continue_token) == ("7", "tok/en==")
    assert page.entries[0].meta.key == WEB
    assert page.entries[0].decode()["kind"] == "Pod"


@pytest.mark.parametrize(
    ("call", "line", "body"),
    [
        (lambda c: c.get(PODS, WEB), "GET /api/v1/namespaces/default/pods/web", b""),
        (lambda c: c.get(NODES, Key("", "n"), subresource="status"), "GET /api/v1/nodes/n/status", b""),
        (lambda c: c.create(PODS, "default", {"a": 1}), "POST /api/v1/namespaces/default/pods", b'{"a":1}'),
        (
            lambda c: c.create(PODS, "default", {}, name="web", subresource="binding"),
            "POST /api/v1/namespaces/default/pods/web/binding",
            b"{}",
        ),
        (
            lambda c: c.create(PODS, "default", {}, dry_run=True, field_manager="m"),
            "POST /api/v1/namespaces/default/pods?fieldManager=m&dryRun=All",
            b"{}",
        ),
        (lambda c: c.update(PODS, WEB, {}), "PUT /api/v1/namespaces/default/pods/web", b"{}"),
        (
            lambda c: c.patch(PODS, WEB, {"x": None}, subresource="status"),
            "PATCH /api/v1/namespaces/default/pods/web/status",
            b'{"x":null}',
        ),
        (
            lambda c: c.patch(PODS, WEB, {}, PatchType.APPLY, field_manager="m", force=True),
            "PATCH /api/v1/namespaces/default/pods/web?fieldManager=m&force=true",
            b"{}",
        ),
        (
            lambda c: c.delete(PODS, WEB, uid="u", grace_period_seconds=0, propagation="Background"),
            "DELETE /api/v1/namespaces/default/pods/web",
            options(preconditions={"uid": "u"}, gracePeriodSeconds=0, propagationPolicy="Background"),
        ),
        (
            lambda c: c.delete(PODS, WEB),
            "DELETE /api/v1/namespaces/default/pods/web",
            options(),
        ),
        (lambda c: c.raw_get("/readyz?verbose"), "GET /readyz?verbose", b""),
    ],
)
async def test_requests(call: object, line: str, body: bytes) -> None:
    async with serving(answer(b"{}")) as (server, client):
        await call(client)
    assert server.requests[0].line == line + " HTTP/1.1"
    assert server.requests[0].body == body


async def test_patch_names_its_type() -> None:
    async with serving(answer(b"{}"), answer(b"{}")) as (server, client):
        await client.patch(PODS, WEB, {}, PatchType.APPLY, field_manager="m")
        await client.patch(PODS, WEB, [{"op": "test"}], PatchType.JSON)
    assert [request.headers["content-type"] for request in server.requests] == [
        "application/apply-patch+yaml",
        "application/json-patch+json",
    ]


@pytest.mark.parametrize(
    ("status", "reason", "cls"),
    [
        ("404 Not Found", "NotFound", NotFound),
        ("409 Conflict", "AlreadyExists", AlreadyExists),
        ("409 Conflict", "Conflict", Conflict),
        ("410 Gone", "Expired", Gone),
        ("422 Unprocessable Entity", "Invalid", Invalid),
        ("403 Forbidden", "Forbidden", Forbidden),
        ("401 Unauthorized", "Unauthorized", Unauthorized),
        ("400 Bad Request", "BadRequest", ApiError),
        ("500 Internal Server Error", "InternalError", ServerError),
        ("504 Gateway Timeout", "Timeout", ServerError),
    ],
)
async def test_failure_status_is_an_exception(status: str, reason: str, cls: type[ApiError]) -> None:
    body = {"kind": "Status", "reason": reason, "message": "why", "details": {"name": "web"}}
    async with serving(answer(msgspec.json.encode(body), status)) as (_, client):
        with pytest.raises(ApiError) as caught:
            await client.get(PODS, WEB)
    assert type(caught.value) is cls
    assert (caught.value.reason, caught.value.message, caught.value.details["name"]) == (reason, "why", "web")


async def test_overload_without_a_status_body_still_says_when_to_return() -> None:
    text = answer(b"Too many requests, please try again later.\n", "429 Too Many Requests", b"Retry-After: 7\r\n")
    async with serving(text) as (_, client):
        with pytest.raises(TooManyRequests) as caught:
            await client.get(PODS, WEB)
    assert caught.value.retry_after == 7
    assert "please try again" in caught.value.message


async def test_answer_that_is_no_json_is_unreachable() -> None:
    async with serving(answer(b"<html>")) as (_, client):
        with pytest.raises(Unreachable, match="malformed answer"):
            await client.get(PODS, WEB)


def event_line(type: str, name: str = "web", version: str = "5") -> bytes:
    metadata = {"name": name, "namespace": "default", "resourceVersion": version}
    return msgspec.json.encode({"type": type, "object": {"kind": "ConfigMap", "metadata": metadata}}) + b"\n"


def watching(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(map(chunk, chunks)) + b"0\r\n\r\n"


async def events_of(client: KubeClient) -> list[tuple[EventType, str, str]]:
    async with aclosing(client.watch(CONFIG_MAPS, resource_version="3", timeout_seconds=77)) as stream:
        return [(event.type, event.entry.meta.key.name, event.entry.meta.resource_version) async for event in stream]


async def test_watch_reads_lines_across_chunks_until_the_end() -> None:
    lines = event_line("ADDED") + event_line("MODIFIED", "b", "6") + event_line("BOOKMARK", "", "9")
    pieces = [lines[i : i + 40] for i in range(0, len(lines), 40)]
    async with serving(watching(*pieces)) as (server, client):
        found = await events_of(client)
    assert found == [
        (EventType.ADDED, "web", "5"),
        (EventType.MODIFIED, "b", "6"),
        (EventType.BOOKMARK, "", "9"),
    ]
    assert server.requests[0].line == (
        "GET /api/v1/configmaps?watch=true&allowWatchBookmarks=true&resourceVersion=3&timeoutSeconds=77 HTTP/1.1"
    )


async def test_watch_carries_a_megabyte_in_one_event() -> None:
    big = {"kind": "ConfigMap", "metadata": {"name": "big", "resourceVersion": "5"}, "data": {"x": "y" * 1_000_000}}
    async with serving(watching(msgspec.json.encode({"type": "ADDED", "object": big}) + b"\n")) as (_, client):
        assert await events_of(client) == [(EventType.ADDED, "big", "5")]


@pytest.mark.parametrize("as_event", [True, False])
async def test_expired_watch_is_gone(as_event: bool) -> None:
    status = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version: 3 (9)"}
    line = msgspec.json.encode({"type": "ERROR", "object": status}) + b"\n"
    reply = watching(line) if as_event else answer(msgspec.json.encode(status), "410 Gone")
    async with serving(reply) as (_, client):
        with pytest.raises(Gone, match="too old"):
            await events_of(client)


async def test_watch_cut_in_the_middle_delivers_what_came_and_fails() -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(watching(event_line("ADDED"), event_line("ADDED", "b")[:-9])[:-5])
        await writer.drain()
        writer.close()
        return False

    async with ScriptedServer(handler, None).running() as server:
        stream = KubeClient.connect(server.access, SystemClock()).watch(CONFIG_MAPS, resource_version="3")
        first = await anext(stream)
        with pytest.raises(Unreachable):
            await anext(stream)
    assert first.entry.meta.key.name == "web"


async def test_leaving_a_watch_closes_its_connection() -> None:
    left = asyncio.Event()

    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(watching(event_line("ADDED"))[:-5])
        await request.reader.read()
        left.set()
        return False

    async with ScriptedServer(handler, None).running() as server:
        client = KubeClient.connect(server.access, SystemClock())
        async with aclosing(client.watch(CONFIG_MAPS, resource_version="3")) as stream:
            async for _ in stream:
                break
        await left.wait()
