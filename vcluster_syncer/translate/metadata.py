"""Labels, annotations, owners and selectors of host objects: one place, because every kind must carry the same marks.

What users put on the virtual object is copied. Keys that others add on the host stay: only keys recorded in the
``managed-labels`` and ``managed-annotations`` annotations are ever removed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import markers, names
from vcluster_contract.names import cluster_scoped_marker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from vcluster_contract.kinds import Resource
    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""Describes the virtual object under its virtual name, so it would mislead on the host."""


def rekeyed(scope: Scope, labels: Mapping[str, str] | None) -> dict[str, str]:
    """Virtual labels or an equality selector under their host keys, without any mark of ours."""
    return {markers.host_label_key(key, scope.vcluster): value for key, value in (labels or {}).items()}


def marker_labels(scope: Scope, namespace: str) -> dict[str, str]:
    """Labels that every host object of the virtual ``namespace`` carries; empty means cluster-scoped."""
    if not namespace:
        return {markers.MANAGED_BY: cluster_scoped_marker(scope.host_namespace, scope.vcluster)}
    return {markers.MANAGED_BY: scope.vcluster, markers.NAMESPACE: namespace}


def host_labels(scope: Scope, labels: Mapping[str, str] | None, namespace: str) -> dict[str, str]:
    """All labels of the host object of a virtual object with ``labels`` in ``namespace``."""
    return rekeyed(scope, labels) | marker_labels(scope, namespace)


def service_selector(scope: Scope, selector: Mapping[str, str] | None, namespace: str) -> dict[str, str]:
    """Host form of a Service's selector, confined to the virtual namespace; an empty one stays empty."""
    return host_labels(scope, selector, namespace) if selector else {}


def label_selector(scope: Scope, selector: JSON | None, namespaces: Collection[str] | None) -> JSON:
    """Host form of a ``metav1.LabelSelector``, confined to this virtual cluster and to ``namespaces`` when given."""
    source = selector or {}
    match_labels = rekeyed(scope, source.get("matchLabels")) | {markers.MANAGED_BY: scope.vcluster}
    expressions = [
        {**item, "key": markers.host_label_key(item["key"], scope.vcluster)}
        for item in source.get("matchExpressions") or ()
    ]
    if namespaces is not None and len(namespaces) == 1:
        match_labels[markers.NAMESPACE] = next(iter(namespaces))
    elif namespaces is not None:
        expressions.append({"key": markers.NAMESPACE, "operator": "In", "values": sorted(namespaces)})
    return {"matchLabels": match_labels} | ({"matchExpressions": expressions} if expressions else {})


def host_key_of(scope: Scope, metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Host namespace (empty when cluster-scoped) and host name for virtual ``metadata``."""
    name, namespace = metadata["name"], metadata.get("namespace", "")
    if namespace:
        return scope.host_namespace, names.host_name(name, namespace, scope.vcluster)
    return "", names.cluster_scoped_host_name(name, scope.host_namespace, scope.vcluster)


def host_annotations(
    scope: Scope, resource: Resource, metadata: Mapping[str, Any], *, exclude: Collection[str] = (LAST_APPLIED,)
) -> dict[str, str]:
    """User annotations except ``exclude``, and those that identify the virtual object."""
    user = {
        key: value
        for key, value in (metadata.get("annotations") or {}).items()
        if key not in markers.SYSTEM_ANNOTATIONS and key not in exclude
    }
    result = user | identity_annotations(scope, resource, metadata)
    if user:
        result[markers.MANAGED_ANNOTATIONS] = _joined(user)
    if metadata.get("labels"):
        result[markers.MANAGED_LABELS] = _joined(rekeyed(scope, metadata["labels"]))
    return result


def identity_annotations(scope: Scope, resource: Resource, metadata: Mapping[str, Any]) -> dict[str, str]:
    """The annotations from which ``Scope.virtual_key`` finds the way back."""
    host_namespace, host_name = host_key_of(scope, metadata)
    result = {
        markers.OBJECT_NAME: metadata["name"],
        markers.OBJECT_UID: metadata.get("uid", ""),
        markers.OBJECT_KIND: markers.kind_string(resource.group, resource.version, resource.kind),
        markers.OBJECT_HOST_NAME: host_name,
    }
    if host_namespace:
        result[markers.OBJECT_NAMESPACE] = metadata["namespace"]
        result[markers.OBJECT_HOST_NAMESPACE] = host_namespace
    return result


def owner_references(scope: Scope, metadata: Mapping[str, Any]) -> list[JSON]:
    """Service NAME as owner; as controller when the virtual object has one, so that host tools like drain see it."""
    if scope.owner is None or not metadata.get("namespace"):
        return []
    controlled = any(owner.get("controller") for owner in metadata.get("ownerReferences") or ())
    return [{**scope.owner, "controller": True} if controlled else dict(scope.owner)]


def host_metadata(
    scope: Scope, resource: Resource, virtual: JSON, *, exclude: Collection[str] = (LAST_APPLIED,)
) -> JSON:
    """Metadata of a new host object for ``virtual``."""
    metadata = virtual["metadata"]
    namespace, name = host_key_of(scope, metadata)
    result: JSON = {
        "name": name,
        "labels": host_labels(scope, metadata.get("labels"), metadata.get("namespace", "")),
        "annotations": host_annotations(scope, resource, metadata, exclude=exclude),
    }
    if namespace:
        result["namespace"] = namespace
    owners = owner_references(scope, metadata)
    if owners:
        result["ownerReferences"] = owners
    return result


def metadata_patch(desired: Mapping[str, Any], host: Meta) -> JSON:
    """Smallest merge patch that brings ``host`` to the labels, annotations and owner of ``desired``; {} when equal."""
    patch: JSON = {}
    for field, record, current in (
        ("labels", markers.MANAGED_LABELS, host.labels),
        ("annotations", markers.MANAGED_ANNOTATIONS, host.annotations),
    ):
        changes = _map_patch(desired.get(field) or {}, current, _split(host.annotations.get(record)))
        if changes:
            patch[field] = changes
    annotations = patch.setdefault("annotations", {})
    for record in (markers.MANAGED_LABELS, markers.MANAGED_ANNOTATIONS):
        if record in host.annotations and record not in (desired.get("annotations") or {}):
            annotations[record] = None
    if not annotations:
        del patch["annotations"]
    owners = desired.get("ownerReferences") or []
    if any(owner["uid"] not in host.owner_uids for owner in owners):
        patch["ownerReferences"] = owners
    return patch


def copied_from(scope: Scope, host: Meta, uid: str) -> bool:
    """Whether ``host`` carries our mark and was made from the virtual object with ``uid``."""
    marked = host.labels.get(markers.MANAGED_BY) in (
        scope.vcluster,
        cluster_scoped_marker(scope.host_namespace, scope.vcluster),
    )
    return marked and host.annotations.get(markers.OBJECT_UID) == uid


def _map_patch(desired: Mapping[str, str], current: Mapping[str, str], managed: Iterable[str]) -> dict[str, Any]:
    changed: dict[str, Any] = {key: value for key, value in desired.items() if current.get(key) != value}
    return changed | {key: None for key in managed if key in current and key not in desired}


def _joined(keys: Iterable[str]) -> str:
    return "\n".join(sorted(keys))


def _split(record: str | None) -> list[str]:
    return record.split("\n") if record else []
