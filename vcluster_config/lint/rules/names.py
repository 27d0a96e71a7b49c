"""References between the two clusters: replicated Services, imported objects, DNS rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code
from vcluster_config.source.node import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.model.networking import ResolveDns
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    yield from _services(case)
    yield from _imports(case)
    for index, rule in enumerate(case.config.networking.resolve_dns):
        yield from _dns(case, rule, ("networking", "resolveDNS", index))


def _services(case: Case) -> Iterator[Diagnostic]:
    replicate = case.config.networking.replicate_services
    for index, item in enumerate(replicate.to_host):
        path: Path = ("networking", "replicateServices", "toHost", index)
        yield from _service(case, (*path, "from"), item.from_, "namespace/name of a virtual Service", slash=True)
        yield from _service(case, (*path, "to"), item.to, "the name of a Service in the host namespace", slash=False)
    for index, item in enumerate(replicate.from_host):
        path = ("networking", "replicateServices", "fromHost", index)
        if not item.from_:
            yield from _service(case, (*path, "from"), "", "name or namespace/name of a host Service", slash=True)
        yield from _service(case, (*path, "to"), item.to, "namespace/name of a virtual Service", slash=True)


def _service(case: Case, path: Path, value: str, expected: str, *, slash: bool) -> Iterator[Diagnostic]:
    if not value or ("/" in value) is not slash:
        found = f"is {value}" if value else "is missing"
        yield case.finding(Code.SERVICE_MAPPING, path, f"{dotted(path)} {found}", expected=expected)


def _imports(case: Case) -> Iterator[Diagnostic]:
    sync = case.config.sync.from_host
    for kind, section in (("configMaps", sync.config_maps), ("secrets", sync.secrets), ("gateways", sync.gateways)):
        path = keys(f"sync.fromHost.{kind}")
        if section.enabled and not section.mappings.by_name:
            yield case.finding(
                Code.NAME_MAPPING,
                (*path, "enabled"),
                f"{kind} of the host are imported, but no mapping says which",
                advice=f'set {dotted(path)}.mappings.byName, such as {{"host-namespace/*": "virtual-namespace/*"}}',
                related=((*path, "mappings", "byName"),),
            )
        yield from _mappings(case, (*path, "mappings", "byName"), section.mappings.by_name)
    for name, resource in sync.custom_resources.items():
        here = ("sync", "fromHost", "customResources", name, "mappings", "byName")
        yield from _mappings(case, here, resource.mappings.by_name)


def _mappings(case: Case, path: Path, mappings: dict[str, str]) -> Iterator[Diagnostic]:
    targets: dict[str, str] = {}
    for source, target in mappings.items():
        problem = _mapping_problem(source, target)
        if problem:
            yield case.finding(
                Code.NAME_MAPPING,
                (*path, source),
                f'the mapping from "{source}" to "{target}" {problem}',
                expected='"namespace/name" or "namespace/*" on both sides, or "" for the namespace of the release',
                at_key=True,
            )
        elif target in targets:
            yield case.finding(
                Code.NAME_MAPPING,
                (*path, source),
                f'"{source}" and "{targets[target]}" both appear as "{target}"',
                related=((*path, targets[target]),),
                advice="give them different targets",
                at_key=True,
            )
        targets.setdefault(target, source)


def _mapping_problem(source: str, target: str) -> str:
    if source.count("/") > 1 or target.count("/") > 1:
        return "has more than one slash"
    if source == "":
        return "names one object for a whole namespace" if "/" in target and not target.endswith("/*") else ""
    if "/" not in source or "/" not in target:
        return "lacks a namespace"
    if source.endswith("/*") != target.endswith("/*"):
        return "has * on one side only"
    return ""


def _dns(case: Case, rule: ResolveDns, path: Path) -> Iterator[Diagnostic]:
    asked = [name for name in ("hostname", "service", "namespace") if getattr(rule, name)]
    if len(asked) != 1:
        yield _one_of(case, path, asked, "hostname, service and namespace")
    target = rule.target
    answers = {
        "hostname": target.hostname,
        "ip": target.ip,
        "hostService": target.host_service,
        "hostNamespace": target.host_namespace,
        "vClusterService": target.v_cluster_service,
    }
    given = [name for name, value in answers.items() if value]
    if len(given) != 1:
        yield _one_of(case, (*path, "target"), given, ", ".join(answers))
    if bool(rule.namespace) != bool(target.host_namespace) and len(asked) == len(given) == 1:
        yield case.finding(
            Code.DNS_RULE, path, "namespace and target.hostNamespace only work together", advice="set both of them"
        )
    for key, value, slashes in (
        ("service", rule.service, 1),
        ("target.hostService", target.host_service, 1),
        ("target.vClusterService", target.v_cluster_service, 3),
    ):
        if value and value.count("/") != slashes:
            parts = "namespace/name" if slashes == 1 else "hostNamespace/vcluster/namespace/name"
            yield case.finding(Code.DNS_RULE, (*path, *keys(key)), f"{key} is {value}", expected=parts)
    yield from _wildcard(case, rule, path)


def _one_of(case: Case, path: Path, given: list[str], names: str) -> Diagnostic:
    found = f"has {' and '.join(given)}" if given else "has none of its keys"
    return case.finding(Code.DNS_RULE, path, f"{dotted(path)} {found}", expected=f"exactly one of {names}")


def _wildcard(case: Case, rule: ResolveDns, path: Path) -> Iterator[Diagnostic]:
    name = rule.hostname
    inner = "*" in name[1:-1]
    if name.count("*") > 1 or inner:
        yield case.finding(
            Code.DNS_RULE,
            (*path, "hostname"),
            f"hostname {name} has * in a place where it means nothing",
            expected="at most one *, at the start or the end",
        )
    elif "*" in name and rule.target.hostname and "*" not in rule.target.hostname:
        yield case.finding(
            Code.DNS_RULE,
            (*path, "target", "hostname"),
            "hostname has a * that target.hostname does not repeat",
            advice="put * into target.hostname as well",
        )
