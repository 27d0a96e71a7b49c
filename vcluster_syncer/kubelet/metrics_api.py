"""metrics.k8s.io served in this process, so that ``kubectl top`` and autoscalers see this cluster's pods and no others.

The virtual API server reaches it as an aggregated API through the egress socket: an APIService whose Service is an
ExternalName that only we resolve. It has authorized the request; the front proxy's certificate proves that it is it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, unquote

import msgspec

from vcluster_contract.kinds import NODES, SERVICES, Resource
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import ApiError, NotFound, Unreachable
from vcluster_syncer.kubelet.answers import Refusal, Reply, as_json, as_status, render
from vcluster_syncer.kubelet.figures import (
    API_VERSION,
    host_selector,
    node_figures,
    pod_figures,
    real_node_figures,
)
from vcluster_syncer.kubelet.server import next_request
from vcluster_syncer.kubelet.targets import METRICS_HOST, METRICS_PORT

if TYPE_CHECKING:
    import asyncio

    from vcluster_syncer.kube.api import JSON, Client
    from vcluster_syncer.kubelet.head import Request
    from vcluster_syncer.kubelet.link import Link
    from vcluster_syncer.sync.api import World

SERVICE: Final = Key("kube-system", "metrics-server")
TLS_NAME: Final = f"{SERVICE.name}.{SERVICE.namespace}.svc"
API_SERVICE: Final = "v1beta1.metrics.k8s.io"
ROOT: Final = f"/apis/{API_VERSION}"
_API_SERVICES: Final = Resource("apiregistration.k8s.io", "v1", "apiservices", "APIService", namespaced=False)
_OWNED_LABEL: Final = "app.kubernetes.io/managed-by"
_OWNED_VALUE: Final = "vcluster"
_OFF: Final = "set integrations.metricsServer.{0} to true to see figures of {0}"


def registration(ca: bytes) -> tuple[JSON, ...]:
    """Objects of the virtual cluster that lead the API server here; ``ca`` is the PEM that signed our certificate."""
    labels = {_OWNED_LABEL: _OWNED_VALUE}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": SERVICE.name, "namespace": SERVICE.namespace, "labels": labels},
        "spec": {
            "type": "ExternalName",
            "externalName": METRICS_HOST,
            "ports": [{"name": "https", "port": METRICS_PORT, "protocol": "TCP"}],
        },
    }
    api_service = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": API_SERVICE, "labels": labels},
        "spec": {
            "group": "metrics.k8s.io",
            "version": "v1beta1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "service": {"name": SERVICE.name, "namespace": SERVICE.namespace, "port": METRICS_PORT},
            "caBundle": base64.b64encode(ca).decode(),
        },
    }
    return service, api_service


async def withdraw(client: Client) -> None:
    """Remove what an earlier configuration registered; another metrics server's registration stays.

    Raises:
        ApiError, Unreachable: the virtual API server refused or did not answer.
    """
    for resource, key in ((_API_SERVICES, Key("", API_SERVICE)), (SERVICES, SERVICE)):
        try:
            found = (await client.get(resource, key))["metadata"]
            if (found.get("labels") or {}).get(_OWNED_LABEL) == _OWNED_VALUE:
                await client.delete(resource, key, uid=found["uid"])
        except NotFound:
            continue


class MetricsApi:
    """Answers GET requests from the host's figures."""

    def __init__(self, world: World, closing: asyncio.Event) -> None:
        self._world = world
        self._closing = closing
        self._config = world.scope.config.metrics_server

    async def serve(self, link: Link) -> None:
        """Answer requests until the connection ends or we are closing."""
        while not self._closing.is_set() and (request := await next_request(link, self._closing)) is not None:
            try:
                reply = await self.answer(request)
            except Refusal as refusal:
                reply = as_status(refusal)
            keep = request.keeps_alive and not request.has_body
            link.write(render(reply, close=not keep))
            await link.drain()
            if not keep:
                return

    async def answer(self, request: Request) -> Reply:
        """The answer to one request.

        Raises:
            Refusal: the path is not served, the host's figures are not to be had, or they are not wanted.
        """
        path, _, query = request.target.partition("?")
        if request.method != "GET":
            raise Refusal(405, f"{request.method} is not served on {path}")
        document = _DISCOVERY.get(path.rstrip("/"))
        if document is not None:
            return as_json(document)
        selector = ",".join(parse_qs(query).get("labelSelector", ()))
        match [unquote(part) for part in path.removeprefix(ROOT + "/").split("/")]:
            case ["pods"]:
                return _listed("PodMetricsList", await self._pods("", selector))
            case ["namespaces", namespace, "pods"]:
                return _listed("PodMetricsList", await self._pods(namespace, selector))
            case ["namespaces", namespace, "pods", name]:
                return _one("PodMetrics", await self._pod(Key(namespace, name)), name)
            case ["nodes"]:
                return _listed("NodeMetricsList", await self._nodes())
            case ["nodes", name]:
                found = [node for node in await self._nodes() if node["metadata"]["name"] == name]
                return _one("NodeMetrics", found, name)
        raise Refusal(404, f"{path} is not served", "NotFound")

    async def _pods(self, namespace: str, selector: str) -> list[JSON]:
        self._require(self._config.pods, "pods")
        return pod_figures(self._world, await self._host_pods(namespace, selector))

    async def _pod(self, key: Key) -> list[JSON]:
        self._require(self._config.pods, "pods")
        host = self._world.scope.host_key(key)
        path = f"{ROOT}/namespaces/{quote(host.namespace)}/pods/{quote(host.name)}"
        found = pod_figures(self._world, [await self._host(path)])
        return [item for item in found if item["metadata"]["namespace"] == key.namespace]

    async def _nodes(self) -> list[JSON]:
        """Whole nodes only where real nodes are synced: a tenant of a shared node sees the sum of its own pods."""
        self._require(self._config.nodes, "nodes")
        if self._world.scope.config.from_host.nodes.enabled:
            names = frozenset(entry.meta.key.name for entry in self._world.virtual.stores[NODES].entries())
            return real_node_figures(names, (await self._host(f"{ROOT}/nodes"))["items"])
        return node_figures(self._world, await self._host_pods("", ""))

    async def _host_pods(self, namespace: str, selector: str) -> list[JSON]:
        scope = self._world.scope
        labels = quote(host_selector(scope.vcluster, namespace, selector), safe="")
        found = await self._host(f"{ROOT}/namespaces/{quote(scope.host_namespace)}/pods?labelSelector={labels}")
        items: list[JSON] = found["items"]
        return items

    async def _host(self, path: str) -> JSON:
        try:
            raw = await self._world.host.client.raw_get(path)
            return msgspec.json.decode(raw, type=dict[str, Any])
        except NotFound as error:
            if "/pods/" in path:
                raise Refusal(404, "there are no figures of this pod (yet)", "NotFound") from error
            raise Refusal(503, "the host cluster has no metrics server", "ServiceUnavailable") from error
        except (ApiError, Unreachable, msgspec.MsgspecError) as error:
            message = f"the host cluster's metrics server does not answer: {error}"
            raise Refusal(503, message, "ServiceUnavailable") from error

    def _require(self, wanted: bool, what: str) -> None:
        if not (self._config.enabled and wanted):
            raise Refusal(503, _OFF.format(what), "ServiceUnavailable")


