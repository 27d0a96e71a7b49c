"""The Service that everything stands on: others need it, and it must be one that has an address of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic

_ENABLED: Final = keys("controlPlane.service.enabled")
_SPECS: Final = {
    keys("controlPlane.service.spec"): "its address is that of the API server inside",
    keys("controlPlane.coredns.service.spec"): "its address is that of the resolver in every pod",
}


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    yield from _needed(case)
    yield from _addressed(case)
    yield from _node_ports(case)
    yield from _https(case)
    if case.written(("rbac",)) and not case.config.rbac.role.enabled:
        yield case.finding(
            Code.RIGHTS_ELSEWHERE,
            keys("rbac.role.enabled"),
            "without the Role, the control plane may do nothing in its namespace and does not start",
            severity=Severity.WARNING,
            advice="bind its ServiceAccount to a Role with the rules that vcluster-config rbac prints, "
            "or remove the setting",
        )


def _needed(case: Case) -> Iterator[Diagnostic]:
    plane = case.config.control_plane
    if plane.service.enabled:
        return
    users = {
        "ingress": plane.ingress.enabled,
        "tlsRoute": plane.tls_route.enabled,
        "serviceMonitor": plane.service_monitor.enabled,
    }
    using = [name for name, enabled in users.items() if enabled]
    for name in using:
        yield case.finding(
            Code.SERVICE_NEEDED,
            keys(f"controlPlane.{name}.enabled"),
            f"{name} leads to the Service of the control plane, which is turned off",
            related=(_ENABLED,),
            advice="remove controlPlane.service.enabled, or this",
        )
    if not using:
        yield case.finding(
            Code.SERVICE_NEEDED,
            _ENABLED,
            "the control plane takes its address from a Service of the release's name, and waits until there is one",
            severity=Severity.WARNING,
            advice="create that Service with the port https 443 to 8443, or remove the setting",
        )


def _addressed(case: Case) -> Iterator[Diagnostic]:
    plane = case.config.control_plane
    for (path, why), spec in zip(_SPECS.items(), (plane.service.spec, plane.coredns.service.spec), strict=True):
        for key, value in (("type", "ExternalName"), ("clusterIP", "None")):
            if spec.get(key) == value:
                yield case.finding(
                    Code.SERVICE_NEEDED,
                    (*path, key),
                    f"a Service with {key} {value} has no address, and {why}",
                    expected="ClusterIP, NodePort or LoadBalancer" if key == "type" else "an address, or nothing",
                )


def _node_ports(case: Case) -> Iterator[Diagnostic]:
    service = case.config.control_plane.service
    ports = {"httpsNodePort": service.https_node_port, "kubeletNodePort": service.kubelet_node_port}
    for key, port in ports.items():
        if port and service.spec.get("type", "ClusterIP") == "ClusterIP":
            yield case.finding(
                Code.REFUSED_COMBINATION,
                ("controlPlane", "service", key),
                f"{key} needs a Service of type NodePort or LoadBalancer",
                related=(keys("controlPlane.service.spec.type"),),
                advice="set controlPlane.service.spec.type to NodePort, or remove it",
            )
    if service.https_node_port and service.https_node_port == service.kubelet_node_port:
        yield case.finding(
            Code.REFUSED_COMBINATION,
            keys("controlPlane.service.kubeletNodePort"),
            "httpsNodePort and kubeletNodePort are the same port of the nodes",
            related=(keys("controlPlane.service.httpsNodePort"),),
            advice="choose another one",
        )


def _https(case: Case) -> Iterator[Diagnostic]:
    ports = case.config.control_plane.service.spec.get("ports") or ()
    if ports and not any(port["port"] == 443 for port in ports):
        yield case.finding(
            Code.SERVICE_NEEDED,
            keys("controlPlane.service.spec.ports"),
            "none of the ports is 443, which the addresses in kubeconfigs and inside the virtual cluster lead to",
            advice="add {name: https, port: 443, targetPort: 8443}",
        )
