"""TLS over bytes alone, because the event loops' own loses the tail of a stream at its end.

They give up what is not sent yet when the peer still speaks after our closing alert, and what is not read yet when the
peer closes while reading is paused. A protocol that reads and sends all the same needs each direction to end by itself
(RFC 8446, section 6.1).
"""

from __future__ import annotations

import contextlib
import ssl
from typing import Final

_READ: Final = 256 * 1024


class Records:
    """One connection: ciphertext in and out; every call may leave bytes in ``outgoing`` that must be sent."""

    def __init__(self, context: ssl.SSLContext, server_hostname: str | None = None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        server = context.protocol == ssl.PROTOCOL_TLS_SERVER
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server, server_hostname)
        self.established = False
        self.peer_finished = False

    def outgoing(self) -> bytes:
        """Ciphertext to send, taken away."""
        return self._outgoing.read()

    def receive(self, ciphertext: bytes) -> bytes:
        """Plaintext that is complete now.

        Raises:
            ssl.SSLError: the peer breaks the protocol or is refused; ``outgoing`` holds the alert for it.
        """
        self._incoming.write(ciphertext)
        if not self.established and not self._handshake():
            return b""
        parts: list[bytes] = []
        try:
            while part := self.tls.read(_READ):
                parts.append(part)
            self.peer_finished = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.peer_finished = True
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def send(self, plaintext: bytes) -> None:
        """Encrypt."""
        self.tls.write(plaintext)

    def finish(self) -> None:
        """Make the alert after which we send nothing; receiving goes on."""
        # It would wait for the peer's own alert, which comes through receive().
        with contextlib.suppress(ssl.SSLError):
            self.tls.unwrap()

    def _handshake(self) -> bool:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.established = True
        return True
