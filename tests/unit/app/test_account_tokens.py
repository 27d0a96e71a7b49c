from __future__ import annotations

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, simulate
from vcluster_contract.config import KubeconfigServiceAccount
from vcluster_contract.kinds import SECRETS, SERVICE_ACCOUNTS
from vcluster_syncer.app.account_tokens import BINDINGS, TokenPending, token
from vcluster_syncer.kube.api import Key, PatchType

SECRET = Key("kube-system", "ci-kubeconfig-token")


def test_account_binding_and_secret_are_made_once_and_the_token_read() -> None:
    async def main() -> None:
        server = FakeServer(SimClock(), seeded(1))
        client = FakeClient(server)
        account = KubeconfigServiceAccount(name="ci", cluster_role="view")
        with pytest.raises(TokenPending, match="kube-system/ci-kubeconfig-token"):
            await token(client, account)
        assert server.get(SERVICE_ACCOUNTS, Key("kube-system", "ci"))
        binding = server.get(BINDINGS, Key("", "vcluster-kubeconfig-kube-system-ci"))
        assert binding["roleRef"]["name"] == "view"
        assert binding["subjects"] == [{"kind": "ServiceAccount", "namespace": "kube-system", "name": "ci"}]
        server.patch(SECRETS, SECRET, {"data": {"token": "c2VjcmV0"}}, PatchType.MERGE, manager="controller")
        assert await token(client, account) == "secret"
        revision = server.storage.revision
        assert await token(client, account) == "secret"
        assert server.storage.revision == revision

    simulate(main())


def test_without_a_cluster_role_nothing_is_granted() -> None:
    async def main() -> None:
        server = FakeServer(SimClock(), seeded(1))
        with pytest.raises(TokenPending):
            await token(FakeClient(server), KubeconfigServiceAccount(name="ci", namespace="default"))
        assert all(call.resource != BINDINGS for call in server.calls)

    simulate(main())
