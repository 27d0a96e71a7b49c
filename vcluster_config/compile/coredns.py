"""Cluster DNS of the virtual cluster: CoreDNS as ordinary virtual objects, compiled ahead like everything else.

Names, labels and ports follow upstream, whose users' policies and dashboards select them. The ConfigMap leaves the key
``NodeHosts`` to the syncer, which fills it from the virtual nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_config.compile.corefile import corefile
from vcluster_config.images import with_default_registry
from vcluster_config.pod_parts import secured
from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.model import Config
    from vcluster_config.objects import Json

DEFAULT_IMAGE: Final = "coredns/coredns:1.11.3"
_NAMESPACE: Final = "kube-system"
_LABELS: Final = {"k8s-app": "vcluster-kube-dns"}
_NAME: Final = "coredns"
_ROLE: Final = "system:coredns"
_RBAC: Final = "rbac.authorization.k8s.io"
_DNS_PORT: Final = 1053
_METRICS_PORT: Final = 9153


def manifests(config: Config) -> tuple[Json, ...]:
    """Objects of CoreDNS in the order in which they are applied."""
    dns = config.control_plane.coredns
    return (
        _service(config),
        _namespaced("v1", "ServiceAccount"),
        _cluster_role(),
        _cluster_role_binding(),
        {**_namespaced("v1", "ConfigMap"), "data": {"Corefile": dns.overwrite_config or corefile(config)}},
        _deployment(config),
    )


def _namespaced(api_version: str, kind: str, **metadata: Any) -> Json:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": _NAME, "namespace": _NAMESPACE, **metadata},
    }


def _cluster_role() -> Json:
    watch = ["list", "watch"]
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": _ROLE},
        "rules": [
            {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], "verbs": watch},
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": watch},
        ],
    }


def _cluster_role_binding() -> Json:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": _ROLE},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": _ROLE},
        "subjects": [{"kind": "ServiceAccount", "name": _NAME, "namespace": _NAMESPACE}],
    }


def _service(config: Config) -> Json:
    service = config.control_plane.coredns.service
    labels = {
        **service.labels,
        **_LABELS,
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
    }
    annotations = {"prometheus.io/port": str(_METRICS_PORT), "prometheus.io/scrape": "true", **service.annotations}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": _NAMESPACE, "labels": labels, "annotations": annotations},
        "spec": {
            **service.spec,
            "selector": dict(_LABELS),
            "ports": [
                {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": _DNS_PORT},
                {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": _DNS_PORT},
                {"name": "metrics", "port": _METRICS_PORT, "protocol": "TCP", "targetPort": _METRICS_PORT},
            ],
        },
    }


def _deployment(config: Config) -> Json:
    deployment = config.control_plane.coredns.deployment
    metadata: dict[str, Any] = {"labels": {**deployment.labels, **_LABELS, "kubernetes.io/name": "CoreDNS"}}
    if deployment.annotations:
        metadata["annotations"] = dict(deployment.annotations)
    return {
        **_namespaced("apps/v1", "Deployment", **metadata),
        "spec": {
            "replicas": deployment.replicas,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "selector": {"matchLabels": dict(_LABELS)},
            "template": {"metadata": _pod_metadata(config), "spec": _pod_spec(config)},
        },
    }


def _pod_metadata(config: Config) -> Json:
    pods = config.control_plane.coredns.deployment.pods
    metadata: Json = {"labels": {**pods.labels, **_LABELS}}
    if pods.annotations:
        metadata["annotations"] = dict(pods.annotations)
    return metadata


def _pod_spec(config: Config) -> Json:
    dns = config.control_plane.coredns
    deployment = dns.deployment
    optional: Json = {
        "priorityClassName": dns.priority_class_name,
        "nodeSelector": {"kubernetes.io/os": "linux", **deployment.node_selector},
        "affinity": dict(deployment.affinity),
        "tolerations": [dict(item) for item in deployment.tolerations],
        "topologySpreadConstraints": [dict(item) for item in deployment.topology_spread_constraints],
    }
    return {
        "serviceAccountName": _NAME,
        # The resolver that CoreDNS forwards to is the node's, not itself.
        "dnsPolicy": "Default",
        **{key: value for key, value in optional.items() if value},
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, **dns.security.pod_security_context},
        "containers": [_container(config)],
        "volumes": [
            {"name": "config-volume", "configMap": {"name": _NAME}},
            {"name": "custom-config-volume", "configMap": {"name": "coredns-custom", "optional": True}},
        ],
    }


def _container(config: Config) -> Json:
    deployment = config.control_plane.coredns.deployment
    image = with_default_registry(
        deployment.image or DEFAULT_IMAGE, config.control_plane.advanced.default_image_registry
    )
    return {
        "name": _NAME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "resources": _resources(config),
        "ports": [
            {"name": "dns", "containerPort": _DNS_PORT, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": _DNS_PORT, "protocol": "TCP"},
            {"name": "metrics", "containerPort": _METRICS_PORT, "protocol": "TCP"},
        ],
        "livenessProbe": _probe("/health", 8080, period=10, failures=5, timeout=5),
        "readinessProbe": _probe("/ready", 8181, period=2, failures=3, timeout=1),
        "securityContext": secured(_SECURITY, config.control_plane.coredns.security.container_security_context),
        "volumeMounts": [
            {"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": True},
            {"name": "custom-config-volume", "mountPath": "/etc/coredns/custom", "readOnly": True},
        ],
    }


def _resources(config: Config) -> Json:
    resources = config.control_plane.coredns.deployment.resources
    found = {"limits": dict(resources.limits), "requests": dict(resources.requests)}
    return {key: value for key, value in found.items() if value}


# The binary carries the file capability NET_BIND_SERVICE: without it in the bounding set the kernel refuses to run it.
_SECURITY: Final[Json] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": layout.RUN_AS_USER,
    "runAsGroup": layout.RUN_AS_USER,
}


def _probe(path: str, port: int, *, period: int, failures: int, timeout: int) -> Json:
    return {
        "httpGet": {"path": path, "port": port, "scheme": "HTTP"},
        "periodSeconds": period,
        "failureThreshold": failures,
        "timeoutSeconds": timeout,
    }
