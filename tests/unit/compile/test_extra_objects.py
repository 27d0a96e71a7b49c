"""Objects of optional features: absent by default, complete when asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import setting, syncer_config, values
from vcluster_config.errors import CompileError


def extra(settings: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for item in values(settings).get("extraObjects", []) if item["kind"] == kind]


def test_nothing_extra_by_default() -> None:
    assert "extraObjects" not in values()


def test_an_ingress_leads_the_host_name_to_the_service() -> None:
    section = {"enabled": True, "host": "api.example.com", "spec": {"ingressClassName": "nginx"}}
    (found,) = extra(setting("controlPlane.ingress", section), "Ingress")
    assert found["spec"]["ingressClassName"] == "nginx"
    (rule,) = found["spec"]["rules"]
    assert rule["host"] == "api.example.com"
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "@release@", "port": {"name": "https"}}
    assert found["metadata"]["annotations"]["nginx.ingress.kubernetes.io/ssl-passthrough"] == "true"


def test_rules_of_the_user_replace_the_rule_of_the_ingress() -> None:
    section = {"enabled": True, "spec": {"rules": [{"host": "other"}]}}
    (found,) = extra(setting("controlPlane.ingress", section), "Ingress")
    assert found["spec"] == {"rules": [{"host": "other"}]}


def test_a_tls_route_leads_its_host_to_the_service() -> None:
    section = {"enabled": True, "host": "api.example.com", "parentRefs": [{"name": "gw"}]}
    (found,) = extra(setting("controlPlane.tlsRoute", section), "TLSRoute")
    assert found["spec"]["hostnames"] == ["api.example.com"]
    assert found["spec"]["rules"] == [{"backendRefs": [{"name": "@release@", "port": 443}]}]


def test_a_service_monitor_selects_the_service_and_shows_the_exported_certificate() -> None:
    (found,) = extra(setting("controlPlane.serviceMonitor", {"enabled": True, "labels": {"a": "b"}}), "ServiceMonitor")
    labels = values()["service"]["metadata"]["labels"]
    assert found["spec"]["selector"]["matchLabels"].items() <= labels.items()
    (endpoint,) = found["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in values()["service"]["spec"]["ports"]}
    assert endpoint["tlsConfig"]["cert"]["secret"] == {"name": "vc-@release@", "key": "client-certificate"}
    assert found["metadata"]["labels"]["a"] == "b"


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({}, {"maxUnavailable": 1}),
        ({"minAvailable": "50%"}, {"minAvailable": "50%"}),
        ({"maxUnavailable": 0}, {"maxUnavailable": 0}),
    ],
)
def test_a_budget_allows_one_eviction_unless_told_otherwise(section: dict[str, Any], expected: dict[str, Any]) -> None:
    settings = setting("controlPlane.advanced.podDisruptionBudget", {"enabled": True, **section})
    (found,) = extra(settings, "PodDisruptionBudget")
    assert found["spec"] == {"selector": {"matchLabels": {"app": "vcluster", "release": "@release@"}}, **expected}


@pytest.mark.parametrize(
    ("quota", "limits", "expected"),
    [
        ("auto", "auto", set()),
        (True, "auto", {"ResourceQuota", "LimitRange"}),
        ("auto", True, {"ResourceQuota", "LimitRange"}),
        (True, False, {"ResourceQuota"}),
        (False, True, {"LimitRange"}),
        (False, False, set()),
    ],
)
def test_quota_and_limits_follow_each_other(quota: Any, limits: Any, expected: set[str]) -> None:
    policies = {"resourceQuota": {"enabled": quota}, "limitRange": {"enabled": limits}}
    assert {item["kind"] for item in values({"policies": policies}).get("extraObjects", [])} == expected


def test_quota_and_limits_carry_their_numbers() -> None:
    policies = {"resourceQuota": {"enabled": True, "quota": {"count/pods": 5}}, "limitRange": {"max": {"cpu": "4"}}}
    (quota,) = extra({"policies": policies}, "ResourceQuota")
    assert quota["spec"]["hard"]["count/pods"] == "5"
    (limits,) = extra({"policies": policies}, "LimitRange")
    (item,) = limits["spec"]["limits"]
    assert (item["type"], item["max"]) == ("Container", {"cpu": "4"})
    assert "min" not in item


def policies(section: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = extra(setting("policies.networkPolicy", {"enabled": True, **section}), "NetworkPolicy")
    return {item["metadata"]["name"].removesuffix("-@release@"): item["spec"] for item in found}


def test_workloads_reach_their_control_plane_dns_each_other_and_the_outside() -> None:
    spec = policies({})["vc-work"]
    assert spec["podSelector"]["matchLabels"] == {"vcluster.loft.sh/managed-by": "@release@"}
    assert spec["policyTypes"] == ["Egress"]
    plane, dns, each_other, outside = spec["egress"]
    assert {port["port"] for port in plane["ports"]} == {443, 8443, 10250}
    assert {(port["port"], port["protocol"]) for port in dns["ports"]} == {(53, "UDP"), (53, "TCP")}
    assert each_other["to"] == [{"podSelector": spec["podSelector"]}]
    assert outside["to"][0]["ipBlock"]["cidr"] == "0.0.0.0/0"
    assert "10.0.0.0/8" in outside["to"][0]["ipBlock"]["except"]


def test_the_outside_can_be_closed() -> None:
    assert len(policies({"workload": {"publicEgress": {"enabled": False}}})["vc-work"]["egress"]) == 3


def test_rules_of_the_user_come_on_top() -> None:
    rule = {"ports": [{"port": 5432}], "to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]}
    spec = policies({"controlPlane": {"egress": [rule]}})["vc-cp"]
    assert spec["egress"][-1] == rule


def test_ingress_rules_close_what_they_do_not_name() -> None:
    spec = policies({"workload": {"ingress": [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}]}})["vc-work"]
    assert spec["policyTypes"] == ["Egress", "Ingress"]
    own, theirs = spec["ingress"]
    assert {"podSelector": spec["podSelector"]} in own["from"]
    assert theirs == {"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}


def test_a_kubeconfig_elsewhere_brings_the_rights_it_needs_there() -> None:
    settings = setting("exportKubeConfig.additionalSecrets", [{"name": "a", "namespace": "other"}, {"name": "b"}])
    (role,) = extra(settings, "Role")
    (binding,) = extra(settings, "RoleBinding")
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "other"
    assert role["rules"] == [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "get", "patch"]}]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"][0]["namespace"] == "@namespace@"


MANIFEST = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# nothing
---
apiVersion: v1
kind: Secret
metadata: {name: b}
"""


