"""Host Events about our objects, told to the user in terms of the virtual ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from vcluster_contract import markers, names
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINT_SLICES,
    ENDPOINTS,
    EVENTS,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SECRETS,
    SERVICES,
)
from vcluster_syncer.translate.diff import field_patch

if TYPE_CHECKING:
    from vcluster_contract.kinds import Resource
    from vcluster_syncer.kube.api import JSON, Key, Meta
    from vcluster_syncer.translate.scope import Scope

MIRRORED: Final[dict[str, Resource]] = {
    resource.kind: resource
    for resource in (PODS, SERVICES, ENDPOINTS, ENDPOINT_SLICES, CONFIG_MAPS, SECRETS, PERSISTENT_VOLUME_CLAIMS)
}
"""Resources by kind whose Events flow back."""
_COPIED: Final = (
    "reason",
    "type",
    "count",
    "firstTimestamp",
    "lastTimestamp",
    "eventTime",
    "series",
    "action",
    "source",
    "reportingComponent",
    "reportingInstance",
)
_CHANGING: Final = ("message", "count", "lastTimestamp", "series", "type", "reason")


def involved(event: JSON) -> tuple[Resource, str] | None:
    """Resource and host name of the object an Event is about; None when its kind is not mirrored."""
    reference = event.get("involvedObject", {})
    resource = MIRRORED.get(reference.get("kind", ""))
    return (resource, reference.get("name", "")) if resource else None


def virtual_name(event: JSON, host_object: str, key: Key) -> str:
    """Name of the virtual Event: the host object's name at its start is replaced, within the limit for names."""
    name: str = event["metadata"]["name"]
    return key.name + name.removeprefix(host_object) if name.startswith(host_object) else names.safe_concat(name)


def to_virtual(scope: Scope, event: JSON, key: Key, virtual: Meta) -> JSON:
    """The virtual Event for a host ``event`` about the virtual object ``key``."""
    reference = event["involvedObject"]
    host_object = reference["name"]
    text = event.get("message", "").replace(
        f"{host_object}_{scope.host_namespace}({reference.get('uid', '')})",
        f"{key.name}_{key.namespace}({virtual.uid})",
    )
    return {
        "apiVersion": EVENTS.api_version,
        "kind": EVENTS.kind,
        "metadata": {
            "name": virtual_name(event, host_object, key),
            "namespace": key.namespace,
            "labels": {markers.MANAGED_BY: scope.vcluster},
        },
        "involvedObject": reference
        | {
            "namespace": key.namespace,
            "name": key.name,
            "uid": virtual.uid,
            "resourceVersion": virtual.resource_version,
        },
        "message": message(scope, text, host_object, key),
    } | {field: event[field] for field in _COPIED if event.get(field) is not None}


def message(scope: Scope, text: str, host_object: str, key: Key) -> str:
    """``text`` with host names replaced by virtual ones, also those of other objects in the same virtual namespace.

    Of the others a shortened name does not tell what it stands for and stays.
    """
    qualified = text.replace(f"{scope.host_namespace}/{host_object}", f"{key.namespace}/{key.name}")
    suffix = re.escape(names.host_name("", key.namespace, scope.vcluster))
    return re.sub(rf"(?<=[a-z0-9]){suffix}(?![-a-z0-9])", "", qualified.replace(host_object, key.name))


def patch(desired: JSON, found: JSON) -> JSON:
    """Merge patch that brings a virtual Event up to date; {} when nothing differs."""
    return field_patch(found, desired, _CHANGING)
