"""A network policy is one that the API server accepts: exceptions lie inside their network."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint
from vcluster_config.compile import compile_config

PRIVATE = ["100.64.0.0/10", "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


def excepted(text: str) -> list[str]:
    """Exceptions of the only block of addresses in the policy for workloads."""
    config = lint(f"policies: {{networkPolicy: {{enabled: true, {text}}}}}").config
    assert config is not None
    policies = [item for item in compile_config(config).values()["extraObjects"] if item["kind"] == "NetworkPolicy"]
    (block,) = [
        peer["ipBlock"]
        for policy in policies
        for rule in policy["spec"]["egress"]
        for peer in rule.get("to", ())
        if "ipBlock" in peer
    ]
    found: list[str] = block.get("except", [])
    return found


@pytest.mark.parametrize("where", ["workload: {{publicEgress: {{{}}}}}", "outgoingConnections: {{ipBlock: {{{}}}}}"])
@pytest.mark.parametrize(
    ("block", "exceptions"),
    [
        ("", PRIVATE),
        ("cidr: 10.0.0.0/8", []),
        ("cidr: 172.0.0.0/8", ["172.16.0.0/12"]),
        ("cidr: 10.0.0.0/8, except: [10.1.0.0/16]", ["10.1.0.0/16"]),
        ("except: []", []),
        ('cidr: "2001:db8::/32"', []),
    ],
)
def test_exceptions_lie_inside(where: str, block: str, exceptions: list[str]) -> None:
    assert excepted(where.format(block)) == exceptions


@pytest.mark.parametrize(
    ("block", "outside"),
    [
        ("cidr: 10.0.0.0/8, except: [10.0.0.0/8, 11.0.0.0/9, 10.2.0.0/16]", [0, 1]),
        ('cidr: 10.0.0.0/8, except: ["2001:db8::/32"]', [0]),
        ("except: [0.0.0.0/0, 10.0.0.0/8]", [0]),
    ],
)
def test_written_exceptions_outside_are_refused(block: str, outside: list[int]) -> None:
    path = "policies.networkPolicy.workload.publicEgress"
    found = lint(f"policies: {{networkPolicy: {{workload: {{publicEgress: {{{block}}}}}}}}}").diagnostics
    assert [(item.code, item.path) for item in found] == [("VC217", f"{path}.except[{number}]") for number in outside]


def test_exceptions_in_rules_are_looked_at_too() -> None:
    peer = "{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}}"
    (found,) = lint(f"policies: {{networkPolicy: {{workload: {{egress: [{{to: [{peer}]}}]}}}}}}").diagnostics
    assert found.path == "policies.networkPolicy.workload.egress[0].to[0].ipBlock.except[0]"
