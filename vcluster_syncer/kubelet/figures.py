"""Figures of metrics.k8s.io under virtual names: only pods that are ours, only containers the tenant wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_syncer.kube.api import JSON, Entry
    from vcluster_syncer.sync.api import World

API_VERSION: Final = "metrics.k8s.io/v1beta1"
_REQUIREMENT: Final = re.compile(r"\s*(!?\s*)([\w./-]+)(.*)", re.DOTALL)
_OUTSIDE_PARENTHESES: Final = re.compile(r",(?![^(]*\))")
_NANO: Final = {"n": 1, "u": 1_000, "m": 1_000_000, "": 1_000_000_000}
_BYTES: Final = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "k": 10**3, "M": 10**6, "G": 10**9}
_QUANTITY: Final = re.compile(r"(\d+)([a-zA-Z]*)")


class _Named(msgspec.Struct, frozen=True):
    name: str


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str = ""
    containers: list[_Named] = []
    init_containers: list[_Named] = []


class _Pod(msgspec.Struct, frozen=True):
    spec: _Spec = _Spec()


class _OurPod(msgspec.Struct, frozen=True):
    entry: Entry
    node: str
    containers: frozenset[str]


def host_selector(vcluster: str, namespace: str, selector: str) -> str:
    """Label selector for the host: ``selector`` of the tenant, confined to this cluster and ``namespace`` if given."""
    confined = [f"{markers.MANAGED_BY}={vcluster}"]
    if namespace:
        confined.append(f"{markers.NAMESPACE}={namespace}")
    parts = (part for part in _OUTSIDE_PARENTHESES.split(selector) if part.strip())
    return ",".join((*confined, *(_rekeyed(part, vcluster) for part in parts)))


def _rekeyed(requirement: str, vcluster: str) -> str:
    found = _REQUIREMENT.fullmatch(requirement)
    if found is None:
        return requirement.strip()
    return found[1].strip() + markers.host_label_key(found[2], vcluster) + found[3].rstrip()


def pod_figures(world: World, items: Iterable[JSON]) -> list[JSON]:
    """PodMetrics of the virtual pods behind the host's ``items``; what is not ours is dropped."""
    found = ((item, our_pod(world, item["metadata"]["name"])) for item in items)
    return [_as_virtual(item, pod) for item, pod in found if pod is not None]


def our_pod(world: World, host_name: str) -> _OurPod | None:
    """The virtual pod that the host pod ``host_name`` runs, None when it is not ours or has been replaced."""
    host = world.host.stores[PODS].get(Key(world.scope.host_namespace, host_name))
    key = world.scope.virtual_key(PODS, host.meta) if host is not None else None
    entry = world.virtual.stores[PODS].get(key) if key is not None else None
    if host is None or entry is None or host.meta.annotations.get(markers.OBJECT_UID) != entry.meta.uid:
        return None
    spec = msgspec.json.decode(entry.raw, type=_Pod).spec
    named = (*spec.containers, *spec.init_containers)
    return _OurPod(entry, spec.node_name, frozenset(each.name for each in named))


def node_figures(world: World, items: Iterable[JSON]) -> list[JSON]:
    """NodeMetrics for each virtual node that runs pods: the sum of our own pods, nothing of what else runs there."""
    nodes: dict[str, JSON] = {}
    for item in items:
        pod = our_pod(world, item["metadata"]["name"])
        if pod is None or not pod.node:
            continue
        node = nodes.setdefault(pod.node, _empty_node(pod.node, item))
        for container in item.get("containers") or ():
            if container["name"] in pod.containers:
                _add(node["usage"], container.get("usage") or {})
    return [{**node, "usage": _rendered(node["usage"])} for node in nodes.values()]


def real_node_figures(names: frozenset[str], items: Iterable[JSON]) -> list[JSON]:
    """NodeMetrics of the host for the nodes that exist in the virtual cluster."""
    return [
        {**item, "metadata": {"name": item["metadata"]["name"]}} for item in items if item["metadata"]["name"] in names
    ]


def _as_virtual(item: JSON, pod: _OurPod) -> JSON:
    meta = pod.entry.meta
    metadata: dict[str, Any] = {"name": meta.key.name, "namespace": meta.key.namespace}
    if meta.labels:
        metadata["labels"] = meta.labels
    containers = [each for each in item.get("containers") or () if each["name"] in pod.containers]
    return {
        "metadata": metadata | {"creationTimestamp": item["metadata"].get("creationTimestamp")},
        "timestamp": item.get("timestamp"),
        "window": item.get("window"),
        "containers": containers,
    }


def _empty_node(name: str, item: JSON) -> JSON:
    return {
        "metadata": {"name": name, "creationTimestamp": item["metadata"].get("creationTimestamp")},
        "timestamp": item.get("timestamp"),
        "window": item.get("window"),
        "usage": {"cpu": 0, "memory": 0},
    }


def _add(total: dict[str, int], usage: dict[str, str]) -> None:
    total["cpu"] += _parse(usage.get("cpu", "0"), _NANO)
    total["memory"] += _parse(usage.get("memory", "0"), _BYTES)


def _parse(quantity: str, units: dict[str, int]) -> int:
    """Whole quantities as metrics-server writes them; others count as nothing."""
    found = _QUANTITY.fullmatch(quantity)
    return int(found[1]) * units.get(found[2], 0) if found else 0


def _rendered(usage: dict[str, int]) -> dict[str, str]:
    return {"cpu": f"{usage['cpu']}n", "memory": f"{usage['memory'] >> 10}Ki"}
