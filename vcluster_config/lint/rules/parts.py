"""Sections of the dialect that become parts of Kubernetes objects, held against the rules for those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Mapping, dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vcluster_config.model.admission import ValidatingWebhook
    from vcluster_config.model.policies import NetworkPolicyPeer, NetworkPolicyPort
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path

_TYPES: Final = {"addVolumeMounts": "VolumeMount", "matchExpressions": "LabelSelectorRequirement"}
_OURS: Final = ("controlPlane", "integrations", "policies", "sync")
_TOLD: Final = ("clash", "missing", "unfit")
_ELSEWHERE: Final = (("key",), ("operator",))
_ROLE: Final = ("rbac", "role")
_STATEFUL_SET: Final = keys("controlPlane.statefulSet")


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family (Kubernetes, validation of PodSpec, NetworkPolicy, Role, ValidatingWebhook)."""
    for path, node, _ in walk(case.document.root):
        kind = _TYPES.get(str(path[-2])) if len(path) > 2 and isinstance(path[-1], int) else None
        if kind is not None and isinstance(node, Mapping) and path[0] in _OURS:
            yield from _part(case, kind, node, path)
        if path[:2] == _ROLE and path[-1] == "nonResourceURLs":
            message = "a Role is about a namespace, and these paths are in none"
            yield case.finding(Code.REFUSED_COMBINATION, path, message, advice="move the rule to rbac.clusterRole")
    yield from _pod(case)
    yield from _init_containers(case)
    yield from _spreads(case)
    if case.written(("policies", "networkPolicy")):
        yield from _network(case)
    if case.written(("policies", "centralAdmission")):
        yield from _webhooks(case)


def _part(case: Case, kind: str, node: Mapping, path: Path) -> Iterator[Diagnostic]:
    """What neither the model nor the rules about selectors have said already."""
    from vcluster_config.model.kubernetes import KubeType, refusals
    from vcluster_config.model.value_problems import from_error

    for item in refusals(KubeType(kind), node, path):
        if item.error["type"] in _TOLD and item.path[len(path) :] not in _ELSEWHERE:
            yield from_error(item.path, item.error, case.document)


def _pod(case: Case) -> Iterator[Diagnostic]:
    workload = case.config.control_plane.stateful_set
    if workload.dns_policy == "None" and not (workload.dns_config and workload.dns_config.nameservers):
        yield case.finding(
            Code.REFUSED_COMBINATION,
            (*_STATEFUL_SET, "dnsPolicy"),
            "dnsPolicy None leaves the pod without a DNS server",
            related=((*_STATEFUL_SET, "dnsConfig"),),
            advice="add dnsConfig.nameservers",
        )
    etcd = case.config.control_plane.backing_store.etcd.deploy.stateful_set
    for path, modes in (
        ("controlPlane.statefulSet", workload.persistence.volume_claim.access_modes),
        ("controlPlane.backingStore.etcd.deploy.statefulSet", etcd.persistence.volume_claim.access_modes),
    ):
        if not modes or ("ReadWriteOncePod" in modes and len(modes) > 1):
            found = "is empty" if not modes else "has ReadWriteOncePod beside others"
            place = keys(f"{path}.persistence.volumeClaim.accessModes")
            advice = "name one access mode, such as ReadWriteOnce"
            yield case.finding(Code.REFUSED_COMBINATION, place, f"{dotted(place)} {found}", advice=advice)


def _init_containers(case: Case) -> Iterator[Diagnostic]:
    for number, container in enumerate(case.config.control_plane.stateful_set.init_containers):
        for key in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if container.get(key) and container.get("restartPolicy") != "Always":
                yield case.finding(
                    Code.REFUSED_COMBINATION,
                    (*_STATEFUL_SET, "initContainers", number, key),
                    f"an init container that ends has no {key}",
                    advice="set restartPolicy to Always, which makes it a sidecar, or remove it",
                )


