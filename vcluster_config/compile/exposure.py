"""Ways in beside the Service: Ingress, TLSRoute; and what watches over the control plane: ServiceMonitor, budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins

from vcluster_config.compile.metadata import SELECTOR, metadata
from vcluster_config.placeholders import RELEASE, SERVICE_ACCOUNT
from vcluster_contract import markers, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.shared import Metadata
    from vcluster_config.objects import Json

_HTTPS: Final = "https"


def objects(resolved: Resolved) -> Iterator[Json]:
    """Those that are enabled."""
    plane = resolved.config.control_plane
    if plane.ingress.enabled:
        yield _ingress(resolved)
    if plane.tls_route.enabled:
        yield _tls_route(resolved)
    if plane.service_monitor.enabled:
        yield _service_monitor(resolved)
    if plane.advanced.pod_disruption_budget.enabled:
        yield _budget(resolved)


def _ingress(resolved: Resolved) -> Json:
    section = resolved.config.control_plane.ingress
    backend = {"service": {"name": RELEASE, "port": {"name": _HTTPS}}}
    rule = {
        "host": section.host,
        "http": {"paths": [{"path": "/", "pathType": section.path_type, "backend": backend}]},
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": _metadata(resolved, RELEASE, section),
        "spec": {"rules": [rule], **{key: value for key, value in section.spec.items() if value}},
    }


def _tls_route(resolved: Resolved) -> Json:
    section = resolved.config.control_plane.tls_route
    spec: Json = {
        "parentRefs": list(section.parent_refs),
        "hostnames": [section.host],
        "rules": [{"backendRefs": [{"name": RELEASE, "port": 443}]}],
    }
    return {
        "apiVersion": section.api_version,
        "kind": "TLSRoute",
        "metadata": _metadata(resolved, RELEASE, section),
        "spec": {**spec, **section.spec},
    }


def _service_monitor(resolved: Resolved) -> Json:
    """Metrics of the API server, read with the exported client certificate."""

    def key(name: str) -> Json:
        return {"name": names.kubeconfig_secret(RELEASE), "key": name}

    tls: dict[str, Any] = {
        "ca": {"secret": key("certificate-authority")},
        "cert": {"secret": key("client-certificate")},
        "keySecret": key("client-key"),
        # Targets are addresses of pods; this name is in every serving certificate.
        "serverName": "kubernetes",
    }
    endpoint = {"port": _HTTPS, "path": "/metrics", "scheme": "https", "interval": "30s", "tlsConfig": tls}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": _metadata(resolved, SERVICE_ACCOUNT, resolved.config.control_plane.service_monitor),
        "spec": {
            "selector": {"matchLabels": {**SELECTOR, markers.SERVICE: "true"}},
            "endpoints": [endpoint],
        },
    }


def _budget(resolved: Resolved) -> Json:
    """Without a number of its own, one pod at a time may be evicted."""
    section = resolved.config.control_plane.advanced.pod_disruption_budget
    spec: Json = {"selector": {"matchLabels": dict(SELECTOR)}}
    if section.min_available is not None:
        spec["minAvailable"] = section.min_available
    else:
        spec["maxUnavailable"] = 1 if section.max_unavailable is None else section.max_unavailable
    if section.unhealthy_pod_eviction_policy:
        spec["unhealthyPodEvictionPolicy"] = section.unhealthy_pod_eviction_policy
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(resolved, RELEASE, None),
        "spec": spec,
    }


def _metadata(resolved: Resolved, name: str, section: Metadata | None) -> Json:
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    found = metadata(
        name,
        labels=section.labels if section else {},
        annotations=section.annotations if section else {},
        shared_annotations=shared,
    )
    plain: Json = to_builtins(found)
    return plain
