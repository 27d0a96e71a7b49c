"""ResourceQuota and LimitRange of the host namespace, which bound what a virtual cluster can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import to_builtins

from vcluster_config.compile.metadata import metadata
from vcluster_config.placeholders import SERVICE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.shared import Metadata
    from vcluster_config.objects import Json


def objects(resolved: Resolved) -> Iterator[Json]:
    """Those that are on; ``auto`` follows the other one, since a quota refuses pods that name no limits."""
    policies = resolved.config.policies
    quota, limits = policies.resource_quota.enabled, policies.limit_range.enabled
    if quota is True or (quota == "auto" and limits is True):
        yield _quota(resolved)
    if limits is True or (limits == "auto" and quota is True):
        yield _limits(resolved)


def _quota(resolved: Resolved) -> Json:
    section = resolved.config.policies.resource_quota
    spec: Json = {"hard": dict(section.quota)}
    if section.scope_selector.get("matchExpressions"):
        spec["scopeSelector"] = dict(section.scope_selector)
    if section.scopes:
        spec["scopes"] = list(section.scopes)
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": _metadata(resolved, section), "spec": spec}


def _limits(resolved: Resolved) -> Json:
    section = resolved.config.policies.limit_range
    item: Json = {
        "type": "Container",
        "default": dict(section.default),
        "defaultRequest": dict(section.default_request),
        "max": dict(section.max),
        "min": dict(section.min),
    }
    spec = {"limits": [{key: value for key, value in item.items() if value}]}
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": _metadata(resolved, section), "spec": spec}


def _metadata(resolved: Resolved, section: Metadata) -> Json:
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    plain: Json = to_builtins(
        metadata(SERVICE_ACCOUNT, labels=section.labels, annotations=section.annotations, shared_annotations=shared)
    )
    return plain
