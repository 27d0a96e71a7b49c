"""Random users, kubelet and faults: whatever the path, the end must be right and every pod runs at most once."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

import pytest

from tests.unit.sync.pod_rig import TOKEN_VOLUME, Rig, run
from vcluster_contract import markers
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import ApiError
from vcluster_syncer.translate.pod_status import status_patch
from vcluster_syncer.translate.scope import Scope

NAMES = ("a", "b", "c", "d")
TABLE = ("", "pods")
SCOPE = Scope(vcluster="vc", host_namespace="tenant", config=SyncerConfig())


class Kubelet:
    """Schedules, runs and ends host pods, each a moment after it could."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.ran: Counter[str] = Counter()
        """How often a pod ran, by the UID of its virtual pod."""

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._rig.random.uniform(0.05, 0.6))
            entries = self._rig.host.storage.entries(TABLE)
            if entries:
                with suppress(ApiError):
                    self.advance(self._rig.random.choice(entries))

    def advance(self, entry: Entry) -> None:
        rig, key, pod = self._rig, entry.meta.key, entry.decode()
        phase = pod["status"]["phase"]
        if not pod["spec"].get("nodeName"):
            rig.schedule(key, f"node-{rig.random.randint(1, 2)}")
        elif entry.meta.deleting:
            rig.report(key, phase="Failed")
            rig.remove(key)
        elif phase == "Pending":
            ready = [{"type": "Ready", "status": "True"}]
            self.ran[entry.meta.annotations[markers.OBJECT_UID]] += 1
            rig.report(key, phase="Running", startTime="2030-01-01T00:00:00Z", podIP="10.1.0.3", conditions=ready)
        elif phase == "Running" and rig.random.random() < 0.2:
            rig.report(key, phase="Succeeded")


async def users(rig: Rig, steps: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(rig.random.uniform(0, 0.8))
        name = rig.random.choice(NAMES)
        action = rig.random.choice(("create", "create", "create", "delete", "force", "label", "evict"))
        with suppress(ApiError):
            act(rig, action, name)


def act(rig: Rig, action: str, name: str) -> None:
    key, host = Key("shop", name), Key("tenant", f"{name}-x-shop-x-vc")
    if action == "create":
        finalizers = ["batch.kubernetes.io/job-tracking"] if rig.random.random() < 0.2 else []
        rig.create(name, {"finalizers": finalizers}, volumes=[TOKEN_VOLUME], terminationGracePeriodSeconds=2)
    elif action == "delete":
        rig.virtual.delete(PODS, key)
    elif action == "force":
        rig.virtual.delete(PODS, key, grace=0)
    elif action == "label":
        rig.edit({"metadata": {"labels": {"n": str(rig.random.randint(0, 9))}}}, key)
    else:
        rig.host.delete(PODS, host)


async def faults(rig: Rig) -> None:
    while True:
        await asyncio.sleep(rig.random.uniform(0.5, 4))
        server = rig.random.choice((rig.host, rig.virtual))
        fault = rig.random.choice(("drop", "stop", "compact", "restart", "freeze"))
        if fault == "drop":
            server.drop_connections()
        elif fault == "compact":
            server.compact()
            server.drop_connections()
        elif fault == "restart":
            await rig.stop()
            await asyncio.sleep(rig.random.uniform(0, 2))
            await rig.start()
        elif fault == "freeze":
            server.freeze()
            await asyncio.sleep(1)
            server.thaw()
        else:
            server.stop()
            await asyncio.sleep(rig.random.uniform(0, 3))
            server.start()


def finalize(rig: Rig) -> None:
    """The Job controller lets ended pods go."""
    for entry in rig.virtual.storage.entries(TABLE):
        if entry.meta.deleting and entry.meta.finalizers:
            rig.edit({"metadata": {"finalizers": None}}, entry.meta.key)


def differences(rig: Rig) -> list[str]:
    """What is not as it should be once nothing moves any more."""
    hosts = {entry.meta.annotations.get(markers.OBJECT_UID): entry for entry in rig.host.storage.entries(TABLE)}
    found = []
    for entry in rig.virtual.storage.entries(TABLE):
        host = hosts.pop(entry.meta.uid, None)
        if entry.meta.deleting:
            found.append(f"{entry.meta.key} is still being deleted")
        elif host is None:
            found.append(f"{entry.meta.key} has no host pod")
        elif status_patch(SCOPE, entry.decode(), host.decode()):
            found.append(f"{entry.meta.key} has an old status")
        elif host.meta.labels.get("n") != entry.meta.labels.get("n"):
            found.append(f"{entry.meta.key} has old labels on the host")
    found += [f"{entry.meta.key} has no virtual pod" for entry in hosts.values()]
    pods = {entry.meta.uid for entry in rig.virtual.storage.entries(TABLE)}
    secrets = {e.meta.annotations.get(markers.OBJECT_UID) for e in rig.host.storage.entries(("", "secrets"))}
    return [*found, *(f"tokens for {uid} differ" for uid in pods ^ secrets)]


@pytest.mark.parametrize("seed", range(20))
def test_any_path_leads_to_the_same_end(seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        node = Kubelet(rig)
        kubelet, chaos = asyncio.create_task(node.run()), asyncio.create_task(faults(rig))
        await users(rig, 60)
        chaos.cancel()
        await asyncio.gather(chaos, return_exceptions=True)
        for server in (rig.host, rig.virtual):
            server.start()
            server.thaw()
        await rig.stop()
        await rig.start()
        await rig.quiet(60)
        finalize(rig)
        await rig.quiet(400)
        kubelet.cancel()
        await rig.quiet(60)
        assert differences(rig) == []
        before = len(rig.requests(rig.host)), len(rig.requests(rig.virtual))
        await rig.quiet(600)
        assert (len(rig.requests(rig.host)), len(rig.requests(rig.virtual))) == before
        assert rig.instruments.loops.value("pods") == 0

        assert set(node.ran.values()) == {1}

    run(scenario, seed=seed)
