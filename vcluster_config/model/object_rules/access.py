"""Who may do and reach what: RBAC rules, Services, Ingresses, quota scopes, webhook rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vcluster_config.model.object_rules.breaches import (
    LABEL,
    NAME,
    PORT,
    Breach,
    Json,
    Rule,
    at_least,
    at_most,
    clash,
    lacking,
    missing,
    needed,
    one_of,
    spelled,
    unfit,
    unique,
)

_HOST: Final = (rf"(\*\.)?{NAME[0]}", "a host name such as api.example.com")
_ALL: Final = ("PriorityClass", "VolumeAttributesClass")


def _policy_rule(item: Json) -> Iterator[Breach]:
    yield from needed(item, "verbs")
    paths = item.get("nonResourceURLs")
    for key in ("resources", "apiGroups", "resourceNames"):
        if paths and item.get(key):
            message = "stands beside nonResourceURLs, which are no resources"
            yield clash((key,), message, "write two rules")
            return
    if not paths:
        yield from needed(item, "apiGroups", "resources")


def _service(item: Json) -> Iterator[Breach]:
    ports, kind = item.get("ports", []), item.get("type") or "ClusterIP"
    for index, port in enumerate(ports):
        if len(ports) > 1 and not port.get("name"):
            yield missing("ports", index, "name")
        if port.get("nodePort") and kind == "ClusterIP":
            advice = "set type to NodePort, or remove it"
            yield clash(("ports", index, "nodePort"), "needs a Service of type NodePort or LoadBalancer", advice)
    names = (port.get("name") or None for port in ports)
    yield from unique(names, lambda index: ("ports", index, "name"), "names of ports tell them apart")
    numbers = ((port["port"], port.get("protocol") or "TCP") for port in ports)
    yield from unique(numbers, lambda index: ("ports", index, "port"), "a Service has each port once")
    nodes = ((port["nodePort"], port.get("protocol") or "TCP") if port.get("nodePort") else None for port in ports)
    yield from unique(nodes, lambda index: ("ports", index, "nodePort"), "a node has each port once")
    yield from _for_its_type(item, kind)


def _for_its_type(item: Json, kind: str) -> Iterator[Breach]:
    outside = kind in ("NodePort", "LoadBalancer")
    for key in ("allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerSourceRanges"):
        if item.get(key) not in (None, "", []) and kind != "LoadBalancer":
            yield clash((key,), f"means nothing to a Service of type {kind}", "set type to LoadBalancer, or remove it")
    if item.get("externalTrafficPolicy") and not outside and not item.get("externalIPs"):
        advice = "set type to LoadBalancer or NodePort, or remove it"
        yield clash(("externalTrafficPolicy",), f"means nothing to a Service of type {kind}", advice)
    if item.get("healthCheckNodePort") and not (
        kind == "LoadBalancer" and item.get("externalTrafficPolicy") == "Local"
    ):
        yield clash(("healthCheckNodePort",), "needs type LoadBalancer and externalTrafficPolicy Local", "remove it")


def _service_port(item: Json) -> Iterator[Breach]:
    yield from spelled(LABEL, item.get("name") or None, "name")
    yield from spelled(PORT, item.get("targetPort"), "targetPort")


def _affinity(item: Json) -> Iterator[Breach]:
    yield from at_least(1, item.get("timeoutSeconds"), "timeoutSeconds")
    yield from at_most(86400, item.get("timeoutSeconds"), "timeoutSeconds")


def _ingress_rule(item: Json) -> Iterator[Breach]:
    yield from spelled(_HOST, item.get("host") or None, "host")


def _ingress_paths(item: Json) -> Iterator[Breach]:
    yield from needed(item, "paths")


def _ingress_path(item: Json) -> Iterator[Breach]:
    if not item.get("path", "" if item["pathType"] != "ImplementationSpecific" else "/").startswith("/"):
        yield lacking(item, "path", "a path that starts with /")


def _backend(item: Json) -> Iterator[Breach]:
    yield from one_of(item, ("service", "resource"), "backend")


def _backend_service(item: Json) -> Iterator[Breach]:
    yield from needed(item, "port")
    port = item.get("port", {})
    if port:
        yield from ((("port", *path), error) for path, error in one_of(port, ("name", "number"), "port"))
    yield from spelled(PORT, port.get("name") or None, "port", "name")


def _tls(item: Json) -> Iterator[Breach]:
    for index, host in enumerate(item.get("hosts", ())):
        yield from spelled(_HOST, host, "hosts", index)


def _scope(item: Json) -> Iterator[Breach]:
    operator, values = item["operator"], item.get("values", [])
    if item["scopeName"] not in _ALL and operator != "Exists":
        yield unfit(("operator",), f"Exists, for {item['scopeName']} has no values")
    elif operator in ("In", "NotIn") and not values:
        yield lacking(item, "values", "at least one value")
    elif operator in ("Exists", "DoesNotExist") and values:
        yield clash(("values",), f"stands beside operator {operator}, which takes none", "remove it, or say In")


def _webhook_rule(item: Json) -> Iterator[Breach]:
    yield from needed(item, "operations", "apiGroups", "apiVersions", "resources")
    for key in ("operations", "apiGroups", "apiVersions"):
        if "*" in item.get(key, ()) and len(item[key]) > 1:
            yield clash((key,), "has * beside others", "keep * alone, or drop it")


RULES: Final[dict[str, Rule]] = {
    "ClientIPConfig": _affinity,
    "HTTPIngressPath": _ingress_path,
    "HTTPIngressRuleValue": _ingress_paths,
    "IngressBackend": _backend,
    "IngressRule": _ingress_rule,
    "IngressServiceBackend": _backend_service,
    "IngressTLS": _tls,
    "PolicyRule": _policy_rule,
    "RuleWithOperations": _webhook_rule,
    "ScopedResourceSelectorRequirement": _scope,
    "ServicePort": _service_port,
    "ServiceSpec": _service,
}
