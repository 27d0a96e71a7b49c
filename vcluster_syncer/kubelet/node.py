"""What a virtual node says about itself and its pods, never about other tenants of the host node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vcluster_contract.kinds import PODS
from vcluster_contract.layout import KUBELET_PORT
from vcluster_syncer.kubelet.answers import JSON_TYPE, Refusal, Reply, as_json

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.paths import NodeCall
    from vcluster_syncer.sync.api import World


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str = ""


class _Pod(msgspec.Struct, frozen=True):
    spec: _Spec = _Spec()


class NodeInfo:
    """Answers calls that are not about one pod."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def answer(self, node: str, call: NodeCall) -> Reply:
        """Answer ``call`` for ``node``.

        Raises:
            Refusal: the path is not served.
        """
        if call.path in ("/healthz", "/healthz/ping", "/healthz/log", "/healthz/syncloop"):
            return Reply(200, b"ok")
        if call.path in ("/pods", "/runningpods"):
            return self._pods(node)
        if call.path == "/configz":
            return self._config()
        raise Refusal(404, f"{call.path} is not served by virtual nodes")

    def _pods(self, node: str) -> Reply:
        """A PodList, spliced from cached bytes."""
        store = self._world.virtual.stores.get(PODS)
        entries = store.entries() if store is not None else ()
        found = [e.raw for e in entries if msgspec.json.decode(e.raw, type=_Pod).spec.node_name == node]
        body = b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[' + b",".join(found) + b"]}"
        return Reply(200, body, JSON_TYPE)

    def _config(self) -> Reply:
        domain = self._world.scope.config.networking.cluster_domain
        config = {
            "kind": "KubeletConfiguration",
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "port": KUBELET_PORT,
            "clusterDomain": domain,
        }
        return as_json({"kubeletconfig": config})
