from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import msgspec
import pytest
import trustme

from tests.unit.kube.scripted_server import Request, ScriptedServer, answer, chunk, until
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube import http as http_module
from vcluster_syncer.kube.credentials import TOKEN_RECHECK_SECONDS
from vcluster_syncer.kube.errors import Unreachable
from vcluster_syncer.kube.http import HttpClient
from vcluster_syncer.kubelet.link import Link


class HandClock(SystemClock):
    def __init__(self) -> None:
        self.value = 1000.0

    def monotonic(self) -> float:
        return self.value


async def echo(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
    writer.write(answer(f"{request.line}|{number}".encode()))
    return True


async def test_one_connection_is_reused() -> None:
    async with ScriptedServer(echo, None).running() as server:
        client = HttpClient(server.access, SystemClock())
        first = await client.request("GET", "/a")
        second = await client.request("PATCH", "/b", body=b"{}")
        client.close()
    assert first.body == b"GET /a HTTP/1.1|1"
    assert second.body == b"PATCH /b HTTP/1.1|1"
    assert server.requests[1].body == b"{}"
    assert "accept-encoding" not in server.requests[0].headers


async def test_pool_bounds_connections_and_serves_everybody() -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        await asyncio.sleep(0.001)
        return await echo(request, writer, number)

    async with ScriptedServer(slow, None).running() as server:
        client = HttpClient(server.access, SystemClock(), pool_size=3)
        answers = await asyncio.gather(*(client.request("GET", f"/{i}") for i in range(30)))
        client.close()
    assert [a.body.split(b" ")[1] for a in answers] == [b"/%d" % i for i in range(30)]
    assert server.connections == 3


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(b"ab"), chunk(b"cd"), b"0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r", b"\nab", b"cd\r\n0\r\n\r", b"\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"a", b"bcd"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"],
    ],
)
async def test_framings(pieces: list[bytes]) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.001)
        return True

    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(server.access, SystemClock())
        bodies = [(await client.request("GET", "/")).body for _ in range(2)]
        client.close()
    assert bodies == [b"abcd", b"abcd"]
    assert server.connections == 1


async def test_body_without_length_ends_with_the_connection() -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nabcd")
        await writer.drain()
        writer.close()
        return False

    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(server.access, SystemClock())
        response = await client.request("GET", "/")
    assert response.body == b"abcd"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
    ],
)
async def test_truncated_or_foreign_answer_is_unreachable_and_not_retried(data: bytes) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(data)
        await writer.drain()
        writer.close()
        return False

    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(server.access, SystemClock())
        with pytest.raises(Unreachable) as caught:
            await client.request("GET", "/")
        assert caught.value.sent
    assert len(server.requests) == 1


async def test_connection_close_is_honoured() -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(answer(b"%d" % number, headers=b"Connection: close\r\n"))
        return True

    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(server.access, SystemClock())
        assert [(await client.request("PATCH", "/", body=b"{}")).body for _ in range(2)] == [b"1", b"2"]


def close_second_request(after: list[int]) -> object:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        after.append(number)
        if number == 1 and len(after) == 2:
            return False
        return await echo(request, writer, number)

    return handler


async def test_get_survives_a_connection_closed_while_idle() -> None:
    async with ScriptedServer(close_second_request([]), None).running() as server:
        client = HttpClient(server.access, SystemClock())
        await client.request("GET", "/1")
        assert (await client.request("GET", "/2")).body == b"GET /2 HTTP/1.1|2"
        client.close()


async def test_patch_on_a_connection_closed_while_idle_is_not_repeated() -> None:
    async with ScriptedServer(close_second_request([]), None).running() as server:
        client = HttpClient(server.access, SystemClock())
        await client.request("GET", "/1")
        with pytest.raises(Unreachable) as caught:
            await client.request("PATCH", "/2", body=b"{}")
        assert caught.value.sent
        assert [r.line.split()[0] for r in server.requests] == ["GET", "PATCH"]
        client.close()


async def test_refused_connection_was_not_sent() -> None:
    async with ScriptedServer(echo, None).running() as server:
        access = server.access
    with pytest.raises(Unreachable) as caught:
        await HttpClient(access, SystemClock()).request("POST", "/", body=b"{}")
    assert not caught.value.sent


async def test_restarted_server_is_found_again() -> None:
    async with ScriptedServer(echo, None).running() as server:
        client = HttpClient(server.access, SystemClock())
        await client.request("GET", "/1")
        server.drop_connections()
        await until(lambda: not client._idle[0].open)
        assert (await client.request("POST", "/2", body=b"{}")).body == b"POST /2 HTTP/1.1|2"
        client.close()


