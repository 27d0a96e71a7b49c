"""What leads to the control plane leads somewhere, and who turns a needed object off learns what is then needed."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint

SERVICE = "controlPlane.service"


def found(text: str) -> list[tuple[str, str, str]]:
    return [(item.severity.value, item.code, item.path) for item in lint(text).diagnostics]


@pytest.mark.parametrize("user", ["ingress", "tlsRoute", "serviceMonitor"])
def test_what_leads_to_the_service_needs_it(user: str) -> None:
    text = f"controlPlane: {{service: {{enabled: false}}, {user}: {{enabled: true}}}}"
    (item,) = lint(text).diagnostics
    assert (item.severity.value, item.code, item.path) == ("error", "VC219", f"controlPlane.{user}.enabled")
    assert [related.message for related in item.related] == [f"{SERVICE}.enabled is set here"]


def test_without_its_service_the_control_plane_waits() -> None:
    assert found("controlPlane: {service: {enabled: false}}") == [("warning", "VC219", f"{SERVICE}.enabled")]


@pytest.mark.parametrize("where", ["", "coredns: "])
@pytest.mark.parametrize(("key", "value"), [("type", "ExternalName"), ("clusterIP", "None")])
def test_a_service_without_an_address_is_refused(where: str, key: str, value: str) -> None:
    service = f"{{service: {{spec: {{{key}: {value}}}}}}}"
    path = f"controlPlane.coredns.service.spec.{key}" if where else f"{SERVICE}.spec.{key}"
    text = f"controlPlane: {{{where}{service}}}" if where else f"controlPlane: {service}"
    assert found(text) == [("error", "VC219", path)]


def test_node_ports_need_a_type_that_has_them() -> None:
    text = "controlPlane: {{service: {{httpsNodePort: 30443, kubeletNodePort: {}, spec: {{type: {}}}}}}}"
    assert found(text.format(30250, "NodePort")) == found(text.format(30250, "LoadBalancer")) == []
    clash = ("error", "VC218", f"{SERVICE}.kubeletNodePort")
    assert found(text.format(30250, "ClusterIP")) == [("error", "VC218", f"{SERVICE}.httpsNodePort"), clash]
    assert found(text.format(30443, "NodePort")) == [clash]


def test_ports_of_ones_own_still_lead_to_the_api_server() -> None:
    text = "controlPlane: {{service: {{spec: {{ports: [{{name: https, port: {}, targetPort: 8443}}]}}}}}}"
    assert found(text.format(443)) == []
    assert found(text.format(6443)) == [("error", "VC219", f"{SERVICE}.spec.ports")]


def test_who_takes_the_role_away_learns_what_is_needed() -> None:
    (item,) = lint("rbac: {role: {enabled: false}}").diagnostics
    assert (item.severity.value, item.code, item.path) == ("warning", "VC605", "rbac.role.enabled")
    assert "vcluster-config rbac" in item.suggestions[0].title
