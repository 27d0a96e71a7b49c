from __future__ import annotations

from typing import Any

import pytest

from vcluster_syncer.admission.service import allocation_patch, carried_over, has_addresses, needs_host


def service(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}], **spec}}


ALLOCATED = service(type="ClusterIP", clusterIP="10.0.0.7", clusterIPs=["10.0.0.7"])


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, True),
        ({"type": "NodePort"}, True),
        ({"clusterIP": "None"}, False),
        ({"type": "ExternalName", "externalName": "example.com"}, False),
    ],
)
def test_which_services_have_addresses(spec: dict[str, Any], expected: bool) -> None:
    assert has_addresses(service(**spec)) is expected


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (service(type="ClusterIP"), ALLOCATED, False),
        (service(type="NodePort"), ALLOCATED, True),
        (service(type="LoadBalancer", allocateLoadBalancerNodePorts=False), ALLOCATED, False),
        (service(type="ClusterIP"), service(type="ExternalName", externalName="example.com"), True),
        (service(type="ExternalName", externalName="example.com"), ALLOCATED, False),
        (
            service(type="NodePort", ports=[{"port": 80}]),
            service(type="NodePort", clusterIP="10.0.0.7", ports=[{"port": 80, "nodePort": 30080}]),
            False,
        ),
        (
            service(type="NodePort", ports=[{"port": 80}, {"port": 81}]),
            service(type="NodePort", clusterIP="10.0.0.7", ports=[{"port": 80, "nodePort": 30080}]),
            True,
        ),
        (
            service(type="NodePort", ports=[{"port": 80, "nodePort": 31000}]),
            service(type="NodePort", clusterIP="10.0.0.7", ports=[{"port": 80, "nodePort": 30080}]),
            True,
        ),
        (
            service(type="LoadBalancer", externalTrafficPolicy="Local", ports=[]),
            service(type="LoadBalancer", clusterIP="10.0.0.7", ports=[]),
            True,
        ),
        (
            service(type="ClusterIP", ipFamilyPolicy="PreferDualStack"),
            service(type="ClusterIP", clusterIP="10.0.0.7", ipFamilyPolicy="SingleStack"),
            True,
        ),
    ],
)
def test_an_update_goes_to_the_host_only_for_what_it_lacks(
    new: dict[str, Any], old: dict[str, Any], expected: bool
) -> None:
    assert needs_host(carried_over(new, old), old) is expected


def test_ports_are_matched_by_protocol_and_number() -> None:
    virtual = service(type="NodePort", ports=[{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}])
    host = service(
        type="NodePort",
        ports=[{"port": 53, "protocol": "TCP", "nodePort": 30001}, {"port": 53, "protocol": "UDP", "nodePort": 30002}],
        clusterIP="10.0.0.9",
        clusterIPs=["10.0.0.9"],
    )
    values = {op["path"]: op["value"] for op in allocation_patch(virtual, host)}
    assert values == {
        "/spec/clusterIP": "10.0.0.9",
        "/spec/clusterIPs": ["10.0.0.9"],
        "/spec/ports/0/nodePort": 30002,
        "/spec/ports/1/nodePort": 30001,
    }


def test_nothing_is_patched_when_both_sides_agree() -> None:
    assert allocation_patch(ALLOCATED, ALLOCATED) == []
