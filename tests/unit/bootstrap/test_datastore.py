"""Bootstrap must not end before kine listens, and must not wait where there is no kine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vcluster_syncer.bootstrap import datastore
from vcluster_syncer.clock import SystemClock


async def test_returns_at_once_without_a_datastore_folder(tmp_path: Path) -> None:
    await datastore.answers(SystemClock(), tmp_path / "absent" / "kine.sock")


async def test_waits_until_something_listens(tmp_path: Path) -> None:
    socket = tmp_path / "kine.sock"
    waiting = asyncio.create_task(datastore.answers(SystemClock(), socket))
    await asyncio.sleep(0)
    assert not waiting.done()
    server = await asyncio.start_unix_server(lambda _, writer: writer.close(), socket)
    async with server:
        await waiting


async def test_a_stale_socket_file_is_no_answer(tmp_path: Path) -> None:
    socket = tmp_path / "kine.sock"
    (await asyncio.start_unix_server(lambda _, writer: writer.close(), socket)).close()
    waiting = asyncio.create_task(datastore.answers(SystemClock(), socket))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
