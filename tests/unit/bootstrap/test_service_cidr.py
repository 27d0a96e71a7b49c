from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.bootstrap.host import Host
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.bootstrap.service_cidr import Address, detect, neighbour, search


@given(st.integers(0, 2**32 - 1), st.integers(0, 29))
def test_a_neighbour_shares_exactly_the_prefix(number: int, prefix: int) -> None:
    address = ipaddress.IPv4Address(number)
    other = neighbour(address, prefix)
    assert (int(address) ^ int(other)).bit_length() == 32 - prefix


@given(st.integers(0, 2**32 - 1), st.integers(0, 29))
async def test_every_ipv4_range_is_found_exactly(number: int, prefix: int) -> None:
    network = ipaddress.IPv4Network((number, prefix), strict=False)

    async def in_range(address: Address) -> bool:
        return address in network and address not in {network[0], network[-1]}

    assert await search(ipaddress.IPv4Address(number), in_range) == network


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        (["10.96.0.0/12"], "10.96.0.0/12"),
        (["172.20.0.0/16"], "172.20.0.0/16"),
        (["10.43.0.0/16", "fd00:43::/112"], "10.43.0.0/16,fd00:43::/112"),
        (["fd00:43::/108", "10.43.0.0/20"], "fd00:43::/108,10.43.0.0/20"),
    ],
)
async def test_families_come_in_the_order_of_the_host(cidrs: list[str], expected: str) -> None:
    host = Host(*cidrs)
    assert await detect(host, "team") == expected
    assert host.probes <= 1 + 6 + 8
    assert host.writes == []


async def test_no_range_says_which_annotation_to_set() -> None:
    async def nowhere(address: Address) -> bool:
        return False

    with pytest.raises(BootstrapError, match=r"vcluster\.loft\.sh/service-cidr"):
        await search(ipaddress.IPv4Address("10.0.0.9"), nowhere)
