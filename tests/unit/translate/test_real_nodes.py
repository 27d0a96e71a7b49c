from __future__ import annotations

import pytest

from tests.unit.translate.samples import scope
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate import real_nodes

OWN: list[JSON] = [
    {"type": "InternalIP", "address": "192.0.2.7"},
    {"type": "Hostname", "address": "n"},
    {"type": "InternalDNS", "address": "n.internal"},
    {"type": "ExternalIP", "address": "203.0.113.7"},
]
HOST: JSON = {"metadata": {"name": "n"}, "spec": {}, "status": {"addresses": OWN}}


@pytest.mark.parametrize(
    ("by_hostname", "by_ip", "expected"),
    [
        (True, True, {"Hostname": "n.nodes.vcluster.com", "InternalIP": "10.0.0.9", "ExternalIP": "203.0.113.7"}),
        (True, False, {"Hostname": "n.nodes.vcluster.com", "InternalIP": "192.0.2.7", "ExternalIP": "203.0.113.7"}),
        (False, True, {"InternalIP": "10.0.0.9", "Hostname": "n", "ExternalIP": "203.0.113.7"}),
        (False, False, {item["type"]: item["address"] for item in OWN}),
    ],
)
def test_addresses_that_do_not_lead_to_us_are_the_hosts(
    by_hostname: bool, by_ip: bool, expected: dict[str, str]
) -> None:
    switches = scope({"networking": {"proxyKubeletsByHostname": by_hostname, "proxyKubeletsByIp": by_ip}})
    found = real_nodes.virtual_node(switches, HOST, "10.0.0.9" if by_ip else "")["status"]["addresses"]
    assert {item["type"]: item["address"] for item in found} == expected
    assert len(found) == len(expected)
