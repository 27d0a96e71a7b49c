"""The node API on a TCP port, for callers inside the virtual cluster that dial a node's address themselves."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from vcluster_contract.kinds import NODES
from vcluster_syncer.kubelet.access import DirectGuard, Reviews, user_of_certificate
from vcluster_syncer.kubelet.head import Request
from vcluster_syncer.kubelet.host import Dialing, Spares
from vcluster_syncer.kubelet.link import Link
from vcluster_syncer.kubelet.server import NodeApi, Session
from vcluster_syncer.kubelet.targets import node_addresses, node_at, parse_authority
from vcluster_syncer.kubelet.tasks import Tasks

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.tls import Contexts
    from vcluster_syncer.sync.api import World

MAX_CONNECTIONS: Final = 128

log = logging.getLogger(__name__)


class Direct:
    """Listens on all addresses; one certificate names all nodes, the Host header says which one is meant."""

    def __init__(self, world: World, spares: Spares, api: NodeApi, contexts: Contexts) -> None:
        self._world = world
        self._spares = spares
        self._api = api
        self._contexts = contexts
        self._reviews = Reviews(world)
        self._tasks = Tasks()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Link(self._accepted), None, port, backlog=64)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    async def close(self, grace_seconds: float) -> None:
        """Accept no more, let running connections end within ``grace_seconds``, then cut them."""
        if self._server is not None:
            self._server.close()
        await self._tasks.close(grace_seconds)

    def _accepted(self, link: Link) -> None:
        if len(self._tasks) >= MAX_CONNECTIONS:
            link.abort()
            return
        link.transport.pause_reading()
        self._tasks.start(self._connection(link))

    async def _connection(self, link: Link) -> None:
        try:
            await link.start_tls(await self._contexts.get(self._names(), "anybody"))
            subject = link.peer_subject
            guard = DirectGuard(self._reviews, user_of_certificate(subject) if subject else None)
            await self._api.serve(Session(link, self._node, guard, Dialing(self._spares, ahead=False)))
        except OSError as error:
            log.info("direct connection failed", extra={"error": str(error)})
        finally:
            link.close()

    def _names(self) -> tuple[str, ...]:
        entries = self._world.virtual.stores[NODES].entries()
        return tuple(sorted({address for entry in entries for address in node_addresses(entry)})) or ("localhost",)

    def _node(self, request: Request) -> str | None:
        host = request.headers.get("Host")
        try:
            host, _ = parse_authority(host)
        except ValueError:
            return node_at(self._world, host)
        return node_at(self._world, host)
