"""What runs and how it is watched: containers, probes, environment, ports (core/v1, validation of Container)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from vcluster_config.model.object_rules.breaches import (
    LABEL,
    PORT,
    Breach,
    Json,
    Rule,
    at_least,
    at_most,
    clash,
    needed,
    one_of,
    spelled,
    unfit,
    unique,
)

_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS: Final = ("exec", "httpGet", "tcpSocket", "grpc")
_NUMBERS: Final = ("failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds")
_VARIABLE: Final = (r"[ -<>-~]+", "printable characters without =")
_HEADER: Final = (r"[-A-Za-z0-9]+", "letters, digits and hyphens")
_FIELD: Final = (
    (
        r"metadata\.(name|namespace|uid|(annotations|labels)\['[^']+'\])|spec\.(nodeName|serviceAccountName)"
        r"|status\.(hostIPs?|podIPs?)"
    ),
    "a field such as metadata.name, metadata.labels['KEY'], spec.nodeName or status.podIP",
)
_AMOUNT: Final = (
    r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)",
    "limits or requests with .cpu, .memory or .ephemeral-storage",
)


def _container(item: Json) -> Iterator[Breach]:
    yield from spelled(LABEL, item["name"], "name")
    yield from needed(item, "image")
    ports = item.get("ports", [])
    names = (port.get("name") or None for port in ports)
    yield from unique(names, lambda index: ("ports", index, "name"), "names of ports tell them apart")
    hosts = ((port["hostPort"], port.get("protocol") or "TCP") if port.get("hostPort") else None for port in ports)
    yield from unique(hosts, lambda index: ("ports", index, "hostPort"), "a node has each port once")
    mounts = (mount["mountPath"] for mount in item.get("volumeMounts", ()))
    yield from unique(mounts, lambda index: ("volumeMounts", index, "mountPath"), "one volume fits into one place")
    for key in _PROBES:
        yield from _probe_of_its_kind(key, item.get(key, {}))
    if not item.get("securityContext", {}).get("privileged"):
        for index, mount in enumerate(item.get("volumeMounts", ())):
            if mount.get("mountPropagation") == "Bidirectional":
                advice = "set securityContext.privileged, or use HostToContainer"
                yield clash(("volumeMounts", index, "mountPropagation"), "needs a privileged container", advice)


def _probe_of_its_kind(key: str, probe: Json) -> Iterator[Breach]:
    if key != "readinessProbe" and probe.get("successThreshold", 1) > 1:
        yield unfit((key, "successThreshold"), f"1, for one success is enough for a {key}")
    if key == "readinessProbe" and "terminationGracePeriodSeconds" in probe:
        message = "means nothing in a readinessProbe, which ends no container"
        yield clash((key, "terminationGracePeriodSeconds"), message, "remove it")


def _probe(item: Json) -> Iterator[Breach]:
    yield from one_of(item, _HANDLERS, "probe")
    for key in _NUMBERS:
        yield from at_least(0, item.get(key), key)
    yield from at_least(1, item.get("terminationGracePeriodSeconds"), "terminationGracePeriodSeconds")


def _handler(item: Json) -> Iterator[Breach]:
    yield from one_of(item, ("exec", "httpGet", "tcpSocket", "sleep"), "handler")


def _exec(item: Json) -> Iterator[Breach]:
    yield from needed(item, "command")


def _http(item: Json) -> Iterator[Breach]:
    yield from _port(item)
    for index, header in enumerate(item.get("httpHeaders", ())):
        yield from spelled(_HEADER, header["name"], "httpHeaders", index, "name")


def _port(item: Json) -> Iterator[Breach]:
    yield from spelled(PORT, item["port"], "port")


def _container_port(item: Json) -> Iterator[Breach]:
    yield from spelled(PORT, item.get("name") or None, "name")


def _variable(item: Json) -> Iterator[Breach]:
    yield from spelled(_VARIABLE, item["name"], "name")
    if item.get("value") and "valueFrom" in item:
        yield clash(("valueFrom",), "stands beside value, and a variable has one of them", "keep one of them")


def _source_of_variable(item: Json) -> Iterator[Breach]:
    kinds = ("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef")
    yield from one_of(item, kinds, "source of a variable")
    yield from spelled(_FIELD, item.get("fieldRef", {}).get("fieldPath"), "fieldRef", "fieldPath")


def _source_of_variables(item: Json) -> Iterator[Breach]:
    yield from one_of(item, ("configMapRef", "secretRef"), "source of variables")
    yield from spelled(_VARIABLE, item.get("prefix") or None, "prefix")


def _named(item: Json) -> Iterator[Breach]:
    yield from needed(item, "name")


def _keyed(item: Json) -> Iterator[Breach]:
    yield from needed(item, "name", "key")


def _amount(item: Json) -> Iterator[Breach]:
    yield from spelled(_AMOUNT, item["resource"], "resource")


def _sleep(item: Json) -> Iterator[Breach]:
    yield from at_least(0, item["seconds"], "seconds")


def _security(item: Json) -> Iterator[Breach]:
    yield from _users(item)
    more: tuple[Any, ...] = ("SYS_ADMIN", "CAP_SYS_ADMIN")
    added = item.get("capabilities", {}).get("add", ())
    reasons = [
        *(["privileged"] if item.get("privileged") else []),
        *(["capability SYS_ADMIN"] if any(name in more for name in added) else []),
    ]
    if reasons and item.get("allowPrivilegeEscalation") is False:
        message = f"is false, and {reasons[0]} allows it"
        yield clash(("allowPrivilegeEscalation",), message, f"remove it, or {reasons[0]}")


def _users(item: Json) -> Iterator[Breach]:
    for key in ("runAsUser", "runAsGroup", "fsGroup"):
        yield from at_least(0, item.get(key), key)
        yield from at_most(2**31 - 1, item.get(key), key)
    if item.get("runAsNonRoot") and item.get("runAsUser") == 0:
        message = "is the user root beside runAsNonRoot, so that no container would start"
        yield clash(("runAsUser",), message, "choose another user, or set runAsNonRoot to false")


def _pod_security(item: Json) -> Iterator[Breach]:
    yield from _users(item)
    names = (sysctl["name"] for sysctl in item.get("sysctls", ()))
    yield from unique(names, lambda index: ("sysctls", index, "name"), "a parameter has one value")
    for index, group in enumerate(item.get("supplementalGroups", ())):
        yield from at_least(0, group, "supplementalGroups", index)


def _profile(item: Json) -> Iterator[Breach]:
    if item["type"] == "Localhost":
        yield from needed(item, "localhostProfile")
    elif item.get("localhostProfile"):
        advice = "set type to Localhost, or remove it"
        yield clash(("localhostProfile",), f"stands beside type {item['type']}, which has no file", advice)


RULES: Final[dict[str, Rule]] = {
    "AppArmorProfile": _profile,
    "ConfigMapEnvSource": _named,
    "ConfigMapKeySelector": _keyed,
    "Container": _container,
    "ContainerPort": _container_port,
    "EnvFromSource": _source_of_variables,
    "EnvVar": _variable,
    "EnvVarSource": _source_of_variable,
    "ExecAction": _exec,
    "HTTPGetAction": _http,
    "LifecycleHandler": _handler,
    "PodSecurityContext": _pod_security,
    "Probe": _probe,
    "ResourceFieldSelector": _amount,
    "SeccompProfile": _profile,
    "SecretEnvSource": _named,
    "SecretKeySelector": _keyed,
    "SecurityContext": _security,
    "SleepAction": _sleep,
    "TCPSocketAction": _port,
}
