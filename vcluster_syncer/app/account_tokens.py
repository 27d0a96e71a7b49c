"""Tokens for exported kubeconfigs that speak as a virtual ServiceAccount and not as the administrator.

The token is a long-lived one, from a Secret of type ``kubernetes.io/service-account-token`` (Kubernetes docs, "Manually
create a long-lived API token for a ServiceAccount"): an exported file is never refreshed. Deleting it revokes it.
"""

from __future__ import annotations

import base64
from typing import Final

from vcluster_contract import markers
from vcluster_contract.config import KubeconfigServiceAccount
from vcluster_contract.kinds import SECRETS, SERVICE_ACCOUNTS, Resource
from vcluster_syncer.kube.api import JSON, Client, Key, PatchType

BINDINGS: Final = Resource(
    "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False
)
DEFAULT_NAMESPACE: Final = "kube-system"


class TokenPending(Exception):
    """The virtual token controller has not filled the Secret yet."""


async def token(client: Client, account: KubeconfigServiceAccount) -> str:
    """The token of ``account``, which is made with its binding when it is missing.

    Raises:
        TokenPending: ask again in a moment.
        ApiError, Unreachable: the virtual API server refused or gave no answer.
    """
    key = Key(account.namespace or DEFAULT_NAMESPACE, account.name)
    await _apply(client, SERVICE_ACCOUNTS, key, {})
    if account.cluster_role:
        await _apply(
            client, BINDINGS, Key("", f"vcluster-kubeconfig-{key.namespace}-{key.name}"), _binding(account, key)
        )
    secret = Key(key.namespace, f"{key.name}-kubeconfig-token")
    annotations = {"kubernetes.io/service-account.name": key.name}
    body = {"metadata": {"annotations": annotations}, "type": "kubernetes.io/service-account-token"}
    found = await _apply(client, SECRETS, secret, body)
    encoded = (found.get("data") or {}).get("token")
    if not encoded:
        raise TokenPending(f"Secret {secret} has no token yet: the virtual controller manager writes it")
    return base64.b64decode(encoded).decode()


def _binding(account: KubeconfigServiceAccount, key: Key) -> JSON:
    role = {"apiGroup": BINDINGS.group, "kind": "ClusterRole", "name": account.cluster_role}
    return {"roleRef": role, "subjects": [{"kind": "ServiceAccount", "namespace": key.namespace, "name": key.name}]}


async def _apply(client: Client, resource: Resource, key: Key, fields: JSON) -> JSON:
    place = {"namespace": key.namespace} if resource.namespaced else {}
    metadata = {"name": key.name, **place, **fields.get("metadata", {})}
    body = {"apiVersion": resource.api_version, "kind": resource.kind, **fields, "metadata": metadata}
    return await client.patch(resource, key, body, PatchType.APPLY, field_manager=markers.FIELD_MANAGER, force=True)