def test_manifests_for_the_host_are_part_of_the_release() -> None:
    found = values(setting("experimental.deploy.host.manifests", MANIFEST))["extraObjects"]
    assert [item["kind"] for item in found] == ["ConfigMap", "Secret"]


def test_manifests_mean_what_kubectl_reads() -> None:
    text = MANIFEST.replace("metadata: {name: a}", "metadata: {name: a}\ndata: {8080: 2024-02-30, yes: no, o: 0o17}")
    found = syncer_config(setting("experimental.deploy.vcluster.manifests", text)).manifests
    assert found[-2]["data"] == {"8080": "2024-02-30", "yes": False, "o": 15}


def test_manifests_for_the_inside_follow_dns() -> None:
    found = syncer_config(setting("experimental.deploy.vcluster.manifests", MANIFEST)).manifests
    assert found[0]["metadata"]["name"] == "kube-dns"
    assert [item["kind"] for item in found[-2:]] == ["ConfigMap", "Secret"]


def test_own_dns_manifests_replace_ours() -> None:
    found = syncer_config(setting("controlPlane.coredns.overwriteManifests", MANIFEST)).manifests
    assert [item["kind"] for item in found] == ["ConfigMap", "Secret"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "no YAML, line 1, column 5 of the manifests: the text ends where a value belongs"),
        ("kind: x\na: b: c", "no YAML, line 2, column 5 of the manifests: a key is out of place"),
        ("a: \x01", r"line 1, column 4 of the manifests: YAML does not allow the character U\+0001"),
        ("a: 1\n---\nb: .inf", "line 3, column 4 of the manifests: .inf without quotes is a number that JSON"),
        ("a: 1\na: 2", "line 2, column 1 of the manifests: the key a is given twice"),
        ("a: &x 1\n---\nb: *x", r"line 3, column 4 of the manifests: the alias \*x has no anchor before it"),
        ("- a\n", r"document 1 is \['a'\], expected a Kubernetes object"),
        ("apiVersion: v1\n", "document 1 has no kind and no metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: x\n", "document 1 has no metadata.name"),
        ("apiVersion: 1\nkind: ConfigMap\nmetadata: {name: a}\n", "document 1 has the apiVersion 1, expected text"),
    ],
)
def test_a_broken_manifest_is_refused_by_path(text: str, message: str) -> None:
    with pytest.raises(CompileError, match=rf"experimental\.deploy\.host\.manifests: {message}"):
        values(setting("experimental.deploy.host.manifests", text))
