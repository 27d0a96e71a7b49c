from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcluster_syncer.kubelet.body import LAST_CHUNK, BadBody, ChunkedBody, SizedBody, UntilCloseBody, body_of, chunk
from vcluster_syncer.kubelet.head import Headers, Response


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(marks)]


@given(payloads=st.lists(st.binary(max_size=40), max_size=8), places=st.lists(st.integers(0, 500), max_size=30))
def test_chunks_join_however_they_are_cut(payloads: list[bytes], places: list[int]) -> None:
    body = ChunkedBody()
    stream = b"".join(map(chunk, payloads)) + LAST_CHUNK
    assert b"".join(body.feed(piece) for piece in cut(stream, places)) == b"".join(payloads)
    assert body.complete
    body.end()


@given(payloads=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8), lost=st.integers(1, 200))
def test_a_stream_that_stops_early_is_noticed(payloads: list[bytes], lost: int) -> None:
    body = ChunkedBody()
    stream = b"".join(map(chunk, payloads)) + LAST_CHUNK
    received = body.feed(stream[: max(len(stream) - lost, 0)])
    assert b"".join(payloads).startswith(received)
    assert not body.complete
    with pytest.raises(BadBody):
        body.end()


@pytest.mark.parametrize("data", [b"zz\r\n", b"\r\n", b"-1\r\n", b"3\r\nabcXY", b"3\r\nabc\rX", b"f" * 5000])
def test_broken_chunks_are_refused(data: bytes) -> None:
    with pytest.raises(BadBody):
        ChunkedBody().feed(data)


def test_extensions_and_trailers_are_skipped() -> None:
    body = ChunkedBody()
    assert body.feed(b"3;name=value\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\nnext message") == b"abc"
    assert body.complete


@given(data=st.binary(max_size=50), length=st.integers(0, 60))
def test_a_length_bounds_the_body(data: bytes, length: int) -> None:
    body = SizedBody(length)
    assert body.feed(data) == data[:length]
    assert body.complete is (len(data) >= length)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ((("Transfer-Encoding", "chunked"),), ChunkedBody),
        ((("Content-Length", "3"),), SizedBody),
        ((("Content-Length", "3"), ("Content-Length", "3")), SizedBody),
        ((), UntilCloseBody),
    ],
)
def test_framing_follows_the_headers(fields: tuple[tuple[str, str], ...], kind: type) -> None:
    assert isinstance(body_of(Response(200, "OK", Headers(fields))), kind)


@pytest.mark.parametrize(
    "fields",
    [
        (("Transfer-Encoding", "chunked"), ("Content-Length", "3")),
        (("Transfer-Encoding", "gzip, chunked"),),
        (("Content-Length", "3"), ("Content-Length", "4")),
        (("Content-Length", "+3"),),
    ],
)
def test_ambiguous_framing_is_refused(fields: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(BadBody):
        body_of(Response(200, "OK", Headers(fields)))
