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


def role_rules(config: SyncerConfig) -> tuple[Rule, ...]:
    """Rules of the namespaced Role ``vc-NAME``."""
    kinds = (kind for kind in enabled_kinds(config) if kind.resource.namespaced)
    return _merge((*_OWN, *_rules_of(kinds)))


def cluster_role_rules(config: SyncerConfig) -> tuple[Rule, ...]:
    """Rules of the ClusterRole; empty when nothing cluster-scoped is synced."""
    return _merge(_rules_of(kind for kind in enabled_kinds(config) if not kind.resource.namespaced))


def _rules_of(kinds: Iterable[Kind]) -> tuple[Rule, ...]:
    return tuple(rule for kind in kinds for rule in kind.host_rules)


def _merge(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """One rule for each resource with its verbs sorted, ordered by group and resource."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        verbs.setdefault((rule.group, rule.resource), set()).update(rule.verbs)
    return tuple(Rule(group, resource, tuple(sorted(found))) for (group, resource), found in sorted(verbs.items()))
