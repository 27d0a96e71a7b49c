"""What makes any API server and controller manager virtual, whichever distro starts them."""

from __future__ import annotations

from typing import Final

from vcluster_contract import layout

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


def api_server(*, static_admission: bool) -> dict[str, str]:
    """Flags without dashes: how the API server reaches nodes and webhooks, and what it leaves to the syncer.

    ``static_admission``: the server can read webhooks from files (feature gate, alpha in 1.36), so that no user of the
    virtual cluster sees or deletes them.
    """
    pki = layout.PKI_DIR
    return {
        # The syncer writes the endpoints of default/kubernetes: those of the host Service.
        "endpoint-reconciler-type": "none",
        "profiling": "false",
        "kubelet-certificate-authority": f"{pki}/ca.crt",
        "kubelet-client-certificate": f"{pki}/apiserver-kubelet-client.crt",
        "kubelet-client-key": f"{pki}/apiserver-kubelet-client.key",
        "kubelet-preferred-address-types": "InternalIP,Hostname",
        "egress-selector-config-file": layout.EGRESS_CONFIG,
        "admission-control-config-file": layout.ADMISSION_CONFIG,
        **({"feature-gates": "ManifestBasedAdmissionControlConfig=true"} if static_admission else {}),
    }


def service_accounts(cluster_domain: str) -> dict[str, str]:
    """Flags without dashes: who issues tokens, and where their keys are published."""
    issuer = f"https://kubernetes.default.svc.{cluster_domain}"
    return {"service-account-issuer": issuer, "service-account-jwks-uri": f"{issuer}/openid/v1/jwks"}


def controller_manager(*, virtual_scheduler: bool) -> dict[str, str]:
    """Flags without dashes: controllers the host replaces are off, and first objects come fast.

    With a virtual scheduler the life-cycle controller taints nodes, but must never call one lost: no leases here.
    """
    off = _HOST_CONTROLLERS if virtual_scheduler else (*_HOST_CONTROLLERS, _NODE_LIFECYCLE)
    hour = {"node-monitor-grace-period": "1h", "node-monitor-period": "1h"} if virtual_scheduler else {}
    return {
        "controllers": ",".join(("*", *(f"-{name}" for name in sorted(off)))),
        **hour,
        # The default of 20 requests per second delays the first ServiceAccounts by four seconds.
        "kube-api-qps": "300",
        "kube-api-burst": "500",
        "profiling": "false",
    }


def flags(settings: dict[str, str]) -> tuple[str, ...]:
    """As a component's command line takes them."""
    return tuple(f"--{name}={value}" for name, value in settings.items())
