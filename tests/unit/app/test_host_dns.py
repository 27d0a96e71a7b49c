"""Manifests that forward to the host's DNS learn its address from the syncer's own resolver file."""

from __future__ import annotations

import pytest

from vcluster_contract import layout
from vcluster_syncer.app import host_dns

RESOLVER = "search team.svc.cluster.local\nnameserver 10.96.0.10\nnameserver 10.96.0.11\noptions ndots:5\n"


@pytest.mark.parametrize(("text", "expected"), [(RESOLVER, "10.96.0.10"), ("nameserver", ""), ("", "")])
def test_the_first_nameserver_is_the_one(text: str, expected: str) -> None:
    assert host_dns.server(text) == expected


def test_the_token_is_replaced_wherever_it_stands() -> None:
    manifest = {"data": {"Corefile": f"forward . {layout.HOST_DNS_PLACEHOLDER}"}, "kept": [1, None]}
    assert host_dns.filled([manifest], RESOLVER) == ({"data": {"Corefile": "forward . 10.96.0.10"}, "kept": [1, None]},)


def test_without_a_nameserver_the_resolver_file_is_asked() -> None:
    assert host_dns.filled([{"a": layout.HOST_DNS_PLACEHOLDER}], "") == ({"a": "/etc/resolv.conf"},)
