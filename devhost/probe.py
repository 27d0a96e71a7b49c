"""Asks one component whether it is ready, over HTTP(S) or a unix socket."""

from __future__ import annotations

import http.client
import socket
import ssl
from urllib.parse import urlsplit

SECONDS = 2.0


def ready(target: str) -> bool:
    """True when the URL answers 200, or when something accepts on the socket path. Never raises for a refusal.

    Certificates aren't verified: the question is whether the process answers, on this machine's own addresses.
    """
    try:
        return _accepts(target) if target.startswith("/") else _answers(target)
    except (OSError, http.client.HTTPException):
        return False


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(SECONDS)
        client.connect(path)
    return True


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.client.OK
    finally:
        connection.close()
