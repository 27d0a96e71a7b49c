from __future__ import annotations

from tests.unit.translate.samples import meta_of, obj, scope
from vcluster_contract.kinds import ENDPOINT_SLICES, ENDPOINTS
from vcluster_syncer.translate import endpoints, kubernetes_service

POD_REF = {"kind": "Pod", "namespace": "shop", "name": "db-0", "uid": "u", "resourceVersion": "3"}
HOST_REF = {"kind": "Pod", "namespace": "tenant", "name": "db-0-x-shop-x-vc"}
PORTS = [{"name": "db", "port": 5432}]


def test_addresses_stay_and_pods_are_translated() -> None:
    subset = {"addresses": [{"ip": "10.1.1.1", "targetRef": POD_REF}, {"ip": "192.0.2.1"}], "ports": PORTS}
    host = endpoints.endpoints_to_host(scope(), obj("db", subsets=[subset]))
    assert host["subsets"] == [
        {"addresses": [{"ip": "10.1.1.1", "targetRef": HOST_REF}, {"ip": "192.0.2.1"}], "ports": PORTS}
    ]


def test_leader_annotations_do_not_cause_writes() -> None:
    before = obj("db", subsets=[])
    after = obj("db", metadata={"annotations": {endpoints.LEADER: "somebody"}}, subsets=[])
    host = endpoints.endpoints_to_host(scope(), before)
    desired = endpoints.endpoints_to_host(scope(), after)
    assert endpoints.host_patch(ENDPOINTS, desired, host, meta_of(host)) == {}


def test_slices_follow_their_service_and_no_host_controller_owns_them() -> None:
    labels = {endpoints.SERVICE_NAME: "db", endpoints.MANAGED_BY: "endpointslice-controller.k8s.io"}
    virtual = obj("db-1", metadata={"labels": labels}, addressType="IPv4", endpoints=[], ports=PORTS)
    host = endpoints.slice_to_host(scope(), virtual)
    assert host["metadata"]["labels"][endpoints.SERVICE_NAME] == "db-x-shop-x-vc"
    assert host["metadata"]["labels"][endpoints.MANAGED_BY] == "vcluster-syncer"
    changed = endpoints.slice_to_host(scope(), virtual | {"endpoints": [{"addresses": ["192.0.2.1"]}]})
    patch = endpoints.host_patch(ENDPOINT_SLICES, changed, host, meta_of(host))
    assert patch == {"endpoints": [{"addresses": ["192.0.2.1"]}]}


def test_kubernetes_points_at_the_control_plane_by_its_https_port_alone() -> None:
    host = obj(
        "vc",
        "tenant",
        subsets=[
            {
                "addresses": [{"ip": "10.1.1.1", "nodeName": "n", "targetRef": POD_REF}],
                "notReadyAddresses": [{"ip": "10.1.1.2"}],
                "ports": [{"name": "https", "port": 8443}, {"name": "kubelet", "port": 10250}],
            }
        ],
    )
    found = kubernetes_service.endpoints(host)["subsets"]
    https = [{"name": "https", "port": 8443}]
    expected = {"addresses": [{"ip": "10.1.1.1"}], "notReadyAddresses": [{"ip": "10.1.1.2"}], "ports": https}
    assert found == [expected]
    mirrored = kubernetes_service.endpoint_slice(host)
    assert mirrored["addressType"] == "IPv4"
    assert mirrored["ports"] == https
    assert [item["conditions"]["ready"] for item in mirrored["endpoints"]] == [True, False]
    assert kubernetes_service.mirror_patch(mirrored, mirrored, ("endpoints", "ports")) == {}


def test_kubernetes_is_ipv6_when_every_address_is() -> None:
    subset = {"addresses": [{"ip": "fd00::1"}], "ports": [{"name": "https", "port": 8443}]}
    assert kubernetes_service.endpoint_slice(obj(subsets=[subset]))["addressType"] == "IPv6"
    assert kubernetes_service.endpoint_slice(obj(subsets=[]))["endpoints"] == []


def test_kubernetes_service_moves_to_the_hosts_address_without_the_kubelet_port() -> None:
    ports = [
        {"name": "https", "port": 443, "targetPort": 8443, "nodePort": 30443},
        {"name": "kubelet", "port": 10250},
    ]
    host = obj("vc", "tenant", spec={"type": "NodePort", "clusterIP": "10.0.0.7", "ports": ports})
    virtual = obj("kubernetes", "default", spec={"clusterIP": "10.0.0.1", "ports": []})
    made = kubernetes_service.service(host, virtual)
    assert made["spec"]["clusterIP"] == "10.0.0.7"
    assert made["spec"]["ports"] == [{"name": "https", "port": 443, "targetPort": 8443}]
    assert kubernetes_service.service_patch(host, made) == {}
    assert kubernetes_service.service_patch(host, virtual)["spec"]["ports"] == made["spec"]["ports"]
