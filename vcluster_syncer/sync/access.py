"""Tells missing rights from an object that a policy refuses: both answer 403, but only one concerns the whole kind."""

from __future__ import annotations

from typing import Final

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import Client
from vcluster_syncer.kube.delegate import Request
from vcluster_syncer.kube.errors import ApiError, Unreachable

SELF_REVIEWS: Final = Resource(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False
)


async def may(client: Client, request: Request) -> bool:
    """Whether RBAC allows ``request``; in doubt it does."""
    attributes = {
        "namespace": request.key.namespace,
        "verb": request.verb,
        "group": request.resource.group,
        "version": request.resource.version,
        "resource": request.resource.plural,
        "subresource": request.subresource,
    }
    body = {
        "apiVersion": SELF_REVIEWS.api_version,
        "kind": SELF_REVIEWS.kind,
        "spec": {"resourceAttributes": attributes},
    }
    try:
        answer = await client.create(SELF_REVIEWS, "", body)
    except (ApiError, Unreachable):
        return True
    return bool(answer.get("status", {}).get("allowed", True))
