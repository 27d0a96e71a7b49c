"""Virtual nodes without real ones: one for each host node that runs our pods, telling nothing about it but its name."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import layout, markers, names
from vcluster_contract.kinds import NODES, SERVICES
from vcluster_syncer.translate.metadata import owner_references

if TYPE_CHECKING:
    from datetime import datetime

    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

NODE_DOMAIN: Final = "nodes.vcluster.com"
_NOT_READY: Final = "node.kubernetes.io/not-ready"
_CAPACITY: Final = {
    "cpu": "16",
    "memory": "32Gi",
    "ephemeral-storage": "100Gi",
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    "pods": "110",
}
# Lets the API server hand WebSockets through instead of translating them to SPDY: a third less CPU for each exec.
_FEATURES: Final = ("ExtendWebSocketsToKubelet",)
_HEALTHY: Final = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def fake_node(scope: Scope, name: str, cluster_ip: str, now: datetime) -> JSON:
    """The virtual node ``name``; ``cluster_ip`` is that of its host Service, empty when there is none."""
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    conditions = [
        {
            "type": type_,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": stamp,
            "lastTransitionTime": stamp,
        }
        for type_, status, reason, message in _HEALTHY
    ]
    return {
        "apiVersion": NODES.api_version,
        "kind": NODES.kind,
        "metadata": {
            "name": name,
            "labels": {
                markers.FAKE_NODE: "true",
                "beta.kubernetes.io/arch": "amd64",
                "beta.kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/os": "linux",
                "kubernetes.io/hostname": names.safe_concat("fake", name),
            },
            "annotations": {
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "false",
            },
        },
        "status": {
            "capacity": dict(_CAPACITY),
            "allocatable": dict(_CAPACITY),
            "conditions": conditions,
            "addresses": _shown_addresses(scope, name, cluster_ip),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": layout.KUBELET_PORT}},
            "declaredFeatures": list(_FEATURES),
            "nodeInfo": _node_info(scope, name),
        },
    }


def is_fake(meta: Meta) -> bool:
    """Whether the virtual node was made by ``fake_node``."""
    return meta.labels.get(markers.FAKE_NODE) == "true"


def addresses(scope: Scope, name: str, cluster_ip: str) -> list[JSON]:
    """Where the node API of ``name`` is found, from the API server and from pods alike; as switched on."""
    result = []
    if scope.config.networking.proxy_kubelets_by_hostname:
        result.append({"type": "Hostname", "address": f"{name.replace('.', '-')}.{NODE_DOMAIN}"})
    if scope.config.networking.proxy_kubelets_by_ip and cluster_ip:
        result.append({"type": "InternalIP", "address": cluster_ip})
    return result


def _shown_addresses(scope: Scope, name: str, cluster_ip: str) -> list[JSON]:
    """A node without any address would be out of the API server's reach."""
    return addresses(scope, name, cluster_ip) or [{"type": "Hostname", "address": name}]


def status_patch(scope: Scope, node: JSON, cluster_ip: str) -> JSON:
    """Merge patch when address or version are out of date; {} when nothing differs."""
    name, status = node["metadata"]["name"], node.get("status", {})
    patch: JSON = {}
    wanted = _shown_addresses(scope, name, cluster_ip)
    if status.get("addresses", []) != wanted:
        patch["addresses"] = wanted
    version = scope.config.kubernetes_version
    if status.get("nodeInfo", {}).get("kubeletVersion") != version:
        patch["nodeInfo"] = {"kubeletVersion": version}
    return {"status": patch} if patch else {}


def taint_patch(node: JSON) -> JSON:
    """Merge patch that lifts the not-ready taint, which admission puts on every new node; {} when it is absent."""
    taints = node.get("spec", {}).get("taints") or []
    kept = [taint for taint in taints if taint.get("key") != _NOT_READY]
    return {"spec": {"taints": kept or None}} if len(kept) != len(taints) else {}


def node_service(scope: Scope, name: str, control_plane: JSON) -> JSON:
    """Host Service in front of the node API for ``name``; ``control_plane`` is the host Service NAME."""
    port = {"name": "kubelet", "port": layout.KUBELET_PORT, "targetPort": layout.KUBELET_PORT, "protocol": "TCP"}
    metadata: JSON = {
        "name": names.node_service(scope.vcluster, name),
        "namespace": scope.host_namespace,
        # Label values are shorter than node names may be.
        "labels": {markers.BELONGS_TO: scope.vcluster, markers.NODE: names.safe_concat(name)},
        "annotations": {markers.OBJECT_NAME: name},
    }
    owners = owner_references(scope, metadata)
    if owners:
        metadata["ownerReferences"] = owners
    return {
        "apiVersion": SERVICES.api_version,
        "kind": SERVICES.kind,
        "metadata": metadata,
        "spec": {"ports": [port], "selector": control_plane["spec"].get("selector", {})},
    }


def node_of_service(scope: Scope, meta: Meta) -> str:
    """The node for which ``node_service`` made a host Service; empty for any other Service."""
    if meta.labels.get(markers.BELONGS_TO) != scope.vcluster or markers.NODE not in meta.labels:
        return ""
    return meta.annotations.get(markers.OBJECT_NAME, meta.labels[markers.NODE])


def _node_info(scope: Scope, name: str) -> dict[str, Any]:
    seed = uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{scope.host_namespace}.{scope.vcluster}")
    return {
        "machineID": seed.hex,
        "systemUUID": str(seed),
        "bootID": str(uuid.uuid5(seed, "boot")),
        "kernelVersion": "unknown",
        "osImage": "unknown",
        "containerRuntimeVersion": "containerd://unknown",
        "kubeletVersion": scope.config.kubernetes_version,
        "kubeProxyVersion": "",
        "operatingSystem": "linux",
        "architecture": "amd64",
    }
