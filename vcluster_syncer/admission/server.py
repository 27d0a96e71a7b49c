"""A small HTTPS server for AdmissionReviews: a web framework would cost more memory than the whole admission logic."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import msgspec

from vcluster_contract import layout
from vcluster_syncer.admission import review
from vcluster_syncer.admission.allocate import admit
from vcluster_syncer.kubelet import head

if TYPE_CHECKING:
    from vcluster_syncer.sync.api import World

_log: Final = logging.getLogger(__name__)
# A Service is at most as large as etcd's request limit, and a review holds it twice.
_MAX_BODY: Final = 4 * 1024 * 1024
# Longer than the API server waits for an answer would help nobody.
_CLOSE_SECONDS: Final = 10.0


class Server:
    """The running webhook."""

    def __init__(self, world: World, cert: Path, key: Path) -> None:
        self._world = world
        self._files = (cert, key)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._idle: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._closing = False
        self._listener: asyncio.Server | None = None
        self.reload()

    def reload(self) -> None:
        """Use the certificate as it now lies on the volume for new connections."""
        self._tls.load_cert_chain(*self._files)

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, which differs from ``port`` when that is 0."""
        self._listener = await asyncio.start_server(self._serve, host, port, ssl=self._tls, limit=head.MAX_HEAD)
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Answer what has been asked, then end; the API server dials again."""
        self._closing = True
        if self._listener is not None:
            self._listener.close()
        for writer in self._idle.values():
            writer.close()
        running = {*self._idle, *self._busy}
        if running:
            await asyncio.wait(running, timeout=_CLOSE_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            while not self._closing and await self._exchange(task, reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, head.BadHead):
            _log.debug("webhook connection ended")
        finally:
            self._idle.pop(task, None)
            self._busy.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request and its answer; False when the connection ends with it."""
        self._busy.discard(task)
        self._idle[task] = writer
        request = head.parse_request(await reader.readuntil(head.END))
        del self._idle[task]
        self._busy.add(task)
        length = request.headers.get("Content-Length")
        if request.method != "POST" or not length.isdigit() or int(length) > _MAX_BODY:
            await _reply(writer, 400, "Bad Request", b'"expected POST of an AdmissionReview with a Content-Length"')
            return False
        body = await reader.readexactly(int(length))
        try:
            answer = await self._answer(body)
        except msgspec.MsgspecError as error:
            _log.warning("webhook got a body that is no AdmissionReview", extra={"error": str(error)})
            await _reply(writer, 400, "Bad Request", msgspec.json.encode(f"expected an AdmissionReview: {error}"))
            return False
        await _reply(writer, 200, "OK", answer)
        return request.keeps_alive

    async def _answer(self, body: bytes) -> bytes:
        request = review.decode(body)
        try:
            return review.allowed(request.uid, await admit(self._world, request))
        except review.Denied as refusal:
            return review.denied(request.uid, refusal)
        except Exception as error:  # noqa: BLE001 - the API server must get an answer instead of a broken connection
            _log.exception("webhook failed")
            message = f"the webhook of the virtual cluster failed: {error}"
            return review.denied(request.uid, review.Denied(500, "InternalError", message))


async def serve(
    world: World,
    *,
    cert: Path = Path(layout.PKI_DIR, "webhook.crt"),
    key: Path = Path(layout.PKI_DIR, "webhook.key"),
    port: int = layout.WEBHOOK_PORT,
) -> Server:
    """Start answering on the loopback address, where only the pod's own API server reaches us.

    Works before caches are synced, so that the API server's own ``default/kubernetes`` gets its address at first boot.
    """
    server = Server(world, cert, key)
    await server.start("127.0.0.1", port)
    return server


async def _reply(writer: asyncio.StreamWriter, status: int, reason: str, body: bytes) -> None:
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    writer.write(head.render_response(status, reason, headers) + body)
    await writer.drain()
