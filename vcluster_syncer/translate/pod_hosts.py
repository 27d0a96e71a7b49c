"""A pod with a subdomain finds its own full name in /etc/hosts; the host kubelet would write one of the host's."""

from __future__ import annotations

from typing import Final

from vcluster_contract import markers
from vcluster_contract.layout import RUN_AS_USER
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.pod_dns import pod_hostname
from vcluster_syncer.translate.scope import Scope

REWRITE_HOSTS: Final = "vcluster-rewrite-hosts"
"""Name of the init container and of its volume."""

_MOUNT: Final[JSON] = {"name": REWRITE_HOSTS, "mountPath": "/etc/hosts", "subPath": "hosts"}


def rewrites_hosts(scope: Scope, pod: JSON) -> bool:
    """Whether the host pod gets the init container.

    Pods on the host network have no line of their own, and Windows has no such file.
    """
    annotations = pod["metadata"].get("annotations") or {}
    spec = pod["spec"]
    windows = (spec.get("os") or {}).get("name") == "windows"
    wanted = bool(spec.get("subdomain")) and not spec.get("hostNetwork") and not windows
    return wanted and scope.config.to_host.pods.rewrite_hosts.enabled and annotations.get(markers.KEEP_HOSTS) != "true"


def with_rewritten_hosts(scope: Scope, pod: JSON, host_spec: JSON) -> JSON:
    """``host_spec`` with the init container, its volume, and the mounts in all other containers.

    A container that mounts something over /etc/hosts itself keeps that.
    """
    result = dict(host_spec)
    for field in ("initContainers", "containers"):
        if host_spec.get(field):
            result[field] = [_mounted(container) for container in host_spec[field]]
    result["initContainers"] = [_init_container(scope, pod), *result.get("initContainers", ())]
    result["volumes"] = [*(host_spec.get("volumes") or ()), {"name": REWRITE_HOSTS, "emptyDir": {}}]
    return result


def _mounted(container: JSON) -> JSON:
    mounts = container.get("volumeMounts") or []
    if any(mount["mountPath"] == _MOUNT["mountPath"] for mount in mounts):
        return container
    return {**container, "volumeMounts": [*mounts, _MOUNT]}


def _init_container(scope: Scope, pod: JSON) -> JSON:
    settings = scope.config.to_host.pods.rewrite_hosts
    hostname, namespace = pod_hostname(pod), pod["metadata"]["namespace"]
    domain = scope.config.networking.cluster_domain
    full_name = f"{hostname}.{pod['spec']['subdomain']}.{namespace}.svc.{domain}"
    return {
        "name": REWRITE_HOSTS,
        "image": settings.image,
        "command": ["sh", "-c", f"sed -E '{_script(hostname, full_name)}' /etc/hosts > /hosts/hosts"],
        "resources": settings.resources,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": RUN_AS_USER,
            "runAsGroup": RUN_AS_USER,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [{"name": REWRITE_HOSTS, "mountPath": "/hosts"}],
    }


def _script(hostname: str, full_name: str) -> str:
    """A sed script (POSIX extended expressions) for the kubelet's line ``ADDRESS<tab>HOSTNAME``, IPv4 or IPv6."""
    return f"s/^([0-9a-fA-F.:]+)[[:space:]]+{hostname}$/\\1\\t{full_name}\\t{hostname}/"
