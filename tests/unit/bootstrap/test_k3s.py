"""k3s takes over our authorities and shares one token between its replicas."""

from __future__ import annotations

from pathlib import Path

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract import layout
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import SECRETS
from vcluster_syncer.bootstrap.environment import Environment
from vcluster_syncer.bootstrap.prepare import prepare
from vcluster_syncer.kube.api import Key

ENVIRONMENT = Environment(vcluster="demo", namespace="team", pod_ip="10.1.2.3")
CONFIG = SyncerConfig(distro="k3s", kubernetes_version="v1.36.1")
TOKEN = (SECRETS, Key("team", "vc-k3s-demo"))


async def test_authorities_lie_where_k3s_looks_for_them(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, CONFIG, ENVIRONMENT, clock, tmp_path)
    tls, pki = (tmp_path / path.lstrip("/") for path in (layout.K3S_TLS_DIR, layout.PKI_DIR))
    for theirs, ours in (("server-ca", "ca"), ("client-ca", "ca"), ("request-header-ca", "front-proxy-ca")):
        for ending in ("crt", "key"):
            assert (tls / f"{theirs}.{ending}").read_bytes() == (pki / f"{ours}.{ending}").read_bytes()
    assert (tls / "service.key").read_bytes() == (pki / "sa.key").read_bytes()


async def test_the_token_is_made_once_and_goes_with_the_release(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, CONFIG, ENVIRONMENT, clock, tmp_path)
    made = host.objects[TOKEN]
    assert made["metadata"]["ownerReferences"][0]["name"] == "demo"
    await prepare(host, CONFIG, ENVIRONMENT, clock, tmp_path)
    assert host.objects[TOKEN]["data"] == made["data"]


async def test_k3s_gets_no_webhooks_from_files(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, CONFIG, ENVIRONMENT, clock, tmp_path)
    assert "staticManifestsDir" not in (tmp_path / layout.ADMISSION_CONFIG.lstrip("/")).read_text()


async def test_other_distros_get_neither(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, SyncerConfig(), ENVIRONMENT, clock, tmp_path)
    assert TOKEN not in host.objects
    assert not (tmp_path / layout.DATA_DIR.lstrip("/")).exists()
