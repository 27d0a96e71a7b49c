"""How well a virtual cluster is kept apart from its neighbours on the same nodes: a list of points, and a score.

The points follow what shared nodes need: Kubernetes docs, "Multi-tenancy" and "Pod Security Standards".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vcluster_config.lint.case import Case, keys
from vcluster_config.lint.rules.effect import value_at
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Severity, Span, Suggestion
from vcluster_config.source.insert import insertion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.model import Config


class Point(NamedTuple):
    """A setting, its values that count as hardened (the first is what a fix writes), its weight and the reason."""

    path: str
    values: tuple[Any, ...]
    weight: int
    why: str
    follows: str = ""
    """Another setting that turns this one on when it is ``auto``."""


POINTS: Final[tuple[Point, ...]] = (
    Point("policies.podSecurityStandard", ("baseline", "restricted"), 3, "pods may be privileged and mount the node"),
    Point("policies.networkPolicy.enabled", (True,), 3, "workloads reach the pods of every neighbour"),
    Point("policies.networkPolicy.workload.publicEgress.enabled", (False,), 2, "workloads reach the whole internet"),
    Point(
        "policies.resourceQuota.enabled",
        (True,),
        2,
        "workloads may use up the nodes",
        follows="policies.limitRange.enabled",
    ),
    Point(
        "policies.limitRange.enabled",
        (True,),
        1,
        "containers without limits may use up a node",
        follows="policies.resourceQuota.enabled",
    ),
    Point("sync.toHost.persistentVolumes.enabled", (False,), 3, "a volume may name any path of a node"),
    Point("controlPlane.hostPathMapper.enabled", (False,), 3, "logs of other pods on a node can be mounted"),
    Point("sync.toHost.namespaces.enabled", (False,), 2, "the syncer may write to namespaces of others"),
    Point("sync.toHost.storageClasses.enabled", (False,), 1, "users may define storage for the whole host"),
    Point("sync.toHost.priorityClasses.enabled", (False,), 1, "users may displace the pods of neighbours"),
    Point("exportKubeConfig.insecure", (False,), 2, "clients do not verify whom they talk to"),
    Point("rbac.clusterRole.extraRules", ([],), 2, "the control plane gets rights in the whole host"),
)


def score(config: Config) -> int:
    """Weight of the points that are kept, of 100."""
    kept = sum(point.weight for point in POINTS if _is_kept(config, point))
    return round(100 * kept / sum(point.weight for point in POINTS))


def check(case: Case) -> Iterator[Diagnostic]:
    """One finding for each point that is not kept; at most one fix for each place in a text."""
    taken: set[Span] = set()
    for point in POINTS:
        if _is_kept(case.config, point):
            continue
        found = _finding(case, point)
        spans = {edit.span for item in found.suggestions for edit in item.edits}
        if spans & taken:
            found = found._replace(suggestions=(Suggestion(found.suggestions[0].title),))
        taken |= spans
        yield found


def _is_kept(config: Config, point: Point) -> bool:
    value = value_at(config, keys(point.path))
    if value == "auto" and point.follows:
        value = value_at(config, keys(point.follows)) is True
    return value in point.values


def _finding(case: Case, point: Point) -> Diagnostic:
    path = keys(point.path)
    wanted = point.values[0]
    text = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
    written = case.written(path)
    found = case.finding(
        Code.NOT_HARDENED,
        path,
        f"{point.path} leaves a door open: {point.why}",
        severity=Severity.WARNING,
        advice=f"set it to {text}" if wanted != [] else "name the few rights that are needed under rbac.role",
        fix=text if written and wanted != [] else None,
    )
    edit = insertion(case.document, tuple(map(str, path)), text) if not written and wanted != [] else None
    if edit is None:
        return found
    return found._replace(suggestions=(Suggestion(f"set {point.path} to {text}", "safe", (edit,)),))
