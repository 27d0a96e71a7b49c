"""What users do inside and what people do to the host behind the syncer's back, at random by a seed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Never

from tests.sim.cluster import NAMESPACES_INSIDE, TAKEN, TENANT, SimCluster, found
from tests.sim.confidences import secret_value
from tests.sim.fake_server import peek
from vcluster_contract import markers
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINTS,
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SECRETS,
    SERVICES,
    Resource,
)
from vcluster_syncer.kube.api import JSON, Entry, Key, PatchType
from vcluster_syncer.kube.errors import ApiError
from vcluster_syncer.translate.services import RECREATE

LONG = "a-name-so-long-that-its-translation-has-to-be-shortened-dot.x"
NAMES = ("a", "b", LONG, "taken", "copied")
TOKEN = {"path": "token", "expirationSeconds": 86_400}
"""None is due for renewal within a story, whatever clocks do."""
MINE = {"mine": "AA=="}
DNS_NAMES = ("a", "b", "web")
Intent = dict[tuple[Resource, Key], JSON]


class Users:
    """Create, change and delete; ``intent`` is what they want to find inside in the end, pods aside."""

    def __init__(self, cluster: SimCluster) -> None:
        self.cluster = cluster
        self.random = cluster.random
        self.intent: Intent = {}
        self._serial = 0

    async def run(self) -> Never:
        acts: list[Callable[[], None]] = [self._data, self._data, self._service, self._claim, self._pod, self._delete]
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 3.0))
            try:
                self._restore_namespaces()
                self.random.choice(acts if self.random.random() < 0.98 else [self._drop_namespace])()
            except ApiError:
                continue

    def _key(self, names: tuple[str, ...] = NAMES) -> Key:
        return Key(self.random.choice(NAMESPACES_INSIDE), self.random.choice(names))

    def _put(self, resource: Resource, key: Key, body: JSON, fields: tuple[str, ...]) -> None:
        """Create, or replace ``fields`` of what is there."""
        server = self.cluster.virtual
        if found(server, NAMESPACES, Key("", key.namespace))["metadata"].get("deletionTimestamp"):
            return
        old = found(server, resource, key)
        if old is None:
            metadata = {"name": key.name, **body.get("metadata", {})}
            made = server.create(resource, key.namespace, {**body, "metadata": metadata})
        elif old["metadata"].get("deletionTimestamp"):
            return
        else:
            changed = {**old, **{field: body[field] for field in fields}}
            made = server.update(resource, key, changed)
        self.intent[resource, key] = {field: made.get(field) for field in fields}

    def _data(self) -> None:
        self._serial += 1
        forced = {markers.FORCE_SYNC: "true"} if self.random.random() < 0.5 else {}
        labels = {"round": str(self._serial), "release": "theirs"} if self.random.random() < 0.5 else {}
        body = {"metadata": {"annotations": forced, "labels": labels}, "data": {"n": secret_value(self._serial)}}
        self._put(self.random.choice((CONFIG_MAPS, SECRETS)), self._key(), body, ("data",))

    def _service(self) -> None:
        key = self._key(DNS_NAMES)
        spec: JSON = {"ports": [{"port": self.random.choice((80, 81)), "protocol": "TCP", "targetPort": 80}]}
        if self.random.random() < 0.5:
            spec["selector"] = {"app": self.random.choice("xy")}
        if found(self.cluster.virtual, SERVICES, key) is None:
            if self.random.random() < 0.2:
                spec["clusterIP"] = "None"
            self._put(SERVICES, key, {"spec": spec}, ())
        else:
            ports = {"spec": {"ports": spec["ports"], "selector": spec.get("selector")}}
            self.cluster.virtual.patch(SERVICES, key, ports, PatchType.MERGE)
        if "selector" not in spec:
            subsets = [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80, "protocol": "TCP"}]}]
            self._put(ENDPOINTS, key, {"subsets": subsets}, ("subsets",))

    def _claim(self) -> None:
        key = self._key()
        size = {"resources": {"requests": {"storage": f"{self.random.randint(1, 3)}Gi"}}}
        if found(self.cluster.virtual, PERSISTENT_VOLUME_CLAIMS, key) is None:
            body = {"spec": {"accessModes": ["ReadWriteOnce"], **size}}
            self._put(PERSISTENT_VOLUME_CLAIMS, key, body, ())
        else:
            self.cluster.virtual.patch(PERSISTENT_VOLUME_CLAIMS, key, {"spec": size}, PatchType.MERGE)

    def _pod(self) -> None:
        namespace = self.random.choice(NAMESPACES_INSIDE)
        volumes = [
            {"name": "c", "configMap": {"name": self.random.choice(NAMES), "optional": True}},
            {"name": "s", "secret": {"secretName": self.random.choice(NAMES), "optional": True}},
        ]
        if self.random.random() < 0.5:
            claim = {"claimName": self.random.choice(NAMES)}
            volumes.append({"name": "d", "persistentVolumeClaim": claim})
        if self.random.random() < 0.5:
            volumes.append({"name": "t", "projected": {"sources": [{"serviceAccountToken": TOKEN}]}})
        spec = {"containers": [{"name": "app", "image": "app:1"}], "volumes": volumes}
        name = f"{self.random.choice(('job', 'web'))}-{self.random.randint(0, 5)}"
        self.cluster.virtual.create(PODS, namespace, {"metadata": {"name": name, "labels": {"app": "x"}}, "spec": spec})

    def _drop_namespace(self) -> None:
        """With all that is in it."""
        namespace = self.random.choice(NAMESPACES_INSIDE)
        self.cluster.virtual.delete(NAMESPACES, Key("", namespace))
        self.intent = {at: body for at, body in self.intent.items() if at[1].namespace != namespace}

    def _restore_namespaces(self) -> None:
        for namespace in NAMESPACES_INSIDE:
            if found(self.cluster.virtual, NAMESPACES, Key("", namespace)) is None:
                self.cluster.add_namespace(namespace)

    def _delete(self) -> None:
        kinds = (CONFIG_MAPS, SECRETS, SERVICES, ENDPOINTS, PERSISTENT_VOLUME_CLAIMS, PODS, PODS)
        resource = self.random.choice(kinds)
        entries = self.cluster.in_namespaces(self.cluster.virtual, resource, NAMESPACES_INSIDE)
        if entries:
            key = self.random.choice(entries).meta.key
            self.cluster.virtual.delete(resource, key)
            self.intent.pop((resource, key), None)


class Mischief:
    """Somebody with rights in the host namespace."""

    def __init__(self, cluster: SimCluster) -> None:
        self.cluster = cluster
        self.random = cluster.random

    async def run(self) -> Never:
        acts: list[Callable[[], None]] = [
            self._delete, self._delete, self._delete, self._edit, self._evict, self._finish, self._lose_node,
            self._move_clock,
        ]  # fmt: skip
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 12.0))
            try:
                self.random.choice(acts)()
            except ApiError:
                continue

    def _ours(self, *resources: Resource) -> tuple[Resource, Entry] | None:
        resource = self.random.choice(resources)
        marked = [
            entry
            for entry in self.cluster.in_namespaces(self.cluster.host, resource, (TENANT,))
            if entry.meta.annotations.get(markers.OBJECT_HOST_NAME) == entry.meta.key.name
        ]
        return (resource, self.random.choice(marked)) if marked else None

    def _delete(self) -> None:
        chosen = self._ours(CONFIG_MAPS, SECRETS, SERVICES, ENDPOINTS)
        # While a virtual Service is made anew its host Service is the only copy, as docs/syncing.md says.
        if chosen and RECREATE not in chosen[1].meta.annotations:
            self.cluster.host.delete(chosen[0], chosen[1].meta.key)

    def _edit(self) -> None:
        chosen = self._ours(CONFIG_MAPS, SECRETS)
        if chosen:
            changes: JSON = {"data": {"n": "aG9zdA=="}, "metadata": {"labels": {"host-only": "kept", "round": "0"}}}
            self.cluster.host.patch(chosen[0], chosen[1].meta.key, changes, PatchType.MERGE)

    def _evict(self) -> None:
        chosen = self._ours(PODS)
        if chosen:
            self.cluster.host.delete(PODS, chosen[1].meta.key)

    def _finish(self) -> None:
        chosen = self._ours(PODS)
        if chosen and peek(chosen[1])["status"]["phase"] == "Running":
            self.cluster.kubelet.finish(chosen[1].meta.key)

    def _lose_node(self) -> None:
        """What the pod garbage collector does when a node has vanished."""
        lost = self.cluster.kubelet.node
        self.cluster.kubelet.node = f"node-{int(lost.removeprefix('node-')) + 1}"
        for entry in self.cluster.entries(self.cluster.host, PODS):
            if peek(entry)["spec"].get("nodeName") == lost:
                self.cluster.host.delete(PODS, entry.meta.key, grace=0)

    def _move_clock(self) -> None:
        """Of the servers or of the syncer; they need not agree."""
        clock = self.random.choice((self.cluster.clock, self.cluster.syncer_clock))
        clock.jump = timedelta(hours=self.random.uniform(-1.0, 1.0))


def foreign_objects(cluster: SimCluster) -> list[tuple[Resource, Any]]:
    """Objects of somebody else on the host: under names that translations take, one with labels copied from ours."""
    labels: dict[str, JSON] = {
        "unrelated": {},
        f"{TAKEN}shop-x-vc": {},
        "copied-x-shop-x-vc": {markers.MANAGED_BY: "vc"},
    }
    return [
        (resource, cluster.host.create(resource, TENANT, {"metadata": {"name": name, "labels": marks}, "data": MINE}))
        for resource in (CONFIG_MAPS, SECRETS)
        for name, marks in labels.items()
    ]
