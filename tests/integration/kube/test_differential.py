"""The fake API server of the simulator answers like a real one; only then do simulations prove anything.

RECORD=1 in the environment writes the real answers down for tests without a cluster.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import Any

import msgspec
import pytest

from tests.e2e.harness.host import resolve
from tests.integration.kube.scenarios import SCENARIOS, Scenario, Teller, differences
from tests.sim.loop import simulate
from tests.sim.test_fidelity import TRANSCRIPTS, told_by_fake
from vcluster_contract.kinds import NAMESPACES, SERVICE_ACCOUNTS
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.api import Client, Key
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.errors import NotFound

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Access:
    config = resolve().kubectl.raw("config", "view", "--raw", "--flatten", "--output=json")
    as_json = tmp_path_factory.mktemp("real") / "kubeconfig"
    as_json.write_bytes(config)
    return kubeconfig.load(as_json)


async def tell(client: Client, scenario: Scenario, namespace: str) -> list[Any]:
    await client.create(NAMESPACES, "", {"metadata": {"name": namespace}})
    try:
        await default_account(client, namespace)
        teller = Teller(client, namespace)
        await scenario(teller)
        return teller.transcript
    finally:
        await client.delete(NAMESPACES, Key("", namespace))


async def default_account(client: Client, namespace: str) -> None:
    """Pods are refused until the controller manager has made the namespace's account."""
    for _ in range(300):
        try:
            await client.get(SERVICE_ACCOUNTS, Key(namespace, "default"))
        except NotFound:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError(f"namespace {namespace} has no default ServiceAccount")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_fake_and_real_agree(real: Access, scenario: Scenario) -> None:
    async def told_by_real() -> list[Any]:
        client = KubeClient.connect(real, SystemClock())
        try:
            return await tell(client, scenario, f"differential-{secrets.token_hex(4)}")
        finally:
            client.close()

    told = asyncio.run(told_by_real())
    if os.environ.get("RECORD"):
        (TRANSCRIPTS / f"{scenario.__name__}.json").write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    assert differences(told, simulate(told_by_fake(scenario))) == []
