"""Names and amounts of resources that the API server does not know, in quotas, limits and requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from vcluster_config.lint.case import Case, keys
from vcluster_config.model.grammars import PREFIX, QUALIFIED
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Mapping, Scalar, dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path

_QUOTA: Final = keys("policies.resourceQuota.quota")
_SCOPES: Final = keys("policies.resourceQuota.scopes")
_FREE: Final = ("experimental", "external", "global", "pro")
_LIMITS: Final = ("default", "defaultRequest", "max", "min")
_COMPUTE: Final = frozenset({"cpu", "ephemeral-storage", "memory"})
_COUNTED: Final = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "pods",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
        "services.loadbalancers",
        "services.nodeports",
    }
)
_COMPUTED: Final = _COMPUTE | {f"{kind}.{name}" for kind in ("limits", "requests") for name in _COMPUTE}
_KNOWN: Final = _COUNTED | _COMPUTED | {"requests.storage"}
_QUALIFIED: Final = PREFIX + QUALIFIED
_HUGE: Final = r"hugepages-[0-9]+[KMG]i"
_EXCLUSIVE: Final = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_OF_PODS: Final = frozenset({"pods", *(name for name in _COMPUTED if not name.endswith("ephemeral-storage"))})

_SCOPED: Final = {
    "BestEffort": frozenset({"pods"}),
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family (Kubernetes, validation of ResourceQuota, LimitRange and ResourceRequirements)."""
    for path, node, _ in walk(case.document.root):
        if not isinstance(node, Mapping):
            continue
        if path == _QUOTA:
            for entry in node.entries:
                yield from _quota_name(case, entry.key)
        elif _holds_compute(path):
            for entry in node.entries:
                yield from _compute_name(case, (*path, entry.key), entry.key)
                if isinstance(entry.value, Scalar):
                    yield from _amount(case, (*path, entry.key), entry.value.text, counted=False)
    if case.written(_SCOPES):
        yield from _scopes(case)


def _holds_compute(path: Path) -> bool:
    if path[:2] == ("policies", "limitRange"):
        return len(path) == 3 and path[-1] in _LIMITS
    if path[0] in _FREE or "spec" in path:
        return False
    return path[-1] in ("limits", "requests") and path[-2:-1] == ("resources",)


def _quota_name(case: Case, name: str) -> Iterator[Diagnostic]:
    path = (*_QUOTA, name)
    value = case.config.policies.resource_quota.quota.get(name)
    if name not in _KNOWN and not _of_nodes(name) and not _of_nodes(name.removeprefix("requests.")):
        expected = "a resource such as requests.cpu, limits.memory or pods, or count/PLURAL.GROUP"
        yield _unknown(case, path, name, expected, _KNOWN)
    elif value is not None:
        yield from _amount(case, path, value, counted=name in _COUNTED or name.startswith("count/"))


def _amount(case: Case, path: Path, value: str, *, counted: bool) -> Iterator[Diagnostic]:
    from vcluster_config import quantity

    amount = quantity.parse(value)
    if amount is not None and (amount < 0 or (counted and amount.denominator != 1)):
        expected = "a whole number, 0 or more" if counted else "0 or more"
        yield case.finding(Code.MALFORMED_VALUE, path, f"{dotted(path)} is {value}", expected=expected)


def _compute_name(case: Case, path: Path, name: str) -> Iterator[Diagnostic]:
    if name not in _COMPUTE and not _of_nodes(name):
        expected = "cpu, memory, ephemeral-storage, or a resource of a device such as example.com/gpu"
        yield _unknown(case, path, name, expected, _COMPUTE)


def _of_nodes(name: str) -> bool:
    """Whether it may be a resource of devices or huge pages."""
    return bool(re.fullmatch(_QUALIFIED, name) or re.fullmatch(_HUGE, name))


def _unknown(case: Case, path: Path, name: str, expected: str, known: frozenset[str]) -> Diagnostic:
    from vcluster_config.model.suggest import closest

    near = closest(name, sorted(known))
    return case.finding(
        Code.MALFORMED_VALUE,
        path,
        f"Kubernetes knows no resource {name} here",
        expected=expected,
        advice=f"did you mean {near}?" if near else "",
        at_key=True,
    )


def _scopes(case: Case) -> Iterator[Diagnostic]:
    section = case.config.policies.resource_quota
    scopes = list(section.scopes)
    for one, other in _EXCLUSIVE:
        if one in scopes and other in scopes:
            path = (*_SCOPES, max(scopes.index(one), scopes.index(other)))
            message = f"{one} and {other} exclude each other"
            yield case.finding(Code.REFUSED_COMBINATION, path, message, advice="keep one of them")
    for index, scope in enumerate(scopes):
        fitting = _SCOPED.get(scope, _OF_PODS)
        outside = sorted(name for name in section.quota if name in _KNOWN and name not in fitting)
        if outside:
            yield case.finding(
                Code.REFUSED_COMBINATION,
                (*_SCOPES, index),
                f"scope {scope} is about {'pods' if 'pods' in fitting else 'claims'}, and the quota bounds "
                f"{', '.join(outside)}",
                related=(_QUOTA,),
                advice="remove them from the quota with null, or remove the scope",
            )
