"""Cluster DNS as compiled objects."""

from __future__ import annotations

from typing import Any

from tests.unit.compile.compiling import setting, syncer_config
from vcluster_contract import layout


def found(kind: str, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    return next(item for item in syncer_config(settings).manifests if item["kind"] == kind)


def corefile(settings: dict[str, Any] | None = None) -> str:
    text: str = found("ConfigMap", settings)["data"]["Corefile"]
    return text


def test_names_and_labels_are_the_ones_other_tools_select() -> None:
    assert found("Service")["metadata"]["name"] == "kube-dns"
    assert found("Service")["spec"]["selector"] == {"k8s-app": "vcluster-kube-dns"}
    deployment = found("Deployment")
    assert deployment["metadata"]["namespace"] == "kube-system"
    assert deployment["spec"]["selector"]["matchLabels"] == {"k8s-app": "vcluster-kube-dns"}
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "coredns/coredns:1.11.3"


def test_service_ports_lead_to_the_unprivileged_port() -> None:
    ports = {
        (port["name"], port["protocol"], port["port"], port["targetPort"]) for port in found("Service")["spec"]["ports"]
    }
    assert {("dns", "UDP", 53, 1053), ("dns-tcp", "TCP", 53, 1053)} <= ports
    assert corefile().startswith(".:1053 {\n")


def test_the_service_is_applied_before_what_uses_its_address() -> None:
    assert syncer_config().manifests[0]["kind"] == "Service"


def test_another_cluster_domain_is_served_beside_the_default_one() -> None:
    text = corefile(setting("networking.advanced.clusterDomain", "corp.example"))
    assert "kubernetes corp.example cluster.local in-addr.arpa ip6.arpa {" in text
    assert "kubernetes.default.svc.corp.example" in text


def test_node_names_resolve_only_when_kubelets_are_proxied_by_name() -> None:
    assert "nodes\\.vcluster\\.com" in corefile()
    assert "nodes\\.vcluster\\.com" not in corefile(setting("networking.advanced.proxyKubelets.byHostname", False))


def test_names_unknown_inside_go_to_the_host_when_asked_for() -> None:
    text = corefile(setting("networking.advanced.fallbackHostCluster", True))
    assert "fallthrough cluster.local in-addr.arpa ip6.arpa" in text
    assert f"forward . {layout.HOST_DNS_PLACEHOLDER}" in text
    assert layout.HOST_DNS_PLACEHOLDER not in corefile()


def test_a_network_policy_brings_its_fallback_resolver() -> None:
    policy = {"enabled": True, "fallbackDns": "9.9.9.9"}
    assert "forward . /etc/resolv.conf 9.9.9.9 {" in corefile(setting("policies.networkPolicy", policy))


def test_an_own_corefile_replaces_ours() -> None:
    assert corefile(setting("controlPlane.coredns.overwriteConfig", ".:1053 {\n}\n")) == ".:1053 {\n}\n"


def test_the_syncer_alone_owns_node_hosts() -> None:
    assert set(found("ConfigMap")["data"]) == {"Corefile"}
