"""May whoever installs this grant these rights? Kubernetes lets nobody grant a right that they do not hold.

"Privilege escalation prevention", https://kubernetes.io/docs/reference/access-authn-authz/rbac/: holding the right, or
the verb ``escalate`` on the role, is needed to write a role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_config.effects.rights import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vcluster_config.objects import Json

_RBAC: Final = "rbac.authorization.k8s.io"


def questions(rights: Iterable[Right]) -> list[tuple[Right, Right]]:
    """Each right with the one that stands in for it: ``escalate`` on roles of the same scope."""
    return [
        (right, Right(right.scope, _RBAC, "roles" if right.scope else "clusterroles", "", "escalate"))
        for right in rights
    ]


def review(right: Right) -> Json:
    """A SelfSubjectAccessReview; ``status.allowed`` is the answer."""
    if right.resource.startswith("/"):
        spec: dict[str, Any] = {"nonResourceAttributes": {"path": right.resource, "verb": right.verb}}
    else:
        resource, _, subresource = right.resource.partition("/")
        attributes = {
            "namespace": right.scope,
            "group": right.group,
            "resource": resource,
            "subresource": subresource,
            "name": right.name,
            "verb": right.verb,
        }
        spec = {"resourceAttributes": {key: value for key, value in attributes.items() if value}}
    return {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}


def refused(asked: Sequence[tuple[Right, Right]], allowed: set[Right]) -> list[Right]:
    """Rights that may not be granted."""
    return [right for right, instead in asked if right not in allowed and instead not in allowed]
