"""The Services in front of the control plane."""

from __future__ import annotations

from tests.unit.compile.compiling import setting, values

SERVICE = "controlPlane.service"


def test_the_service_leads_to_the_api_server_and_the_node_api() -> None:
    service = values()["service"]
    assert service["metadata"]["labels"]["vcluster.loft.sh/service"] == "true"
    assert [(port["name"], port["port"], port["targetPort"]) for port in service["spec"]["ports"]] == [
        ("https", 443, 8443),
        ("kubelet", 10250, 10250),
    ]
    assert service["spec"]["selector"] == {"app": "vcluster", "release": "@release@"}


def test_a_load_balancer_does_not_expose_the_node_api() -> None:
    spec = values(setting(f"{SERVICE}.spec", {"type": "LoadBalancer"}))["service"]["spec"]
    assert (spec["type"], [port["name"] for port in spec["ports"]]) == ("LoadBalancer", ["https"])


def test_node_ports_appear_only_when_given() -> None:
    assert not any("nodePort" in port for port in values()["service"]["spec"]["ports"])
    section = {"httpsNodePort": 30443, "kubeletNodePort": 30250}
    ports = values(setting(SERVICE, section))["service"]["spec"]["ports"]
    assert [port["nodePort"] for port in ports] == [30443, 30250]


def test_ports_and_selector_of_the_user_replace_ours() -> None:
    given = {"ports": [{"port": 1}], "selector": {"a": "b"}}
    spec = values(setting(f"{SERVICE}.spec", given))["service"]["spec"]
    assert (spec["ports"], spec["selector"]) == ([{"port": 1}], {"a": "b"})


def test_a_users_label_cannot_break_the_standard_ones() -> None:
    labels = values(setting(f"{SERVICE}.labels", {"app": "mine", "team": "blue"}))["service"]["metadata"]["labels"]
    assert (labels["app"], labels["team"]) == ("vcluster", "blue")


def test_own_annotations_win_over_global_ones() -> None:
    settings = {
        "controlPlane": {
            "advanced": {"globalMetadata": {"annotations": {"a": "global", "b": "global"}}},
            "service": {"annotations": {"a": "own"}},
        }
    }
    found = values(settings)
    assert found["service"]["metadata"]["annotations"] == {"a": "own", "b": "global"}
    assert found["role"]["metadata"]["annotations"] == {"a": "global", "b": "global"}
