"""Bugs that are planted into the syncer are noticed: within a hundred storms, or by a story of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.sim.loop import simulate
from tests.sim.nemesis import STORMY
from tests.sim.test_lease_storm import one_at_a_time
from tests.sim.test_scenarios import old_list, vanished_unseen
from tests.sim.test_syncer_storm import story
from vcluster_syncer.kube import cache as cache_module
from vcluster_syncer.kube.api import EventType
from vcluster_syncer.kube.cache import Cache
from vcluster_syncer.kube.delegate import DelegatingClient
from vcluster_syncer.kube.fence import FencedClient
from vcluster_syncer.kube.queue import WorkQueue
from vcluster_syncer.sync import base, claims, passive, pod_deletion, pods, services, tokens
from vcluster_syncer.sync.base import Reverse
from vcluster_syncer.sync.engine import Engine
from vcluster_syncer.sync.lane import Lane
from vcluster_syncer.sync.pod_creation import PodCreator
from vcluster_syncer.sync.pod_memory import PodMemory
from vcluster_syncer.sync.services import ServiceSyncer

SEEDS = 100
Patch = pytest.MonkeyPatch


def deletions_are_dropped(patch: Patch) -> None:
    real = Cache._on_event

    def on_event(self: Cache, event: Any) -> None:
        if event.type is not EventType.DELETED or int(event.entry.meta.resource_version) % 4:
            real(self, event)

    patch.setattr(Cache, "_on_event", on_event)


def lists_remove_nothing(patch: Patch) -> None:
    real = Cache._remove
    patch.setattr(Cache, "_remove", lambda self, key, final: real(self, key, final) if final else None)


def lists_may_be_old(patch: Patch) -> None:
    real = Cache._list

    async def listed(self: Cache) -> None:
        inner = self._client
        self._client = _Aged(inner)  # type: ignore[assignment]
        try:
            await real(self)
        finally:
            self._client = inner

    patch.setattr(Cache, "_list", listed)


class _Aged:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def list_page(self, *args: Any, **options: Any) -> Any:
        return await self._inner.list_page(*args, **options, resource_version="0")


def versions_may_go_back(patch: Patch) -> None:
    patch.setattr(cache_module, "is_newer", lambda version, than: version != than)


def nothing_is_expected(patch: Patch) -> None:
    patch.setattr(Cache, "expect", lambda *_: None)


def owners_are_not_checked(patch: Patch) -> None:
    for module in (services, claims, passive, pods):
        patch.setattr(module, "is_ours", lambda *_: True)


def older_objects_pass_for_newer(patch: Patch) -> None:
    for module in (claims, passive, pods):
        patch.setattr(module, "made_from", lambda *_: True)


def deletions_ignore_uids(patch: Patch) -> None:
    async def delete(side: Any, resource: Any, entry: Any, **_: Any) -> Any:
        await side.client.delete(resource, entry.meta.key)
        return base.Done()

    for module in (claims, passive, services, tokens, base):
        patch.setattr(module, "delete", delete)


def creations_are_forgotten(patch: Patch) -> None:
    real = Reverse.create

    async def create(self: Reverse, world: Any, body: Any, key: Any) -> Any:
        outcome = await real(self, world, body, key)
        self._known.pop(self._scope.host_key(key), None)
        return outcome

    patch.setattr(Reverse, "create", create)


def pods_may_run_again(patch: Patch) -> None:
    patch.setattr(pods, "_has_run", lambda *_, **__: False)


def ended_pods_are_forgotten(patch: Patch) -> None:
    patch.setattr(PodMemory, "last_host", lambda *_: None)


def unseen_pods_are_not_looked_for(patch: Patch) -> None:
    patch.setattr(PodCreator, "is_unseen", lambda *_: False)


def stale_pods_stay(patch: Patch) -> None:
    async def remove(*_: Any) -> Any:
        return base.Done()

    patch.setattr(pods, "remove_stale_host", remove)


def finished_pods_ignore_uids(patch: Patch) -> None:
    async def delete_pod(side: Any, meta: Any, grace: Any) -> Any:
        await side.client.delete(pods.PODS, meta.key, grace_period_seconds=grace)
        return base.Done()

    patch.setattr(pod_deletion, "delete_pod", delete_pod)


def failures_are_not_retried(patch: Patch) -> None:
    patch.setattr(Engine, "_retry", lambda *_: None)


def conflicts_are_not_retried(patch: Patch) -> None:
    patch.setattr(Engine, "_conflict", lambda *_: None)


def changes_while_working_are_lost(patch: Patch) -> None:
    real = WorkQueue._finish

    def finish(self: WorkQueue[Any], key: Any, started: float) -> None:
        self._again.pop(key, None)
        real(self, key, started)

    patch.setattr(WorkQueue, "_finish", finish)


def host_changes_wake_nobody(patch: Patch) -> None:
    real = Lane.changed

    def changed(self: Lane, side: Any, resource: Any, key: Any) -> None:
        if side == "virtual":
            real(self, side, resource, key)

    patch.setattr(Lane, "changed", changed)


def patches_never_end(patch: Patch) -> None:
    async def wanted(self: Any, host: Any, virtual: Any, desired: Any) -> Any:
        return await base.patch(self._world.host, self.kind.resource, host, {"data": desired.get("data", {})})

    patch.setattr(passive.PassiveSyncer, "_bring_up_to_date", wanted)


def labels_of_others_are_removed(patch: Patch) -> None:
    real = base.patch

    async def patching(side: Any, resource: Any, entry: Any, changes: Any, **options: Any) -> Any:
        metadata = {**changes.get("metadata", {}), "labels": {"host-only": None}}
        return await real(side, resource, entry, {**changes, "metadata": metadata}, **options)

    patch.setattr(passive, "patch", patching)


def interrupted_services_stay_away(patch: Patch) -> None:
    patch.setattr(ServiceSyncer, "_bring_back", lambda *_: _done())


async def _done() -> Any:
    return base.Done()


def writes_are_not_fenced(patch: Patch) -> None:
    patch.setattr(FencedClient, "_send", DelegatingClient._send)


BUGS: tuple[Callable[[Patch], None], ...] = (
    deletions_are_dropped,
    lists_remove_nothing,
    lists_may_be_old,
    versions_may_go_back,
    nothing_is_expected,
    owners_are_not_checked,
    older_objects_pass_for_newer,
    deletions_ignore_uids,
    creations_are_forgotten,
    pods_may_run_again,
    ended_pods_are_forgotten,
    unseen_pods_are_not_looked_for,
    stale_pods_stay,
    finished_pods_ignore_uids,
    failures_are_not_retried,
    conflicts_are_not_retried,
    changes_while_working_are_lost,
    host_changes_wake_nobody,
    patches_never_end,
    labels_of_others_are_removed,
    interrupted_services_stay_away,
    writes_are_not_fenced,
)


RARE: dict[Callable[[Patch], None], Callable[[], Coroutine[Any, Any, None]]] = {
    nothing_is_expected: vanished_unseen,
    creations_are_forgotten: vanished_unseen,
    lists_may_be_old: old_list,
    writes_are_not_fenced: lambda: one_at_a_time(0),
}
"""Storms need hundreds of seeds for these, or have one leader only: a story of its own finds each at once."""


def goes_wrong(plot: Coroutine[Any, Any, Any]) -> bool:
    try:
        simulate(plot)
    except Exception:  # noqa: BLE001 - any way to fail is a finding
        return True
    return False


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_storm_notices(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    logging.disable(logging.CRITICAL)
    bug(monkeypatch)
    try:
        if bug in RARE:
            assert goes_wrong(RARE[bug]())
        else:
            assert any(goes_wrong(story(seed, STORMY, storm=True)) for seed in range(SEEDS))
    finally:
        logging.disable(logging.NOTSET)
