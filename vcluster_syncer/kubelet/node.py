"""What a virtual node says about itself and its pods, never about other tenants of the host node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from vcluster_contract.kinds import PODS
from vcluster_contract.layout import KUBELET_PORT
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.kubelet import stats
from vcluster_syncer.kubelet.answers import JSON_TYPE, Refusal, Reply, as_json

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.paths import NodeCall
    from vcluster_syncer.sync.api import World

_PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"
_FIGURES: Final = {
    "/stats/summary": True,
    "/metrics": False,
    "/metrics/probes": False,
    "/metrics/cadvisor": True,
    "/metrics/resource": True,
}
"""Paths with figures, and whether figures of the whole node belong there."""


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
        if call.path in _FIGURES:
            return await self._figures(node, call.path)
        raise Refusal(404, f"{call.path} is not served by virtual nodes")

    async def _figures(self, node: str, path: str) -> Reply:
        """Figures of the host's kubelet; its API allows no narrower right than reading the whole of it."""
        if not self._world.scope.config.from_host.nodes.enabled:
            raise Refusal(503, f"{path} needs sync.fromHost.nodes.enabled: without it we may not ask the host's nodes")
        try:
            raw = await self._world.host.client.raw_get(f"/api/v1/nodes/{quote(node, safe='')}/proxy{path}")
            if path == "/stats/summary":
                return as_json(stats.summary(self._world, raw))
        except (ApiError, Unreachable, msgspec.MsgspecError) as error:
            raise Refusal(503, f"the host's node {node} does not answer: {error}") from error
        text = stats.prometheus(self._world, raw.decode("utf-8", "replace"), node_wide=_FIGURES[path])
        return Reply(200, text.encode(), _PROMETHEUS)

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
