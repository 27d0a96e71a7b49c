from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

from tests.unit.kubelet.kit import ScriptedHost, host_twin, make_pki, node, virtual_pod, world_of
from vcluster_contract.kinds import NODES, PODS
from vcluster_syncer.kubelet import Serving, serve
from vcluster_syncer.sync.api import World


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Both loops, whose transports differ exactly where we live: pausing, TLS, half-closed connections."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def world() -> World:
    pod = virtual_pod()
    return world_of({NODES: [node()], PODS: [pod]}, {PODS: [host_twin(pod)]})


@pytest.fixture
async def host(pki: Path) -> AsyncIterator[ScriptedHost]:
    async with ScriptedHost(pki) as host:
        yield host


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "egress.sock"


@pytest.fixture
async def serving(world: World, host: ScriptedHost, pki: Path, socket: Path) -> AsyncIterator[Serving]:
    serving = await serve(world, socket_path=str(socket), pki_dir=str(pki), host_raw=host, port=0)
    yield serving
    await serving.close(0)
