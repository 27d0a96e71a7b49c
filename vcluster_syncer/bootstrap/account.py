"""A virtual ServiceAccount whose token takes the place of the administrator's certificate in an exported kubeconfig."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import markers
from vcluster_contract.kinds import SECRETS, SERVICE_ACCOUNTS, Resource
from vcluster_syncer.bootstrap.kubeconfig import Credentials
from vcluster_syncer.kube.api import Client, Key
from vcluster_syncer.kube.errors import AlreadyExists, Unreachable

if TYPE_CHECKING:
    from vcluster_contract.config import KubeconfigServiceAccount
    from vcluster_syncer.clock import Clock

DEFAULT_NAMESPACE: Final = "kube-system"
_GROUP: Final = "rbac.authorization.k8s.io"
_BINDINGS: Final = Resource(_GROUP, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False)
_TOKEN_TYPE: Final = "kubernetes.io/service-account-token"  # noqa: S105 - a Secret type
_ATTEMPTS: Final = 50
_PAUSE_SECONDS: Final = 0.2


async def credentials(
    virtual: Client, account: KubeconfigServiceAccount, authority: bytes, clock: Clock
) -> Credentials:
    """Make the ServiceAccount, its binding and its token Secret where they are missing; returns the token.

    The token does not expire (Kubernetes documentation, "Manually create a long-lived API token for a ServiceAccount"),
    because the exported file is not read again by those who copied it.

    Raises:
        Unreachable: the controller manager has not filled the Secret in ten seconds.
    """
    namespace = account.namespace or DEFAULT_NAMESPACE
    await _ensure(virtual, SERVICE_ACCOUNTS, namespace, _object(SERVICE_ACCOUNTS, account.name))
    if account.cluster_role:
        await _ensure(virtual, _BINDINGS, "", _binding(account, namespace))
    secret = _object(SECRETS, f"{account.name}-kubeconfig-token")
    secret["metadata"]["annotations"] = {"kubernetes.io/service-account.name": account.name}
    await _ensure(virtual, SECRETS, namespace, secret | {"type": _TOKEN_TYPE})
    key = Key(namespace, secret["metadata"]["name"])
    for _ in range(_ATTEMPTS):
        token = ((await virtual.get(SECRETS, key)).get("data") or {}).get("token")
        if token:
            return Credentials(authority=authority, token=base64.b64decode(token).decode())
        await clock.sleep(_PAUSE_SECONDS)
    raise Unreachable(f"the controller manager has not issued the token of Secret {key} yet", sent=True)


async def _ensure(client: Client, resource: Resource, namespace: str, body: dict[str, Any]) -> None:
    try:
        await client.create(resource, namespace, body, field_manager=markers.FIELD_MANAGER)
    except AlreadyExists:
        return


def _object(resource: Resource, name: str) -> dict[str, Any]:
    return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": {"name": name}}


def _binding(account: KubeconfigServiceAccount, namespace: str) -> dict[str, Any]:
    return _object(_BINDINGS, f"kubeconfig-{namespace}-{account.name}") | {
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": account.cluster_role},
        "subjects": [{"kind": "ServiceAccount", "name": account.name, "namespace": namespace}],
    }
