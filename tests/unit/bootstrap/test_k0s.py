"""k0s takes over our authorities and reads a configuration that knows the host."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract import layout
from vcluster_contract.config import SyncerConfig
from vcluster_syncer.bootstrap.environment import Environment
from vcluster_syncer.bootstrap.prepare import prepare

ENVIRONMENT = Environment(vcluster="demo", namespace="team", pod_ip="10.1.2.3")


async def configured(
    host: Host, clock: ManualClock, root: Path, compiled: dict[str, Any], environment: Environment = ENVIRONMENT
) -> dict[str, Any]:
    config = SyncerConfig(distro="k0s", kubernetes_version="v1.30.2", k0s_config=compiled)
    await prepare(host, config, environment, clock, root)
    spec: dict[str, Any] = json.loads((root / layout.K0S_CONFIG.lstrip("/")).read_bytes())["spec"]
    return spec


async def test_service_range_and_names_are_filled_in(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    spec = await configured(host, clock, tmp_path, {"spec": {"api": {"port": 8443, "sans": ["mine"]}}})
    assert spec["network"]["serviceCIDR"] == "10.96.0.0/12"
    assert spec["api"]["port"] == 8443
    assert {"mine", "demo.team.svc", "10.1.2.3"} <= set(spec["api"]["sans"])


async def test_what_the_user_sets_stays(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    spec = await configured(host, clock, tmp_path, {"spec": {"network": {"serviceCIDR": "10.0.0.0/8"}}})
    assert spec["network"]["serviceCIDR"] == "10.0.0.0/8"


async def test_a_secret_database_reaches_the_file_only_here(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    place = Environment(vcluster="demo", namespace="team", data_source="postgres://u:p@db/n")
    spec = await configured(host, clock, tmp_path, {"spec": {"storage": {"type": "kine"}}}, place)
    assert spec["storage"] == {"type": "kine", "kine": {"dataSource": "postgres://u:p@db/n"}}


async def test_authorities_lie_where_k0s_looks_for_them(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await configured(host, clock, tmp_path, {})
    theirs, ours = (tmp_path / path.lstrip("/") for path in (layout.K0S_DATA_DIR + "/pki", layout.PKI_DIR))
    for name in ("ca.crt", "ca.key", "front-proxy-ca.crt", "sa.key", "sa.pub"):
        assert (theirs / name).read_bytes() == (ours / name).read_bytes()
