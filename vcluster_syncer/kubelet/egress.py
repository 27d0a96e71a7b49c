"""The socket on which the virtual API server asks for connections: only to what belongs to this cluster, never hanging.

Kubernetes' egress selector with protocol HTTPConnect: the answer to CONNECT is the bare status line; any byte more
would be taken for the target's (KEP-1281).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vcluster_syncer.kubelet.answers import Refusal
from vcluster_syncer.kubelet.head import BadHead, parse_request
from vcluster_syncer.kubelet.host import Dialing, Spares
from vcluster_syncer.kubelet.link import Ended, Link, TooLong, splice
from vcluster_syncer.kubelet.metrics_api import TLS_NAME, MetricsApi
from vcluster_syncer.kubelet.server import NodeApi, Session, Trusted
from vcluster_syncer.kubelet.targets import DialTarget, MetricsTarget, NodeTarget, Unknown, parse_authority, resolve
from vcluster_syncer.kubelet.tasks import Tasks

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.tls import Clients, Contexts
    from vcluster_syncer.sync.api import World

DIAL_SECONDS: Final = 5.0
HEAD_SECONDS: Final = 10.0
ESTABLISHED: Final = b"HTTP/1.1 200 OK\r\n\r\n"

log = logging.getLogger(__name__)


class Egress:
    """Serves CONNECT on a unix socket."""

    def __init__(self, world: World, spares: Spares, api: NodeApi, contexts: Contexts) -> None:
        self._world = world
        self._spares = spares
        self._api = api
        self._metrics = MetricsApi(world, api.closing)
        self._contexts = contexts
        self._tasks = Tasks()
        self._server: asyncio.Server | None = None

    async def start(self, socket_path: Path) -> None:
        """Listen; a socket left behind by an earlier process is replaced.

        Raises:
            OSError: the folder is not writable.
        """
        await asyncio.to_thread(socket_path.unlink, missing_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Link(self._accepted), str(socket_path), backlog=256)

    async def close(self, grace_seconds: float) -> None:
        """Accept no more, let running connections end within ``grace_seconds``, then cut them."""
        if self._server is not None:
            self._server.close()
        await self._tasks.close(grace_seconds)

    def _accepted(self, link: Link) -> None:
        self._tasks.start(self._connection(link))

    async def _connection(self, link: Link) -> None:
        try:
            await self._handle(link)
        except Refusal as refusal:
            log.info("connection refused", extra={"why": refusal.message})
            # The API server shows the reason phrase to the user and in its log.
            message = refusal.message.encode("ascii", "replace").decode().replace("\n", " ")
            link.write(f"HTTP/1.1 {refusal.status} {message}\r\nContent-Length: 0\r\n\r\n".encode())
        except OSError as error:
            log.info("connection failed", extra={"error": str(error)})
        except Exception:
            log.exception("connection handler failed")
        finally:
            link.close()

    async def _handle(self, link: Link) -> None:
        host, port = await _read_connect(link)
        target = resolve(self._world, host, port)
        match target:
            case NodeTarget(name, address):
                await self._node(link, name, address)
            case DialTarget():
                await self._dial(link, target)
            case MetricsTarget():
                await self._serve_metrics(link)
            case Unknown(message):
                raise Refusal(403, message)

    async def _node(self, link: Link, node: str, address: str) -> None:
        dialing = Dialing(self._spares)
        try:
            await self._start_tls(link, address, "api-server")
            if not self._contexts.is_api_server(link.peer_certificate):
                raise PermissionError("the caller is not the virtual API server")
            await self._api.serve(Session(link, lambda _: node, Trusted(), dialing))
        finally:
            await dialing.drop()

    async def _serve_metrics(self, link: Link) -> None:
        await self._start_tls(link, TLS_NAME, "front-proxy")
        await self._metrics.serve(link)

    async def _start_tls(self, link: Link, name: str, clients: Clients) -> None:
        try:
            context = await self._contexts.get((name,), clients)
        except OSError as error:
            raise Refusal(502, f"no certificate for {name}: {error}") from error
        link.write(ESTABLISHED)
        await link.start_tls(context)

    async def _dial(self, link: Link, target: DialTarget) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(DIAL_SECONDS):
                _, remote = await loop.create_connection(Link, target.host, target.port)
        except TimeoutError as error:
            raise Refusal(502, f"no connection to {target.host}:{target.port} within {DIAL_SECONDS:g} s") from error
        except OSError as error:
            raise Refusal(502, f"cannot connect to {target.host}:{target.port}: {error}") from error
        with contextlib.suppress(OSError, AttributeError):
            remote.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        link.write(ESTABLISHED)
        await splice(link, remote)


async def _read_connect(link: Link) -> tuple[str, int]:
    try:
        async with asyncio.timeout(HEAD_SECONDS):
            request = parse_request(await link.read_head())
        if request.method != "CONNECT":
            raise Refusal(405, f"{request.method} is not CONNECT")
        return parse_authority(request.target)
    except (BadHead, TooLong, ValueError) as error:
        raise Refusal(400, f"no CONNECT request: {error}") from error
    except (Ended, TimeoutError) as error:
        raise ConnectionResetError(f"no CONNECT request within {HEAD_SECONDS:g} s") from error
