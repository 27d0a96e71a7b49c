"""The plain HTTP port for kubelet and Prometheus: health, readiness with its reasons, metrics."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from vcluster_syncer.metrics import CONTENT_TYPE
from vcluster_syncer.sync.conditions import Condition

_HEAD_LIMIT: Final = 16 * 1024
_TIMEOUT: Final = 5.0
_TEXT: Final = "text/plain; charset=utf-8"
_logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """Status line, type and body of one response."""

    status: str
    content_type: str
    body: str


class Operations:
    """Answers ``/healthz``, ``/readyz``, ``/conditions`` and ``/metrics``; one request per connection."""

    def __init__(
        self,
        unmet: Callable[[], list[Condition]],
        conditions: Callable[[], list[Condition]],
        metrics: Callable[[], str],
    ) -> None:
        self._unmet = unmet
        self._conditions = conditions
        self._metrics = metrics
        self._server: asyncio.Server | None = None

    async def start(self, port: int, host: str = "") -> int:
        """Listen on all addresses by default; the answer is the port, which matters when ``port`` is 0."""
        self._server = await asyncio.start_server(self._serve, host or None, port, limit=_HEAD_LIMIT)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def answer(self, method: str, path: str) -> Answer:
        """The response to one request; the query is ignored."""
        if method not in {"GET", "HEAD"}:
            return Answer("405 Method Not Allowed", _TEXT, "only GET is served here\n")
        match path.partition("?")[0]:
            case "/healthz" | "/livez":
                return Answer("200 OK", _TEXT, "ok")
            case "/readyz":
                return self._readiness()
            case "/conditions":
                return Answer("200 OK", "application/json", msgspec.json.encode(self._conditions()).decode())
            case "/metrics":
                return Answer("200 OK", CONTENT_TYPE, self._metrics())
        return Answer("404 Not Found", _TEXT, "served: /healthz, /readyz, /conditions, /metrics\n")

    def _readiness(self) -> Answer:
        unmet = self._unmet()
        if not unmet:
            return Answer("200 OK", _TEXT, "ok")
        lines = [f"{condition.type}: {condition.message or 'not yet'}" for condition in unmet]
        return Answer("503 Service Unavailable", _TEXT, "\n".join(lines) + "\n")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT):
                head = await reader.readuntil(b"\r\n\r\n")
                method, path, *_ = [*head.split(b"\r\n", 1)[0].decode("latin-1").split(" "), ""]
                writer.write(_rendered(self.answer(method, path), with_body=method != "HEAD"))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            _logger.debug("Operations connection ended")
        finally:
            writer.close()


def _rendered(answer: Answer, *, with_body: bool) -> bytes:
    body = answer.body.encode()
    head = (
        f"HTTP/1.1 {answer.status}\r\nContent-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (body if with_body else b"")
