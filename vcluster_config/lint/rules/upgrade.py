"""What may not change on a virtual cluster that exists, judged against its previous configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.model import Config
    from vcluster_config.source.diagnostic import Diagnostic


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family; nothing without a previous configuration."""
    if case.previous is None:
        return
    yield from _distro(case, case.previous)
    yield from _store(case, case.previous)
    yield from _immutable(case, case.previous)
    yield from _version(case, case.previous)


def _distro(case: Case, previous: Config) -> Iterator[Diagnostic]:
    before, after = _distro_of(previous), _distro_of(case.config)
    if before != after:
        yield case.finding(
            Code.DISTRO_CHANGED,
            keys(f"controlPlane.distro.{after}.enabled"),
            f"the distro was {before} and would become {after}, which cannot read its data",
            advice=f"keep {before}, or make a new virtual cluster",
        )


def _distro_of(config: Config) -> str:
    distro = config.control_plane.distro
    return "k3s" if distro.k3s.enabled else "k0s" if distro.k0s.enabled else "k8s"


def _store_of(config: Config) -> str:
    store = config.control_plane.backing_store
    choices = {
        "etcd.embedded": store.etcd.embedded.enabled,
        "etcd.deploy": store.etcd.deploy.enabled,
        "etcd.external": store.etcd.external.enabled,
        "database.external": store.database.external.enabled,
    }
    return next((name for name, on in choices.items() if on), "database.embedded")


def _store(case: Case, previous: Config) -> Iterator[Diagnostic]:
    before, after = _store_of(previous), _store_of(case.config)
    if before != after:
        yield case.finding(
            Code.STORE_CHANGED,
            keys(f"controlPlane.backingStore.{after}.enabled"),
            f"the store was {before} and would become {after}, which starts empty",
            advice=f"keep {before}, or make a new virtual cluster and move the objects",
        )


def _immutable(case: Case, previous: Config) -> Iterator[Diagnostic]:
    ours, theirs = case.config.control_plane, previous.control_plane
    claim, old = ours.stateful_set.persistence.volume_claim, theirs.stateful_set.persistence.volume_claim
    section = "controlPlane.statefulSet."
    why = "Kubernetes does not let a StatefulSet change it"
    certificates = "certificates and names of running workloads contain it"
    for path, before, after, reason in (
        (section + "persistence.volumeClaim.size", old.size, claim.size, why),
        (section + "persistence.volumeClaim.storageClass", old.storage_class, claim.storage_class, why),
        (section + "persistence.volumeClaim.accessModes", old.access_modes, claim.access_modes, why),
        (
            section + "scheduling.podManagementPolicy",
            theirs.stateful_set.scheduling.pod_management_policy,
            ours.stateful_set.scheduling.pod_management_policy,
            why,
        ),
        (
            "networking.advanced.clusterDomain",
            previous.networking.advanced.cluster_domain,
            case.config.networking.advanced.cluster_domain,
            certificates,
        ),
    ):
        if before != after:
            yield case.finding(
                Code.IMMUTABLE_CHANGED,
                keys(path),
                f"{path} was {_shown(before)} and would become {_shown(after)}: {reason}",
                advice=f"set it back to {_shown(before)}",
            )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value) or '""'


def _version(case: Case, previous: Config) -> Iterator[Diagnostic]:
    before, after = _minor(previous), _minor(case.config)
    if before is None or after is None or before == after:
        return
    path = keys("controlPlane.distro.k8s.version")
    if after < before:
        yield case.finding(
            Code.VERSION_SKIPPED,
            path,
            f"Kubernetes 1.{before} would go back to 1.{after}, which cannot read newer objects",
            advice=f"stay at 1.{before}",
        )
    elif after > before + 1:
        yield case.finding(
            Code.VERSION_SKIPPED,
            path,
            f"Kubernetes 1.{before} would jump to 1.{after}, and minor versions must not be skipped",
            severity=Severity.WARNING,
            advice=f"upgrade to 1.{before + 1} first",
        )


def _minor(config: Config) -> int | None:
    distro = config.control_plane.distro.k8s
    match = re.match(r"v?1\.(\d+)", distro.version or distro.api_server.image.tag)
    return int(match[1]) if match else None
