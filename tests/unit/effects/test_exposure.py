"""Every opening towards the outside that an upgrade makes or closes is told."""

from __future__ import annotations

import json

import pytest

from tests.unit.effects.configs import RELEASE, difference, values
from vcluster_config.effects.exposure import openings
from vcluster_config.effects.rendered import render
from vcluster_config.effects.show import as_json, as_markdown, as_text

POLICY = "policies: {networkPolicy: {enabled: true}}"
CLOSED = "policies: {networkPolicy: {enabled: true, workload: {publicEgress: {enabled: false}}}}"


def changes(before: str, after: str) -> list[str]:
    return [f"{item.action} {item.opening}" for item in difference(before, after).exposure]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            "controlPlane: {service: {spec: {type: LoadBalancer}}}",
            [
                "opened Service/demo port 443 is reached from outside, through a load balancer",
                "closed Service/demo port 443 is reached from pods of the host",
            ],
        ),
        (
            "controlPlane: {service: {spec: {type: NodePort}, httpsNodePort: 30443}}",
            [
                "opened Service/demo port 443 as 30443 is reached from outside, on every node",
                "closed Service/demo port 443 is reached from pods of the host",
            ],
        ),
        (
            "controlPlane: {ingress: {enabled: true, host: a.example.com}}",
            ["opened Ingress/demo leads from outside at a.example.com"],
        ),
        (
            "controlPlane: {tlsRoute: {enabled: true, host: b.example.com}}",
            ["opened TLSRoute/demo leads from outside at b.example.com"],
        ),
        ("sync: {toHost: {secrets: {all: true}}}", []),
    ],
)
def test_ways_in(after: str, expected: list[str]) -> None:
    found = [item for item in changes("{}", after) if "port 10250" not in item]  # the node API goes along
    assert found == expected


def test_policies_close_what_was_open_to_all() -> None:
    found = changes("{}", POLICY)
    assert "closed pods connect to any address" in found
    assert any(item.startswith("opened NetworkPolicy/vc-work-demo connects to 0.0.0.0/0 except") for item in found)
    assert [item for item in changes(POLICY, CLOSED) if item.startswith("opened")] == []
    assert any("0.0.0.0/0" in item for item in changes(POLICY, CLOSED))


def test_a_rule_for_incoming_connections_names_its_peers_and_ports() -> None:
    rule = "{from: [{namespaceSelector: {matchLabels: {team: a}}}], ports: [{port: 80}]}"
    text = f"policies: {{networkPolicy: {{enabled: true, workload: {{ingress: [{rule}]}}}}}}"
    assert "NetworkPolicy/vc-work-demo takes connections from namespaces team=a at 80/TCP" in set(
        openings(render(values(text), RELEASE))
    )


def test_it_is_shown_in_every_form() -> None:
    found = difference("{}", "controlPlane: {ingress: {enabled: true, host: a.example.com}}")
    words = "Ingress/demo leads from outside at a.example.com"
    assert f"exposure:\n  opened: {words}\n" in as_text(found, frozenset())
    assert f"**Exposure**\n\n- opened: {words}\n" in as_markdown(found, frozenset())
    assert json.loads(as_json(found, frozenset()))["exposure"] == [{"action": "opened", "opening": words}]
