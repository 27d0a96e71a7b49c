"""Fields by which the host schedules and admits a pod, where the virtual cluster's own classes do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from vcluster_contract import names
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.scope import Scope

MAX_PRIORITY: Final = 1_000_000_000
"""Highest priority that users may give (Kubernetes docs, "Pod Priority and Preemption")."""


def host_priority(scope: Scope, spec: JSON) -> JSON:
    """``priorityClassName``, ``priority`` and ``preemptionPolicy`` of the host pod; {} leaves all to the host.

    Host admission refuses numbers and policies that do not come from the named class.
    """
    config = scope.config.to_host
    name = spec.get("priorityClassName") or ""
    if config.priority_classes.enabled and name and not name.startswith("system-"):
        translated = names.cluster_scoped_host_name(name, scope.host_namespace, scope.vcluster)
        result = {"priorityClassName": translated}
        if "preemptionPolicy" in spec:
            result["preemptionPolicy"] = spec["preemptionPolicy"]
        return result | _capped_priority(spec)
    if config.pods.priority_class_name:
        return {"priorityClassName": config.pods.priority_class_name}
    return {}


def _capped_priority(spec: JSON) -> JSON:
    return {"priority": min(spec["priority"], MAX_PRIORITY)} if "priority" in spec else {}


def host_tolerations(scope: Scope, current: Sequence[JSON]) -> list[JSON]:
    """``current`` tolerations and those that the configuration enforces."""
    return with_missing(current, scope.config.to_host.pods.enforce_tolerations)


def with_missing(current: Sequence[JSON], more: Sequence[dict[str, Any]]) -> list[JSON]:
    """``current`` followed by the items of ``more`` that are not in it, compared in full."""
    result = list(current)
    result.extend(dict(item) for item in more if item not in result)
    return result


def host_node_selector(scope: Scope, spec: JSON) -> dict[str, str]:
    """The node selector, narrowed to the host nodes that this virtual cluster shows."""
    selector: dict[str, str] = dict(spec.get("nodeSelector") or {})
    nodes = scope.config.from_host.nodes
    return selector | nodes.selector.labels if nodes.enabled and not spec.get("nodeName") else selector


def host_runtime_class(scope: Scope, spec: JSON) -> JSON:
    """``runtimeClassName`` of the host pod; its overhead is what the host's class says, never the virtual one's."""
    name = scope.config.to_host.pods.runtime_class_name or spec.get("runtimeClassName")
    return {"runtimeClassName": name} if name else {}
