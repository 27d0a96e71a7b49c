from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract import layout
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import SERVICES, Resource
from vcluster_syncer.bootstrap.environment import Environment
from vcluster_syncer.bootstrap.order import Order
from vcluster_syncer.bootstrap.prepare import prepare
from vcluster_syncer.bootstrap.reissue import in_child, reissue
from vcluster_syncer.kube.api import Entry, Key, Meta
from vcluster_syncer.sync.api import Side, World
from vcluster_syncer.translate.scope import Scope


class ServiceStore:
    synced = True

    def __init__(self, host: Host) -> None:
        self._host = host

    def get(self, key: Key) -> Entry | None:
        found = self._host.objects.get((SERVICES, key))
        return Entry(Meta(key, "", ""), msgspec.json.encode(found)) if found else None


def world_of(host: Host, clock: ManualClock) -> World:
    stores: dict[Resource, Any] = {SERVICES: ServiceStore(host)}
    side = Side(client=host, stores=stores)  # type: ignore[arg-type]
    scope = Scope(vcluster="demo", host_namespace="team", config=SyncerConfig())
    return World(scope, side, side, clock, None, None, lambda *_: None)  # type: ignore[arg-type]


@pytest.fixture
async def pki(host: Host, clock: ManualClock, tmp_path: Path) -> Path:
    await prepare(host, SyncerConfig(), Environment(vcluster="demo", namespace="team"), clock, tmp_path)
    return tmp_path / layout.PKI_DIR.lstrip("/")


async def run(host: Host, clock: ManualClock, pki: Path) -> list[str]:
    return [leaf.name for leaf in await reissue(world_of(host, clock), pod_ip="", pki=pki, sign=in_child)]


def names(pki: Path) -> list[str]:
    cert = x509.load_pem_x509_certificate((pki / "apiserver.crt").read_bytes())
    extension = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


async def test_nothing_is_due_right_after_bootstrap(host: Host, clock: ManualClock, pki: Path) -> None:
    assert await run(host, clock, pki) == []


async def test_a_load_balancer_address_reaches_the_certificate_once(
    host: Host, clock: ManualClock, pki: Path, service: dict[str, Any]
) -> None:
    host.put(SERVICES, service | {"status": {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}})
    assert await run(host, clock, pki) == ["apiserver"]
    assert "lb.example.com" in names(pki)
    assert await run(host, clock, pki) == []


async def test_all_are_renewed_before_they_end(host: Host, clock: ManualClock, pki: Path) -> None:
    clock.elapsed += timedelta(days=300)
    assert len(await run(host, clock, pki)) == len(json.loads((pki / "issued.json").read_bytes()))
    assert await run(host, clock, pki) == []


async def test_a_failing_child_says_why(clock: ManualClock, pki: Path) -> None:
    (pki / "ca.key").write_bytes(b"nonsense")
    leaf = msgspec.json.decode((pki / "issued.json").read_bytes())["apiserver"]["leaf"]
    order = msgspec.convert({"directory": str(pki), "now": clock.now(), "leaves": [leaf]}, Order)
    with pytest.raises(OSError, match=r"ca\.crt and ca\.key hold no usable certificate authority"):
        await in_child(order)
