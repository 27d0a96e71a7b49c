"""Names inside a host pod: DNS of the virtual cluster, the API server's names and the pod's own host name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.scope import Scope

_MAX_NAMESERVERS: Final = 3
_MAX_SEARCHES: Final = 32
_MAX_HOSTNAME: Final = 63


def needs_cluster_dns(spec: JSON) -> bool:
    """Whether the pod resolves through the virtual cluster's DNS (Kubernetes docs, "Pod's DNS Policy")."""
    policy = spec.get("dnsPolicy", "ClusterFirst")
    return policy == "ClusterFirstWithHostNet" or (policy == "ClusterFirst" and not spec.get("hostNetwork"))


def host_dns(scope: Scope, namespace: str, spec: JSON, dns_ip: str) -> JSON:
    """``dnsPolicy`` and ``dnsConfig`` of the host pod; {} when both stay as they are.

    What the user configured is kept as the kubelet would: servers and searches come after the cluster's, options win.
    """
    if not dns_ip or not needs_cluster_dns(spec):
        return {}
    user = spec.get("dnsConfig") or {}
    domain = scope.config.networking.cluster_domain
    searches = (f"{namespace}.svc.{domain}", f"svc.{domain}", domain, *(user.get("searches") or ()))
    chosen = {option["name"] for option in user.get("options") or ()}
    defaults = [] if "ndots" in chosen else [{"name": "ndots", "value": "5"}]
    config = {
        "nameservers": _distinct((dns_ip, *(user.get("nameservers") or ())))[:_MAX_NAMESERVERS],
        "searches": _distinct(searches)[:_MAX_SEARCHES],
        "options": [*defaults, *(user.get("options") or ())],
    }
    return {"dnsPolicy": "None", "dnsConfig": config}


def host_aliases(scope: Scope, spec: JSON, kube_ip: str) -> list[JSON]:
    """The user's host aliases and the API server's names; the fully qualified one first, for reverse look-ups."""
    names = ("kubernetes", "kubernetes.default", "kubernetes.default.svc")
    hostnames = [f"kubernetes.default.svc.{scope.config.networking.cluster_domain}", *names]
    return [*(spec.get("hostAliases") or ()), {"ip": kube_ip, "hostnames": hostnames}]


def pod_hostname(pod: JSON) -> str:
    """Host name that the containers see: without it the long host name of the pod would show."""
    given: str = pod["spec"].get("hostname") or ""
    return given or pod["metadata"]["name"][:_MAX_HOSTNAME].replace(".", "-").rstrip("-")


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
