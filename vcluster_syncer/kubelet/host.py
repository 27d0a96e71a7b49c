"""Requests written by hand on a connection to the host API server, for answers that are streams."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from vcluster_syncer.kube.errors import Unreachable
from vcluster_syncer.kubelet.body import BadBody, body_of
from vcluster_syncer.kubelet.head import BadHead, Header, Response, parse_response, render_request
from vcluster_syncer.kubelet.link import Ended, Link, TooLong

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ERROR_BODY: Final = 64 * 1024
SPARE_SECONDS: Final = 20.0
"""Below the 32 s that kube-apiserver waits for the first head on a connection."""
ANSWER_SECONDS: Final = 30.0
"""How long the host API server may take to answer with a head; its own kubelet dials are capped at the same."""


class HostRaw(Protocol):
    """What is needed of the client of the host API server."""

    @property
    def authority(self) -> str:
        """Value of the Host header."""
        ...

    async def connect_raw(self, raw: Link) -> None:
        """Connect ``raw``, on which nothing has been sent then; raises ``Unreachable``."""
        ...

    def auth_headers(self) -> Sequence[Header]:
        """Headers that authenticate a request."""
        ...


class Answer(NamedTuple):
    """Head of the host's answer, parsed and as it came; the body is still on the link."""

    head: Response
    raw: bytes
    link: Link


class Spares:
    """Connections made ahead of need: dialing costs as much as all else we add to an exec.

    One is kept for a moment after each use, so a series of calls never waits; at rest there is none.
    """

    def __init__(self, host: HostRaw) -> None:
        self._host = host
        self._spare: Link | None = None
        self._task: asyncio.Task[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None

    async def take(self) -> Link:
        """A connection on which nothing has been sent; raises ``Unreachable``."""
        spare = self._pop()
        return spare if spare is not None else await self._connect()

    def refill(self) -> None:
        """Dial in the background unless a spare is there or being dialed."""
        if self._spare is None and self._task is None:
            self._task = asyncio.create_task(self._dial())

    async def close(self) -> None:
        """Drop the spare."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._drop()

    def _pop(self) -> Link | None:
        spare, self._spare = self._spare, None
        if self._expiry is not None:
            self._expiry.cancel()
        return spare if spare is not None and not spare.at_eof else None

    def _drop(self) -> None:
        spare = self._pop()
        if spare is not None:
            spare.close()

    async def _dial(self) -> None:
        try:
            self._spare = await self._connect()
            self._expiry = asyncio.get_running_loop().call_later(SPARE_SECONDS, self._drop)
        except Unreachable:
            self._spare = None
        finally:
            self._task = None

    async def _connect(self) -> Link:
        link = Link()
        await self._host.connect_raw(link)
        return link


class Dialing:
    """A connection begun before it is known to be needed (``ahead``), beside the caller's own TLS handshake."""

    def __init__(self, spares: Spares, *, ahead: bool = True) -> None:
        self._spares = spares
        self._task: asyncio.Task[Link] | None = asyncio.create_task(spares.take()) if ahead else None

    async def take(self) -> Link:
        """The connection, a new one from the second call on; raises ``Unreachable``."""
        task, self._task = self._task, None
        return await (task or self._spares.take())

    async def drop(self) -> None:
        """Close the connection unless it was taken."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Unreachable):
            (await task).close()


async def ask(link: Link, host: HostRaw, method: str, target: str, headers: tuple[Header, ...]) -> Answer:
    """Send a request without body and read the head of the answer.

    Raises:
        Unreachable: no valid head came within ``ANSWER_SECONDS``.
    """
    fields = (("Host", host.authority), *host.auth_headers(), *headers)
    link.write(render_request(method, target, fields))
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            raw = await link.read_head()
        return Answer(parse_response(raw), raw, link)
    except TimeoutError as error:
        raise Unreachable(f"the host API server did not answer within {ANSWER_SECONDS:g} s", sent=True) from error
    except (Ended, TooLong, BadHead) as error:
        raise Unreachable("the host API server closed the connection without a valid answer", sent=True) from error


async def read_body(answer: Answer) -> bytes:
    """The start of a body that is expected to be short; empty when it is unreadable."""
    parts, size = [], 0
    with contextlib.suppress(BadBody, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            body = body_of(answer.head)
            while not body.complete and size < MAX_ERROR_BODY and (data := await answer.link.read_any()):
                parts.append(body.feed(data))
                size += len(data)
    return b"".join(parts)[:MAX_ERROR_BODY]
