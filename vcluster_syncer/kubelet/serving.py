"""Starts and stops the node API: the one thing the rest of the syncer needs to know of this package."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vcluster_contract.layout import KUBELET_PORT
from vcluster_syncer.kubelet.direct import Direct
from vcluster_syncer.kubelet.egress import Egress
from vcluster_syncer.kubelet.host import Spares
from vcluster_syncer.kubelet.node import NodeInfo
from vcluster_syncer.kubelet.server import NodeApi
from vcluster_syncer.kubelet.streams import Streams
from vcluster_syncer.kubelet.tls import Contexts

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.host import HostRaw
    from vcluster_syncer.sync.api import World

GRACE_SECONDS: Final = 5.0


class Serving:
    """The running node API."""

    def __init__(self, api: NodeApi, egress: Egress, direct: Direct, spares: Spares) -> None:
        self._api = api
        self._egress = egress
        self._direct = direct
        self._spares = spares

    @property
    def port(self) -> int:
        """The port that direct callers use."""
        return self._direct.port

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Give followed logs a last line, let other streams end within ``grace_seconds``, then cut them."""
        self._api.closing.set()
        await asyncio.gather(self._egress.close(grace_seconds), self._direct.close(grace_seconds))
        await self._spares.close()


async def serve(
    world: World, *, socket_path: str, pki_dir: str, host_raw: HostRaw, port: int = KUBELET_PORT
) -> Serving:
    """Serve the virtual API server on a unix socket at ``socket_path``, and everybody who is allowed to on ``port``.

    Certificates are issued from ``pki_dir``. Port 0 takes any free one.

    Raises:
        OSError: the socket cannot be created or the port is taken.
    """
    spares = Spares(host_raw)
    api = NodeApi(world, NodeInfo(world), Streams(host_raw, spares))
    contexts = Contexts(Path(pki_dir), world.clock)
    egress, direct = Egress(world, spares, api, contexts), Direct(world, spares, api, contexts)
    await egress.start(Path(socket_path))
    direct.start(port)
    return Serving(api, egress, direct, spares)
