"""What k0s finds at its first start: our authorities in place of its own, and its configuration, completed.

Source: k0s documentation, "Install using custom CA certificates and SA key pair" and "Configuration options".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from vcluster_contract import layout
from vcluster_syncer.bootstrap import files

_FILES: Final = ("ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "sa.key", "sa.pub")

Json = dict[str, Any]


def seed(identity: Mapping[str, bytes], root: Path) -> None:
    """Put the identity where k0s looks for it; ``root`` stands in for the container's file system."""
    folder = root / layout.K0S_DATA_DIR.lstrip("/") / "pki"
    for name in _FILES:
        files.write(folder / name, identity[name])


def write_configuration(
    compiled: Json, root: Path, *, service_cidr: str, sans: Sequence[str], data_source: str
) -> None:
    """Write the configuration file; what a user's own configuration sets stays.

    k0s takes one service range, so of two families the first one is given.
    """
    spec: Json = compiled.get("spec") or {}
    network = {"serviceCIDR": service_cidr.partition(",")[0], **(spec.get("network") or {})}
    api = spec.get("api") or {}
    api = {**api, "sans": [*(api.get("sans") or ()), *sans]}
    storage = {"type": "kine", "kine": {"dataSource": data_source}} if data_source else spec.get("storage")
    completed = {**compiled, "spec": {**spec, "api": api, "network": network, "storage": storage}}
    files.write(root / layout.K0S_CONFIG.lstrip("/"), msgspec.json.format(msgspec.json.encode(completed)))
