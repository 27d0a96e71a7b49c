"""What changes objects in a cluster besides users and syncers: kubelet, scheduler, collectors, mutating admission."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Never

from tests.sim.fake_server import FakeServer, peek, table_of
from tests.sim.storage import Table
from vcluster_contract.kinds import NAMESPACES, PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from vcluster_syncer.kube import timestamps
from vcluster_syncer.kube.api import JSON, Entry, Key, PatchType

PROTECTION = "kubernetes.io/pvc-protection"


def protect_claims(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
    """Admission plugin StorageObjectInUseProtection."""
    if resource == PERSISTENT_VOLUME_CLAIMS and operation == "CREATE":
        finalizers = new["metadata"].setdefault("finalizers", [])
        if PROTECTION not in finalizers:
            finalizers.append(PROTECTION)


def inject_sidecar(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
    """A mutating webhook as service meshes have it: a container and an annotation that nobody asked for."""
    if resource == PODS and operation == "CREATE":
        new["spec"]["containers"].append({"name": "injected-proxy", "image": "registry.k8s.io/pause:3.10.1"})
        new["metadata"].setdefault("annotations", {})["sidecar.example.com/injected"] = "true"


async def every(seconds: float, server: FakeServer, tables: tuple[Table, ...], act: Callable[[], bool]) -> Never:
    """Call ``act`` again and again while objects of ``tables`` change or it waits for time to pass: calm costs nothing.

    ``act`` answers whether time alone will give it more to do. Without tables every change counts.
    """
    storage = server.storage
    changed = storage.waker(*tables)
    waits = True
    while True:
        if not waits:
            await changed.wait()
        await asyncio.sleep(seconds)
        changed.clear()
        waits = act()


class Controllers:
    """Namespace deletion, garbage collection by owner reference, and claim protection."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    def step(self) -> bool:
        """One round over all objects."""
        self._collect_orphans()
        self._finish_claims()
        for namespace in self.server.storage.entries(table_of(NAMESPACES)):
            if namespace.meta.deleting:
                self._empty(namespace.meta.key)
        return False

    def _objects(self) -> list[tuple[Resource, Entry]]:
        return [
            (self.server.resources[table], entry)
            for table in self.server.storage.tables()
            for entry in self.server.storage.entries(table)
        ]

    def _collect_orphans(self) -> None:
        objects = self._objects()
        alive = {entry.meta.uid for _, entry in objects}
        for resource, entry in objects:
            owners = entry.meta.owner_uids
            if owners and not entry.meta.deleting and not any(owner in alive for owner in owners):
                self._delete(resource, entry)

    def _finish_claims(self) -> None:
        for claim in self.server.storage.entries(table_of(PERSISTENT_VOLUME_CLAIMS)):
            if claim.meta.deleting and PROTECTION in claim.meta.finalizers and not self._in_use(claim.meta.key):
                left = [finalizer for finalizer in claim.meta.finalizers if finalizer != PROTECTION]
                patch = {"metadata": {"finalizers": left}}
                self.server.patch(PERSISTENT_VOLUME_CLAIMS, claim.meta.key, patch, PatchType.MERGE)

    def _in_use(self, claim: Key) -> bool:
        """Only a pod that has a node counts, as in the PVC protection controller."""
        for entry in self.server.storage.entries(table_of(PODS)):
            if entry.meta.key.namespace == claim.namespace:
                spec = peek(entry)["spec"]
                if spec.get("nodeName") and claim.name in _claims_of(spec):
                    return True
        return False

    def _empty(self, namespace: Key) -> None:
        inside = [(r, e) for r, e in self._objects() if e.meta.key.namespace == namespace.name]
        for resource, entry in inside:
            if not entry.meta.deleting:
                self._delete(resource, entry)
        if not inside:
            self.server.finalize_namespace(namespace)

    def _delete(self, resource: Resource, entry: Entry) -> None:
        self.server.delete(resource, entry.meta.key, uid=entry.meta.uid)


