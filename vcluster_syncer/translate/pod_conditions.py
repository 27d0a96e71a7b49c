"""Who owns which pod condition: the kubelet speaks for the host pod, readiness gates belong to virtual controllers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vcluster_syncer.kube.api import JSON

_KUBELET_OWNED: Final = frozenset(
    {
        "PodScheduled",
        "Initialized",
        "ContainersReady",
        "Ready",
        "PodReadyToStartContainers",
        "PodResizePending",
        "PodResizeInProgress",
        "AllContainersRestarting",
    }
)
_NOT_COPIED: Final = frozenset({"observedGeneration"})


def readiness_gates(spec: JSON) -> frozenset[str]:
    """Condition types that virtual controllers set (Kubernetes docs, "Pod readiness")."""
    return frozenset(gate["conditionType"] for gate in spec.get("readinessGates") or ())


def virtual_conditions(virtual: JSON, host_conditions: Sequence[JSON]) -> list[JSON]:
    """Conditions of the virtual pod: the host's, except those that virtual controllers set.

    Known types keep their place in the list, so that order alone never causes a write.
    """
    current = {item["type"]: item for item in virtual.get("status", {}).get("conditions") or ()}
    gates = readiness_gates(virtual["spec"])
    incoming = {item["type"]: item for item in host_conditions if item["type"] not in gates}
    result = {
        kind: _newer(item, incoming.pop(kind)) if kind in incoming else item
        for kind, item in current.items()
        if kind in incoming or kind not in _KUBELET_OWNED
    }
    return [*result.values(), *incoming.values()]


def _newer(current: JSON, incoming: JSON) -> JSON:
    """The time of scheduling is that of the virtual binding, so equal verdicts need no write."""
    if incoming["type"] == "PodScheduled" and current["status"] == "True" == incoming["status"]:
        return current
    return incoming


def gate_patch(virtual: JSON, host: JSON) -> JSON:
    """Strategic merge patch of the host status with the readiness gates alone; {} when they agree.

    The list merges by type, so conditions of the kubelet are never overwritten.
    """
    gates = readiness_gates(virtual["spec"])
    if not gates:
        return {}
    wanted, present = _gate_conditions(virtual, gates), _gate_conditions(host, gates)
    changes: list[JSON] = [item for kind, item in wanted.items() if present.get(kind) != item]
    changes.extend({"$patch": "delete", "type": kind} for kind in present if kind not in wanted)
    return {"status": {"conditions": changes}} if changes else {}


def _gate_conditions(pod: JSON, gates: frozenset[str]) -> Mapping[str, dict[str, Any]]:
    return {
        item["type"]: {field: value for field, value in item.items() if field not in _NOT_COPIED}
        for item in pod.get("status", {}).get("conditions") or ()
        if item["type"] in gates
    }
