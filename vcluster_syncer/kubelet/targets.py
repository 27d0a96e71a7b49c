"""Which addresses the virtual API server may reach through us: those of its own nodes, pods, services, endpoints.

Everything dialed is proved by *host* objects of this cluster. Status and Endpoints of virtual objects are written by
tenants, who could otherwise point the control plane at any address of the host network.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import msgspec

from vcluster_contract.kinds import ENDPOINT_SLICES, ENDPOINTS, NODES, PODS, SERVICES
from vcluster_syncer.kube.api import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_contract.kinds import Resource
    from vcluster_syncer.kube.api import Entry, Store
    from vcluster_syncer.sync.api import World

METRICS_HOST: Final = "metrics.syncer.internal"
METRICS_PORT: Final = 443


class NodeTarget(msgspec.Struct, frozen=True):
    """The node API of a virtual node, dialed at ``address``."""

    name: str
    address: str


class MetricsTarget(msgspec.Struct, frozen=True):
    """metrics.k8s.io, served in this process."""


class DialTarget(msgspec.Struct, frozen=True):
    """A real address to connect to."""

    host: str
    port: int


class Unknown(msgspec.Struct, frozen=True):
    """Nothing of this cluster; ``message`` is for the API server's log and the user."""

    message: str


Target = NodeTarget | MetricsTarget | DialTarget | Unknown


class _Address(msgspec.Struct, frozen=True):
    address: str = ""


class _KubeletEndpoint(msgspec.Struct, frozen=True):
    port: int = msgspec.field(name="Port", default=0)


class _DaemonEndpoints(msgspec.Struct, frozen=True, rename="camel"):
    kubelet_endpoint: _KubeletEndpoint = _KubeletEndpoint()


class _NodeStatus(msgspec.Struct, frozen=True, rename="camel"):
    addresses: list[_Address] = []
    daemon_endpoints: _DaemonEndpoints = _DaemonEndpoints()


class _Node(msgspec.Struct, frozen=True):
    status: _NodeStatus = _NodeStatus()


class _Ip(msgspec.Struct, frozen=True):
    ip: str = ""


class _PodStatus(msgspec.Struct, frozen=True):
    phase: str = ""
    pod_ip: str = msgspec.field(name="podIP", default="")
    pod_ips: list[_Ip] = msgspec.field(name="podIPs", default_factory=list)


class _Pod(msgspec.Struct, frozen=True):
    status: _PodStatus = _PodStatus()


class _Port(msgspec.Struct, frozen=True):
    port: int | None = None


class _ServiceSpec(msgspec.Struct, frozen=True):
    cluster_ip: str = msgspec.field(name="clusterIP", default="")
    cluster_ips: list[str] = msgspec.field(name="clusterIPs", default_factory=list)
    ports: list[_Port] = []


class _Service(msgspec.Struct, frozen=True):
    spec: _ServiceSpec = _ServiceSpec()


class _Subset(msgspec.Struct, frozen=True):
    addresses: list[_Ip] = []
    ports: list[_Port] = []


class _Endpoints(msgspec.Struct, frozen=True):
    subsets: list[_Subset] | None = None


class _Endpoint(msgspec.Struct, frozen=True):
    addresses: list[str] = []


class _Slice(msgspec.Struct, frozen=True):
    endpoints: list[_Endpoint] | None = None
    ports: list[_Port] | None = None


def parse_authority(authority: str) -> tuple[str, int]:
    """Host and port of a CONNECT target; brackets of IPv6 addresses are removed.

    Raises:
        ValueError: it is none.
    """
    host, _, port = authority.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{authority!r} is not HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)


def resolve(world: World, host: str, port: int) -> Target:
    """What to do with a connection to ``host:port``."""
    if (host, port) == (METRICS_HOST, METRICS_PORT):
        return MetricsTarget()
    node = node_at(world, host, port)
    if node is not None:
        return NodeTarget(node, host)
    if _is_special(host):
        return Unknown(f"{host} is not an address that pods or services can have")
    if _is_pod(world, host) or _is_service(world, host, port) or _is_endpoint(world, host, port):
        return DialTarget(host, port)
    return Unknown(f"{host}:{port} is no node, pod, service or endpoint of this virtual cluster")


def node_at(world: World, address: str, port: int | None = None) -> str | None:
    """Name of the virtual node that has ``address`` and, when given, the kubelet port ``port``."""
    for entry in _mentioning(world.virtual.stores.get(NODES), address):
        status = msgspec.json.decode(entry.raw, type=_Node).status
        ports = (None, status.daemon_endpoints.kubelet_endpoint.port)
        if port in ports and any(each.address == address for each in status.addresses):
            return entry.meta.key.name
    return None


def node_addresses(entry: Entry) -> list[str]:
    """All addresses of a node."""
    status = msgspec.json.decode(entry.raw, type=_Node).status
    return [each.address for each in status.addresses if each.address]


def _is_special(host: str) -> bool:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return True
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast


def _is_pod(world: World, host: str) -> bool:
    """A pod that has ended no longer owns its address."""
    for entry in _ours(world, PODS, host):
        status = msgspec.json.decode(entry.raw, type=_Pod).status
        addresses = {status.pod_ip, *(each.ip for each in status.pod_ips)}
        if host in addresses and status.phase not in ("Succeeded", "Failed"):
            return True
    return False


def _is_service(world: World, host: str, port: int) -> bool:
    for entry in _ours(world, SERVICES, host):
        spec = msgspec.json.decode(entry.raw, type=_Service).spec
        if host in {spec.cluster_ip, *spec.cluster_ips} and any(each.port == port for each in spec.ports):
            return True
    return False


def _is_endpoint(world: World, host: str, port: int) -> bool:
    for entry in _ours(world, ENDPOINTS, host):
        for subset in msgspec.json.decode(entry.raw, type=_Endpoints).subsets or ():
            if any(each.ip == host for each in subset.addresses) and _offers(subset.ports, port):
                return True
    for entry in _ours(world, ENDPOINT_SLICES, host):
        found = msgspec.json.decode(entry.raw, type=_Slice)
        if any(host in each.addresses for each in found.endpoints or ()) and _offers(found.ports, port):
            return True
    return False


def _offers(ports: list[_Port] | None, port: int) -> bool:
    return any(each.port == port for each in ports or ())


def _ours(world: World, resource: Resource, text: str) -> Iterator[Entry]:
    """Host objects of this cluster that mention ``text``; the control plane's own Service is one of them."""
    own = Key(world.scope.host_namespace, world.scope.vcluster)
    for entry in _mentioning(world.host.stores.get(resource), text):
        if world.scope.virtual_key(resource, entry.meta) is not None or (
            resource == SERVICES and entry.meta.key == own
        ):
            yield entry


def _mentioning(store: Store | None, text: str) -> Iterator[Entry]:
    """Entries that hold ``text`` as a JSON string: a search in bytes is far cheaper than decoding everything."""
    quoted = f'"{text}"'.encode()
    if store is not None:
        yield from (entry for entry in store.entries() if quoted in entry.raw)
