"""Host RBAC derived from the catalogue and the switches, so that no verb is granted that no code uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

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
_FIGURES: Final = "integrations.metricsServer.enabled"


class Grant(NamedTuple):
    """A rule and the setting that needs it; an empty setting means the control plane itself."""

    rule: Rule
    setting: str


def role_grants(config: SyncerConfig) -> tuple[Grant, ...]:
    """Why each rule is in the namespaced Role; several grants may overlap."""
    kinds = (kind for kind in enabled_kinds(config) if kind.resource.namespaced)
    figures = (Grant(_POD_FIGURES, _FIGURES),) if _wants_pod_figures(config) else ()
    return (*(Grant(rule, "") for rule in _OWN), *_grants_of(kinds), *figures)


def cluster_role_grants(config: SyncerConfig) -> tuple[Grant, ...]:
    """Why each rule is in the ClusterRole."""
    kinds = (kind for kind in enabled_kinds(config) if not kind.resource.namespaced)
    figures = (Grant(_NODE_FIGURES, _FIGURES),) if _wants_real_node_figures(config) else ()
    return (*_grants_of(kinds), *figures)


def role_rules(config: SyncerConfig) -> tuple[Rule, ...]:
    """Rules of the namespaced Role ``vc-NAME``."""
    return _merge(grant.rule for grant in role_grants(config))


def cluster_role_rules(config: SyncerConfig) -> tuple[Rule, ...]:
    """Rules of the ClusterRole; empty when nothing cluster-scoped is synced."""
    return _merge(grant.rule for grant in cluster_role_grants(config))


def _wants_pod_figures(config: SyncerConfig) -> bool:
    """Figures of virtual nodes are sums over our own pods, so they need no right beyond the namespace."""
    return config.metrics_server.enabled and (config.metrics_server.pods or config.metrics_server.nodes)


def _wants_real_node_figures(config: SyncerConfig) -> bool:
    return config.metrics_server.enabled and config.metrics_server.nodes and config.from_host.nodes.enabled


def _grants_of(kinds: Iterable[Kind]) -> tuple[Grant, ...]:
    return tuple(Grant(rule, kind.switch) for kind in kinds for rule in kind.host_rules)


def _merge(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """One rule for each resource with its verbs sorted, ordered by group and resource."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        verbs.setdefault((rule.group, rule.resource), set()).update(rule.verbs)
    return tuple(Rule(group, resource, tuple(sorted(found))) for (group, resource), found in sorted(verbs.items()))
