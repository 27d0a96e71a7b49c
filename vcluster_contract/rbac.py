"""Host RBAC derived from the catalogue and the switches, so that no verb is granted that no code uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract.kinds import Kind, Rule, enabled_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_contract.config import SyncerConfig

# The control plane itself: PKI and kubeconfig Secrets, runtime ConfigMap, its own Service, node Services.
_OWN: Final = (
    Rule("", "secrets", ("get", "create", "patch")),
    Rule("", "configmaps", ("get", "create", "patch")),
    Rule("", "services", ("get", "list", "watch", "create", "patch", "delete")),
    Rule("coordination.k8s.io", "leases", ("get", "create", "update")),
    # For default/kubernetes, whose endpoints are those of Service NAME.
    Rule("", "endpoints", ("get", "list", "watch")),
)
_POD_FIGURES: Final = Rule("metrics.k8s.io", "pods", ("get", "list"))
_NODE_FIGURES: Final = Rule("metrics.k8s.io", "nodes", ("list",))


def role_rules(config: SyncerConfig) -> tuple[Rule, ...]:
    """Rules of the namespaced Role ``vc-NAME``."""
    kinds = (kind for kind in enabled_kinds(config) if kind.resource.namespaced)
    figures = (_POD_FIGURES,) if _wants_pod_figures(config) else ()
    return _merge((*_OWN, *_rules_of(kinds), *figures))


def cluster_role_rules(config: SyncerConfig) -> tuple[Rule, ...]:
    """Rules of the ClusterRole; empty when nothing cluster-scoped is synced."""
    kinds = (kind for kind in enabled_kinds(config) if not kind.resource.namespaced)
    figures = (_NODE_FIGURES,) if _wants_real_node_figures(config) else ()
    return _merge((*_rules_of(kinds), *figures))


def _wants_pod_figures(config: SyncerConfig) -> bool:
    """Figures of virtual nodes are sums over our own pods, so they need no right beyond the namespace."""
    return config.metrics_server.enabled and (config.metrics_server.pods or config.metrics_server.nodes)


def _wants_real_node_figures(config: SyncerConfig) -> bool:
    return config.metrics_server.enabled and config.metrics_server.nodes and config.from_host.nodes.enabled


def _rules_of(kinds: Iterable[Kind]) -> tuple[Rule, ...]:
    return tuple(rule for kind in kinds for rule in kind.host_rules)


def _merge(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """One rule for each resource with its verbs sorted, ordered by group and resource."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        verbs.setdefault((rule.group, rule.resource), set()).update(rule.verbs)
    return tuple(Rule(group, resource, tuple(sorted(found))) for (group, resource), found in sorted(verbs.items()))