def _listed(kind: str, items: list[JSON]) -> Reply:
    return as_json({"kind": kind, "apiVersion": API_VERSION, "metadata": {}, "items": items})


def _one(kind: str, items: list[JSON], name: str) -> Reply:
    if not items:
        raise Refusal(404, f'no figures of "{name}" (yet)', "NotFound")
    return as_json({"kind": kind, "apiVersion": API_VERSION, **items[0]})


_VERSION: Final = {"groupVersion": API_VERSION, "version": "v1beta1"}
_INFO: Final = {"title": "metrics.k8s.io", "version": "v1beta1"}
_GROUP: Final = {"name": "metrics.k8s.io", "versions": [_VERSION], "preferredVersion": _VERSION}
_DISCOVERY: Final[dict[str, JSON]] = {
    # Without these the API server retries and complains for ever; the two kinds are known to every client.
    "/openapi/v2": {"swagger": "2.0", "info": _INFO, "paths": {}, "definitions": {}},
    "/openapi/v3": {"paths": {ROOT[1:]: {"serverRelativeURL": f"/openapi/v3{ROOT}?hash=1"}}},
    f"/openapi/v3{ROOT}": {"openapi": "3.0.0", "info": _INFO, "paths": {}},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_GROUP]},
    "/apis/metrics.k8s.io": {"kind": "APIGroup", "apiVersion": "v1", **_GROUP},
    ROOT: {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": API_VERSION,
        "resources": [
            {"name": "nodes", "singularName": "", "namespaced": False, "kind": "NodeMetrics", "verbs": ["get", "list"]},
            {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]},
        ],
    },
}
