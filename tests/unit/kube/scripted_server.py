"""A TLS server that answers with exactly the bytes a test wrote, so that every framing and failure can be met."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import trustme

from vcluster_syncer.kube.access import Access


class Request:
    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        self.line, *lines = head.decode().split("\r\n")
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.body = b""
        self.reader = reader


Handler = Callable[[Request, asyncio.StreamWriter, int], Awaitable[bool]]
"""Gets a request and the number of its connection; answers False to close the connection."""


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    request = Request(head[:-4], reader)
    request.body = await reader.readexactly(int(request.headers.get("content-length", "0")))
    return request


class ScriptedServer:
    def __init__(self, handler: Handler, context: ssl.SSLContext | None) -> None:
        self.handler = handler
        self.context = context
        self.connections = 0
        self.requests: list[Request] = []
        self.access: Access
        self._writers: set[asyncio.StreamWriter] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._writers.add(writer)
        with contextlib.suppress(ConnectionError):
            while request := await read_request(reader):
                self.requests.append(request)
                if not await self.handler(request, writer, number):
                    break
        self._writers.discard(writer)
        writer.transport.abort()

    def drop_connections(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    @contextlib.asynccontextmanager
    async def running(self, authority: trustme.CA | None = None) -> AsyncIterator[ScriptedServer]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        port = server.sockets[0].getsockname()[1]
        ca = authority.cert_pem.bytes().decode() if authority else ""
        self.access = Access(host="127.0.0.1", port=port, tls=self.context is not None, ca_data=ca)
        try:
            yield self
        finally:
            server.close()
            self.drop_connections()
            await asyncio.sleep(0)


def answer(body: bytes, status: str = "200 OK", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), headers, body)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def until(predicate: Callable[[], bool]) -> None:
    """Let the loop run until ``predicate`` holds; the test's timeout is the limit."""
    while not predicate():  # noqa: ASYNC110 - the state of a connection has no event to wait for
        await asyncio.sleep(0)
