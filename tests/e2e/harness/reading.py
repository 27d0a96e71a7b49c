"""Reading from a process that goes on talking."""

from __future__ import annotations

import os
import select

SECONDS = 60
"""Silence that counts as failure."""


def read_until(descriptor: int, *ends: bytes) -> bytes:
    """What comes until all ``ends`` were seen in it, in any order.

    Raises:
        AssertionError: nothing came for a minute, or the other side closed.
    """
    seen = b""
    while not all(end in seen for end in ends):
        assert select.select([descriptor], [], [], SECONDS)[0], seen
        more = os.read(descriptor, 4096)
        assert more, seen
        seen += more
    return seen
