"""Changes of a running virtual pod that its host pod must follow; what host mutators added is never taken back."""

from __future__ import annotations

from typing import Any, Final

from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON, Meta
from vcluster_syncer.translate.pod_applied import AppliedSpec, applied_spec, recorded_spec
from vcluster_syncer.translate.pod_metadata import pod_metadata_patch
from vcluster_syncer.translate.pod_scheduling import with_missing
from vcluster_syncer.translate.scope import Scope

_LISTS: Final = ("initContainers", "containers")


def update_patch(metadata: JSON, applied: AppliedSpec, host: JSON, meta: Meta) -> JSON:
    """Merge patch that brings the host pod to the desired ``metadata`` and ``applied`` spec; {} when nothing changed.

    A patch with a list in it carries the resource version of ``host``, because the whole list is replaced.
    """
    changed = pod_metadata_patch(metadata, meta)
    spec: JSON = {}
    if markers.APPLIED_SPEC in changed.get("annotations", {}):
        spec = _spec_patch(recorded_spec(meta), applied, host["spec"])
    if any(isinstance(value, list) for value in spec.values()):
        changed["resourceVersion"] = host["metadata"]["resourceVersion"]
    patch: JSON = {"metadata": changed} if changed else {}
    return patch | ({"spec": spec} if spec else {})


def is_passed_on(scope: Scope, virtual: JSON, host: JSON) -> bool:
    """Whether the host pod was told the newest spec of ``virtual`` and, if so, that it is being deleted."""
    record = (host["metadata"].get("annotations") or {}).get(markers.APPLIED_SPEC)
    added, present = (
        {item["name"] for item in pod["spec"].get("ephemeralContainers") or ()} for pod in (virtual, host)
    )
    both_ending = not virtual["metadata"].get("deletionTimestamp") or bool(host["metadata"].get("deletionTimestamp"))
    return both_ending and added <= present and record == applied_spec(scope, virtual["spec"]).encode()


def _spec_patch(old: AppliedSpec, new: AppliedSpec, host_spec: JSON) -> JSON:
    patch = _images_patch(old, new, host_spec)
    deadline = new.active_deadline_seconds
    if deadline is not None and deadline != old.active_deadline_seconds:
        patch["activeDeadlineSeconds"] = deadline
    # The API lets tolerations of a pod grow but never shrink.
    tolerations = host_spec.get("tolerations") or []
    grown = with_missing(tolerations, [item for item in new.tolerations if item not in old.tolerations])
    if grown != tolerations:
        patch["tolerations"] = grown
    return patch | _gates_patch(old, new, host_spec)


def _gates_patch(old: AppliedSpec, new: AppliedSpec, host_spec: JSON) -> JSON:
    """Gates that opened; while one is closed the choice of nodes may still be narrowed (KEP-3838)."""
    gates = host_spec.get("schedulingGates") or []
    if not gates:
        return {}
    patch: JSON = {}
    opened = set(old.scheduling_gates) - set(new.scheduling_gates)
    closed = [gate for gate in gates if gate["name"] not in opened]
    if closed != gates:
        patch["schedulingGates"] = closed
    if new.node_selector != old.node_selector:
        patch["nodeSelector"] = new.node_selector
    if new.node_affinity != old.node_affinity:
        patch["affinity"] = {"nodeAffinity": new.node_affinity}
    return patch


def _images_patch(old: AppliedSpec, new: AppliedSpec, host_spec: JSON) -> JSON:
    changed = {name: image for name, image in new.images.items() if old.images.get(name) != image}
    return _with_containers(host_spec, "image", changed)


def resize_patch(applied: AppliedSpec, host: JSON, meta: Meta) -> JSON:
    """Merge patch for the ``resize`` sub-resource (KEP-1287); {} when no container's resources changed."""
    old = recorded_spec(meta).resources
    changed = {name: resources for name, resources in applied.resources.items() if old.get(name) != resources}
    spec = _with_containers(host["spec"], "resources", changed)
    return {"metadata": {"resourceVersion": host["metadata"]["resourceVersion"]}, "spec": spec} if spec else {}


def ephemeral_patch(desired: list[JSON], host: JSON) -> JSON:
    """Merge patch for the ``ephemeralcontainers`` sub-resource; they can be added but never change or go away."""
    present = host["spec"].get("ephemeralContainers") or []
    names = {container["name"] for container in present}
    missing = [container for container in desired if container["name"] not in names]
    if not missing:
        return {}
    return {
        "metadata": {"resourceVersion": host["metadata"]["resourceVersion"]},
        "spec": {"ephemeralContainers": [*present, *missing]},
    }


def _with_containers(host_spec: JSON, field: str, values: dict[str, Any]) -> JSON:
    """The host's container lists with ``field`` set by container name; only lists that change."""
    result: JSON = {}
    for name in _LISTS:
        containers = host_spec.get(name) or []
        updated = [
            {**item, field: values[item["name"]]}
            if values.get(item["name"], item.get(field)) != item.get(field)
            else item
            for item in containers
        ]
        if updated != containers:
            result[name] = updated
    return result
