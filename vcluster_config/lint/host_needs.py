"""What settings and fields need of the host cluster: since which Kubernetes they work, and which APIs must be there.

Releases are those in which a feature is on unless an administrator turned it off (Kubernetes docs: "Feature Gates"; the
gate is named where its name is not the field's).
"""

from __future__ import annotations

from typing import Final, NamedTuple

OLDEST: Final = 29
"""The control plane runs its datastore as a native sidecar (SidecarContainers, KEP-753)."""
RESIZE: Final = 33
"""Containers are resized in place through ``pods/resize`` (InPlacePodVerticalScaling, KEP-1287)."""

FIELDS: Final[dict[tuple[str, str], int]] = {
    ("Container", "resizePolicy"): RESIZE,
    ("Container", "restartPolicy"): OLDEST,
    ("Container", "restartPolicyRules"): 35,
    ("EnvVarSource", "fileKeyRef"): 35,  # EnvFiles
    ("LifecycleHandler", "sleep"): 30,  # PodLifecycleSleepAction
    ("PersistentVolumeClaimSpec", "volumeAttributesClassName"): 34,
    ("PodAffinityTerm", "matchLabelKeys"): 31,
    ("PodAffinityTerm", "mismatchLabelKeys"): 31,
    ("PodSecurityContext", "appArmorProfile"): 30,
    ("PodSecurityContext", "seLinuxChangePolicy"): 33,
    ("PodSecurityContext", "supplementalGroupsPolicy"): 33,
    ("ResourceRequirements", "claims"): 34,  # DynamicResourceAllocation
    ("SecurityContext", "appArmorProfile"): 30,
    ("SecurityContext", "procMount"): 33,
    ("ServiceSpec", "trafficDistribution"): 31,
    ("Volume", "image"): 35,
    ("VolumeMount", "recursiveReadOnly"): 31,
}
"""Fields of Kubernetes types by the minor version since which they do something."""


class Api(NamedTuple):
    """A setting that needs an API of the host; in ``path``, ``*`` is any key.

    ``since`` is the minor version since which Kubernetes itself serves it, ``provider`` who does otherwise, and
    ``installed`` tells that Helm creates an object of it, so that the installation fails without it.
    """

    path: str
    api_version: str
    provider: str = ""
    since: int = 0
    installed: bool = False


_GATEWAY: Final = "gateway.networking.k8s.io/*"
_GATEWAY_CRDS: Final = "the Gateway API's custom resource definitions"
_SNAPSHOT: Final = "snapshot.storage.k8s.io/v1"
_SNAPSHOT_CRDS: Final = "the snapshot controller's custom resource definitions"
_RESOURCE: Final = "resource.k8s.io/v1"
_OPERATOR: Final = "the operator that the integration is for"

APIS: Final[tuple[Api, ...]] = (
    Api("controlPlane.serviceMonitor.enabled", "monitoring.coreos.com/v1", "the Prometheus operator", installed=True),
    Api("controlPlane.tlsRoute.enabled", _GATEWAY, _GATEWAY_CRDS, installed=True),
    *(
        Api(f"sync.toHost.gatewayApi.{kind}.enabled", _GATEWAY, _GATEWAY_CRDS)
        for kind in ("gateways", "httpRoutes", "tlsRoutes", "backendTLSPolicies", "referenceGrants")
    ),
    Api("sync.toHost.gatewayApi.enabled", _GATEWAY, _GATEWAY_CRDS),
    Api("sync.fromHost.gatewayClasses.enabled", _GATEWAY, _GATEWAY_CRDS),
    Api("sync.fromHost.gateways.enabled", _GATEWAY, _GATEWAY_CRDS),
    Api("sync.toHost.volumeSnapshots.enabled", _SNAPSHOT, _SNAPSHOT_CRDS),
    Api("sync.toHost.volumeSnapshotContents.enabled", _SNAPSHOT, _SNAPSHOT_CRDS),
    Api("sync.fromHost.volumeSnapshotClasses.enabled", _SNAPSHOT, _SNAPSHOT_CRDS),
    Api("sync.toHost.resourceClaims.enabled", _RESOURCE, since=34),
    Api("sync.toHost.resourceClaimTemplates.enabled", _RESOURCE, since=34),
    Api("sync.fromHost.deviceClasses.enabled", _RESOURCE, since=34),
    Api("integrations.metricsServer.enabled", "metrics.k8s.io/v1beta1", "metrics-server"),
    Api("integrations.certManager.enabled", "cert-manager.io/v1", _OPERATOR),
    Api("integrations.externalSecrets.enabled", "external-secrets.io/*", _OPERATOR),
    Api("integrations.kubeVirt.enabled", "kubevirt.io/v1", _OPERATOR),
    Api("integrations.istio.enabled", "networking.istio.io/*", _OPERATOR),
)
