"""Arguments of the stock Kubernetes components: what makes them a virtual control plane and nothing else.

Source: the components' command line references on kubernetes.io.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.distro.types import Request

_PKI: Final = layout.PKI_DIR
_CLUSTER_IP_RANGE: Final = f"--service-cluster-ip-range=$({layout.SERVICE_CIDR_ENV})"
# Controllers whose work the host cluster does: node addresses and life, volumes, cloud.
_HOST_CONTROLLERS: Final = (
    "cloud-node-lifecycle-controller",
    "node-ipam-controller",
    "persistentvolume-attach-detach-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-expander-controller",
    "ttl-controller",
)
_NODE_LIFECYCLE: Final = "node-lifecycle-controller"


def api_server(request: Request, *, static_admission: bool) -> tuple[str, ...]:
    """Arguments of kube-apiserver.

    ``static_admission``: the server can read webhooks from files (feature gate, alpha in 1.36), so that no user of the
    virtual cluster sees or deletes them.
    """
    issuer = f"https://kubernetes.default.svc.{request.cluster_domain}"
    return (
        f"--secure-port={layout.API_SERVER_PORT}",
        f"--advertise-address=$({layout.POD_IP_ENV})",
        *request.datastore_args,
        _CLUSTER_IP_RANGE,
        "--allow-privileged=true",
        "--authorization-mode=Node,RBAC",
        "--enable-bootstrap-token-auth=true",
        # The syncer writes the endpoints of default/kubernetes: those of the host Service.
        "--endpoint-reconciler-type=none",
        "--profiling=false",
        f"--client-ca-file={_PKI}/ca.crt",
        f"--tls-cert-file={_PKI}/apiserver.crt",
        f"--tls-private-key-file={_PKI}/apiserver.key",
        f"--kubelet-certificate-authority={_PKI}/ca.crt",
        f"--kubelet-client-certificate={_PKI}/apiserver-kubelet-client.crt",
        f"--kubelet-client-key={_PKI}/apiserver-kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP,Hostname",
        f"--egress-selector-config-file={layout.EGRESS_CONFIG}",
        f"--proxy-client-cert-file={_PKI}/front-proxy-client.crt",
        f"--proxy-client-key-file={_PKI}/front-proxy-client.key",
        "--requestheader-allowed-names=front-proxy-client",
        f"--requestheader-client-ca-file={_PKI}/front-proxy-ca.crt",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        f"--service-account-issuer={issuer}",
        f"--service-account-jwks-uri={issuer}/openid/v1/jwks",
        f"--service-account-key-file={_PKI}/sa.pub",
        f"--service-account-signing-key-file={_PKI}/sa.key",
        f"--admission-control-config-file={layout.ADMISSION_CONFIG}",
        *(("--feature-gates=ManifestBasedAdmissionControlConfig=true",) if static_admission else ()),
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
        f"--controllers={_controllers(request)}",
        *_node_monitor(request),
        # The default of 20 requests per second delays the first ServiceAccounts by four seconds.
        "--kube-api-qps=300",
        "--kube-api-burst=500",
        f"--leader-elect={_bool(request.replicas > 1)}",
        "--profiling=false",
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


def _controllers(request: Request) -> str:
    off = _HOST_CONTROLLERS if request.virtual_scheduler else (*_HOST_CONTROLLERS, _NODE_LIFECYCLE)
    return ",".join(("*", *(f"-{name}" for name in sorted(off))))


def _node_monitor(request: Request) -> tuple[str, ...]:
    """With a virtual scheduler the life-cycle controller taints nodes, but must never call one lost: no leases here."""
    if not request.virtual_scheduler:
        return ()
    return ("--node-monitor-grace-period=1h", "--node-monitor-period=1h")


def _bool(value: bool) -> str:
    return "true" if value else "false"
