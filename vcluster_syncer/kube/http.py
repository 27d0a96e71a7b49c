"""Keep-alive connections to one API server: pooled for requests, dedicated for streams, raw for spliced traffic."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol, cast

from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.connection import Connection, Response, probe_silent_peers
from vcluster_syncer.kube.credentials import Credentials
from vcluster_syncer.kube.errors import Unreachable

if TYPE_CHECKING:
    import ssl

CONNECT_TIMEOUT: Final = 10.0
REQUEST_TIMEOUT: Final = 30.0
IDLE_LIMIT: Final = 60.0
"""Seconds an unused connection is kept; below the 90 s after which kube-apiserver closes it, so the two rarely race."""
POOL_SIZE: Final = 32


class RawConnection(Protocol):
    """An ``asyncio.Protocol`` that does its own TLS."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, as all of a protocol's methods."""
        ...

    async def start_tls(self, context: ssl.SSLContext, server_hostname: str | None) -> None:
        """Shake hands as the client; raises ``OSError``."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...


class HttpClient:
    """HTTP/1.1 client of one API server.

    A request is sent a second time only when nothing of it was sent, or when it is a GET and its reused connection
    closed before any byte of the answer came (RFC 9110, 9.2.2); every other loss surfaces as ``Unreachable``.
    """

    def __init__(
        self, access: Access, clock: Clock, *, pool_size: int = POOL_SIZE, user_agent: str = "vcluster-syncer"
    ) -> None:
        self._access = access
        self._clock = clock
        self._credentials = Credentials(access, clock)
        self._pool_size = pool_size
        self._fixed_head = f" HTTP/1.1\r\nHost: {access.authority}\r\nUser-Agent: {user_agent}\r\n"
        self._idle: list[Connection] = []
        self._leased = 0
        self._waiters: deque[asyncio.Future[Connection | None]] = deque()
        self._streams: set[Connection] = set()

    def auth_headers(self) -> list[tuple[str, str]]:
        """Headers that authenticate a request written by hand on ``connect_raw``; client certificates need none."""
        token = self._token()
        return [("Authorization", f"Bearer {token}")] if token else []

    @property
    def authority(self) -> str:
        """Value of the Host header."""
        return self._access.authority

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout: float = REQUEST_TIMEOUT,
    ) -> Response:
        """The complete answer, whatever its status.

        Raises:
            Unreachable: no complete answer came within ``timeout`` seconds.
        """
        payload = self._payload(method, path, body, content_type, accept)
        connection = await self._acquire()
        try:
            try:
                response = await connection.exchange(payload, timeout)
            except Unreachable as error:
                closed_while_idle = connection.uses > 1 and not connection.answered
                if error.sent and not (method == "GET" and closed_while_idle):
                    raise
                connection = await self._connect()
                response = await connection.exchange(payload, timeout)
        finally:
            self._release(connection)
        if response.status == 401:
            self._credentials.distrust_token()
        return response

    async def stream(self, path: str, *, timeout: float = REQUEST_TIMEOUT) -> Stream:
        """GET whose body is read piece by piece, on a connection of its own; ``timeout`` bounds the wait for the head.

        Raises:
            Unreachable: no head came.
        """
        payload = self._payload("GET", path, b"", "", "application/json")
        connection = await self._connect()
        status = await connection.begin_stream(payload, timeout)
        if status == 401:
            self._credentials.distrust_token()
        self._streams.add(connection)
        return Stream(status, connection, self._streams)

    async def connect_raw(self, raw: RawConnection) -> None:
        """Make ``raw`` a byte stream to the API server, authenticated by TLS, for upgrades and splicing.

        Raises:
            Unreachable: the connection could not be made.
        """
        loop, transport = asyncio.get_running_loop(), None
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                transport, _ = await loop.create_connection(
                    lambda: cast("asyncio.Protocol", raw), self._access.host, self._access.port
                )
                probe_silent_peers(transport.get_extra_info("socket"))
                if (context := self._credentials.tls_context()) is not None:
                    await raw.start_tls(context, self._server_hostname())
        except BaseException as error:
            if transport is not None:
                raw.abort()
            if isinstance(error, OSError):
                raise self._no_connection(error) from error
            raise

    def close(self) -> None:
        """Drop idle connections and streams; requests under way end with their tasks."""
        for connection in (*self._idle, *self._streams):
            connection.abort()
        self._idle.clear()

    def _payload(self, method: str, path: str, body: bytes, content_type: str, accept: str) -> bytes:
        token = self._token()
        head = f"{method} {path}{self._fixed_head}Accept: {accept}\r\n"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        if body or method in {"POST", "PUT", "PATCH"}:
            head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        return head.encode("latin-1") + b"\r\n" + body

    def _token(self) -> str:
        try:
            return self._credentials.bearer_token()
        except OSError as error:
            raise Unreachable(f"cannot read the bearer token: {error}", sent=False) from error

    async def _acquire(self) -> Connection:
        connection = self._take_idle()
        if connection is None and self._leased >= self._pool_size:
            connection = await self._wait_for_release()
        else:
            self._leased += 1
        if connection is not None:
            return connection
        try:
            return await self._connect()
        except BaseException:
            self._pass_on(None)
            raise

    def _take_idle(self) -> Connection | None:
        """The most recently used connection; older ones than the idle limit are dropped."""
        oldest = self._clock.monotonic() - IDLE_LIMIT
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.idle_since > oldest:
                return connection
            connection.abort()
        return None

    async def _wait_for_release(self) -> Connection | None:
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._pass_on(waiter.result())
            raise

    def _release(self, connection: Connection) -> None:
        if connection.reusable:
            self._pass_on(connection)
        else:
            connection.abort()
            self._pass_on(None)

    def _pass_on(self, connection: Connection | None) -> None:
        """Give the lease to the longest waiting request, or end it."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._leased -= 1
        if connection is not None:
            connection.idle_since = self._clock.monotonic()
            self._idle.append(connection)

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                _, connection = await loop.create_connection(
                    lambda: Connection(loop),
                    self._access.host,
                    self._access.port,
                    ssl=self._credentials.tls_context(),
                    server_hostname=self._server_hostname(),
                )
        except OSError as error:
            raise self._no_connection(error) from error
        return connection

    def _server_hostname(self) -> str | None:
        return (self._access.server_name or self._access.host) if self._access.tls else None

    def _no_connection(self, error: OSError) -> Unreachable:
        reason = f"no connection within {CONNECT_TIMEOUT:g} s" if isinstance(error, TimeoutError) else str(error)
        return Unreachable(f"cannot connect to {self._access.authority}: {reason}", sent=False)


class Stream:
    """A body being received; close it to end the request."""

    def __init__(self, status: int, connection: Connection, registry: set[Connection]) -> None:
        self.status = status
        self._connection = connection
        self._registry = registry

    async def read(self) -> bytes:
        """All bytes that have come since the last call; empty at the end.

        Raises:
            Unreachable: the connection ended before the body did.
        """
        return await self._connection.read()

    def close(self) -> None:
        """End the request by dropping its connection."""
        self._registry.discard(self._connection)
        self._connection.abort()
