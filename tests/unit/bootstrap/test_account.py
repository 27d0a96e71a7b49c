from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract.config import KubeconfigServiceAccount
from vcluster_contract.kinds import SECRETS, SERVICE_ACCOUNTS, Resource
from vcluster_syncer.bootstrap.account import credentials
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import Unreachable

BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False)
ACCOUNT = KubeconfigServiceAccount(name="ci", cluster_role="view")


class IssuingHost(Host):
    """Fills token Secrets, as the controller manager does."""

    def put(self, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("type") == "kubernetes.io/service-account-token":
            name = body["metadata"]["annotations"]["kubernetes.io/service-account.name"]
            body = {**body, "data": {"token": base64.b64encode(f"token of {name}".encode()).decode()}}
        return super().put(resource, body)


async def test_account_binding_and_token_are_made_once(clock: ManualClock) -> None:
    host = IssuingHost()
    for _ in range(2):
        found = await credentials(host, ACCOUNT, b"ca", clock)  # type: ignore[arg-type]
        assert (found.token, found.authority) == ("token of ci", b"ca")
    assert (SERVICE_ACCOUNTS, Key("kube-system", "ci")) in host.objects
    binding = host.objects[BINDINGS, Key("", "kubeconfig-kube-system-ci")]
    assert binding["roleRef"]["name"] == "view"
    assert binding["subjects"][0]["namespace"] == "kube-system"
    assert len(host.writes) == 3


async def test_without_cluster_role_nothing_is_bound(clock: ManualClock) -> None:
    host = IssuingHost()
    account = KubeconfigServiceAccount(name="ci", namespace="tools")
    await credentials(host, account, b"ca", clock)  # type: ignore[arg-type]
    assert {(resource.plural, key.namespace) for resource, key in host.objects} == {
        (SERVICE_ACCOUNTS.plural, "tools"),
        (SECRETS.plural, "tools"),
    }


async def test_a_token_that_does_not_come_is_reported(clock: ManualClock) -> None:
    with pytest.raises(Unreachable, match="has not issued the token"):
        await credentials(Host(), ACCOUNT, b"ca", clock)  # type: ignore[arg-type]
    assert clock.monotonic() >= 10
