from __future__ import annotations

from typing import Any

from vcluster_syncer.bootstrap.sans import api_server_sans


def test_every_way_to_the_api_server_is_named(service: dict[str, Any]) -> None:
    service["spec"]["externalIPs"] = ["192.0.2.7"]
    service["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}, {"hostname": "LB.Example.com."}]}}
    found = api_server_sans(service, cluster_domain="corp.local", pod_ip="10.1.2.3", extra=("api.example.com",))
    assert set(found) >= {
        "kubernetes.default.svc.corp.local",
        "demo",
        "demo.team.svc",
        "*.demo-headless.team.svc",
        "localhost",
        "127.0.0.1",
        "10.96.3.4",
        "10.1.2.3",
        "192.0.2.7",
        "192.0.2.9",
        "lb.example.com",
        "api.example.com",
    }


def test_the_order_of_addresses_does_not_matter(service: dict[str, Any]) -> None:
    one = api_server_sans(service, cluster_domain="cluster.local", extra=("b", "a", "FD00::1"))
    other = api_server_sans(service, cluster_domain="cluster.local", extra=("fd00:0::1", "a", "b", "a"))
    assert one == other
