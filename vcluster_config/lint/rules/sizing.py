"""Amounts that contradict each other: requests above limits, and a quota without room for the control plane."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.lint.case import Case, keys
from vcluster_config.lint.rules.effect import value_at
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Mapping, dotted, plain, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path

_SECTIONS: Final = tuple(
    (keys(f"{path}.{low}"), keys(f"{path}.{high}"))
    for path, low, high in (
        ("controlPlane.statefulSet.resources", "requests", "limits"),
        ("controlPlane.coredns.deployment.resources", "requests", "limits"),
        ("controlPlane.backingStore.etcd.deploy.statefulSet.resources", "requests", "limits"),
        ("sync.toHost.pods.rewriteHosts.initContainer.resources", "requests", "limits"),
    )
)
"""Amounts that must not be above others; their defaults count too."""
_LIMITS: Final = keys("policies.limitRange")
_LEVELS: Final = ("min", "defaultRequest", "default", "max")
_QUOTA: Final = keys("policies.resourceQuota.quota")


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    for low, high in _SECTIONS:
        if case.written(low) or case.written(high):
            yield from _above(case, low, high, value_at(case.config, low), value_at(case.config, high))
    if case.written(_LIMITS):
        yield from _rising(case)
    typed = {low[:-1] for low, _ in _SECTIONS}
    for path, node, _ in walk(case.document.root):
        if path[-1] == "resources" and path not in typed and isinstance(node, Mapping):
            amounts: Any = plain(node)
            low, high = (*path, "requests"), (*path, "limits")
            yield from _above(case, low, high, amounts.get("requests"), amounts.get("limits"))
    if case.written(_QUOTA[:1]):
        yield from _quota(case)


def _above(case: Case, low: Path, high: Path, requests: Any, limits: Any) -> Iterator[Diagnostic]:
    if not (isinstance(requests, dict) and isinstance(limits, dict)):
        return
    from vcluster_config import quantity

    for name in sorted(requests.keys() & limits.keys()):
        asked, most = quantity.parse(requests[name]), quantity.parse(limits[name])
        if asked is None or most is None or asked <= most:
            continue
        written = (*low, name) if case.written((*low, name)) else (*high, name)
        yield case.finding(
            Code.REQUEST_ABOVE_LIMIT,
            written,
            f"{dotted((*low, name))} is {requests[name]}, more than the {limits[name]} of {dotted((*high, name))}",
            related=((*high, name) if written[:-1] == low else (*low, name),),
            advice="Kubernetes refuses such containers: lower one, or raise the other",
        )


def _rising(case: Case) -> Iterator[Diagnostic]:
    """Each level of a LimitRange is at most the next one that names the resource (API server, LimitRangeItem)."""
    amounts = {level: value_at(case.config, (*_LIMITS, level)) for level in _LEVELS}
    for name in sorted({name for level in amounts.values() for name in level}):
        named = [level for level in _LEVELS if name in amounts[level]]
        for low, high in pairwise(named):
            if any(case.written((*_LIMITS, level, name)) for level in (low, high)):
                lower, higher = ({name: amounts[level][name]} for level in (low, high))
                yield from _above(case, (*_LIMITS, low), (*_LIMITS, high), lower, higher)


def _quota(case: Case) -> Iterator[Diagnostic]:
    policies = case.config.policies
    follows = policies.resource_quota.enabled == "auto" and policies.limit_range.enabled is True
    if not (follows or policies.resource_quota.enabled is True):
        return
    from vcluster_config import quantity

    for name, needed in _needed(case).items():
        given = quantity.parse(policies.resource_quota.quota.get(name, ""))
        if given is not None and given < needed:
            yield case.finding(
                Code.QUOTA_TOO_SMALL,
                (*_QUOTA, name),
                f"the quota allows {name} {quantity.spell(name, given)}, and the control plane alone takes "
                f"{quantity.spell(name, needed)} or more of it",
                advice="raise it, or leave it out",
            )


def _needed(case: Case) -> dict[str, Fraction]:
    """Lower bounds: the API servers and DNS."""
    from vcluster_config import quantity

    plane = case.config.control_plane
    replicas = plane.stateful_set.high_availability.replicas
    dns = plane.coredns.deployment.replicas if plane.coredns.enabled else 0
    found = {
        f"requests.{name}": amount * replicas
        for name, value in plane.stateful_set.resources.requests.items()
        if (amount := quantity.parse(value)) is not None
    }
    for name, value in plane.coredns.deployment.resources.requests.items():
        amount = quantity.parse(value)
        if amount is not None:
            found[f"requests.{name}"] = found.get(f"requests.{name}", amount * 0) + amount * dns
    pods = quantity.parse(replicas + dns)
    return {**found, **({"count/pods": pods, "pods": pods} if pods is not None else {})}
