from __future__ import annotations

import base64
from datetime import datetime

import msgspec
import pytest

from tests.sim.loop import settle
from tests.unit.sync.pod_rig import SECRET, TOKEN_VOLUME, Rig, found, run
from vcluster_contract import markers
from vcluster_contract.kinds import PODS, SECRETS, SERVICE_ACCOUNTS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.kube.errors import ServerError


def token(rig: Rig, key: str = "api.token") -> str:
    secret = found(rig.host, SECRETS, SECRET)
    return base64.b64decode(secret["data"][key]).decode() if secret else ""


def times(rig: Rig, key: str = "api.token") -> dict[str, datetime]:
    record = found(rig.host, SECRETS, SECRET)["metadata"]["annotations"][markers.TOKEN_TIMES]
    return msgspec.json.decode(record, type=dict[str, dict[str, datetime]])[key]


def test_secret_and_pod_are_sent_without_waiting_for_each_other() -> None:
    def note(operation: str, resource: object, new: JSON, old: JSON | None) -> None:
        if operation == "CREATE" and resource in (PODS, SECRETS):
            times.append(rigs[0].clock.monotonic())

    times: list[float] = []
    rigs: list[Rig] = []

    async def scenario(rig: Rig) -> None:
        rigs.append(rig)
        rig.host.admission.append(note)
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.appears()
        await rig.quiet(1)
        assert token(rig).startswith("token-of-")
        assert len(times) == 2
        assert abs(times[0] - times[1]) < 0.003

    run(scenario)


def test_a_secret_that_failed_is_made_at_the_next_look() -> None:
    failures = [0]

    def fail_once(operation: str, resource: object, new: JSON, old: JSON | None) -> None:
        if resource == SECRETS and not failures[0]:
            failures[0] += 1
            raise ServerError(500, "InternalError", "try again")

    async def scenario(rig: Rig) -> None:
        rig.host.admission.append(fail_once)
        rig.create(volumes=[TOKEN_VOLUME])
        await settle(lambda: token(rig).startswith("token-of-"), within=5)
        await rig.running()
        assert failures == [1]

    run(scenario)


def test_a_token_is_renewed_before_it_ends_and_never_more_often() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.running()
        first, end = token(rig), times(rig)["expires"]
        await rig.quiet(2860)
        assert token(rig) == first
        await settle(lambda: token(rig) != first, within=40)
        assert rig.clock.now() < end
        await rig.quiet(60)
        assert rig.requests(rig.virtual).count("create serviceaccounts/token") == 2
        assert sorted(rig.requests(rig.host)) == ["create pods", "create secrets", "patch secrets"]

    run(scenario)


def test_renewal_survives_a_restart() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.running()
        first = token(rig)
        await rig.stop()
        await rig.start()
        await rig.quiet(2800)
        assert token(rig) == first
        await rig.stop()
        await rig.quiet(200)
        await rig.start()
        await settle(lambda: token(rig) != first, within=5)

    run(scenario)


def test_ended_pods_need_no_fresh_tokens() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.running()
        rig.report(phase="Succeeded")
        await rig.quiet(8000)
        assert rig.requests(rig.virtual).count("create serviceaccounts/token") == 1

    run(scenario)


def test_a_deleted_secret_is_put_back() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.running()
        await rig.quiet(1)
        rig.host.delete(SECRETS, SECRET)
        await settle(lambda: found(rig.host, SECRETS, SECRET) is not None, within=5)

    run(scenario)


def test_sources_with_equal_wishes_share_one_request() -> None:
    sources = [
        {"serviceAccountToken": {"path": "a"}},
        {"serviceAccountToken": {"path": "b"}},
        {"serviceAccountToken": {"path": "c", "audience": "vault"}},
    ]

    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[{"name": "api", "projected": {"sources": sources}}])
        await rig.appears()
        assert token(rig, "api.a") == token(rig, "api.b") != token(rig, "api.c")
        assert rig.requests(rig.virtual).count("create serviceaccounts/token") == 2

    run(scenario)


def test_a_missing_service_account_is_told_and_waited_for() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(serviceAccountName="bot", volumes=[TOKEN_VOLUME])
        await settle(lambda: rig.events.messages)
        assert "ServiceAccount shop/bot" in rig.events.messages[0]
        assert rig.host_pod() is None
        rig.virtual.create(SERVICE_ACCOUNTS, "shop", {"metadata": {"name": "bot"}})
        await rig.appears()

    run(scenario)


def test_a_foreign_secret_of_that_name_is_left_alone() -> None:
    async def scenario(rig: Rig) -> None:
        rig.host.create(SECRETS, "tenant", {"metadata": {"name": SECRET.name}, "data": {"mine": "eA=="}})
        rig.create(volumes=[TOKEN_VOLUME])
        await settle(lambda: rig.events.messages)
        await rig.quiet()
        assert found(rig.host, SECRETS, SECRET)["data"] == {"mine": "eA=="}

    run(scenario)


@pytest.mark.parametrize("name", ["web-0", "other"])
def test_pods_without_token_volumes_cause_no_request(name: str) -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(name)
        await rig.appears(Key("tenant", f"{name}-x-shop-x-vc"))
        await rig.quiet()
        assert rig.requests(rig.host) == ["create pods"]

    run(scenario)
