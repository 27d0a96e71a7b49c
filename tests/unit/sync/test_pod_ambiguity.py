"""Names with ``-x-`` in them: two virtual objects may get one host name, and no pod may read the other's."""

from __future__ import annotations

import pytest

from tests.sim.loop import settle
from tests.unit.sync.pod_rig import TOKEN_VOLUME, Rig, run
from vcluster_contract.kinds import NAMESPACES, PODS, SECRETS, SERVICE_ACCOUNTS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.metadata import host_metadata
from vcluster_syncer.translate.references import is_ambiguous
from vcluster_syncer.translate.scope import Scope

ATTACK = "s-x-victim"
HOST_SECRET = "s-x-victim-x-shop-x-vc"


def host_secret(rig: Rig, name: str, namespace: str) -> JSON:
    """What the Secret syncer makes of the virtual Secret."""
    scope = Scope(vcluster="vc", host_namespace="tenant", config=rig.config)
    virtual = {"metadata": {"name": name, "namespace": namespace, "uid": f"{namespace}/{name}"}}
    return {"metadata": host_metadata(scope, SECRETS, virtual), "data": {"pw": "eA=="}}


@pytest.mark.parametrize(
    ("key", "expected"),
    [(Key("a", "b"), False), (Key("a-x", "x-b"), False), (Key("a-x-b", "c"), True), (Key("a", "b-x-c"), True)],
)
def test_ambiguous_names(key: Key, expected: bool) -> None:
    assert is_ambiguous(key) is expected


def test_a_pod_waits_until_the_object_it_uses_is_its_own() -> None:
    async def scenario(rig: Rig) -> None:
        rig.host.create(SECRETS, "tenant", host_secret(rig, "s", "victim-x-shop"))
        rig.create(volumes=[{"name": "v", "secret": {"secretName": ATTACK}}])
        await settle(lambda: rig.events.messages)
        await rig.quiet()
        assert rig.host_pod() is None
        assert "Secret shop/s-x-victim" in rig.events.messages[0]
        rig.host.delete(SECRETS, Key("tenant", HOST_SECRET))
        rig.host.create(SECRETS, "tenant", host_secret(rig, ATTACK, "shop"))
        await rig.appears()

    run(scenario)


def test_an_ephemeral_container_waits_too() -> None:
    async def scenario(rig: Rig) -> None:
        rig.host.create(SECRETS, "tenant", host_secret(rig, "s", "victim-x-shop"))
        rig.create()
        await rig.running()
        debug = {"name": "debug", "image": "busybox", "envFrom": [{"secretRef": {"name": ATTACK}}]}
        rig.edit({"spec": {"ephemeralContainers": [debug]}}, subresource="ephemeralcontainers")
        await rig.quiet()
        assert "ephemeralContainers" not in rig.host_pod()["spec"]

    run(scenario)


def test_a_pod_never_mounts_the_tokens_of_another_one() -> None:
    async def scenario(rig: Rig) -> None:
        name = "web-0-sa-token-x-a-x-shop-x-vc"
        rig.host.create(SECRETS, "tenant", {"metadata": {"name": name}, "data": {"api.token": "eA=="}})
        rig.virtual.create(NAMESPACES, "", {"metadata": {"name": "a-x-shop"}})
        rig.virtual.create(SERVICE_ACCOUNTS, "a-x-shop", {"metadata": {"name": "default"}})
        container = {"name": "app", "image": "nginx:1"}
        body = {"metadata": {"name": "web-0"}, "spec": {"containers": [container], "volumes": [TOKEN_VOLUME]}}
        rig.virtual.create(PODS, "a-x-shop", body)
        await settle(lambda: rig.events.messages)
        await rig.quiet()
        assert rig.host_pod(Key("tenant", "web-0-x-a-x-shop-x-vc")) is None

    run(scenario)
