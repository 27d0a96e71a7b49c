"""The fake API server of the simulator answers like a real one; only then do simulations prove anything."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from tests.integration.kube.scenarios import SCENARIOS, Scenario, Teller
from tests.sim.actors import protect_claims
from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, simulate
from vcluster_contract.kinds import NAMESPACES, SERVICE_ACCOUNTS
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.api import Client, Key
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.errors import NotFound

pytestmark = pytest.mark.integration


@pytest.fixture
def real(tmp_path: Any) -> Any:
    path = os.environ.get("KUBECONFIG", "")
    if not path:
        pytest.skip("KUBECONFIG names no cluster to compare with")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        config = YAML(typ="safe").load(file)
    as_json = tmp_path / "kubeconfig"
    as_json.write_bytes(msgspec.json.encode(config))
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


async def told_by_fake(scenario: Scenario) -> list[Any]:
    server = FakeServer(SimClock(), seeded(1))
    server.admission.append(protect_claims)
    client = FakeClient(server)
    await client.create(NAMESPACES, "", {"metadata": {"name": "told"}})
    await client.create(SERVICE_ACCOUNTS, "told", {"metadata": {"name": "default"}})
    teller = Teller(client, "told")
    await scenario(teller)
    return teller.transcript


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_fake_and_real_agree(real: Any, scenario: Scenario) -> None:
    async def told_by_real() -> list[Any]:
        client = KubeClient.connect(real, SystemClock())
        try:
            return await tell(client, scenario, f"differential-{secrets.token_hex(4)}")
        finally:
            client.close()

    expected = asyncio.run(told_by_real())
    found = simulate(told_by_fake(scenario))
    steps = zip(expected, found, strict=True)
    differing = [line for number, (theirs, ours) in enumerate(steps) for line in differences(theirs, ours, str(number))]
    assert not differing, "\n".join(["step and path: real | fake", *differing])


def differences(theirs: Any, ours: Any, path: str) -> list[str]:
    """One line for each leaf that differs."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        names = [*theirs, *(name for name in ours if name not in theirs)]
        return [line for n in names for line in differences(theirs.get(n), ours.get(n), f"{path}.{n}")]
    if isinstance(theirs, list | tuple) and isinstance(ours, list | tuple) and len(theirs) == len(ours):
        path = f"{path} {theirs[0]}" if isinstance(theirs, tuple) else path
        return [
            line for i, pair in enumerate(zip(theirs, ours, strict=True)) for line in differences(*pair, f"{path}[{i}]")
        ]
    return [] if theirs == ours else [f"{path}: {theirs} | {ours}"]
