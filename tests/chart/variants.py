"""Choices that a chart must survive, alone and in pairs."""

from __future__ import annotations

from typing import Any

from tests.unit.compile.compiling import setting

_REMOTE = {"enabled": True, "dataSource": "postgres://user:password@db.example.com/name"}
_MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\ndata: {a: b}\n"
_DISTROS = {"k3s", "k0s"}
_STORES = {"remote database", "external etcd", "three replicas of embedded etcd", "deployed etcd"}
_METADATA = {"labels": {"team": "blue"}, "annotations": {"example.com/a": "b"}}

CHOICES: dict[str, dict[str, Any]] = {
    "remote database": setting("controlPlane.backingStore.database.external", _REMOTE),
    "external etcd": setting(
        "controlPlane.backingStore.etcd.external", {"enabled": True, "endpoint": "etcd.example.com:2379"}
    ),
    "three replicas of embedded etcd": {
        "controlPlane": {
            "backingStore": {"etcd": {"embedded": {"enabled": True}}},
            "statefulSet": {"highAvailability": {"replicas": 3}},
        }
    },
    "deployed etcd": setting("controlPlane.backingStore.etcd.deploy.enabled", True),
    "k3s": setting("controlPlane.distro.k3s.enabled", True),
    "k0s": setting("controlPlane.distro.k0s.enabled", True),
    "real nodes": setting("sync.fromHost.nodes.enabled", True),
    "virtual scheduler": {
        "controlPlane": {"advanced": {"virtualScheduler": {"enabled": True}}},
        "sync": {"fromHost": {"nodes": {"enabled": True}}},
    },
    "no DNS": setting("controlPlane.coredns.enabled", False),
    "limits": setting("policies.limitRange.enabled", True),
    "pod security": setting("policies.podSecurityStandard", "baseline"),
    "no claim": setting("controlPlane.statefulSet.persistence.volumeClaim.enabled", False),
    "load balancer": setting("controlPlane.service.spec", {"type": "LoadBalancer"}),
    "ingress": setting("controlPlane.ingress", {"enabled": True, **_METADATA}),
    "budget": setting("controlPlane.advanced.podDisruptionBudget.enabled", True),
    "quota": setting("policies.resourceQuota.enabled", True),
    "network policies": setting("policies.networkPolicy.enabled", True),
    "kubeconfig elsewhere": setting("exportKubeConfig.additionalSecrets", [{"namespace": "default"}]),
    "host manifests": setting("experimental.deploy.host.manifests", _MANIFEST),
    "scheduling": setting(
        "controlPlane.statefulSet.scheduling",
        {
            "nodeSelector": {"a": "b"},
            "tolerations": [{"key": "a", "operator": "Exists"}],
            "priorityClassName": "system-cluster-critical",
        },
    ),
    "sidecar": setting("controlPlane.statefulSet.sidecarContainers", [{"name": "theirs", "image": "busybox"}]),
    "metadata": setting("controlPlane.statefulSet", {**_METADATA, "pods": _METADATA}),
    "older Kubernetes": setting("controlPlane.distro.k8s.version", "v1.35.4"),
}


def pairs_of(choice: str) -> dict[str, dict[str, Any]]:
    """The choice with each later one that does not exclude it."""
    later = list(CHOICES)[list(CHOICES).index(choice) + 1 :]
    return {
        f"{choice} and {other}": merged(CHOICES[choice], CHOICES[other])
        for other in later
        if not ({choice, other} <= _STORES or {choice, other} <= _DISTROS)
    }


def merged(first: Any, second: Any) -> Any:
    """Mappings merged deeply, the second one winning."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return second
    return {**first, **{key: merged(first[key], value) if key in first else value for key, value in second.items()}}
