"""How the virtual API server is reached: proxy, Service, Ingress, TLSRoute."""

from typing import Annotated, Any, Literal

from annotated_types import Ge, Le

from vcluster_config.model.base import Section
from vcluster_config.model.shared import Metadata
from vcluster_config.model.types import ADDRESS, HOST_NAME, Annotations, IngressSpec, NodePort, ServiceSpec


class Proxy(Section):
    """Where the API server listens, and its certificate."""

    bind_address: Annotated[str, ADDRESS] = "0.0.0.0"  # noqa: S104 - the pod's own address
    """Address to listen on."""
    port: Annotated[int, Ge(1), Le(65535)] = 8443
    """Port in the pod; cannot be changed."""
    extra_sans: list[str] = []
    """Names and addresses added to the serving certificate."""


class Ingress(Metadata):
    """An Ingress to the API server; its controller must pass TLS through."""

    enabled: bool = False
    """Render it."""
    host: Annotated[str, HOST_NAME] = "my-host.com"
    """Host name."""
    path_type: Literal["ImplementationSpecific", "Prefix", "Exact"] = "ImplementationSpecific"
    """How the path is matched."""
    spec: IngressSpec = {"tls": []}
    """Kubernetes IngressSpec merged over the computed one; its rules replace the computed rule."""
    annotations: Annotations = {
        "nginx.ingress.kubernetes.io/backend-protocol": "HTTPS",
        "nginx.ingress.kubernetes.io/ssl-passthrough": "true",
        "nginx.ingress.kubernetes.io/ssl-redirect": "true",
    }
    """Annotations added to the Ingress."""


class TlsRoute(Metadata):
    """A Gateway API TLSRoute to the API server."""

    enabled: bool = False
    """Render it."""
    api_version: str = "gateway.networking.k8s.io/v1"
    """API version of the route."""
    host: Annotated[str, HOST_NAME] = "my-host.com"
    """Host name."""
    parent_refs: list[dict[str, Any]] = []
    """Gateways it attaches to."""
    spec: dict[str, Any] = {}
    """TLSRouteSpec merged over the computed one."""


class Service(Metadata):
    """The Service of the API server."""

    enabled: bool = True
    """Render it."""
    spec: ServiceSpec = {"type": "ClusterIP"}
    """Kubernetes ServiceSpec merged over the computed one; its ports and selector replace the computed ones."""
    kubelet_node_port: NodePort = 0
    """Node port of the node API; 0 lets Kubernetes choose."""
    https_node_port: NodePort = 0
    """Node port of the API server; 0 lets Kubernetes choose."""


class ServiceMonitor(Metadata):
    """A ServiceMonitor of the Prometheus operator."""

    enabled: bool = False
    """Render it."""
