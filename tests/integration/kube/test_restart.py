"""A cache follows a real API server through kills, at moments nobody chose."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Never

import pytest

from devhost import gobuild
from devhost.pins import GO_PARTS
from tests.integration.kubelet.plane import API_SERVER_PART, Plane
from tests.sim.loop import seeded
from vcluster_contract.kinds import CONFIG_MAPS
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.cache import Cache
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.errors import ApiError, Gone, Unreachable

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]


class KillablePlane(Plane):
    """A control plane whose processes die without a word."""

    async def kill(self, *, storage: bool) -> None:
        kine, api_server = self._processes
        for process in (api_server, kine) if storage else (api_server,):
            process.kill()
            await process.wait()

    async def restart(self, *, storage: bool) -> None:
        processes, self._processes = self._processes, []
        socket = self._directory / "kine.sock"
        if storage:
            socket.unlink(missing_ok=True)
            await self._run_kine(socket)
        else:
            self._processes.append(processes[0])
        await self._run(API_SERVER_PART, *self._arguments(socket))


@contextlib.asynccontextmanager
async def running(directory: Path) -> AsyncIterator[KillablePlane]:
    binaries = {name: str(gobuild.ensure(GO_PARTS[name])) for name in ("kine", API_SERVER_PART)}
    async with KillablePlane(directory / "plane", binaries) as plane:
        yield plane


async def scribble(client: KubeClient) -> Never:
    """Change a few objects for ever, through every failure."""
    random, turn = seeded(3), 0
    while True:
        turn += 1
        key = Key("default", f"c{random.randrange(20)}")
        body = {"metadata": {"name": key.name}, "data": {"turn": str(turn)}}
        with contextlib.suppress(ApiError, Unreachable):
            if random.random() < 0.3:
                await client.delete(CONFIG_MAPS, key)
            else:
                await client.create(CONFIG_MAPS, "default", body)
                await client.patch(CONFIG_MAPS, key, {"data": {"turn": f"{turn} patched"}})
        await asyncio.sleep(0.01)


async def in_step(client: KubeClient, cache: Cache) -> bool:
    try:
        page = await client.list_page(CONFIG_MAPS, "default", limit=0)
    except (ApiError, Unreachable):
        return False
    return {entry.meta.key: entry for entry in page.entries} == {entry.meta.key: entry for entry in cache.entries()}


async def follow(directory: Path) -> Cache:
    async with running(directory) as plane:
        client = KubeClient.connect(kubeconfig.load(plane.kubeconfig), SystemClock())
        cache = Cache(client, CONFIG_MAPS, SystemClock(), seeded(1), namespace="default", page_size=5)
        tasks = [asyncio.create_task(cache.run()), asyncio.create_task(scribble(client))]
        await cache.wait_synced()
        for storage in (False, True):
            await asyncio.sleep(1)
            await plane.kill(storage=storage)
            await plane.restart(storage=storage)
            events = cache.stats.events
            async with asyncio.timeout(120):
                while cache.stats.events < events + 20:  # noqa: ASYNC110 - seen from outside only
                    await asyncio.sleep(0.1)
        tasks[1].cancel()
        async with asyncio.timeout(60):
            while not await in_step(client, cache):  # noqa: ASYNC110 - only the server knows
                await asyncio.sleep(0.1)
        with pytest.raises(Gone):
            await anext(client.watch(CONFIG_MAPS, "default", resource_version="1"))
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        client.close()
        return cache


def test_cache_is_equal_after_kills(tmp_path: Path) -> None:
    cache = asyncio.run(follow(tmp_path))
    assert cache.stats.failures > 0
    assert len(cache) > 0