def _spreads(case: Case) -> Iterator[Diagnostic]:
    plane = case.config.control_plane
    for path, constraints in (
        ("controlPlane.statefulSet.scheduling", plane.stateful_set.scheduling.topology_spread_constraints),
        ("controlPlane.coredns.deployment", plane.coredns.deployment.topology_spread_constraints),
    ):
        seen = set()
        for number, item in enumerate(constraints):
            pair = item["topologyKey"], item["whenUnsatisfiable"]
            if pair in seen:
                place = (*keys(path), "topologySpreadConstraints", number)
                message = f"a constraint for {pair[0]} with {pair[1]} is there already"
                yield case.finding(Code.REFUSED_COMBINATION, place, message, advice="make one of the two")
            seen.add(pair)


def _network(case: Case) -> Iterator[Diagnostic]:
    policy = case.config.policies.network_policy
    for owner, rules in (("controlPlane", policy.control_plane), ("workload", policy.workload)):
        path: Path = ("policies", "networkPolicy", owner)
        for number, ingress in enumerate(rules.ingress):
            here = (*path, "ingress", number)
            yield from _ports(case, here, ingress.ports)
            yield from _peers(case, (*here, "from"), ingress.from_)
        for number, egress in enumerate(rules.egress):
            here = (*path, "egress", number)
            yield from _ports(case, here, egress.ports)
            yield from _peers(case, (*here, "to"), egress.to)


def _ports(case: Case, rule: Path, ports: list[NetworkPolicyPort]) -> Iterator[Diagnostic]:
    for index, port in enumerate(ports):
        path = (*rule, "ports", index, "endPort")
        if port.end_port is None:
            continue
        if not isinstance(port.port, int):
            message = "endPort needs a port that is a number, where the range starts"
            yield case.finding(Code.REFUSED_COMBINATION, path, message, advice="set port to a number, or remove it")
        elif not port.port <= port.end_port <= 65535:
            expected = f"at least {port.port} and at most 65535"
            yield case.finding(Code.MALFORMED_VALUE, path, f"{dotted(path)} is {port.end_port}", expected=expected)


def _peers(case: Case, path: Path, peers: list[NetworkPolicyPeer]) -> Iterator[Diagnostic]:
    for index, peer in enumerate(peers):
        here = (*path, index)
        selects = peer.pod_selector is not None or peer.namespace_selector is not None
        if not selects and peer.ip_block is None:
            message = f"{dotted(here)} says nobody"
            advice = "add podSelector, namespaceSelector or ipBlock"
            yield case.finding(Code.REFUSED_COMBINATION, here, message, advice=advice)
        elif selects and peer.ip_block is not None:
            message = "ipBlock stands beside a selector, and a peer is addresses or pods"
            yield case.finding(
                Code.REFUSED_COMBINATION, (*here, "ipBlock"), message, advice="make it a peer of its own"
            )


def _webhooks(case: Case) -> Iterator[Diagnostic]:
    admission = case.config.policies.central_admission
    path: Path = ("policies", "centralAdmission")
    for number, validating in enumerate(admission.validating_webhooks):
        yield from _hooks(case, (*path, "validatingWebhooks", number, "webhooks"), validating.webhooks)
    for number, mutating in enumerate(admission.mutating_webhooks):
        yield from _hooks(case, (*path, "mutatingWebhooks", number, "webhooks"), mutating.webhooks)


def _hooks(case: Case, path: Path, hooks: Sequence[ValidatingWebhook]) -> Iterator[Diagnostic]:
    names: set[str] = set()
    for index, hook in enumerate(hooks):
        here = (*path, index)
        if not hook.name:
            message = f"{dotted(here)} needs the key name"
            yield case.finding(Code.MISSING_KEY, here, message, expected="name", advice="add name:")
        elif hook.name in names:
            message = f"{hook.name} is there twice"
            yield case.finding(Code.REFUSED_COMBINATION, (*here, "name"), message, advice="rename it")
        names.add(hook.name)
        if hook.side_effects in ("Some", "Unknown"):
            where = (*here, "sideEffects")
            message = f"{dotted(where)} is {hook.side_effects}"
            yield case.finding(Code.NOT_ONE_OF, where, message, expected="one of None, NoneOnDryRun")
