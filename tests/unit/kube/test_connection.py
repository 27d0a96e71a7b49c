"""Every way of cutting a stream of answers into packets gives the same answers."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcluster_syncer.kube.connection import STREAM_HIGH_WATER, Connection
from vcluster_syncer.kube.errors import Unreachable


class Wire(asyncio.Transport):
    """Takes what is written and lets a test deliver what it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.closing = False
        self.reading = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def write(self, data: bytes) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.closing = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Answer(NamedTuple):
    status: int
    body: bytes
    chunks: tuple[int, ...]
    """Sizes of the chunks the body is cut into; none for a body with a length."""
    interim: bool

    def encoded(self) -> bytes:
        head = b"HTTP/1.1 100 Continue\r\n\r\n" if self.interim else b""
        head += b"HTTP/1.1 %d Whatever\r\nX-Other: 1\r\n" % self.status
        if not self.chunks:
            return head + b"content-length: %d\r\n\r\n%s" % (len(self.body), self.body)
        rest, parts = self.body, []
        for size in self.chunks:
            piece, rest = rest[:size], rest[size:]
            parts.append(piece)
        parts = [part for part in (*parts, rest) if part]
        framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"


ANSWERS = st.builds(
    Answer,
    st.sampled_from([200, 201, 404, 409, 500]),
    st.binary(max_size=200),
    st.lists(st.integers(1, 50), max_size=4).map(tuple),
    st.booleans(),
)


def connected() -> tuple[Connection, Wire]:
    connection, wire = Connection(asyncio.get_running_loop()), Wire()
    connection.connection_made(wire)
    return connection, wire


def deliver(connection: Connection, data: bytes, sizes: list[int]) -> None:
    position = 0
    for size in [*sizes, len(data)]:
        piece = data[position : position + size]
        position += size
        if piece:
            connection.data_received(piece)


@given(answers=st.lists(ANSWERS, min_size=1, max_size=4), sizes=st.lists(st.integers(1, 40), max_size=60))
def test_whole_answers(answers: list[Answer], sizes: list[int]) -> None:
    async def main() -> None:
        connection, _ = connected()
        for expected in answers:
            task = asyncio.ensure_future(connection.exchange(b"GET /", 10))
            await asyncio.sleep(0)
            deliver(connection, expected.encoded(), sizes)
            found = await task
            assert (found.status, found.body) == (expected.status, expected.body)
            assert connection.reusable

    asyncio.run(main())


@given(answer=ANSWERS, sizes=st.lists(st.integers(1, 40), max_size=60))
def test_streamed_answer(answer: Answer, sizes: list[int]) -> None:
    async def main() -> None:
        connection, _ = connected()
        task = asyncio.ensure_future(connection.begin_stream(b"GET /", 10))
        await asyncio.sleep(0)
        deliver(connection, answer.encoded(), sizes)
        assert await task == answer.status
        body = b""
        while piece := await connection.read():
            body += piece
        assert body == answer.body

    asyncio.run(main())


@given(answer=ANSWERS, data=st.data())
def test_cut_answer_is_never_taken_for_a_whole_one(answer: Answer, data: st.DataObject) -> None:
    encoded = answer.encoded()
    kept = data.draw(st.integers(0, len(encoded) - 1))

    async def main() -> None:
        connection, _ = connected()
        task = asyncio.ensure_future(connection.exchange(b"GET /", 10))
        await asyncio.sleep(0)
        deliver(connection, encoded[:kept], [])
        connection.eof_received()
        connection.connection_lost(None)
        with pytest.raises(Unreachable) as caught:
            await task
        assert caught.value.sent
        assert not connection.reusable

    asyncio.run(main())


def test_unread_stream_pauses_and_resumes() -> None:
    async def main() -> None:
        connection, wire = connected()
        task = asyncio.ensure_future(connection.begin_stream(b"GET /", 10))
        await asyncio.sleep(0)
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        await task
        for _ in range(STREAM_HIGH_WATER // 65536 + 1):
            connection.data_received(b"x" * 65536)
        assert not wire.reading
        await connection.read()
        assert wire.reading

    asyncio.run(main())


def test_bytes_nobody_asked_for_close_the_connection() -> None:
    async def main() -> None:
        connection, wire = connected()
        connection.data_received(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        assert wire.closing
        assert not connection.reusable

    asyncio.run(main())


@pytest.mark.parametrize(
    "surplus", [b"HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nb", b"HTTP/1.1 200 OK\r\n", b"garbage\r\n\r\n"]
)
def test_what_follows_an_answer_is_ignored_and_makes_the_connection_unusable(surplus: bytes) -> None:
    async def main() -> None:
        connection, _ = connected()
        task = asyncio.ensure_future(connection.exchange(b"GET /", 10))
        await asyncio.sleep(0)
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" + surplus)
        answer = await task
        assert (answer.status, answer.body) == (200, b"a")
        assert not connection.reusable

    asyncio.run(main())
