from __future__ import annotations

from typing import Any

import pytest

from tests.unit.translate.samples import meta_of, obj, scope
from tests.unit.translate.test_diff import applied
from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate import services

PORT: JSON = {"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}


def service(**spec: Any) -> JSON:
    return obj("web", spec={"type": "ClusterIP", "clusterIP": "10.0.0.1", "ports": [PORT], **spec})


def on_host(virtual: JSON, **spec: Any) -> JSON:
    body = services.to_host(scope(), virtual, allocated=True)
    return body | {"spec": body["spec"] | spec}


def patch(virtual: JSON, host: JSON) -> JSON:
    return services.host_patch(scope(), virtual, host, meta_of(host))


def test_selector_is_translated() -> None:
    spec = services.to_host(scope(), service(selector={"app": "web"}), allocated=True)["spec"]
    assert spec["selector"] == {"app": "web", markers.MANAGED_BY: "vc", markers.NAMESPACE: "shop"}
    assert "selector" not in services.to_host(scope(), service(), allocated=True)["spec"]


def test_without_allocation_the_host_chooses_addresses_and_node_ports() -> None:
    virtual = service(clusterIPs=["10.0.0.1"], ipFamilies=["IPv4"], ports=[PORT | {"nodePort": 30001}])
    spec = services.to_host(scope(), virtual, allocated=False)["spec"]
    assert spec == {"type": "ClusterIP", "ports": [PORT]}
    headless = services.to_host(scope(), service(clusterIP="None"), allocated=False)["spec"]
    assert headless["clusterIP"] == "None"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "NodePort"},
        {"ports": [PORT | {"port": 81}]},
        {"ports": [PORT | {"nodePort": 30002}]},
        {"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}}},
        {"externalTrafficPolicy": "Local"},
        {"internalTrafficPolicy": "Local"},
        {"publishNotReadyAddresses": True},
        {"loadBalancerSourceRanges": ["192.0.2.0/24"]},
        {"externalIPs": ["192.0.2.1"]},
        {"selector": {"app": "other"}},
    ],
)
def test_what_the_user_changes_reaches_the_host_and_then_nothing_is_left_to_do(change: JSON) -> None:
    before, after = service(selector={"app": "web"}), service(**{"selector": {"app": "web"}, **change})
    host = on_host(before)
    changed = applied(host, patch(after, host))
    assert patch(before, host) == {}
    assert patch(after, host) != {}
    assert patch(after, changed) == {}


def test_dropping_the_selector_drops_it_on_the_host() -> None:
    host = on_host(service(selector={"app": "web"}))
    assert patch(service(), host)["spec"] == {"selector": None}


def test_node_ports_that_only_the_host_has_are_left_alone() -> None:
    virtual = service()
    assert patch(virtual, on_host(virtual, ports=[PORT | {"nodePort": 30001}])) == {}


def test_external_names_give_up_the_address() -> None:
    host = on_host(service())
    spec = patch(obj("web", spec={"type": "ExternalName", "externalName": "example.org"}), host)["spec"]
    assert spec["clusterIP"] is None
    assert spec["externalName"] == "example.org"


def test_load_balancer_status_counts_only_while_both_sides_are_load_balancers() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}
    balancer = service(type="LoadBalancer") | {"status": {"loadBalancer": {}}}
    assert services.status_patch(balancer, on_host(balancer) | {"status": status}) == {"status": status}
    plain = service() | {"status": status}
    removal = services.status_patch(plain, on_host(service()))
    assert not applied(plain, removal)["status"].get("loadBalancer")
    assert services.status_patch(balancer | {"status": status}, on_host(balancer) | {"status": status}) == {}


def test_a_recreated_service_takes_addresses_and_node_ports_from_the_host() -> None:
    virtual = service(type="NodePort", ports=[PORT | {"nodePort": 30001}])
    virtual["metadata"] |= {"labels": {"a": "b"}, "resourceVersion": "5", "finalizers": ["x/y"]}
    host = on_host(virtual, clusterIP="10.9.9.9", clusterIPs=["10.9.9.9"], ports=[PORT | {"nodePort": 31111}])
    made = services.recreated(virtual, host)
    assert services.address_differs(virtual, host)
    assert made["spec"]["clusterIP"] == "10.9.9.9"
    assert made["spec"]["ports"] == [PORT | {"nodePort": 31111}]
    assert made["metadata"] == {"name": "web", "namespace": "shop", "labels": {"a": "b"}, "finalizers": ["x/y"]}
    assert not services.address_differs(made, host)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, False),
        ({"sessionAffinity": "ClientIP"}, False),
        ({"clusterIP": "10.0.0.2"}, True),
        ({"type": "NodePort", "ports": [PORT | {"nodePort": 30001}]}, True),
    ],
)
def test_only_what_the_host_allocates_makes_the_virtual_side_look_behind(spec: JSON, expected: bool) -> None:
    assert services.behind(service(), on_host(service(), **spec)) is expected
