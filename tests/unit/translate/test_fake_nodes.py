from __future__ import annotations

from datetime import UTC, datetime

from tests.unit.translate.samples import OWNER, meta_of, obj, scope
from tests.unit.translate.test_diff import applied
from vcluster_contract import markers
from vcluster_contract.names import node_service
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.sync.node_hosts import node_line
from vcluster_syncer.translate import fake_nodes

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TAINT = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


def node(address: str = "10.0.0.9", config: JSON | None = None) -> JSON:
    return fake_nodes.fake_node(scope(config), "n.example.org", address, NOW)


def test_nodes_are_reached_by_hostname_and_by_service_address() -> None:
    assert node()["status"]["addresses"] == [
        {"type": "Hostname", "address": "n-example-org.nodes.vcluster.com"},
        {"type": "InternalIP", "address": "10.0.0.9"},
    ]
    assert node_line(node()) == "10.0.0.9 n-example-org.nodes.vcluster.com\n"


def test_addresses_follow_their_switches() -> None:
    by_ip = node(config={"networking": {"proxyKubeletsByHostname": False}})
    assert [item["type"] for item in by_ip["status"]["addresses"]] == ["InternalIP"]
    assert node_line(by_ip) == "10.0.0.9 n.example.org\n"
    by_name = node("", {"networking": {"proxyKubeletsByIp": False}})
    assert [item["type"] for item in by_name["status"]["addresses"]] == ["Hostname"]
    assert node_line(by_name) == ""


def test_without_both_a_node_is_called_by_its_name_so_that_the_api_server_finds_it() -> None:
    config = {"networking": {"proxyKubeletsByHostname": False, "proxyKubeletsByIp": False}}
    expected = [{"type": "Hostname", "address": "n.example.org"}]
    assert node("", config)["status"]["addresses"] == expected
    assert fake_nodes.status_patch(scope(config), node("", config), "") == {}


def test_nodes_are_ready_and_recognised_as_ours() -> None:
    assert fake_nodes.is_fake(meta_of(node()))
    assert not fake_nodes.is_fake(meta_of(obj("real", "")))
    ready = {item["type"]: item["status"] for item in node()["status"]["conditions"]}
    assert ready["Ready"] == "True"
    assert {ready[type] for type in ready if type != "Ready"} == {"False"}


def test_a_fresh_node_needs_no_status_write_and_a_moved_one_only_its_address() -> None:
    assert fake_nodes.status_patch(scope(), node(), "10.0.0.9") == {}
    moved = fake_nodes.status_patch(scope(), node(), "10.0.0.10")
    assert moved["status"].keys() == {"addresses"}
    assert fake_nodes.status_patch(scope(), applied(node(), moved), "10.0.0.10") == {}


def test_an_upgrade_changes_the_version_shown() -> None:
    newer = scope({"kubernetesVersion": "v1.37.0"})
    assert fake_nodes.status_patch(newer, node(), "10.0.0.9") == {"status": {"nodeInfo": {"kubeletVersion": "v1.37.0"}}}


def test_only_the_not_ready_taint_is_lifted() -> None:
    mine = {"key": "mine", "effect": "NoSchedule"}
    assert fake_nodes.taint_patch(node() | {"spec": {"taints": [TAINT, mine]}}) == {"spec": {"taints": [mine]}}
    assert fake_nodes.taint_patch(node() | {"spec": {"taints": [TAINT]}}) == {"spec": {"taints": None}}
    assert fake_nodes.taint_patch(node() | {"spec": {"taints": [mine]}}) == {}


def test_the_node_service_leads_to_the_control_plane() -> None:
    control_plane = obj("vc", "tenant", spec={"selector": {"app": "vcluster", "release": "vc"}})
    service = fake_nodes.node_service(scope(), "n.example.org", control_plane)
    assert service["metadata"]["name"] == node_service("vc", "n.example.org")
    assert service["metadata"]["ownerReferences"] == [OWNER]
    assert service["spec"]["selector"] == {"app": "vcluster", "release": "vc"}
    assert fake_nodes.node_of_service(scope(), meta_of(service)) == "n.example.org"
    assert fake_nodes.node_of_service(scope(vcluster="other"), meta_of(service)) == ""
    assert fake_nodes.node_of_service(scope(), meta_of(control_plane)) == ""
    assert markers.MANAGED_BY not in service["metadata"]["labels"]


def test_long_node_names_fit_where_labels_are_short() -> None:
    name = "node-" + "x" * 200
    service = fake_nodes.node_service(scope(), name, obj("vc", "tenant", spec={}))
    long = fake_nodes.fake_node(scope(), name, "10.0.0.9", NOW)
    values = [*service["metadata"]["labels"].values(), *long["metadata"]["labels"].values()]
    assert max(map(len, values)) <= 63
    assert len(service["metadata"]["name"]) <= 63
    assert fake_nodes.node_of_service(scope(), meta_of(service)) == name
