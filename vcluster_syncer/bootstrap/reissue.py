"""Keeping the certificates of a running pod right: new names of the Service, and the end of their life.

The API server re-reads its certificate files within moments, so nothing restarts.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from vcluster_contract import layout
from vcluster_contract.kinds import SERVICES
from vcluster_syncer.bootstrap import etcd_leaves, issued
from vcluster_syncer.bootstrap.leaves import control_plane_leaves
from vcluster_syncer.bootstrap.order import Order
from vcluster_syncer.bootstrap.sans import api_server_sans
from vcluster_syncer.kube.api import Key

if TYPE_CHECKING:
    from vcluster_syncer.bootstrap.leaves import Leaf
    from vcluster_syncer.sync.api import World

INTERVAL_SECONDS: Final = 5.0
_log: Final = logging.getLogger(__name__)

Sign = Callable[[Order], Awaitable[None]]


async def keep(
    world: World,
    *,
    pod_ip: str,
    on_change: Callable[[], None],
    pki: Path = Path(layout.PKI_DIR),
    sign: Sign | None = None,
) -> None:
    """Look every few seconds until cancelled; ``on_change`` runs after new files are in place."""
    while True:
        await world.clock.sleep(INTERVAL_SECONDS)
        try:
            if await reissue(world, pod_ip=pod_ip, pki=pki, sign=sign or in_child):
                on_change()
        except OSError as error:
            _log.warning("certificates could not be reissued", extra={"error": str(error)})


async def reissue(world: World, *, pod_ip: str, pki: Path, sign: Sign) -> tuple[Leaf, ...]:
    """Have all that is due signed; returns what was. Does nothing while Service NAME is not known.

    Raises:
        OSError: the volume or the child process failed.
    """
    found = world.host.stores[SERVICES].get(Key(world.scope.host_namespace, world.scope.vcluster))
    if found is None:
        return ()
    config = world.scope.config
    sans = api_server_sans(
        found.decode(), cluster_domain=config.networking.cluster_domain, pod_ip=pod_ip, extra=config.extra_sans
    )
    etcd = etcd_leaves.in_control_plane(
        config, vcluster=world.scope.vcluster, namespace=world.scope.host_namespace, pod_ip=pod_ip
    )
    now = world.clock.now()
    due = issued.due(control_plane_leaves(sans, etcd), pki, now)
    if due:
        await sign(Order(str(pki), now, due))
        _log.info("certificates reissued", extra={"certificates": [leaf.name for leaf in due]})
    return due


async def in_child(order: Order) -> None:
    """Sign in a short-lived process, which takes the certificate library's memory with it when it ends.

    Raises:
        OSError: the child failed; the message is its last line.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "vcluster_syncer.bootstrap.sign",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await child.communicate(msgspec.json.encode(order))
    if child.returncode:
        lines = errors.decode(errors="replace").strip().splitlines() or [f"exit status {child.returncode}"]
        raise OSError(f"signing failed: {lines[-1]}")
