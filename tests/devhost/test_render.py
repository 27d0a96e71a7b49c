"""Configuration must follow the plan, and the parts of it that cost somebody an afternoon must not get lost."""

import tomllib
from pathlib import Path

from devhost import components, render
from devhost.components import Node
from devhost.plan import Plan

PLAN = Plan("two", 3, Path("/state/two"))
NODE = Node("devhost-two", 0)
BINARIES = {
    name: f"/bin/{name}"
    for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet")
}


def flags(name: str) -> dict[str, str]:
    known = [*components.base(PLAN, BINARIES), *components.for_node(PLAN, NODE, BINARIES["kubelet"])]
    argv = next(component.argv for component in known if component.name == name)
    return {key: value for key, _, value in (word.partition("=") for word in argv[1:])}


def test_the_kubeconfig_names_server_and_certificates() -> None:
    text = render.kubeconfig(PLAN, "admin", server=PLAN.api_url)
    assert "server: https://10.250.3.2:6443" in text
    assert "client-certificate: /state/two/pki/admin.crt" in text


def test_every_request_is_audited_and_no_body_is() -> None:
    policy = render.audit_policy()
    assert policy["rules"] == [{"level": "Metadata"}]
    assert flags("kube-apiserver")["--audit-log-path"] == str(PLAN.audit_log)


def test_the_kubelet_runs_on_cgroup_v1_below_the_hosts_own_cgroup() -> None:
    config = render.kubelet(PLAN, NODE)
    assert config["failCgroupV1"] is False
    assert config["cgroupRoot"] == "/devhost-two/devhost-two"
    assert config["clusterDNS"] == ["10.203.0.10"]


def test_nodes_keep_the_logs_of_their_pods_apart() -> None:
    folders = {render.kubelet(PLAN, Node(f"n-{number}", number))["podLogsDir"] for number in (0, 1)}
    assert len(folders) == 2


def test_containerd_lets_sandboxes_start_without_cap_sys_resource() -> None:
    config = tomllib.loads(render.containerd(PLAN, NODE.name, NODE.runtime_dir))
    cri = config["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["restrict_oom_score_adj"] is True
    assert cri["registry"]["config_path"] == "/state/two/conf/registry"


def test_public_registries_are_answered_by_ours() -> None:
    config = tomllib.loads(render.buildah_registries(PLAN))
    assert {entry["location"] for entry in config["registry"]} == {"10.250.3.2:5000"}
    assert {"docker.io", "registry.k8s.io", "ghcr.io"} <= {entry["prefix"] for entry in config["registry"]}
    hosts = tomllib.loads(render.registry_hosts())
    assert hosts["server"] == "http://127.0.0.1:5000"
    assert hosts["host"] == {"http://127.0.0.1:5000": {"capabilities": ["pull", "resolve"]}}


def test_the_api_server_authorizes_nodes_and_users() -> None:
    found = flags("kube-apiserver")
    assert found["--authorization-mode"] == "Node,RBAC"
    assert found["--service-cluster-ip-range"] == PLAN.service_cidr


def test_mass_creation_is_not_slowed_by_client_limits() -> None:
    for name in ("kube-controller-manager", "kube-scheduler"):
        assert (flags(name)["--kube-api-qps"], flags(name)["--kube-api-burst"]) == ("1000", "1500")


def test_pods_reach_themselves_through_their_service() -> None:
    bridge = render.cni(PLAN, 0, "cni0")["plugins"][0]
    assert bridge["hairpinMode"] is True
    assert bridge["ipam"]["ranges"] == [[{"subnet": "10.153.0.0/20"}]]