class Kubelet:
    """Runs pods of every node: scheduled ones become Ready, deleted ones end after their grace."""

    def __init__(
        self, server: FakeServer, *, node: str = "node-1", starts_in: float = 0.5, stops_in: float = 1.0
    ) -> None:
        self.server = server
        self.node = node
        self.starts_in = starts_in
        self.stops_in = stops_in
        self._since: dict[str, float] = {}
        self._settled: dict[str, str] = {}
        """UIDs and versions of pods that need nothing."""

    def step(self) -> bool:
        """One round over all pods, the scheduler's work included; whether a pod is starting or ending."""
        waits = False
        for entry in self.server.storage.entries(table_of(PODS)):
            if self._settled.get(entry.meta.uid) != entry.meta.resource_version:
                waits |= self._look_at(entry)
        return waits

    def _look_at(self, entry: Entry) -> bool:
        now, pod = self.server.clock.monotonic(), peek(entry)
        since = self._since.setdefault(f"{entry.meta.uid}{entry.meta.deleting}", now)
        if entry.meta.deleting:
            if now - since < self.stops_in:
                return True
            self.server.delete(PODS, entry.meta.key, uid=entry.meta.uid, grace=0)
        elif not pod["spec"].get("nodeName"):
            self._schedule(entry, pod)
        elif pod["status"]["phase"] != "Pending":
            self._settled[entry.meta.uid] = entry.meta.resource_version
        elif now - since < self.starts_in:
            return True
        else:
            self._start(entry, entry.decode())
        return False

    def _schedule(self, entry: Entry, pod: JSON) -> None:
        if not pod["spec"].get("schedulingGates") and self._has_claims(entry.meta.key.namespace, pod["spec"]):
            self.server.bind(entry.meta.key, {"target": {"kind": "Node", "name": self.node}})

    def _has_claims(self, namespace: str, spec: JSON) -> bool:
        """The scheduler waits for claims that are missing or being deleted."""
        found = {e.meta.key: e for e in self.server.storage.entries(table_of(PERSISTENT_VOLUME_CLAIMS))}
        claims = [found.get(Key(namespace, name)) for name in _claims_of(spec)]
        return all(claim is not None and not claim.meta.deleting for claim in claims)

    def _start(self, entry: Entry, pod: JSON) -> None:
        time = timestamps.time(self.server.clock.now())
        pod["status"] |= {
            "phase": "Running",
            "hostIP": "192.0.2.1",
            "podIP": f"10.1.0.{len(self._since) % 250 + 1}",
            "startTime": time,
            "observedGeneration": entry.meta.generation,
            "conditions": _ready_conditions(pod, time),
            "containerStatuses": [_running(container, time) for container in pod["spec"]["containers"]],
        }
        self.server.update(PODS, entry.meta.key, pod, subresource="status", manager="kubelet")

    def finish(self, key: Key, phase: str = "Succeeded") -> None:
        """End a pod's containers, as a Job's do by themselves."""
        self.server.patch(PODS, key, {"status": {"phase": phase}}, PatchType.MERGE, subresource="status")


def _claims_of(spec: JSON) -> list[str]:
    sources = (volume.get("persistentVolumeClaim", {}) for volume in spec.get("volumes", []))
    return [source["claimName"] for source in sources if source]


def _ready_conditions(pod: JSON, time: str) -> list[JSON]:
    """The kubelet owns the standard conditions and keeps those of readiness gates, which others write."""
    ready = all(
        any(c["type"] == gate["conditionType"] and c["status"] == "True" for c in pod["status"].get("conditions", []))
        for gate in pod["spec"].get("readinessGates", [])
    )
    own = {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": "True",
        "Ready": "True" if ready else "False",
    }
    others = [c for c in pod["status"].get("conditions", []) if c["type"] not in own]
    return others + [{"type": name, "status": value, "lastTransitionTime": time} for name, value in own.items()]


def _running(container: JSON, time: str) -> JSON:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "sha256:0",
        "containerID": f"containerd://{container['name']}",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": time}},
    }
