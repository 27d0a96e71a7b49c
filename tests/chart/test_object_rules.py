"""A real API server refuses what the rules about Kubernetes objects refuse, and takes what they take."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from tests.e2e.harness.host import resolve
from tests.e2e.harness.shell import CommandFailed
from tests.unit.config.object_cases import CASES, QUOTAS, UNKNOWN_QUOTAS, Case

pytestmark = [pytest.mark.devhost, pytest.mark.timeout(300)]
Json = dict[str, Any]

_CONTAINER: Final[Json] = {"name": "a", "image": "busybox"}
_VOLUME: Final[Json] = {"name": "extra", "emptyDir": {}}
_POD: Final[Json] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "spec": {"containers": [_CONTAINER], "volumes": [_VOLUME]},
}
_BACKEND: Final[Json] = {"service": {"name": "a", "port": {"number": 80}}}
_INGRESS: Final[Json] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "spec": {"defaultBackend": _BACKEND},
}
_SERVICE: Final[Json] = {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}]}}
_STICKY: Final[Json] = {**_SERVICE, "spec": {"ports": [{"port": 80}], "sessionAffinity": "ClientIP"}}
_ROLE: Final[Json] = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
_QUOTA: Final[Json] = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"pods": "1"}}}
_CLAIM: Final[Json] = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
_SETS: Final[Json] = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "spec": {
        "serviceName": "a",
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [_CONTAINER]}},
    },
}
_HOOKS: Final[Json] = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "webhooks": [
        {
            "name": "a.example.com",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "clientConfig": {"url": "https://a.example.com"},
        }
    ],
}
_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_NODES: Final = f"spec.affinity.nodeAffinity.{_REQUIRED}"
_PODS: Final = f"spec.affinity.podAffinity.{_REQUIRED}"
_MAIN: Final = "spec.containers.0"
_EXTRA: Final = "spec.volumes.1"
_RULES: Final = "spec.rules.0"

PLACES: Final[dict[str, tuple[Json, str]]] = {
    "AppArmorProfile": (_POD, f"{_MAIN}.securityContext.appArmorProfile"),
    "ClientIPConfig": (_STICKY, "spec.sessionAffinityConfig.clientIP"),
    "ConfigMapEnvSource": (_POD, f"{_MAIN}.envFrom.0.configMapRef"),
    "ConfigMapKeySelector": (_POD, f"{_MAIN}.env.0.valueFrom.configMapKeyRef"),
    "ConfigMapProjection": (_POD, f"{_EXTRA}.projected.sources.0.configMap"),
    "ConfigMapVolumeSource": (_POD, f"{_EXTRA}.configMap"),
    "Container": (_POD, "spec.containers.1"),
    "ContainerPort": (_POD, f"{_MAIN}.ports.0"),
    "DownwardAPIVolumeFile": (_POD, f"{_EXTRA}.downwardAPI.items.0"),
    "EnvFromSource": (_POD, f"{_MAIN}.envFrom.0"),
    "EnvVar": (_POD, f"{_MAIN}.env.0"),
    "EnvVarSource": (_POD, f"{_MAIN}.env.0.valueFrom"),
    "EphemeralVolumeSource": (_POD, f"{_EXTRA}.ephemeral"),
    "ExecAction": (_POD, f"{_MAIN}.livenessProbe.exec"),
    "HTTPGetAction": (_POD, f"{_MAIN}.livenessProbe.httpGet"),
    "HTTPIngressPath": (_INGRESS, f"{_RULES}.http.paths.0"),
    "HTTPIngressRuleValue": (_INGRESS, f"{_RULES}.http"),
    "HostPathVolumeSource": (_POD, f"{_EXTRA}.hostPath"),
    "IngressBackend": (_INGRESS, "spec.defaultBackend"),
    "IngressRule": (_INGRESS, _RULES),
    "IngressServiceBackend": (_INGRESS, "spec.defaultBackend.service"),
    "IngressTLS": (_INGRESS, "spec.tls.0"),
    "LabelSelector": (_POD, f"{_PODS}.0.labelSelector"),
    "LabelSelectorRequirement": (_POD, f"{_PODS}.0.labelSelector.matchExpressions.0"),
    "LifecycleHandler": (_POD, f"{_MAIN}.lifecycle.preStop"),
    "NFSVolumeSource": (_POD, f"{_EXTRA}.nfs"),
    "NodeSelector": (_POD, _NODES),
    "NodeSelectorRequirement": (_POD, f"{_NODES}.nodeSelectorTerms.0.matchExpressions.0"),
    "NodeSelectorTerm": (_POD, f"{_NODES}.nodeSelectorTerms.0"),
    "PersistentVolumeClaim": (_SETS, "spec.volumeClaimTemplates.0"),
    "PersistentVolumeClaimSpec": (_CLAIM, "spec"),
    "PersistentVolumeClaimVolumeSource": (_POD, f"{_EXTRA}.persistentVolumeClaim"),
    "PodAffinityTerm": (_POD, f"{_PODS}.0"),
    "PodSecurityContext": (_POD, "spec.securityContext"),
    "PolicyRule": (_ROLE, "rules.0"),
    "Probe": (_POD, f"{_MAIN}.livenessProbe"),
    "ResourceFieldSelector": (_POD, f"{_MAIN}.env.0.valueFrom.resourceFieldRef"),
    "RuleWithOperations": (_HOOKS, "webhooks.0.rules.0"),
    "ScopedResourceSelectorRequirement": (_QUOTA, "spec.scopeSelector.matchExpressions.0"),
    "SeccompProfile": (_POD, f"{_MAIN}.securityContext.seccompProfile"),
    "SecretEnvSource": (_POD, f"{_MAIN}.envFrom.0.secretRef"),
    "SecretKeySelector": (_POD, f"{_MAIN}.env.0.valueFrom.secretKeyRef"),
    "SecretProjection": (_POD, f"{_EXTRA}.projected.sources.0.secret"),
    "SecretVolumeSource": (_POD, f"{_EXTRA}.secret"),
    "SecurityContext": (_POD, f"{_MAIN}.securityContext"),
    "ServiceAccountTokenProjection": (_POD, f"{_EXTRA}.projected.sources.0.serviceAccountToken"),
    "ServicePort": (_SERVICE, "spec.ports.0"),
    "ServiceSpec": (_SERVICE, "spec"),
    "SleepAction": (_POD, f"{_MAIN}.lifecycle.preStop.sleep"),
    "TCPSocketAction": (_POD, f"{_MAIN}.livenessProbe.tcpSocket"),
    "Toleration": (_POD, "spec.tolerations.0"),
    "TopologySpreadConstraint": (_POD, "spec.topologySpreadConstraints.0"),
    "Volume": (_POD, _EXTRA),
    "VolumeMount": (_POD, f"{_MAIN}.volumeMounts.0"),
    "VolumeProjection": (_POD, f"{_EXTRA}.projected.sources.0"),
}
"""An object that the type is part of, and where."""
_BESIDE: Final[dict[str, Json]] = {
    "env": {"name": "A"},
    "items": {"path": "a"},
    "rules": {"host": "a"},
    "volumes": {"name": "b"},
    _REQUIRED: {"topologyKey": "zone"},
}
"""What an item that is made on the way needs, by the key of its list."""


def whole(case: Case, value: Json, number: int) -> Json:
    """An object to create that holds the value of a case."""
    base, place = PLACES[case.type]
    found: Json = _with(base, tuple(place.split(".")), value)
    return found | {"metadata": {"name": f"case-{number}"}}


def _with(at: Any, steps: tuple[str, ...], value: Json, key: str = "") -> Any:
    if not steps:
        return value
    step, *rest = steps
    if step.isdecimal():
        before, item = at[: int(step)], at[int(step) :]
        return [*before, _with(item[0] if item else _BESIDE.get(key, {}), tuple(rest), value)]
    made: Any = [] if rest and rest[0].isdecimal() else {}
    return {**at, step: _with(at.get(step, made), tuple(rest), value, step)}


def answers(objects: list[Json]) -> str:
    """What the API server says to all of them, refusals and acceptances together."""
    everything = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}).encode()
    options = ("--dry-run=server", "--validate=strict", "--namespace=default", "--filename", "-")
    try:
        return resolve().kubectl("create", *options, stdin=everything, timeout=200)
    except CommandFailed as refused:
        return str(refused)


def test_the_server_refuses_every_wrong_object() -> None:
    told = answers([whole(case, case.wrong, number) for number, case in enumerate(CASES)])
    assert [case for number, case in enumerate(CASES) if f'"case-{number}" is invalid' not in told] == []


def test_the_server_takes_every_right_object() -> None:
    told = answers([whole(case, case.right, number) for number, case in enumerate(CASES)])
    assert [line for line in told.splitlines() if "invalid" in line or "error" in line] == []
    assert told.count("created (server dry run)") == len(CASES)


def test_the_server_knows_the_resources_of_a_quota_that_the_linter_knows() -> None:
    names = (*QUOTAS, *UNKNOWN_QUOTAS)
    told = answers(
        [
            {**_QUOTA, "metadata": {"name": f"quota-{number}"}, "spec": {"hard": {name: "1Gi"}}}
            for number, name in enumerate(names)
        ]
    )
    accepted = [name for number, name in enumerate(names) if f"quota-{number} created" in told]
    assert accepted == list(QUOTAS)
