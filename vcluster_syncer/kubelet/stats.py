"""A host kubelet's figures cut down to this cluster's pods and claims, under their virtual names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kubelet.figures import our_pod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcluster_syncer.kube.api import JSON
    from vcluster_syncer.sync.api import World

_LABEL: Final = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
_SERIES: Final = re.compile(r"([a-zA-Z_:][\w:]*)\{(.*)\}(\s.*)")
_CLAIM: Final = "persistentvolumeclaim"


def summary(world: World, raw: bytes) -> JSON:
    """``/stats/summary`` with our pods only.

    Raises:
        msgspec.MsgspecError: ``raw`` is no JSON object.
    """
    found = msgspec.json.decode(raw, type=dict[str, Any])
    pods = (_pod_stats(world, pod) for pod in found.get("pods") or ())
    return {**found, "pods": [pod for pod in pods if pod is not None]}


def _pod_stats(world: World, stats: JSON) -> JSON | None:
    reference = stats["podRef"]
    pod = our_pod(world, reference["name"]) if reference["namespace"] == world.scope.host_namespace else None
    if pod is None:
        return None
    meta = pod.entry.meta
    containers = [each for each in stats.get("containers") or () if each["name"] in pod.containers]
    result = {
        **stats,
        "podRef": {"name": meta.key.name, "namespace": meta.key.namespace, "uid": meta.uid},
        "containers": containers,
    }
    if "volume" in stats:
        result["volume"] = [_volume_stats(world, volume) for volume in stats["volume"]]
    return result


def _volume_stats(world: World, volume: JSON) -> JSON:
    """Claims get their virtual name; one that is not ours loses its reference."""
    reference = volume.get("pvcRef")
    if reference is None:
        return volume
    claim = _claim(world, reference["name"])
    rest = {key: value for key, value in volume.items() if key != "pvcRef"}
    return rest if claim is None else {**rest, "pvcRef": {"name": claim.name, "namespace": claim.namespace}}


def prometheus(world: World, text: str, *, node_wide: bool) -> str:
    """Series of our pods and claims in Prometheus' text format, comments kept.

    ``node_wide`` also keeps series about the node as a whole: those that name neither pod nor claim nor cgroup.
    """
    lines = (_line(world, line, node_wide=node_wide) for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line is not None)


def _line(world: World, line: str, *, node_wide: bool) -> str | None:
    if line.startswith("#") or not line:
        return line
    found = _SERIES.fullmatch(line)
    if found is None:
        return line if node_wide else None
    labels = dict(_LABEL.findall(found[2]))
    if labels.get("pod") or labels.get(_CLAIM):
        changed = _renamed(world, labels)
    else:
        changed = labels if node_wide and labels.get("id", "/") == "/" and "namespace" not in labels else None
    if changed is None:
        return None
    rendered = ",".join(f'{key}="{value}"' for key, value in changed.items())
    return f"{found[1]}{{{rendered}}}{found[3]}"


def _renamed(world: World, labels: dict[str, str]) -> Mapping[str, str] | None:
    """Labels under virtual names, None when pod or claim are not ours."""
    if labels.get("namespace") != world.scope.host_namespace:
        return None
    if labels.get("pod"):
        pod = our_pod(world, labels["pod"])
        if pod is None or labels.get("container", "") not in ("", "POD", *pod.containers):
            return None
        meta = pod.entry.meta
        changed = {"pod": meta.key.name, "namespace": meta.key.namespace}
        return labels | changed | ({"pod_uid": meta.uid} if "pod_uid" in labels else {})
    claim = _claim(world, labels[_CLAIM])
    return None if claim is None else labels | {_CLAIM: claim.name, "namespace": claim.namespace}


def _claim(world: World, host_name: str) -> Key | None:
    store = world.host.stores.get(PERSISTENT_VOLUME_CLAIMS)
    entry = store.get(Key(world.scope.host_namespace, host_name)) if store is not None else None
    return world.scope.virtual_key(PERSISTENT_VOLUME_CLAIMS, entry.meta) if entry is not None else None
