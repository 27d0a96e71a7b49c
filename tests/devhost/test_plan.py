"""Two hosts must never share an address, a link or a path."""

import ipaddress
from itertools import combinations
from pathlib import Path

import pytest

from devhost.components import Node
from devhost.errors import HostError
from devhost.plan import MAX_INDEX, Plan


def plan(index: int = 0, name: str = "main") -> Plan:
    return Plan(name, index, Path("/state") / name)


def test_no_network_of_any_index_overlaps_another() -> None:
    networks = [
        ipaddress.ip_network(cidr)
        for index in range(MAX_INDEX + 1)
        for cidr in (plan(index).pod_cidr, plan(index).service_cidr, f"{plan(index).node_ip}/24")
        for cidr in ([str(ipaddress.ip_interface(cidr).network)])
    ]
    assert not [pair for pair in combinations(networks, 2) if pair[0].overlaps(pair[1])]


def test_service_addresses_lie_in_the_service_network() -> None:
    network = ipaddress.ip_network(plan(7).service_cidr)
    assert ipaddress.ip_address(plan(7).dns_ip) in network
    assert ipaddress.ip_address(plan(7).api_service_ip) == network[1]


def test_nodes_get_separate_parts_of_the_pod_network() -> None:
    subnets = [ipaddress.ip_network(plan(3).pod_subnet(node)) for node in range(16)]
    assert all(subnet.subnet_of(ipaddress.ip_network(plan(3).pod_cidr)) for subnet in subnets)  # type: ignore[arg-type]
    assert not [pair for pair in combinations(subnets, 2) if pair[0].overlaps(pair[1])]


def test_link_names_fit_the_kernel_limit_of_15_characters() -> None:
    assert max(len(plan(MAX_INDEX).outer_link), len(plan(MAX_INDEX).inner_link)) <= 15


@pytest.mark.parametrize("name", ["", "Main", "a_b", "-a", "a-", "x" * 21, "a/b"])
def test_a_bad_name_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(HostError, match="such as 'main'"):
        plan(name=name)


@pytest.mark.parametrize("index", [-1, MAX_INDEX + 1])
def test_a_bad_index_is_refused_with_the_range(index: int) -> None:
    with pytest.raises(HostError, match="from 0 to 49"):
        plan(index)


def test_a_second_node_shares_no_path_or_port_with_the_first() -> None:
    first, second = Node("a", 0), Node("b", 1)
    assert first.socket != second.socket
    assert first.kubelet_root != second.kubelet_root
    assert first.bridge != second.bridge
    assert {first.kubelet_port, first.kubelet_port - 2}.isdisjoint({second.kubelet_port, second.kubelet_port - 2})
