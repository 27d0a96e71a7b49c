"""Why each right is granted, and which of them could be done without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.effects.rendered import Identity, Release, render
from vcluster_config.effects.rights import Right, of_rule, rights
from vcluster_contract import config as contract
from vcluster_contract import layout
from vcluster_contract.rbac import Grant, cluster_role_grants, role_grants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from vcluster_config.model import Config

ITSELF: Final = "the control plane itself"
_ELSEWHERE: Final = "exportKubeConfig"
# A pod that runs, is reached and reads its configuration needs these.
_BASIC: Final = frozenset(f"sync.toHost.{kind}.enabled" for kind in ("pods", "services", "configMaps", "secrets"))


@dataclass(frozen=True, slots=True)
class Need:
    """Verbs on one subject, with the settings that need them."""

    role: Identity
    right: Right
    verbs: tuple[str, ...]
    settings: tuple[str, ...]


def needs(config: Config, values: Mapping[str, Any], release: Release) -> list[Need]:
    """Everything the rendered roles grant, by role and subject; verbs with other reasons stand apart."""
    reasons = _reasons(config, values, release)
    found: dict[tuple[Identity, str, tuple[str, ...]], list[Right]] = {}
    for identity, content in sorted(render(values, release).items()):
        if identity.kind in {"Role", "ClusterRole"}:
            for right in sorted(rights({identity: content})):
                why = tuple(dict.fromkeys(reasons.get(right, ())))
                found.setdefault((identity, right.subject, why), []).append(right)
    return [
        Need(role, those[0], tuple(right.verb for right in those), settings)
        for (role, _, settings), those in found.items()
    ]


def dispensable(config: Config, values: Mapping[str, Any], written: Iterable[str]) -> list[str]:
    """Switches that are on, cost rights, are not asked for by any line, and without which pods still run."""
    syncer = _syncer(values)
    asked = set(written)
    granted = dict.fromkeys(grant.setting for grant in (*role_grants(syncer), *cluster_role_grants(syncer)))
    overwritten = config.rbac.role.overwrite_rules and config.rbac.cluster_role.overwrite_rules
    return [] if overwritten else [setting for setting in granted if setting and setting not in _BASIC | asked]


def _syncer(values: Mapping[str, Any]) -> contract.SyncerConfig:
    return contract.decode(values["configSecret"]["stringData"][layout.SYNCER_CONFIG_KEY].encode())


def _reasons(config: Config, values: Mapping[str, Any], release: Release) -> dict[Right, list[str]]:
    syncer = _syncer(values)
    own, whole = release.namespace, ""
    sources = (
        *_of_grants(role_grants(syncer), own),
        *_of_grants(cluster_role_grants(syncer), whole),
        *_of_user(config.rbac.role, "rbac.role", own),
        *_of_user(config.rbac.cluster_role, "rbac.clusterRole", whole),
        *((right, _ELSEWHERE) for right in _elsewhere(values, release)),
    )
    found: dict[Right, list[str]] = {}
    for right, reason in sources:
        found.setdefault(right, []).append(reason)
    return found


def _of_grants(grants: Iterable[Grant], scope: str) -> Iterator[tuple[Right, str]]:
    for rule, setting in grants:
        for verb in rule.verbs:
            yield Right(scope, rule.group, rule.resource, "", verb), setting or ITSELF


def _of_user(section: Any, path: str, scope: str) -> Iterator[tuple[Right, str]]:
    for name, rules in (("extraRules", section.extra_rules), ("overwriteRules", section.overwrite_rules)):
        for index, rule in enumerate(rules):
            yield from ((right, f"{path}.{name}[{index}]") for right in of_rule(rule, scope))


def _elsewhere(values: Mapping[str, Any], release: Release) -> set[Right]:
    """Rights in other namespaces, which only exported kubeconfigs need."""
    others = {
        identity: content
        for identity, content in render(values, release).items()
        if identity.kind == "Role" and identity.namespace != release.namespace
    }
    return rights(others)
