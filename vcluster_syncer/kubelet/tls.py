"""Server-side TLS of the node API: one certificate for each address under which a node is dialed."""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from vcluster_syncer.kubelet.mint import mint

if TYPE_CHECKING:
    from pathlib import Path

    from vcluster_syncer.clock import Clock

LEAF_SECONDS: Final = 180 * 24 * 3600.0
"""A context is rebuilt after half the lifetime of its certificate."""
MAX_CONTEXTS: Final = 256

Clients = Literal["api-server", "anybody", "front-proxy"]


class _Context(msgspec.Struct, frozen=True):
    context: ssl.SSLContext
    made: float
    authorities: tuple[int, ...]


class Contexts:
    """TLS contexts by name, issued on demand and forgotten when an authority or their age demands it."""

    def __init__(self, pki_dir: Path, clock: Clock) -> None:
        self._dir = pki_dir
        self._clock = clock
        self._made: dict[tuple[tuple[str, ...], Clients], _Context] = {}
        self._lock = asyncio.Lock()

    async def get(self, names: tuple[str, ...], clients: Clients) -> ssl.SSLContext:
        """Context whose certificate is valid for ``names``; clients must (``anybody``: may) show a certificate.

        Raises:
            OSError: the PKI folder is not readable or issuing failed.
        """
        key = (names, clients)
        found = self._current(key)
        if found is None:
            async with self._lock:
                found = self._current(key) or await self._make(key)
        return found.context

    def is_api_server(self, certificate: bytes) -> bool:
        """Whether DER bytes are the virtual API server's own certificate, whatever others the authority has signed."""
        own = ssl.PEM_cert_to_DER_cert((self._dir / "apiserver-kubelet-client.crt").read_text("ascii"))
        return certificate == own

    def _current(self, key: tuple[tuple[str, ...], Clients]) -> _Context | None:
        found = self._made.get(key)
        if found is None or found.authorities != self._stamp():
            return None
        return found if self._clock.monotonic() - found.made < LEAF_SECONDS else None

    async def _make(self, key: tuple[tuple[str, ...], Clients]) -> _Context:
        names, clients = key
        stamp = self._stamp()
        pem = await asyncio.to_thread(mint, self._dir, names, self._clock.now())
        made = _Context(_context(pem, self._dir, clients), self._clock.monotonic(), stamp)
        self._made.pop(key, None)
        while len(self._made) >= MAX_CONTEXTS:
            self._made.pop(next(iter(self._made)))
        self._made[key] = made
        return made

    def _stamp(self) -> tuple[int, ...]:
        return tuple((self._dir / f"{name}.crt").stat().st_mtime_ns for name in ("ca", "front-proxy-ca"))


def _context(pem: str, pki_dir: Path, clients: Clients) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # Go's clients of kubelets never resume a session.
    context.num_tickets = 0
    _load(context, pem)
    authority = "front-proxy-ca" if clients == "front-proxy" else "ca"
    context.load_verify_locations(pki_dir / f"{authority}.crt")
    context.verify_mode = ssl.CERT_OPTIONAL if clients == "anybody" else ssl.CERT_REQUIRED
    return context


def _load(context: ssl.SSLContext, pem: str) -> None:
    """The ssl module reads key pairs from paths only; an anonymous file keeps the key off the file system."""
    descriptor = os.memfd_create("node-key")
    try:
        os.write(descriptor, pem.encode("ascii"))
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
