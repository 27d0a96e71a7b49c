"""What happens while a cache lags behind its server: here a test decides when each cache sees a change."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import table_of
from tests.sim.loop import simulate
from tests.unit.sync.pod_rig import HOST, KEY, SECRET, TOKEN_VOLUME, Rig, found
from vcluster_contract.kinds import CONFIG_MAPS, NAMESPACES, NODES, PODS, SECRETS, SERVICES, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.kube.errors import Conflict, Forbidden, NotFound
from vcluster_syncer.kube.store import MemoryStore
from vcluster_syncer.sync.api import Done, Outcome, Requeue, Side, World
from vcluster_syncer.sync.pod_backlog import BURST
from vcluster_syncer.sync.pods import PodSyncer
from vcluster_syncer.translate.scope import Scope

RESOURCES = (PODS, SECRETS, SERVICES, NAMESPACES, NODES, CONFIG_MAPS)


class HeldStore(MemoryStore):
    """A cache that sees its server only when told to."""

    synced = True


class Held(Rig):
    """One pod syncer with caches fed by hand."""

    def __init__(self, host_client: type[FakeClient] = FakeClient) -> None:
        super().__init__({}, 1)
        self.asked: list[tuple[Resource, Key]] = []
        self.stores = {side: {resource: HeldStore() for resource in RESOURCES} for side in ("host", "virtual")}
        scope = Scope(vcluster="vc", host_namespace="tenant", config=self.config)
        self.syncer = PodSyncer(
            World(
                scope=scope,
                host=Side(host_client(self.host), self.stores["host"]),
                virtual=Side(FakeClient(self.virtual), self.stores["virtual"]),
                clock=self.clock,
                random=self.random,
                recorder=self.events,
                enqueue=lambda resource, key, after: self.asked.append((resource, key)),
            )
        )

    def see(self, side: str, *resources: Resource) -> None:
        """The caches of some resources catch up."""
        server, notify = (
            (self.host, self.syncer.keys_for_host) if side == "host" else (self.virtual, self.syncer.keys_for_virtual)
        )
        for resource in resources or RESOURCES:
            store = self.stores[side][resource]
            stored: dict[Key, Entry] = {entry.meta.key: entry for entry in server.storage.entries(table_of(resource))}
            for key in {*stored, *store.keys()}:
                if key in stored:
                    store.put(key, stored[key])
                else:
                    store.remove(key)
                notify(resource, key)

    async def look(self) -> Outcome:
        return await self.syncer.reconcile(KEY)

    async def created(self, **spec: Any) -> None:
        """The host pod exists and both caches know it."""
        self.create(**spec)
        self.virtual.create(NODES, "", {"metadata": {"name": "node-1"}})
        self.see("virtual")
        self.see("host")
        await self.look()
        self.see("host")

    async def bound(self) -> None:
        """The virtual pod is bound and both caches know it."""
        await self.created()
        self.schedule()
        self.see("host")
        await self.look()
        self.see("virtual")


def run(scenario: Callable[[Held], Coroutine[Any, Any, None]], host_client: type[FakeClient] = FakeClient) -> None:
    async def main() -> None:
        await scenario(Held(host_client))

    simulate(main())


def test_a_pod_made_a_moment_ago_is_not_made_again() -> None:
    async def scenario(rig: Held) -> None:
        rig.create()
        rig.see("virtual")
        rig.see("host")
        await rig.look()
        assert isinstance(await rig.look(), Requeue)
        assert rig.requests(rig.host) == ["create pods"]
        rig.see("host")
        assert await rig.look() == Done()

    run(scenario)


def test_a_pod_made_and_gone_before_it_was_seen_ends_the_virtual_pod() -> None:
    async def scenario(rig: Held) -> None:
        rig.create()
        rig.see("virtual")
        rig.see("host")
        await rig.look()
        rig.remove()
        outcome = await rig.look()
        assert isinstance(outcome, Requeue)
        assert rig.pod() is not None
        await rig.quiet(outcome.after)
        await rig.look()
        assert rig.pod() is None
        assert rig.requests(rig.host) == ["create pods", "get pods"]

    run(scenario)


def test_a_pod_made_before_a_restart_is_found_by_its_name() -> None:
    async def scenario(rig: Held) -> None:
        rig.create()
        rig.see("virtual")
        rig.see("host")
        await rig.look()
        rig.syncer = PodSyncer(rig.syncer._world)
        assert isinstance(await rig.look(), Requeue)
        assert rig.host_pod() is not None
        assert not rig.events.messages

    run(scenario)


def test_the_last_status_counts_even_if_the_pod_vanished_with_it() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        rig.edit({"metadata": {"finalizers": ["batch.kubernetes.io/job-tracking"]}})
        rig.see("virtual")
        rig.report(phase="Succeeded")
        rig.see("host")
        rig.remove()
        rig.see("host")
        await rig.look()
        assert rig.phase() == "Succeeded"
        assert rig.pod()["metadata"]["deletionGracePeriodSeconds"] == 0
        rig.see("virtual")
        before = len(rig.requests(rig.virtual))
        assert await rig.look() == Done()
        assert len(rig.requests(rig.virtual)) == before

    run(scenario)


def test_a_binding_under_way_is_not_repeated() -> None:
    async def scenario(rig: Held) -> None:
        await rig.created()
        rig.schedule()
        rig.see("host")
        await rig.look()
        rig.report(phase="Running")
        rig.see("host")
        assert isinstance(await rig.look(), Requeue)
        assert rig.requests(rig.virtual) == ["create pods/binding"]

    run(scenario)


def test_a_missing_node_is_asked_for() -> None:
    async def scenario(rig: Held) -> None:
        await rig.created()
        rig.schedule(node="node-2")
        rig.see("host")
        assert isinstance(await rig.look(), Requeue)
        assert rig.asked == [(NODES, Key("", "node-2"))]
        assert rig.requests(rig.virtual) == []
        rig.virtual.create(NODES, "", {"metadata": {"name": "node-2"}})
        rig.stores["virtual"][NODES].put(Key("", "node-2"), rig.virtual.storage.entries(table_of(NODES))[-1])
        assert rig.syncer.keys_for_virtual(NODES, Key("", "node-2")) == [KEY]
        await rig.look()
        assert rig.requests(rig.virtual) == ["create pods/binding"]

    run(scenario)


def test_status_follows_at_once_though_the_cache_still_shows_the_one_before() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        versions = []
        for restarts in range(3):
            rig.report(phase="Running", containerStatuses=[{"name": "app", "restartCount": restarts}])
            rig.see("host")
            assert await rig.look() == Done()
            versions.append(rig.virtual.storage.get(table_of(PODS), KEY))
        rig.stores["virtual"][PODS].put(KEY, versions[0])
        rig.report(phase="Running", containerStatuses=[{"name": "app", "restartCount": 3}])
        rig.see("host")
        assert await rig.look() == Done()
        assert rig.pod()["status"]["containerStatuses"][0]["restartCount"] == 3
        rig.see("virtual")
        before = len(rig.requests(rig.virtual))
        await rig.look()
        assert len(rig.requests(rig.virtual)) == before

    run(scenario)


def test_a_condition_set_meanwhile_is_not_lost() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        rig.edit({"status": {"conditions": [{"type": "example.com/x", "status": "True"}]}}, subresource="status")
        rig.report(phase="Running", conditions=[{"type": "Ready", "status": "True"}])
        rig.see("host")
        try:
            await rig.look()
        except Conflict:
            rig.see("virtual")
            await rig.look()
        types = {item["type"] for item in rig.pod()["status"]["conditions"]}
        assert types == {"example.com/x", "Ready"}

    run(scenario)


def test_a_successor_not_seen_yet_is_not_deleted_in_place_of_its_predecessor() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        rig.remove()
        rig.see("host")
        rig.virtual.delete(PODS, KEY, grace=0)
        successor = rig.create()["metadata"]["uid"]
        with contextlib.suppress(Conflict):
            await rig.look()
        assert rig.pod()["metadata"]["uid"] == successor

    run(scenario)


def test_a_host_pod_of_another_owner_is_not_deleted_in_place_of_ours() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        rig.remove()
        rig.host.create(PODS, "tenant", {"metadata": {"name": HOST.name}, "spec": {"containers": []}})
        rig.virtual.delete(PODS, KEY)
        rig.see("virtual")
        with contextlib.suppress(Conflict):
            await rig.look()
        assert rig.host_pod() is not None

    run(scenario)


def test_tokens_of_a_predecessor_leave_the_secret() -> None:
    def volume(path: str) -> JSON:
        return {"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": path}}]}}

    async def scenario(rig: Held) -> None:
        await rig.created(volumes=[volume("old")])
        rig.host.delete(PODS, HOST, grace=0)
        rig.virtual.delete(PODS, KEY)
        rig.create(volumes=[volume("new")])
        rig.see("host")
        rig.see("virtual")
        await rig.look()
        assert set(found(rig.host, SECRETS, SECRET)["data"]) == {"v.new"}

    run(scenario)


def test_a_secret_written_a_moment_ago_is_not_written_again() -> None:
    async def scenario(rig: Held) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        rig.see("virtual")
        rig.see("host")
        await rig.look()
        rig.see("host", PODS)
        await rig.look()
        assert sorted(rig.requests(rig.host)) == ["create pods", "create secrets"]

    run(scenario)


def test_a_change_passed_on_a_moment_ago_is_not_passed_on_again() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        rig.edit({"spec": {"containers": [{"name": "app", "image": "nginx:2"}]}})
        rig.see("virtual")
        assert await rig.look() == Done()
        assert await rig.look() == Done()
        rig.edit({"spec": {"containers": [{"name": "app", "image": "nginx:3"}]}})
        rig.see("virtual")
        assert await rig.look() == Done()
        assert rig.requests(rig.host) == ["create pods", "patch pods", "patch pods"]
        assert rig.host_pod()["spec"]["containers"][0]["image"] == "nginx:3"

    run(scenario)


class WithoutResize(FakeClient):
    """An older host cluster."""

    async def patch(self, resource: Resource, key: Key, *arguments: Any, subresource: str = "", **options: Any) -> JSON:
        if subresource == "resize":
            raise NotFound(404, "NotFound", "the server could not find the requested resource", details={})
        return await super().patch(resource, key, *arguments, subresource=subresource, **options)


class RefusingResize(FakeClient):
    """A host cluster whose policy does not like the new resources."""

    async def patch(self, resource: Resource, key: Key, *arguments: Any, subresource: str = "", **options: Any) -> JSON:
        if subresource == "resize":
            raise Forbidden(403, "Forbidden", "exceeded quota: compute")
        return await super().patch(resource, key, *arguments, subresource=subresource, **options)


@pytest.mark.parametrize(
    ("client", "message"), [(WithoutResize, "cannot resize running pods"), (RefusingResize, "exceeded quota: compute")]
)
def test_a_host_that_does_not_resize_is_asked_once(client: type[FakeClient], message: str) -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        container = {"name": "app", "image": "nginx:1", "resources": {"requests": {"cpu": "2"}}}
        rig.edit({"metadata": {"labels": {"a": "1"}}})
        rig.edit({"spec": {"containers": [container]}}, subresource="resize")
        rig.see("virtual")
        await rig.look()
        rig.see("host")
        await rig.look()
        assert len(rig.events.messages) == 1
        assert message in rig.events.messages[0]
        assert rig.host_pod()["metadata"]["labels"]["a"] == "1"

    run(scenario, client)


def test_in_a_burst_new_pods_go_first_and_statuses_are_written_once() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        for number in range(BURST + 1):
            rig.create(f"new{number}")
        rig.see("virtual")
        for phase in ("Running", "Succeeded"):
            rig.report(phase=phase)
            rig.see("host")
            assert isinstance(await rig.look(), Requeue)
        await rig.syncer.reconcile(Key("shop", "new0"))
        assert await rig.look() == Done()
        assert rig.phase() == "Succeeded"
        assert rig.requests(rig.virtual) == ["create pods/binding", "patch pods/status"]

    run(scenario)


def test_the_event_of_our_own_write_needs_no_second_look() -> None:
    async def scenario(rig: Held) -> None:
        await rig.bound()
        rig.report(phase="Running")
        rig.see("host")
        await rig.look()
        rig.see("virtual")
        stores = rig.stores
        for side in ("host", "virtual"):
            key = HOST if side == "host" else KEY
            entry = stores[side][PODS].get(key)
            stores[side][PODS].put(key, Entry(entry.meta, b"not even read"))
        assert await rig.look() == Done()

    run(scenario)


def test_a_secret_gone_before_the_cache_showed_it_is_put_back() -> None:
    async def scenario(rig: Held) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        rig.see("virtual")
        rig.see("host")
        await rig.look()
        rig.see("host", PODS)
        await rig.look()
        rig.host.delete(SECRETS, SECRET)
        rig.see("host")
        await rig.quiet(11)
        await rig.look()
        assert found(rig.host, SECRETS, SECRET) is not None

    run(scenario)
