"""The init container of a deployed etcd's pods: certificates for this member, signed by the authority in a volume.

It calls no API server, so the pods of the store need no rights at all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from vcluster_contract import layout
from vcluster_syncer.bootstrap import etcd_leaves, files, issued, sign
from vcluster_syncer.bootstrap.environment import from_environ
from vcluster_syncer.bootstrap.errors import BootstrapError


def prepare(environ: Mapping[str, str], now: datetime, root: Path = Path("/")) -> None:
    """Write authority, server and peer certificates; ``root`` stands in for the container's file system.

    Raises:
        BootstrapError: the environment or the authority is incomplete.
    """
    environment = from_environ(environ)
    pki, authority = (root / path.lstrip("/") for path in (layout.PKI_DIR, layout.ETCD_AUTHORITY_DIR))
    for ending in ("crt", "key"):
        name = f"{layout.ETCD_AUTHORITY}.{ending}"
        try:
            files.write(pki / name, (authority / name).read_bytes())
        except FileNotFoundError as error:
            raise BootstrapError(
                f"{authority / name} is missing: install the virtual cluster with the chart"
            ) from error
    leaves = etcd_leaves.in_own_pod(
        vcluster=environment.vcluster, namespace=environment.namespace, pod_ip=environment.pod_ip
    )
    sign.sign(issued.due(leaves, pki, now), pki, now)
    (pki / f"{layout.ETCD_AUTHORITY}.key").unlink()


def main(environ: Mapping[str, str], now: datetime) -> int:
    """Exit code; a failure is one sentence in the log."""
    try:
        prepare(environ, now)
    except BootstrapError as error:
        sys.stderr.write(f"bootstrap-etcd: {error}\n")
        return 1
    return 0