async def never(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
    await asyncio.Event().wait()
    return True


async def test_timeout_is_unreachable_and_frees_the_pool() -> None:
    async with ScriptedServer(never, None).running() as server:
        client = HttpClient(server.access, SystemClock(), pool_size=1)
        for _ in range(2):
            with pytest.raises(Unreachable, match=r"no answer within 0.01 s"):
                await client.request("GET", "/", timeout=0.01)
        assert server.connections == 2


async def test_cancelled_request_closes_its_connection() -> None:
    closed = asyncio.Event()

    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        if request.line.startswith("GET /hang"):
            await request.reader.read()
            closed.set()
            return False
        return await echo(request, writer, number)

    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(server.access, SystemClock(), pool_size=1)
        hanging = asyncio.create_task(client.request("GET", "/hang"))
        waiting = asyncio.create_task(client.request("GET", "/next"))
        await until(lambda: server.requests)
        hanging.cancel()
        assert (await waiting).body == b"GET /next HTTP/1.1|2"
        await closed.wait()
        client.close()


async def test_cancelled_waiter_passes_its_turn_on() -> None:
    release = asyncio.Event()

    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        await release.wait()
        return await echo(request, writer, number)

    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(server.access, SystemClock(), pool_size=1)
        tasks = [asyncio.create_task(client.request("GET", f"/{i}")) for i in range(3)]
        await until(lambda: server.requests)
        tasks[1].cancel()
        release.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        client.close()
    assert isinstance(results[1], asyncio.CancelledError)
    assert [r.line.split()[1] for r in server.requests] == ["/0", "/2"]


async def test_idle_connection_is_not_used_when_the_server_may_close_it() -> None:
    clock = HandClock()
    async with ScriptedServer(echo, None).running() as server:
        client = HttpClient(server.access, clock)
        await client.request("GET", "/1")
        clock.value += http_module.IDLE_LIMIT + 1
        assert (await client.request("GET", "/2")).body.endswith(b"|2")
        client.close()


async def test_stream_delivers_pieces_then_reports_truncation() -> None:
    proceed = asyncio.Event()

    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"one"))
        await proceed.wait()
        writer.write(chunk(b"two"))
        await writer.drain()
        writer.close()
        return False

    async with ScriptedServer(handler, None).running() as server:
        stream = await HttpClient(server.access, SystemClock()).stream("/watch")
        assert await stream.read() == b"one"
        proceed.set()
        assert await stream.read() == b"two"
        with pytest.raises(Unreachable):
            await stream.read()


async def test_unread_stream_stops_the_sender_and_loses_nothing() -> None:
    piece = b"x" * 65536
    total = 400

    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(total):
            writer.write(chunk(piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        return True

    async with ScriptedServer(handler, None).running() as server:
        stream = await HttpClient(server.access, SystemClock()).stream("/watch")
        connection = stream._connection
        await until(lambda: not connection._transport.is_reading())
        held = connection._pending
        received = 0
        while data := await stream.read():
            received += len(data)
    assert held < 6 * 1024 * 1024
    assert received == len(piece) * total


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "kubernetes.default.svc", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def with_client_certificate(server: ScriptedServer, authority: trustme.CA, **changes: object) -> object:
    leaf = authority.issue_cert(common_name="system:admin", key_type=trustme.KeyType.ECDSA)
    return msgspec.structs.replace(
        server.access,
        certificate_data=leaf.cert_chain_pems[0].bytes().decode(),
        key_data=leaf.private_key_pem.bytes().decode(),
        **changes,
    )


async def test_mutual_tls_in_pool_stream_and_raw(authority: trustme.CA) -> None:
    async with ScriptedServer(echo, server_context(authority)).running(authority) as server:
        client = HttpClient(with_client_certificate(server, authority), SystemClock())
        assert (await client.request("GET", "/a")).status == 200
        stream = await client.stream("/b")
        assert await stream.read() == b"GET /b HTTP/1.1|2"
        link = Link()
        await client.connect_raw(link)
        link.write(b"GET /c HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"Content-Length: 17" in await link.read_head()
        assert await link.read_any() == b"GET /c HTTP/1.1|3"
        link.abort()
        client.close()


async def test_server_name_is_verified(authority: trustme.CA) -> None:
    async with ScriptedServer(echo, server_context(authority)).running(authority) as server:
        good = with_client_certificate(server, authority, server_name="kubernetes.default.svc")
        bad = with_client_certificate(server, authority, server_name="evil.example")
        client = HttpClient(good, SystemClock())
        assert (await client.request("GET", "/a")).status == 200
        client.close()
        with pytest.raises(Unreachable, match=r"evil\.example"):
            await HttpClient(bad, SystemClock()).request("GET", "/a")


async def test_token_file_is_read_again(tmp_path: Path) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(answer(request.headers.get("authorization", "").encode()))
        return True

    token, clock = tmp_path / "token", HandClock()
    token.write_text("old\n")
    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(msgspec.structs.replace(server.access, token_file=str(token)), clock)
        assert (await client.request("GET", "/")).body == b"Bearer old"
        token.write_text("new\n")
        assert (await client.request("GET", "/")).body == b"Bearer old"
        clock.value += TOKEN_RECHECK_SECONDS
        assert (await client.request("GET", "/")).body == b"Bearer new"
        assert client.auth_headers() == [("Authorization", "Bearer new")]
        client.close()


async def test_refused_token_is_read_again_at_once(tmp_path: Path) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter, number: int) -> bool:
        good = request.headers.get("authorization") == "Bearer new"
        writer.write(answer(b"{}", "200 OK" if good else "401 Unauthorized"))
        return True

    token = tmp_path / "token"
    token.write_text("old")
    async with ScriptedServer(handler, None).running() as server:
        client = HttpClient(msgspec.structs.replace(server.access, token_file=str(token)), HandClock())
        assert (await client.request("GET", "/")).status == 401
        token.write_text("new")
        assert (await client.request("GET", "/")).status == 200
        client.close()
