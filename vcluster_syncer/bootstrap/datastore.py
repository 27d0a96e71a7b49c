"""Holds the API server back until its datastore answers: one that meets a silent store backs off for seconds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_syncer.clock import Clock

_PAUSE_SECONDS: Final = 0.02
_NOTICE_SECONDS: Final = 5.0


async def answers(clock: Clock, socket: Path = Path(layout.KINE_SOCKET)) -> None:
    """Return when something listens on ``socket``; at once when the pod has no datastore of its own.

    Waits without a limit: kine compacts a large database before it listens, and a kine that fails shows in its own
    container.
    """
    if not socket.parent.is_dir():
        return
    notice = clock.monotonic() + _NOTICE_SECONDS
    while not await _listens(socket):
        if clock.monotonic() >= notice:
            sys.stderr.write("bootstrap: waiting for the datastore; see the log of container kine\n")
            notice = float("inf")
        await clock.sleep(_PAUSE_SECONDS)


async def _listens(socket: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    writer.close()
    return True
