"""Storage that would lose data or members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.case import Case, keys
from vcluster_config.lint.rules.choices import chosen_stores
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic

_MOST_MEMBERS: Final = 7
"""https://etcd.io/docs/v3.5/faq/#what-is-maximum-cluster-size."""


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    yield from _volatile(case)
    yield from _members(case)
    budget = case.config.control_plane.advanced.pod_disruption_budget
    if budget.min_available is not None and budget.max_unavailable is not None:
        section = keys("controlPlane.advanced.podDisruptionBudget")
        yield case.finding(
            Code.BUDGET_TWICE,
            (*section, "maxUnavailable"),
            "minAvailable and maxUnavailable exclude each other",
            related=((*section, "minAvailable"),),
            advice="keep one of them",
        )


def _volatile(case: Case) -> Iterator[Diagnostic]:
    plane = case.config.control_plane
    stores = chosen_stores(case) or ["database.embedded"]
    persistence = plane.stateful_set.persistence
    inside = stores[0] in ("database.embedded", "etcd.embedded")
    if inside and persistence.volume_claim.enabled is False and not persistence.volume_claim_templates:
        yield case.finding(
            Code.DATA_LOST,
            keys("controlPlane.statefulSet.persistence.volumeClaim.enabled"),
            "without a claim, everything in the virtual cluster is lost when its pod is deleted",
            severity=Severity.WARNING,
            advice="remove the setting, unless the virtual cluster is a throw-away one",
        )


def _members(case: Case) -> Iterator[Diagnostic]:
    plane = case.config.control_plane
    etcd = plane.backing_store.etcd
    for enabled, path, members in (
        (
            etcd.deploy.enabled,
            keys("controlPlane.backingStore.etcd.deploy.statefulSet.highAvailability.replicas"),
            etcd.deploy.stateful_set.high_availability.replicas,
        ),
        (
            etcd.embedded.enabled,
            keys("controlPlane.statefulSet.highAvailability.replicas"),
            plane.stateful_set.high_availability.replicas,
        ),
    ):
        if enabled and members > _MOST_MEMBERS:
            yield case.finding(
                Code.ETCD_MEMBERS,
                path,
                f"every write waits for {members // 2 + 1} of {members} etcd members",
                severity=Severity.WARNING,
                advice=f"use at most {_MOST_MEMBERS}, as etcd advises",
            )
        elif enabled and members > 1 and members % 2 == 0:
            yield case.finding(
                Code.ETCD_MEMBERS,
                path,
                f"{members} etcd members bear no more failures than {members - 1}",
                severity=Severity.WARNING,
                advice=f"use {members - 1} or {members + 1}",
            )
