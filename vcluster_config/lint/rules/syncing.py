"""Kinds that must be synced together, or must not be synced in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    yield from _both_ways(case)
    yield from _snapshots(case)
    yield from _custom_resources(case)


def _both_ways(case: Case) -> Iterator[Diagnostic]:
    to_host, from_host = case.config.sync.to_host, case.config.sync.from_host
    for kind, outward, inward in (
        ("storageClasses", to_host.storage_classes.enabled, from_host.storage_classes.enabled is True),
        ("priorityClasses", to_host.priority_classes.enabled, from_host.priority_classes.enabled),
    ):
        if outward and inward:
            yield case.finding(
                Code.BOTH_DIRECTIONS,
                keys(f"sync.fromHost.{kind}.enabled"),
                f"{kind} are synced to the host and from the host, so each side would overwrite the other",
                related=(keys(f"sync.toHost.{kind}.enabled"),),
                advice="keep one direction",
            )


def _snapshots(case: Case) -> Iterator[Diagnostic]:
    sync = case.config.sync.to_host
    pair = {"volumeSnapshots": sync.volume_snapshots, "volumeSnapshotContents": sync.volume_snapshot_contents}
    on = [name for name, switch in pair.items() if switch.enabled]
    if len(on) == 1:
        (missing,) = set(pair) - set(on)
        yield case.finding(
            Code.SNAPSHOT_PAIR,
            keys(f"sync.toHost.{on[0]}.enabled"),
            f"{on[0]} are synced without {missing}, and a snapshot is made of both",
            related=(keys(f"sync.toHost.{missing}.enabled"),),
            advice=f"set sync.toHost.{missing}.enabled to true as well",
        )


def _custom_resources(case: Case) -> Iterator[Diagnostic]:
    outward, inward = case.config.sync.to_host.custom_resources, case.config.sync.from_host.custom_resources
    for name in outward.keys() & inward.keys():
        if outward[name].enabled and inward[name].enabled:
            path = ("sync", "fromHost", "customResources", name)
            yield case.finding(
                Code.BOTH_DIRECTIONS,
                path,
                f"{name} is synced to the host and from the host, so each side would overwrite the other",
                related=(("sync", "toHost", "customResources", name),),
                advice="keep one direction",
                at_key=True,
            )
    for name, resource in inward.items():
        path = ("sync", "fromHost", "customResources", name)
        if resource.scope == "Namespaced" and not resource.mappings.by_name:
            yield case.finding(
                Code.MAPPING_NEEDED,
                path,
                f"{name} is namespaced, so it needs mappings.byName to say which host objects appear where",
                advice='add mappings: {byName: {"host-namespace/*": "virtual-namespace/*"}}',
                at_key=True,
            )
        if resource.scope == "Cluster" and resource.mappings.by_name:
            yield case.finding(
                Code.MAPPING_NEEDED,
                (*path, "mappings"),
                f"{name} has cluster scope, so mappings by namespace mean nothing",
                advice="remove mappings",
                at_key=True,
            )
