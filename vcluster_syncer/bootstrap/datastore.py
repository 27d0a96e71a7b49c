"""Holds the API server back until its datastore answers: one that meets a silent store backs off for seconds."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_syncer.clock import Clock

_PAUSE_SECONDS: Final = 0.02
_NOTICE_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 5.0


async def answers(clock: Clock, *, etcd: tuple[str, int] | None, socket: Path = Path(layout.KINE_SOCKET)) -> None:
    """Return when something listens on ``socket``, or when the etcd whose health is served at ``etcd`` has a leader.

    Returns at once when the pod has neither. Waits without a limit: kine compacts a large database before it listens,
    etcd waits for its members, and one that fails shows in its own container.
    """
    if socket.parent.is_dir():
        await _until(lambda: _listens(socket), "container kine", clock)
    if etcd is not None:
        await _until(lambda: _healthy(*etcd), f"the pods of {etcd[0]}", clock)


async def _until(ready: Callable[[], Awaitable[bool]], where: str, clock: Clock) -> None:
    notice = clock.monotonic() + _NOTICE_SECONDS
    while not await ready():
        if clock.monotonic() >= notice:
            sys.stderr.write(f"bootstrap: waiting for the datastore; see the log of {where}\n")
            notice = float("inf")
        await clock.sleep(_PAUSE_SECONDS)


async def _listens(socket: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    writer.close()
    return True


async def _healthy(host: str, port: int) -> bool:
    """One member's answer to ``GET /health``: 200 while the cluster has a leader, 503 otherwise."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET /health HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]
