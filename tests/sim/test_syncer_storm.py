"""The whole syncer after any storm: both sides agree, nothing foreign was touched, nothing is written any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.sim.agreement import differences
from tests.sim.cluster import SYNCER, SimCluster
from tests.sim.confidences import Confidences
from tests.sim.fake_client import FakeClient
from tests.sim.life import Mischief, Users, foreign_objects
from tests.sim.loop import simulate
from tests.sim.nemesis import QUIET, STORMY, Menu, Storm
from vcluster_contract import rbac
from vcluster_contract.kinds import SERVICES, Resource
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.kube.cache import IDLE_TIMEOUT
from vcluster_syncer.sync.fake_nodes import LINGER

CHAOS_SECONDS = 10.0, 110.0
"""Many short storms find more in the same time than few long ones."""
CONVERGE_SECONDS = 1500.0
"""Longest back-off, loop breaker's hold and patrol interval fit in."""
REST_SECONDS = 900.0


def configuration(seed: int) -> JSON:
    return {"toHost": {"configMaps": {"all": seed % 3 == 0}, "secrets": {"all": seed % 4 == 0}}}


async def converged(cluster: SimCluster) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + CONVERGE_SECONDS
    while differences(cluster):
        assert loop.time() < end, "\n".join(differences(cluster))
        await asyncio.sleep(1)


async def at_rest(cluster: SimCluster) -> None:
    """Not one write for long enough to include a patrol."""
    # A silent watch is noticed late, and a node outlives its last pod.
    await asyncio.sleep(IDLE_TIMEOUT + LINGER + 10)
    writes = cluster.syncer_writes()
    await asyncio.sleep(REST_SECONDS)
    assert cluster.syncer_writes() == writes
    assert differences(cluster) == []


def patrol_repairs(cluster: SimCluster) -> dict[str, float]:
    """What only the patrol noticed, by kind: each is an event that some syncer missed."""
    found = {kind: cluster.instruments.repairs.value(kind) for kind in cluster.engine.names()}
    return {kind: count for kind, count in found.items() if count}


async def restarts(cluster: SimCluster) -> None:
    while True:
        await asyncio.sleep(cluster.random.uniform(5.0, 60.0))
        await cluster.crash_syncer()
        cluster.start_syncer()


async def chaos(cluster: SimCluster, troubles: list[Coroutine[Any, Any, Any]]) -> None:
    tasks = [asyncio.create_task(trouble) for trouble in troubles]
    await asyncio.sleep(cluster.random.uniform(*CHAOS_SECONDS))
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(result, asyncio.CancelledError), result


async def story(seed: int, menu: Menu, *, storm: bool) -> SimCluster:
    with Confidences() as confidences:
        cluster = await plot(seed, menu, storm=storm)
    confidences.judge_rest(cluster)
    assert not confidences.told, confidences.told[0]
    return cluster


async def plot(seed: int, menu: Menu, *, storm: bool) -> SimCluster:
    cluster = SimCluster(seed, configuration(seed), menu)
    foreign = foreign_objects(cluster)
    users = Users(cluster)
    cluster.start_controllers()
    cluster.start_syncer()
    troubles = [users.run(), Mischief(cluster).run()]
    if storm:
        troubles += [restarts(cluster), Storm(cluster.host, cluster.random).run()]
        troubles.append(Storm(cluster.virtual, cluster.random).run())
    await chaos(cluster, troubles)
    cluster.calm()
    await converged(cluster)
    await at_rest(cluster)
    assert patrol_repairs(cluster) == {}, patrol_repairs(cluster)
    assert not cluster.witness.faults, "\n".join(cluster.witness.faults)
    assert beyond_rights(cluster) == set()
    for resource, before in foreign:
        key = Key(before["metadata"]["namespace"], before["metadata"]["name"])
        assert cluster.host.get(resource, key) == before
    for (resource, key), fields in users.intent.items():
        inside = cluster.virtual.get(resource, key)
        assert {field: inside.get(field) for field in fields} == fields
    await cluster.stop()
    return cluster


def beyond_rights(cluster: SimCluster) -> set[tuple[str, str, str]]:
    """Verb, group and resource of calls to the host that the compiled RBAC would have refused."""
    rules = (*rbac.role_rules(cluster.config), *rbac.cluster_role_rules(cluster.config))
    granted = {(verb, rule.group, rule.resource) for rule in rules for verb in rule.verbs}
    asked = {
        (call.verb, call.resource.group, f"{call.resource.plural}{call.subresource and '/' + call.subresource}")
        for call in cluster.host.calls
        if call.user == SYNCER
    }
    return asked - granted


@pytest.mark.parametrize("seed", range(8))
def test_users_and_hosts_may_do_what_they_like(seed: int) -> None:
    cluster = simulate(story(seed, QUIET, storm=False))
    assert {call.key.namespace for call in cluster.host.calls if call.user == SYNCER} <= {"tenant"}


@pytest.mark.parametrize("seed", range(100, 112))
def test_storms_crashes_and_lost_replies_change_nothing_in_the_end(seed: int) -> None:
    cluster = simulate(story(seed, STORMY, storm=True))
    own = Key("tenant", "vc")
    assert cluster.host.get(SERVICES, own)["metadata"]["uid"] == cluster.own["metadata"]["uid"]


def test_a_secret_in_a_log_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    create = FakeClient.create

    async def talkative(self: FakeClient, resource: Resource, namespace: str, body: JSON, **options: Any) -> JSON:
        logging.getLogger("vcluster_syncer.sync").debug("create", extra={"body": body})
        return await create(self, resource, namespace, body, **options)

    monkeypatch.setattr(FakeClient, "create", talkative)
    with pytest.raises(AssertionError, match='"message":"create","body"'):
        simulate(story(0, QUIET, storm=False))


def test_the_same_seed_tells_the_same_story() -> None:
    one, other = (simulate(story(200, STORMY, storm=True)) for _ in range(2))
    assert one.host.calls == other.host.calls
    assert one.virtual.calls == other.virtual.calls
