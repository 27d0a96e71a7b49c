"""The host cluster's DNS server, which only a pod of the host knows, put into manifests that ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from vcluster_contract import layout
from vcluster_syncer.kube.api import JSON


def resolver(path: Path = Path("/etc/resolv.conf")) -> str:
    """The resolver file of this pod; empty when there is none."""
    return path.read_text() if path.exists() else ""


def server(resolv_conf: str) -> str:
    """First ``nameserver`` of a resolver file (resolv.conf(5)); an empty string when there is none."""
    for line in resolv_conf.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            return words[1]
    return ""


def filled(manifests: Iterable[JSON], resolv_conf: str) -> tuple[JSON, ...]:
    """Manifests with the address in place of its token; without an address the pod's own resolver is asked."""
    address = server(resolv_conf) or "/etc/resolv.conf"
    text = msgspec.json.encode(tuple(manifests)).decode().replace(layout.HOST_DNS_PLACEHOLDER, address)
    return msgspec.json.decode(text, type=tuple[JSON, ...])
