"""Environment variables of Services, which the host kubelet cannot give because it knows only host Services.

Rules: Kubernetes docs, "Service", "Environment variables", and the kubelet's order: the user's variables win.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from vcluster_syncer.kube.api import JSON

Variable = tuple[str, str]
"""Name and value."""

API_SERVICE: Final = ("default", "kubernetes")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def service_variables(service: JSON) -> tuple[Variable, ...]:
    """Docker-style variables of one virtual Service; none for headless, ExternalName and ``default/kubernetes``."""
    metadata, spec = service["metadata"], service.get("spec") or {}
    address = spec.get("clusterIP")
    if not address or address == "None" or spec.get("type") == "ExternalName":
        return ()
    if (metadata.get("namespace"), metadata["name"]) == API_SERVICE:
        return ()
    return tuple(_variables(metadata["name"], address, spec.get("ports") or ()))


@lru_cache(maxsize=8)
def api_server_variables(address: str) -> tuple[Variable, ...]:
    """What every container gets about the API server; ``address`` is its ClusterIP."""
    return tuple(_variables("kubernetes", address, ({"name": "https", "port": 443, "protocol": "TCP"},)))


def _variables(name: str, address: str, ports: Iterable[JSON]) -> Iterator[Variable]:
    prefix = _variable_name(name)
    # A name that starts with a digit makes no variable that every host version accepts.
    if not _NAME.fullmatch(prefix):
        return
    yield f"{prefix}_SERVICE_HOST", address
    for index, port in enumerate(ports):
        number = str(port["port"])
        if index == 0:
            yield f"{prefix}_SERVICE_PORT", number
        if port.get("name"):
            yield f"{prefix}_SERVICE_PORT_{_variable_name(port['name'])}", number
        yield from _link(prefix, address, number, port.get("protocol") or "TCP", first=index == 0)


def _link(prefix: str, address: str, number: str, protocol: str, *, first: bool) -> Iterator[Variable]:
    host = f"[{address}]" if ":" in address else address
    url = f"{protocol.lower()}://{host}:{number}"
    link = f"{prefix}_PORT_{number}_{protocol.upper()}"
    if first:
        yield f"{prefix}_PORT", url
    yield link, url
    yield f"{link}_PROTO", protocol.lower()
    yield f"{link}_PORT", number
    yield f"{link}_ADDR", address


def _variable_name(text: str) -> str:
    return text.upper().replace("-", "_")
