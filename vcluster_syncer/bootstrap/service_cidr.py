"""Finding the host's service CIDRs with a namespaced Role only: ServiceCIDR objects need a cluster-wide grant.

A Service that asks for a given ClusterIP is accepted (or refused as already allocated) inside the range and refused
outside of it, and a dry run asks without creating anything. Ranges are aligned, so flipping one bit of a known address
tells whether the range reaches that far: a binary search needs five answers for IPv4 and seven for IPv6.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract.kinds import SERVICES
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.kube.errors import ApiError, Forbidden, Invalid

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import Client

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Probe = Callable[[Address], Awaitable[bool]]

_GENERATE_NAME: Final = "test-service-delete-me-"
# The last addresses of a range can be refused as broadcast address, so smaller ranges are not looked for.
_SMALLEST_HOST_BITS: Final = 3


async def detect(client: Client, namespace: str) -> str:
    """CIDRs of the host's services, primary family first, joined by a comma as ``--service-cluster-ip-range`` takes it.

    Raises:
        BootstrapError: probing is forbidden or gives no range.
    """
    addresses = await _families(client, namespace)

    async def in_range(address: Address) -> bool:
        return await _accepted(client, namespace, address)

    networks = await asyncio.gather(*(search(address, in_range) for address in addresses))
    return ",".join(map(str, networks))


async def search(address: Address, in_range: Probe) -> Network:
    """The aligned network around ``address`` whose members ``in_range`` accepts.

    Raises:
        BootstrapError: not even the nearest neighbours are accepted.
    """
    low, high = 0, address.max_prefixlen - _SMALLEST_HOST_BITS
    if not await in_range(neighbour(address, high)):
        raise BootstrapError(
            f"no service CIDR found around {address}: set annotation vcluster.loft.sh/service-cidr on the Service of "
            "the virtual cluster to the service CIDR of the host cluster"
        )
    while low < high:
        middle = (low + high) // 2
        if await in_range(neighbour(address, middle)):
            high = middle
        else:
            low = middle + 1
    return ipaddress.ip_network(f"{address}/{low}", strict=False)


def neighbour(address: Address, prefix: int) -> Address:
    """An address that shares exactly ``prefix`` leading bits and is neither the first nor the last of a range."""
    width = address.max_prefixlen
    kept = int(address) >> (width - prefix - 1) << (width - prefix - 1)
    flipped = kept ^ (1 << (width - prefix - 1))
    return type(address)(flipped | 1)


async def _families(client: Client, namespace: str) -> list[Address]:
    """One ClusterIP of each family the host offers."""
    try:
        answer = await _dry_run(client, namespace, {"ipFamilyPolicy": "PreferDualStack"})
    except Forbidden as error:
        raise BootstrapError(
            f"the service CIDR of the host cannot be probed because creating Services in namespace {namespace} is "
            f"forbidden: grant create on services to the control plane's ServiceAccount ({error.message})"
        ) from error
    return [ipaddress.ip_address(ip) for ip in answer["spec"]["clusterIPs"]]


async def _accepted(client: Client, namespace: str, address: Address) -> bool:
    try:
        await _dry_run(client, namespace, {"clusterIP": str(address)})
    except Invalid as error:
        return _inside(error)
    except ApiError as error:
        if error.code == 500 and _inside(error):
            return True
        raise
    return True


def _inside(error: ApiError) -> bool:
    """Whether the refusal is about an address that lies in the range; Status has no structured reason for it."""
    message = error.message.lower()
    return "already allocated" in message or ("allocator" in message and "not ready" in message)


async def _dry_run(client: Client, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"generateName": _GENERATE_NAME},
        "spec": {"ports": [{"port": 80}], **spec},
    }
    return await client.create(SERVICES, namespace, body, dry_run=True)
