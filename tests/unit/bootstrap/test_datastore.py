"""Bootstrap must not end before kine listens, and must not wait where there is no kine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from vcluster_syncer.bootstrap import datastore
from vcluster_syncer.clock import SystemClock


async def test_returns_at_once_without_a_datastore_folder(tmp_path: Path) -> None:
    await datastore.answers(SystemClock(), etcd=None, socket=tmp_path / "absent" / "kine.sock")


async def test_waits_until_something_listens(tmp_path: Path) -> None:
    socket = tmp_path / "kine.sock"
    waiting = asyncio.create_task(datastore.answers(SystemClock(), etcd=None, socket=socket))
    await asyncio.sleep(0)
    assert not waiting.done()
    server = await asyncio.start_unix_server(lambda _, writer: writer.close(), socket)
    async with server:
        await waiting


async def test_a_stale_socket_file_is_no_answer(tmp_path: Path) -> None:
    socket = tmp_path / "kine.sock"
    (await asyncio.start_unix_server(lambda _, writer: writer.close(), socket)).close()
    waiting = asyncio.create_task(datastore.answers(SystemClock(), etcd=None, socket=socket))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


@pytest.mark.parametrize(("status", "done"), [(b"200 OK", True), (b"503 Service Unavailable", False)])
async def test_waits_until_the_etcd_in_pods_of_its_own_has_a_leader(
    tmp_path: Path, status: bytes, *, done: bool
) -> None:
    asked = asyncio.Event()

    async def health(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readline()).startswith(b"GET /health ")
        writer.write(b"HTTP/1.0 " + status + b"\r\n\r\n")
        writer.close()
        asked.set()

    async with await asyncio.start_server(health, "127.0.0.1", 0) as server:
        address = server.sockets[0].getsockname()
        waiting = asyncio.create_task(
            datastore.answers(SystemClock(), etcd=address, socket=tmp_path / "absent" / "kine.sock")
        )
        await asked.wait()
        asked.clear()
        if done:
            await waiting
        else:
            await asked.wait()
            assert not waiting.done()
            waiting.cancel()
