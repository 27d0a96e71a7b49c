"""Choices that exclude or need each other: distro, store, scheduler, replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic

_STORES = ("etcd.embedded", "etcd.deploy", "etcd.external", "database.embedded", "database.external")


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    yield from _one_distro(case)
    yield from _one_store(case)
    yield from _replicas(case)
    yield from _needed(case)
    yield from _leader_election(case)


def _one_distro(case: Case) -> Iterator[Diagnostic]:
    distro = case.config.control_plane.distro
    enabled = {"k8s": distro.k8s.enabled, "k3s": distro.k3s.enabled, "k0s": distro.k0s.enabled}
    paths = [keys(f"controlPlane.distro.{name}.enabled") for name, on in enabled.items() if on]
    if len(paths) > 1:
        names = " and ".join(str(path[2]) for path in paths)
        yield case.finding(
            Code.SEVERAL_DISTROS,
            paths[-1],
            f"{names} are enabled, but a virtual cluster runs one distro",
            related=tuple(paths[:-1]),
            advice="keep one of them enabled",
        )


def chosen_stores(case: Case) -> list[str]:
    """Stores that are enabled, as paths below controlPlane.backingStore."""
    store = case.config.control_plane.backing_store
    sections = (store.etcd.embedded, store.etcd.deploy, store.etcd.external)
    enabled = [*(section.enabled for section in sections), store.database.embedded.enabled]
    return [name for name, on in zip(_STORES, [*enabled, store.database.external.enabled], strict=True) if on]


def _migrates(case: Case, chosen: list[str]) -> bool:
    embedded = case.config.control_plane.backing_store.etcd.embedded
    return set(chosen) == {"etcd.embedded", "etcd.deploy"} and embedded.migrate_from_deployed_etcd


def _one_store(case: Case) -> Iterator[Diagnostic]:
    chosen = chosen_stores(case)
    if len(chosen) > 1 and not _migrates(case, chosen):
        paths = [keys(f"controlPlane.backingStore.{name}.enabled") for name in chosen]
        yield case.finding(
            Code.SEVERAL_STORES,
            paths[-1],
            f"{' and '.join(chosen)} are enabled, but a virtual cluster has one store",
            related=tuple(paths[:-1]),
            advice="keep one of them enabled",
        )


def _replicas(case: Case) -> Iterator[Diagnostic]:
    path = keys("controlPlane.statefulSet.highAvailability.replicas")
    replicas = case.config.control_plane.stateful_set.high_availability.replicas
    chosen = chosen_stores(case) or ["database.embedded"]
    embedded = case.config.control_plane.backing_store.database.embedded
    if replicas > 1 and chosen == ["database.embedded"] and not embedded.data_source:
        yield case.finding(
            Code.STORE_NOT_SHARED,
            path,
            f"{replicas} replicas cannot share the SQLite file of one pod",
            related=(keys("controlPlane.backingStore.database.embedded.enabled"),),
            advice="set replicas to 1, or enable etcd.embedded, etcd.deploy or database.external below "
            "controlPlane.backingStore",
        )


def _needed(case: Case) -> Iterator[Diagnostic]:
    plane = case.config.control_plane
    nodes = keys("sync.fromHost.nodes.enabled")
    for path, on in (
        (keys("controlPlane.advanced.virtualScheduler.enabled"), plane.advanced.virtual_scheduler.enabled),
        (keys("controlPlane.distro.k8s.scheduler.enabled"), plane.distro.k8s.scheduler.enabled),
    ):
        if on and not case.config.sync.from_host.nodes.enabled:
            yield case.finding(
                Code.SCHEDULER_NEEDS_NODES,
                path,
                "a scheduler inside the virtual cluster needs the real nodes, which are not synced",
                related=(nodes,),
                advice="set sync.fromHost.nodes.enabled to true, or leave scheduling to the host",
            )
    if not plane.distro.k8s.api_server.enabled:
        yield case.finding(
            Code.API_SERVER_NEEDED,
            keys("controlPlane.distro.k8s.apiServer.enabled"),
            "a virtual cluster cannot run without its API server",
            advice="remove the setting",
        )
    external = plane.backing_store.database.external
    if external.enabled and not external.data_source:
        yield case.finding(
            Code.DATA_SOURCE_NEEDED,
            keys("controlPlane.backingStore.database.external.enabled"),
            "the external database has no dataSource",
            related=(keys("controlPlane.backingStore.database.external.dataSource"),),
            expected="dataSource such as mysql://user:password@tcp(host:3306)/name or postgres://user@host/name",
            advice="set controlPlane.backingStore.database.external.dataSource",
        )
    etcd = plane.backing_store.etcd.external
    if etcd.enabled and not etcd.endpoint:
        yield case.finding(
            Code.DATA_SOURCE_NEEDED,
            keys("controlPlane.backingStore.etcd.external.enabled"),
            "the external etcd has no endpoint",
            related=(keys("controlPlane.backingStore.etcd.external.endpoint"),),
            expected="endpoint such as etcd.example.com:2379",
            advice="set controlPlane.backingStore.etcd.external.endpoint",
        )


def _leader_election(case: Case) -> Iterator[Diagnostic]:
    section = keys("controlPlane.statefulSet.highAvailability")
    timing = case.config.control_plane.stateful_set.high_availability
    if timing.renew_deadline >= timing.lease_duration:
        yield case.finding(
            Code.LEASE_TIMES,
            (*section, "renewDeadline"),
            f"renewDeadline {timing.renew_deadline}s is not less than leaseDuration {timing.lease_duration}s",
            related=((*section, "leaseDuration"),),
            advice="give leaders time to notice that they lost: leaseDuration 60, renewDeadline 40, retryPeriod 15",
        )
    if timing.retry_period >= timing.renew_deadline:
        yield case.finding(
            Code.LEASE_TIMES,
            (*section, "retryPeriod"),
            f"retryPeriod {timing.retry_period}s is not less than renewDeadline {timing.renew_deadline}s",
            related=((*section, "renewDeadline"),),
            advice="give leaders several tries: leaseDuration 60, renewDeadline 40, retryPeriod 15",
        )
