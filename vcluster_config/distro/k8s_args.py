"""Arguments of the stock Kubernetes components: what makes them a virtual control plane and nothing else.

Source: the components' command line references on kubernetes.io.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.distro import shared_args
from vcluster_config.distro.shared_args import flags
from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.distro.types import Request

_PKI: Final = layout.PKI_DIR
_CLUSTER_IP_RANGE: Final = f"--service-cluster-ip-range=$({layout.SERVICE_CIDR_ENV})"


def api_server(request: Request, *, static_admission: bool) -> tuple[str, ...]:
    """Arguments of kube-apiserver."""
    return (
        f"--secure-port={layout.API_SERVER_PORT}",
        f"--advertise-address=$({layout.POD_IP_ENV})",
        *request.datastore.api_server_args,
        _CLUSTER_IP_RANGE,
        "--allow-privileged=true",
        "--authorization-mode=Node,RBAC",
        "--enable-bootstrap-token-auth=true",
        f"--client-ca-file={_PKI}/ca.crt",
        f"--tls-cert-file={_PKI}/apiserver.crt",
        f"--tls-private-key-file={_PKI}/apiserver.key",
        f"--proxy-client-cert-file={_PKI}/front-proxy-client.crt",
        f"--proxy-client-key-file={_PKI}/front-proxy-client.key",
        "--requestheader-allowed-names=front-proxy-client",
        f"--requestheader-client-ca-file={_PKI}/front-proxy-ca.crt",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        *flags(shared_args.service_accounts(request.cluster_domain)),
        f"--service-account-key-file={_PKI}/sa.pub",
        f"--service-account-signing-key-file={_PKI}/sa.key",
        *flags(shared_args.api_server(static_admission=static_admission)),
    )


def controller_manager(request: Request) -> tuple[str, ...]:
    """Arguments of kube-controller-manager."""
    kubeconfig = layout.CONTROLLER_MANAGER_KUBECONFIG
    return (
        f"--secure-port={layout.CONTROLLER_MANAGER_PORT}",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        # Otherwise it exits when it starts before the API server has bootstrapped RBAC.
        "--authentication-skip-lookup=true",
        f"--client-ca-file={_PKI}/ca.crt",
        f"--requestheader-client-ca-file={_PKI}/front-proxy-ca.crt",
        f"--root-ca-file={_PKI}/ca.crt",
        "--cluster-name=kubernetes",
        f"--cluster-signing-cert-file={_PKI}/ca.crt",
        f"--cluster-signing-key-file={_PKI}/ca.key",
        f"--service-account-private-key-file={_PKI}/sa.key",
        "--use-service-account-credentials=true",
        _CLUSTER_IP_RANGE,
        f"--leader-elect={_bool(request.replicas > 1)}",
        *flags(shared_args.controller_manager(virtual_scheduler=request.virtual_scheduler)),
    )


def scheduler(request: Request) -> tuple[str, ...]:
    """Arguments of kube-scheduler."""
    kubeconfig = layout.SCHEDULER_KUBECONFIG
    return (
        f"--secure-port={layout.SCHEDULER_PORT}",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--authentication-skip-lookup=true",
        "--kube-api-qps=300",
        "--kube-api-burst=500",
        f"--leader-elect={_bool(request.replicas > 1)}",
        "--profiling=false",
    )


def _bool(value: bool) -> str:
    return "true" if value else "false"
