"""Under which names and addresses clients reach the virtual API server, as a pure function of its Service."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from vcluster_contract.names import headless_service

if TYPE_CHECKING:
    from collections.abc import Iterable


def api_server_sans(
    service: dict[str, Any], *, cluster_domain: str, pod_ip: str = "", extra: Iterable[str] = ()
) -> tuple[str, ...]:
    """Subject alternative names of the serving certificate, normalised and sorted.

    ``service`` is host Service NAME. The wildcard of the headless Service covers every replica, so replicas differ
    only by their pod IP.
    """
    vcluster, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    headless = f"*.{headless_service(vcluster)}.{namespace}"
    names = {
        *_service_names("kubernetes", "default", cluster_domain),
        *_service_names(vcluster, namespace, cluster_domain),
        headless,
        f"{headless}.svc",
        f"{headless}.svc.{cluster_domain}",
        "localhost",
        "127.0.0.1",
        "::1",
        pod_ip,
        *_addresses(service),
        *extra,
    }
    return tuple(sorted({_normal(name) for name in names if name}))


def _service_names(name: str, namespace: str, domain: str) -> tuple[str, ...]:
    qualified = f"{name}.{namespace}"
    return name, qualified, f"{qualified}.svc", f"{qualified}.svc.{domain}"


def _addresses(service: dict[str, Any]) -> Iterable[str]:
    spec = service.get("spec", {})
    yield from (ip for ip in spec.get("clusterIPs", ()) if ip != "None")
    yield from spec.get("externalIPs", ())
    for ingress in service.get("status", {}).get("loadBalancer", {}).get("ingress", ()):
        yield ingress.get("ip", "")
        yield ingress.get("hostname", "")


def _normal(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower().rstrip(".")
