"""The fake server answers as a real one did when the transcripts were written, so that no cluster is needed to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.integration.kube.scenarios import SCENARIOS, Scenario, Teller, differences
from tests.sim.actors import protect_claims
from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, simulate
from vcluster_contract.kinds import NAMESPACES, SERVICE_ACCOUNTS

TRANSCRIPTS = Path(__file__).parent / "transcripts"
"""Answers of kube-apiserver, written by the differential test when RECORD is set in its environment."""


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
def test_fake_answers_as_recorded(scenario: Scenario) -> None:
    recorded = msgspec.json.decode((TRANSCRIPTS / f"{scenario.__name__}.json").read_bytes())
    assert differences(recorded, simulate(told_by_fake(scenario))) == []
