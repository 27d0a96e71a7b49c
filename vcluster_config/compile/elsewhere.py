"""Rights in other namespaces, where an exported kubeconfig is stored: the release's own Role ends at its namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import to_builtins
from msgspec.structs import replace

from vcluster_config.compile.metadata import metadata
from vcluster_config.placeholders import CLUSTER_ROLE, NAMESPACE, SERVICE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.objects import Json

_GROUP: Final = "rbac.authorization.k8s.io"
_RULE: Final[Json] = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "get", "patch"]}


def objects(resolved: Resolved) -> Iterator[Json]:
    """A Role and a RoleBinding for each other namespace that gets a kubeconfig."""
    export = resolved.config.export_kube_config
    wanted = {export.secret.namespace, *(item.namespace for item in export.additional_secrets)}
    if resolved.config.rbac.role.enabled:
        for namespace in sorted(wanted - {""}):
            yield {**_object(resolved, "Role", namespace), "rules": [_RULE]}
            yield {**_object(resolved, "RoleBinding", namespace), **_binding(resolved)}


def _object(resolved: Resolved, kind: str, namespace: str) -> Json:
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    found = replace(metadata(CLUSTER_ROLE, shared_annotations=shared), namespace=namespace)
    return {"apiVersion": f"{_GROUP}/v1", "kind": kind, "metadata": to_builtins(found)}


def _binding(resolved: Resolved) -> Json:
    account = resolved.config.control_plane.advanced.service_account.name or SERVICE_ACCOUNT
    return {
        "roleRef": {"apiGroup": _GROUP, "kind": "Role", "name": CLUSTER_ROLE},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}],
    }
