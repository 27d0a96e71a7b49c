"""Where an API server is and how we prove who we are, so that loading configuration and using it stay apart."""

from __future__ import annotations

import msgspec


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One API server and one identity; PEM data wins over the file of the same name.

    Files are read again when they change (kubelet rotates projected tokens; cert rotation replaces key pairs).
    """

    host: str
    port: int
    tls: bool = True
    server_name: str = ""
    """Name to verify in the serving certificate when it is not ``host``."""
    verify: bool = True
    ca_data: str = ""
    ca_file: str = ""
    certificate_data: str = ""
    certificate_file: str = ""
    key_data: str = ""
    key_file: str = ""
    token: str = ""
    token_file: str = ""

    @property
    def authority(self) -> str:
        """``host:port`` for the Host header; IPv6 addresses in brackets (RFC 9110, 7.2)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
