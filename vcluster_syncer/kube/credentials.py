"""Keeps tokens and key pairs current, because kubelets and certificate rotation replace the files under us."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Final

from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.access import Access

TOKEN_RECHECK_SECONDS: Final = 10.0
"""How long a token file is trusted to be unchanged; kubelet replaces it at 80 % of its lifetime."""


class Credentials:
    """Authorization header and TLS context for one ``Access``."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._token = access.token
        self._token_stamp = 0
        self._token_checked = float("-inf")
        self._context: ssl.SSLContext | None = None
        self._context_stamp: tuple[int, ...] = ()

    def bearer_token(self) -> str:
        """The token to send, or an empty string.

        Raises:
            OSError: the token file cannot be read and was never read before.
        """
        file = self._access.token_file
        if not file or self._clock.monotonic() - self._token_checked < TOKEN_RECHECK_SECONDS:
            return self._token
        self._token_checked = self._clock.monotonic()
        try:
            self._read_token(Path(file))
        except OSError:
            if not self._token:
                raise
        return self._token

    def distrust_token(self) -> None:
        """Read the token file again at the next request: the server has just refused what we sent."""
        self._token_checked = float("-inf")

    def tls_context(self) -> ssl.SSLContext | None:
        """Context for the next connection, None without TLS; rebuilt when a file has changed.

        Raises:
            OSError: a certificate file cannot be read (``ssl.SSLError`` is one).
        """
        if not self._access.tls:
            return None
        stamp = self._stamp()
        if self._context is None or stamp != self._context_stamp:
            self._context = build_context(self._access)
            self._context_stamp = stamp
        return self._context

    def _read_token(self, file: Path) -> None:
        stamp = file.stat().st_mtime_ns
        if stamp != self._token_stamp:
            self._token = file.read_text("ascii").strip()
            self._token_stamp = stamp

    def _stamp(self) -> tuple[int, ...]:
        files = (self._access.ca_file, self._access.certificate_file, self._access.key_file)
        return tuple(Path(file).stat().st_mtime_ns for file in files if file)


def build_context(access: Access) -> ssl.SSLContext:
    """A client-side context that trusts only the given authority, or the system's when none is given.

    Raises:
        OSError: a certificate file cannot be read or is no PEM.
    """
    context = ssl.create_default_context(cafile=access.ca_file or None, cadata=access.ca_data or None)
    # Cluster CAs made by Go tools often lack the key identifiers that strict mode of Python 3.13 demands.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not access.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if access.certificate_data:
        _load_key_pair(context, access.certificate_data + "\n" + access.key_data)
    elif access.certificate_file:
        context.load_cert_chain(access.certificate_file, access.key_file or None)
    return context


def _load_key_pair(context: ssl.SSLContext, pem: str) -> None:
    """The ssl module reads key pairs from paths only; an anonymous file keeps the key off the file system."""
    descriptor = os.memfd_create("key-pair")
    try:
        os.write(descriptor, pem.encode("ascii"))
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
