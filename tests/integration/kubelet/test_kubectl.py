"""kubectl through a stock kube-apiserver, our node API and a real host, with pods translated by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from devhost import parts
from tests.e2e.harness.host import HostCluster, resolve
from tests.integration.kubelet.plane import Plane
from tests.integration.kubelet.twins import NODE, Twins
from vcluster_contract.kinds import NODES
from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.api import Key, PatchType
from vcluster_syncer.kubelet import Serving, serve

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]
SCRIPT = "i=0; while true; do i=$((i + 1)); echo line $i; sleep 0.2; done"


class Setup:
    """A plane with its node API and a pod called ``box``."""

    def __init__(self, host: HostCluster, plane: Plane, twins: Twins, serving: Serving) -> None:
        self.host = host
        self.plane = plane
        self.twins = twins
        self.serving = serving

    async def start(self, *arguments: str, old: bool = False) -> asyncio.subprocess.Process:
        """A running kubectl towards the plane."""
        tool = self.host.old_kubectl if old else self.host.kubectl
        assert tool is not None
        pipe = asyncio.subprocess.PIPE
        config = f"--kubeconfig={self.plane.kubeconfig}"
        return await asyncio.create_subprocess_exec(str(tool.binary), config, *arguments, stdin=pipe, stdout=pipe)

    async def kubectl(self, *arguments: str, old: bool = False, stdin: bytes = b"") -> tuple[int, bytes]:
        """Exit status and standard output."""
        process = await self.start(*arguments, old=old)
        output, _ = await process.communicate(stdin)
        return process.returncode or 0, output

    async def declare(self, *features: str) -> None:
        """What the virtual node's kubelet says it can do."""
        patch = {"status": {"declaredFeatures": list(features) or None}}
        await self.twins.virtual.patch(NODES, Key("", NODE), patch, PatchType.MERGE, subresource="status")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Setup]:
    host = await asyncio.to_thread(resolve)
    folder = tmp_path_factory.mktemp("plane")
    flat = await asyncio.to_thread(host.kubectl, "config", "view", "--raw", "--flatten", "--minify", "--output=json")
    target = await asyncio.to_thread(_write, folder / "host.conf", flat)
    binaries = await asyncio.to_thread(parts.ensure_host, lambda _: None)
    async with Plane(folder, binaries) as plane:
        twins = Twins(kubeconfig.load(plane.kubeconfig), kubeconfig.load(target), "node-api")
        serving = await serve(
            twins.world, socket_path=str(plane.socket), pki_dir=str(plane.pki), host_raw=twins.http, port=0
        )
        try:
            await twins.prepare()
            container = {"name": "app", "image": "busybox:1.36", "command": ["sh", "-c", SCRIPT]}
            await twins.run("box", {"terminationGracePeriodSeconds": 0, "containers": [container]})
            yield Setup(host, plane, twins, serving)
        finally:
            await serving.close(0)
            await twins.close()


def _write(path: Path, text: str) -> Path:
    path.write_text(json.dumps(json.loads(text)))
    return path


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
@pytest.mark.parametrize("features", [(), ("ExtendWebSocketsToKubelet",)], ids=["spdy", "websocket"])
async def test_exec_carries_input_output_and_status(setup: Setup, features: tuple[str, ...], *, old: bool) -> None:
    if old and setup.host.old_kubectl is None:
        pytest.skip("no old kubectl at hand")
    await setup.declare(*features)
    payload = bytes(range(256)) * 8000
    status, output = await setup.kubectl("exec", "--stdin", "box", "--", "cat", old=old, stdin=payload)
    assert (status, len(output), output == payload) == (0, len(payload), True)
    status, output = await setup.kubectl("exec", "box", "--", "sh", "-c", "echo out; exit 5", old=old)
    assert (status, output) == (5, b"out\n")


async def test_a_closing_node_api_ends_followed_logs_with_a_word(setup: Setup) -> None:
    following = await setup.start("logs", "--follow", "--tail=1", "box")
    assert following.stdout is not None
    assert (await following.stdout.readline()).startswith(b"line ")
    await setup.serving.close(5)
    *_, last = (await following.stdout.read()).splitlines()
    assert last == b"vcluster: log stream ended early: the virtual control plane is restarting"
    assert await following.wait() == 0
