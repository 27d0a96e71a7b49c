from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.kubelet.kit import ScriptedHost, connect_node, read_chunks, read_reply
from vcluster_syncer.kubelet import Serving

pytestmark = pytest.mark.usefixtures("serving")

LOGS = b"GET /containerLogs/default/web/app?follow=true&tailLines=5 HTTP/1.1\r\nHost: 240.0.0.1:10250\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
EXEC = (
    b"POST /exec/default/web/app?command=sh&command=-c&command=echo+%2Fx&input=1&output=1&error=1 HTTP/1.1\r\n"
    b"Host: 240.0.0.1:10250\r\nUser-Agent: kube-apiserver\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
    b"X-Stream-Protocol-Version: v5.channel.k8s.io\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n"
    b"Authorization: Bearer stolen\r\nImpersonate-User: system:admin\r\nX-Remote-User: root\r\n"
    b"X-Forwarded-For: 1.2.3.4\r\nCookie: a=b\r\nContent-Length: 0\r\n\r\n"
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n"


async def test_logs_are_asked_for_under_the_host_name(host: ScriptedHost, socket: Path, pki: Path) -> None:
    asked: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(CHUNKED + b"6\r\nhello\n\r\n5\r\nworld\r\n0\r\n\r\n")

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(LOGS)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head == CHUNKED
    assert await read_chunks(reader) == b"hello\nworld"
    assert asked == [
        b"GET /api/v1/namespaces/team/pods/web-x-default-x-vc/log?container=app&follow=true&tailLines=5 HTTP/1.1\r\n"
        b"Host: " + host.authority.encode() + b"\r\nAuthorization: Bearer host-token\r\n"
        b"Accept: */*\r\nConnection: close\r\n\r\n"
    ]
    writer.close()


async def test_a_connection_serves_one_log_after_another(host: ScriptedHost, socket: Path, pki: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc\n")

    host.script = script
    reader, writer = await connect_node(socket, pki)
    for _ in range(3):
        writer.write(LOGS)
        await reader.readuntil(b"\r\n\r\n")
        assert await read_chunks(reader) == b"abc\n"
    assert host.connections >= 3
    writer.close()


async def test_an_interrupted_log_says_so(host: ScriptedHost, socket: Path, pki: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CHUNKED + b"10\r\nhalf")
        writer.close()

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(LOGS)
    await reader.readuntil(b"\r\n\r\n")
    lines = (await read_chunks(reader)).split(b"\n")
    assert lines[0] == b"half"
    assert lines[1].startswith(b"vcluster: log stream ended early: ")
    assert await reader.read() == b""
    writer.close()


async def test_shutdown_gives_a_followed_log_a_last_line(
    host: ScriptedHost, serving: Serving, socket: Path, pki: Path
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CHUNKED + b"4\r\none\n\r\n")

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(LOGS)
    assert await reader.readuntil(b"one\n\r\n")
    await serving.close(5)
    body = await read_chunks(reader)
    assert body == b"vcluster: log stream ended early: the virtual control plane is restarting\n"
    writer.close()


async def test_a_caller_who_leaves_ends_the_log_on_the_host(host: ScriptedHost, socket: Path, pki: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CHUNKED + b"4\r\none\n\r\n")

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(LOGS)
    await reader.readuntil(b"one\n")
    writer.close()
    await host.closed.wait()


async def test_a_slow_reader_holds_the_host_back(host: ScriptedHost, socket: Path, pki: Path) -> None:
    total, sent = 32 * 1024 * 1024, 0
    stalled = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        block = bytes(range(256)) * 256
        while sent < total:
            writer.write(block)
            sent += len(block)
            if writer.transport.get_write_buffer_size() > 256 * 1024:
                stalled.set()
            await writer.drain()

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(LOGS)
    await reader.readuntil(b"\r\n\r\n")
    await stalled.wait()
    # Nothing was read here, so what has been sent sits in bounded buffers.
    assert sent < total / 2
    body = await read_chunks(reader)
    assert len(body) == total
    assert body == bytes(range(256)) * (total // 256)
    writer.close()


@pytest.mark.parametrize(
    "case",
    [
        (
            400,
            b'{"kind":"Status","message":"container \\"app\\" in pod \\"web-x-default-x-vc\\" is waiting to start"}',
            b'container "app" in pod "web" is waiting to start\n',
        ),
        (
            403,
            b'{"kind":"Status","message":"pods \\"web-x-default-x-vc\\" is forbidden in the namespace \\"team\\""}',
            b'pods "web" is forbidden in the namespace "default"\n',
        ),
        (500, b"boom", b"boom\n"),
    ],
)
async def test_errors_of_the_host_speak_of_virtual_names(
    host: ScriptedHost, socket: Path, pki: Path, case: tuple[int, bytes, bytes]
) -> None:
    status, body, expected = case

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(LOGS)
    assert await read_reply(reader) == (status, expected)
    writer.close()


async def test_exec_is_a_splice_with_a_rewritten_head(host: ScriptedHost, socket: Path, pki: Path) -> None:
    asked: list[bytes] = []
    received: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(SWITCHED + b"\x80\x03first")
        received.append(await reader.readexactly(6))
        writer.write(b"second")
        writer.close()

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(EXEC)
    assert await reader.readuntil(b"\r\n\r\n") == SWITCHED
    assert await reader.readexactly(7) == b"\x80\x03first"
    writer.write(b"\x00\x01\x02abc")
    assert await reader.read() == b"second"
    assert received == [b"\x00\x01\x02abc"]
    assert asked == [
        b"POST /api/v1/namespaces/team/pods/web-x-default-x-vc/exec"
        b"?command=sh&command=-c&command=echo+%2Fx&container=app&stdin=true&stdout=true&stderr=true HTTP/1.1\r\n"
        b"Host: " + host.authority.encode() + b"\r\nAuthorization: Bearer host-token\r\n"
        b"Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\nUser-Agent: kube-apiserver\r\n"
        b"X-Stream-Protocol-Version: v5.channel.k8s.io\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"
    ]
    writer.close()


async def test_the_tail_reaches_a_slow_client_that_still_speaks(host: ScriptedHost, socket: Path, pki: Path) -> None:
    sent = bytes(range(256)) * 4096

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCHED + sent)
        writer.close()

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(EXEC)
    assert await reader.readuntil(b"\r\n\r\n") == SWITCHED
    await host.closed.wait()
    received = b""
    while data := await reader.read(16 * 1024):
        received += data
        writer.write(b"window update")
    assert received == sent
    writer.close()


@pytest.mark.parametrize("size", [5 << 18, 6 << 18, 7 << 18])
async def test_the_tail_of_a_host_that_is_held_back_arrives(
    host: ScriptedHost, socket: Path, pki: Path, size: int
) -> None:
    gone = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.set_write_buffer_limits(0)
        writer.write(SWITCHED + bytes(size))
        await writer.drain()
        # Go's servers close at once, without waiting for an answer.
        writer.transport.abort()
        gone.set()

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(EXEC)
    await gone.wait()
    assert await reader.readuntil(b"\r\n\r\n") == SWITCHED
    assert len(await reader.read()) == size
    writer.close()


async def test_no_byte_of_the_caller_reaches_a_host_that_refused(host: ScriptedHost, socket: Path, pki: Path) -> None:
    received: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"kind":"Status","reason":"Forbidden","message":"no exec into web-x-default-x-vc"}'
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        received.append(await reader.read())

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(EXEC + b"GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\n\r\n")
    status, body = await read_reply(reader)
    assert status == 403
    assert b'"message":"no exec into web"' in body
    assert b'"reason":"Forbidden"' in body
    assert await reader.read() == b""
    await host.closed.wait()
    assert received == [b""]
    writer.close()


async def test_exec_without_upgrade_is_refused(host: ScriptedHost, socket: Path, pki: Path) -> None:
    reader, writer = await connect_node(socket, pki)
    writer.write(b"POST /exec/default/web/app?command=sh HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    status, body = await read_reply(reader)
    assert (status, b"upgrade" in body) == (400, True)
    writer.close()


@pytest.mark.parametrize(
    "path", ["/containerLogs/default/web/sidecar", "/containerLogs/default/other/app", "/containerLogs/team/web/app"]
)
async def test_what_is_not_in_the_virtual_spec_cannot_be_read(
    host: ScriptedHost, socket: Path, pki: Path, path: str
) -> None:
    reader, writer = await connect_node(socket, pki)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    status, _ = await read_reply(reader)
    assert status == 404
    writer.close()


async def test_streams_that_outlive_the_grace_period_are_cut(
    host: ScriptedHost, serving: Serving, socket: Path, pki: Path
) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCHED)

    host.script = script
    reader, writer = await connect_node(socket, pki)
    writer.write(EXEC)
    await reader.readuntil(b"\r\n\r\n")
    await serving.close(0)
    assert await reader.read() == b""
    await host.closed.wait()
    writer.close()
