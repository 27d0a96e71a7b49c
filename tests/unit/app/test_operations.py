from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from vcluster_syncer.app.operations import Operations
from vcluster_syncer.sync.conditions import Condition


async def ask(port: int, request: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


class Served:
    def __init__(self) -> None:
        self.unmet: list[Condition] = []
        self.port = 0


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    state = Served()
    every = [Condition("CachesSynced", status=True)]
    operations = Operations(lambda: state.unmet, lambda: every, lambda: "up 1\n")
    state.port = await operations.start(0, "127.0.0.1")
    yield state
    await operations.close()


async def get(served: Served, path: str) -> str:
    return await ask(served.port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")


async def test_healthy_as_long_as_it_answers(served: Served) -> None:
    served.unmet = [Condition("CachesSynced", status=False)]
    assert (await get(served, "/healthz")).startswith("HTTP/1.1 200 OK\r\n")


async def test_readiness_says_what_it_waits_for(served: Served) -> None:
    assert (await get(served, "/readyz?verbose")).endswith("\r\n\r\nok")
    served.unmet = [Condition("DnsApplied", status=False, message="Service kube-dns: 500")]
    answer = await get(served, "/readyz")
    assert answer.startswith("HTTP/1.1 503 Service Unavailable\r\n")
    assert "DnsApplied: Service kube-dns: 500" in answer


async def test_metrics_and_conditions(served: Served) -> None:
    assert "text/plain; version=0.0.4" in await get(served, "/metrics")
    assert '"type":"CachesSynced","status":true' in await get(served, "/conditions")


async def test_other_paths_methods_and_garbage(served: Served) -> None:
    assert (await get(served, "/etc/passwd")).startswith("HTTP/1.1 404")
    assert (await ask(served.port, "POST /healthz HTTP/1.1\r\n\r\n")).startswith("HTTP/1.1 405")
    head = await ask(served.port, "HEAD /healthz HTTP/1.1\r\n\r\n")
    assert "Content-Length: 2" in head
    assert head.endswith("\r\n\r\n")
    assert (await ask(served.port, "nonsense\r\n\r\n")).startswith("HTTP/1.1 405")
    assert await get(served, "/healthz")
