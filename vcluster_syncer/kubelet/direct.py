"""The node API on a TCP port, for callers inside the virtual cluster that dial a node's address themselves."""

from __future__ import annotations

import asyncio
import logging
import socket
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
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None

    def start(self, port: int) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        both = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if both else socket.AF_INET
        listening = socket.create_server(("", port), family=family, backlog=64, dualstack_ipv6=both)
        listening.setblocking(False)
        self._socket = listening
        self._accepting = asyncio.create_task(self._accept(listening))

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    async def close(self, grace_seconds: float) -> None:
        """Accept no more, let running connections end within ``grace_seconds``, then cut them."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
        await self._tasks.close(grace_seconds)

    async def _accept(self, listening: socket.socket) -> None:
        """Sockets are taken bare: which certificate to show is known only after the nodes have been looked up."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(listening)
            except OSError as error:
                log.warning("cannot accept a connection", extra={"error": str(error)})
                await self._world.clock.sleep(1.0)
                continue
            if len(self._tasks) >= MAX_CONNECTIONS:
                accepted.close()
            else:
                self._tasks.start(self._connection(accepted))

    async def _connection(self, accepted: socket.socket) -> None:
        link = Link()
        try:
            context = await self._contexts.get(self._names(), "anybody")
            # uvloop returns a protocol of its own, so ours is kept by hand.
            await asyncio.get_running_loop().connect_accepted_socket(lambda: link, accepted)
        except OSError as error:
            accepted.close()
            log.info("direct connection failed", extra={"error": str(error)})
            return
        try:
            await link.start_tls(context)
            subject = link.peer_subject
            guard = DirectGuard(self._reviews, user_of_certificate(subject) if subject else None)
            await self._api.serve(Session(link, self._node, guard, Dialing(self._spares, ahead=False)))
        except OSError as error:
            log.info("direct connection failed", extra={"error": str(error)})
        except Exception:
            log.exception("direct connection handler failed")
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
