"""Which nodes are needed: those to which a pod is bound, on either side, DaemonSet pods aside.

DaemonSet pods do not count, or a node that only they keep would keep them in turn for ever.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.sync.api import World
from vcluster_syncer.sync.tally import SideName


class _Owner(msgspec.Struct, frozen=True):
    kind: str = ""


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    owner_references: list[_Owner] = []


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str = ""


class _Pod(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()
    spec: _Spec = _Spec()


_decode = msgspec.json.Decoder(_Pod).decode
_DAEMON_SET = "DaemonSet"


def assigned(pod: Entry) -> str:
    """Node of ``pod``; empty when it has none or when a DaemonSet owns it."""
    if pod.meta.annotations.get(markers.OWNER_SET_KIND) == _DAEMON_SET:
        return ""
    slim = _decode(pod.raw)
    daemon = any(owner.kind == _DAEMON_SET for owner in slim.metadata.owner_references)
    return "" if daemon else slim.spec.node_name


class Demand:
    """Nodes of all pods, kept per pod so that a vanished pod releases its node."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._node_of: dict[tuple[SideName, Key], str] = {}
        self._pods_on: Counter[str] = Counter()

    def needed(self, node: str) -> bool:
        """Whether a pod is bound to ``node``."""
        return self._pods_on[node] > 0

    def nodes(self) -> list[Key]:
        """All nodes that are needed."""
        return [Key("", node) for node, pods in self._pods_on.items() if pods > 0]

    def host_pod(self, key: Key) -> list[Key]:
        """Take note of a changed or vanished host pod; the nodes whose demand may have changed."""
        pod = self._world.host.stores[PODS].get(key)
        ours = pod is not None and self._world.scope.virtual_key(PODS, pod.meta) is not None
        return self._update("host", key, pod if ours else None)

    def virtual_pod(self, key: Key) -> list[Key]:
        """Take note of a changed or vanished virtual pod; the nodes whose demand may have changed."""
        return self._update("virtual", key, self._world.virtual.stores[PODS].get(key))

    def _update(self, side: SideName, key: Key, pod: Entry | None) -> list[Key]:
        before = self._node_of.get((side, key), "")
        now = assigned(pod) if pod else ""
        if before == now:
            return []
        if now:
            self._node_of[side, key] = now
            self._pods_on[now] += 1
        else:
            del self._node_of[side, key]
        if before:
            self._pods_on[before] -= 1
            if not self._pods_on[before]:
                del self._pods_on[before]
        return [Key("", node) for node in (before, now) if node]
