"""RBAC objects: exactly the rules that the contract derives from the switches, plus what the user adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from vcluster_config.compile.metadata import metadata
from vcluster_config.objects import PolicyRule, Role, RoleBinding
from vcluster_config.placeholders import CLUSTER_ROLE, NAMESPACE, SERVICE_ACCOUNT
from vcluster_contract import rbac as contract

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.types import PolicyRule as ModelRule
    from vcluster_config.objects import Metadata
    from vcluster_contract.config import SyncerConfig
    from vcluster_contract.kinds import Rule

_GROUP: Final = "rbac.authorization.k8s.io"
_VERSION: Final = "rbac.authorization.k8s.io/v1"
_ROLE: Final = SERVICE_ACCOUNT
"""Role and binding carry the account's default name, ``vc-NAME``."""


def role(resolved: Resolved, syncer: SyncerConfig) -> Role | None:
    """Rules in the namespace of the release."""
    section = resolved.config.rbac.role
    if not section.enabled:
        return None
    rules = _rules(contract.role_rules(syncer), section.extra_rules, section.overwrite_rules)
    return Role(api_version=_VERSION, kind="Role", metadata=_metadata(resolved, _ROLE), rules=rules)


def role_binding(resolved: Resolved) -> RoleBinding | None:
    """Binds the Role to the control plane's account."""
    return _binding(resolved, "RoleBinding", "Role", _ROLE) if resolved.config.rbac.role.enabled else None


def cluster_role(resolved: Resolved, syncer: SyncerConfig) -> Role | None:
    """Rules for the whole host; None unless a setting needs them or the user asks for them."""
    section = resolved.config.rbac.cluster_role
    rules = _rules(contract.cluster_role_rules(syncer), section.extra_rules, section.overwrite_rules)
    if section.enabled is False or (section.enabled == "auto" and not rules):
        return None
    return Role(api_version=_VERSION, kind="ClusterRole", metadata=_metadata(resolved, CLUSTER_ROLE), rules=rules)


def cluster_role_binding(resolved: Resolved) -> RoleBinding:
    """Binds the ClusterRole to the control plane's account."""
    return _binding(resolved, "ClusterRoleBinding", "ClusterRole", CLUSTER_ROLE)


def _rules(
    derived: Iterable[Rule], extra: Iterable[ModelRule], overwrite: Iterable[ModelRule]
) -> tuple[PolicyRule, ...]:
    given = tuple(_given(rule) for rule in overwrite)
    return given or (*(_derived(rule) for rule in derived), *(_given(rule) for rule in extra))


def _derived(rule: Rule) -> PolicyRule:
    return PolicyRule(api_groups=(rule.group,), resources=(rule.resource,), verbs=rule.verbs)


def _given(rule: ModelRule) -> PolicyRule:
    return PolicyRule(
        api_groups=tuple(rule.get("apiGroups", ())),
        resources=tuple(rule.get("resources", ())),
        resource_names=tuple(rule.get("resourceNames", ())),
        non_resource_urls=tuple(rule.get("nonResourceURLs", ())),
        verbs=tuple(rule["verbs"]),
    )


def _binding(
    resolved: Resolved,
    kind: Literal["RoleBinding", "ClusterRoleBinding"],
    role_kind: Literal["Role", "ClusterRole"],
    name: str,
) -> RoleBinding:
    account = resolved.config.control_plane.advanced.service_account.name or SERVICE_ACCOUNT
    return RoleBinding(
        api_version=_VERSION,
        kind=kind,
        metadata=_metadata(resolved, name),
        role_ref={"apiGroup": _GROUP, "kind": role_kind, "name": name},
        subjects=({"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE},),
    )


def _metadata(resolved: Resolved, name: str) -> Metadata:
    return metadata(name, shared_annotations=resolved.config.control_plane.advanced.global_metadata.annotations)
