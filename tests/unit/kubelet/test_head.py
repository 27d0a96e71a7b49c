from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcluster_syncer.kubelet.head import (
    BadHead,
    Headers,
    parse_request,
    parse_response,
    render_request,
    render_response,
)

TOKEN = st.text("abcXYZ019!#$%&'*+-.^_`|~", min_size=1, max_size=12)
VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
HEADERS = st.lists(st.tuples(TOKEN, VALUE), max_size=6).map(tuple)
TARGET = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60)


@given(method=TOKEN, target=TARGET, headers=HEADERS)
def test_a_rendered_request_reads_back(method: str, target: str, headers: tuple[tuple[str, str], ...]) -> None:
    request = parse_request(render_request(method, target, headers))
    assert (request.method, request.target, request.headers.fields) == (method, target, headers)


@given(status=st.integers(100, 999), headers=HEADERS)
def test_a_rendered_response_reads_back(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    response = parse_response(render_response(status, "Any Reason", headers))
    assert (response.status, response.reason, response.headers.fields) == (status, "Any Reason", headers)


@given(raw=st.binary(max_size=200).map(lambda raw: raw + b"\r\n\r\n"))
def test_any_bytes_are_a_request_without_line_breaks_inside_or_no_request(raw: bytes) -> None:
    try:
        request = parse_request(raw)
    except BadHead:
        return
    texts = [request.method, request.target, *(part for field in request.headers.fields for part in field)]
    assert not any(bad in text for text in texts for bad in "\r\n\0")


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"\r\n\r\n",
    ],
)
def test_what_parsers_disagree_about_is_refused(raw: bytes) -> None:
    with pytest.raises(BadHead):
        parse_request(raw)


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\r"])
def test_a_header_cannot_break_out_of_its_line(value: str) -> None:
    with pytest.raises(BadHead):
        render_request("GET", "/", (("A", value),))


def test_names_compare_without_case_and_duplicates_stay() -> None:
    headers = Headers((("X-A", "1"), ("x-a", "2"), ("Connection", "Keep-Alive, Upgrade")))
    assert headers.all("X-a") == ["1", "2"]
    assert headers.get("missing") == ""
    assert headers.tokens("connection") == ["keep-alive", "upgrade"]


@pytest.mark.parametrize(
    ("fields", "has_body"),
    [
        ("", False),
        ("Content-Length: 0\r\n", False),
        ("Content-Length: 5\r\n", True),
        ("Content-Length: 0\r\nContent-Length: 5\r\n", True),
        ("Transfer-Encoding: chunked\r\n", True),
    ],
)
def test_a_body_is_noticed(fields: str, *, has_body: bool) -> None:
    assert parse_request(f"POST / HTTP/1.1\r\n{fields}\r\n".encode()).has_body is has_body
