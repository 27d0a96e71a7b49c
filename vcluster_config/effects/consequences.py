"""What the host does with changed objects: which containers restart, what it refuses, what stays behind.

Immutable fields: Kubernetes API reference, ``StatefulSetSpec`` ("updates to statefulset spec for fields other than …
are forbidden"), ``Deployment.spec.selector``, ``RoleBinding.roleRef``, ``Secret.type``, PersistentVolumeClaim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.effects.changes import Change, spell
from vcluster_contract import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vcluster_config.effects.rendered import Identity

_STATEFUL_SET_MUTABLE: Final = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)
_IMMUTABLE: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "Deployment": (("spec", "selector"),),
    "DaemonSet": (("spec", "selector"),),
    "Job": (("spec", "template"), ("spec", "selector"), ("spec", "completionMode")),
    "RoleBinding": (("roleRef",),),
    "ClusterRoleBinding": (("roleRef",),),
    "Secret": (("type",),),
    "PersistentVolumeClaim": (("spec", "accessModes"), ("spec", "storageClassName"), ("spec", "volumeName")),
    "Service": (("spec", "clusterIP"),),
    "StorageClass": (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
    "PriorityClass": (("value",),),
}
_WORKLOADS: Final = frozenset({"StatefulSet", "Deployment", "DaemonSet"})
_TEMPLATE: Final = ("spec", "template")
_CONTAINERS: Final = frozenset({"containers", "initContainers"})


def refused(identity: Identity, changes: Sequence[Change]) -> Iterator[str]:
    """One sentence for each immutable field that changes."""
    for field in dict.fromkeys(_immutable_field(identity.kind, change) for change in changes):
        if field:
            yield f"Kubernetes refuses to change {identity} {spell(field)}"


def _immutable_field(kind: str, change: Change) -> tuple[str, ...]:
    path = change.path
    if kind == "StatefulSet":
        frozen = path[0] == "spec" and len(path) > 1 and path[1] not in _STATEFUL_SET_MUTABLE
        return path[:2] if frozen else ()
    return next((field for field in _IMMUTABLE.get(kind, ()) if path[: len(field)] == field), ())


def replaced_pods(identity: Identity, changes: Sequence[Change]) -> Iterator[str]:
    """A workload whose template changes replaces its pods."""
    paths = [change.path for change in changes]
    if identity.kind in _WORKLOADS and any(path[:2] == _TEMPLATE for path in paths):
        yield f"all pods of {identity} are replaced, for {_reason(paths)}"


def restarted_syncer(identity: Identity, changes: Sequence[Change]) -> Iterator[str]:
    """A change of the syncer's configuration alone leaves the API server alone."""
    if identity.kind == "Secret" and any(layout.SYNCER_CONFIG_KEY in change.path for change in changes):
        yield "the syncer container restarts by itself; the API server keeps running"


def _reason(paths: Sequence[tuple[str, ...]]) -> str:
    """Names of changed containers, or the pod as a whole."""
    inside = [path for path in paths if path[:2] == _TEMPLATE]
    names = [path[4].strip("[]") for path in inside if len(path) > 4 and path[3] in _CONTAINERS]
    others = any(len(path) <= 4 or path[3] not in _CONTAINERS for path in inside)
    containers = f"container{'s' * (len(set(names)) > 1)} {', '.join(dict.fromkeys(names))}" if names else ""
    return " and ".join(filter(None, (containers, "the pod template" if others else "")))


def left_behind(removed: Sequence[Identity], added: Sequence[Identity]) -> Iterator[str]:
    """What an upgrade leaves on the host although nothing reads it any more."""
    for identity in removed:
        if identity.kind == "StatefulSet":
            heir = next((item for item in added if item.kind == "Deployment" and item.name == identity.name), None)
            successor = f"; {heir} starts without their data" if heir else ""
            yield f"the claims of {identity} stay on the host and nothing reads them any more{successor}"
    for identity in added:
        if identity.kind == "StatefulSet" and any(item.kind == "Deployment" for item in removed):
            yield f"{identity} starts with an empty claim"
