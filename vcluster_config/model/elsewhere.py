"""Keys of upstream's dialect that this project answers by name instead of calling them unknown."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Elsewhere:
    """Why a key is not here, and what to do."""

    reason: str
    advice: str


_PRIVATE_NODES: Final = Elsewhere(
    "belongs to private nodes, a mode in which a virtual cluster has worker nodes of its own",
    "remove it; virtual clusters here share the nodes of the host",
)
_STANDALONE: Final = Elsewhere(
    "belongs to a control plane that runs as a process on a machine",
    "remove it; the control plane here is always a pod of the host",
)
_PLATFORM: Final = Elsewhere("belongs to upstream's platform", "remove it; there is no platform here")
_SNAPSHOTS: Final = Elsewhere(
    "schedules snapshots of the store",
    "remove it and back up the store, or the claim of the control plane, with your own tools",
)
_DOCKER: Final = Elsewhere("belongs to virtual clusters in Docker", "remove it; a host Kubernetes is needed here")
_OLD: Final = Elsewhere(
    "is from the values of v0.19 and before",
    "translate the file with: vcluster-config convert FILE",
)

OLD_KINDS: Final = {
    "services": "toHost.services",
    "configmaps": "toHost.configMaps",
    "secrets": "toHost.secrets",
    "endpoints": "toHost.endpoints",
    "pods": "toHost.pods",
    "persistentvolumeclaims": "toHost.persistentVolumeClaims",
    "ingresses": "toHost.ingresses",
    "persistentvolumes": "toHost.persistentVolumes",
    "storageclasses": "toHost.storageClasses",
    "priorityclasses": "toHost.priorityClasses",
    "networkpolicies": "toHost.networkPolicies",
    "volumesnapshots": "toHost.volumeSnapshots",
    "poddisruptionbudgets": "toHost.podDisruptionBudgets",
    "serviceaccounts": "toHost.serviceAccounts",
    "events": "fromHost.events",
    "ingressclasses": "fromHost.ingressClasses",
    "hoststorageclasses": "fromHost.storageClasses",
}
"""Kinds that v0.19 had directly below ``sync``, and where their switch is now."""


def _old_kind(now: str) -> Elsewhere:
    """A kind directly below ``sync``: an old file, or a slip of indentation in a present one."""
    return Elsewhere(
        _OLD.reason, f"move it to sync.{now}, or translate a whole old file with: vcluster-config convert FILE"
    )


ELSEWHERE: Final[dict[tuple[str, ...], Elsewhere]] = {
    ("privateNodes",): _PRIVATE_NODES,
    ("deploy",): _PRIVATE_NODES,
    ("networking", "podCIDR"): _PRIVATE_NODES,
    ("controlPlane", "endpoint"): _PRIVATE_NODES,
    ("controlPlane", "advanced", "konnectivity"): _PRIVATE_NODES,
    ("controlPlane", "advanced", "registry"): _PRIVATE_NODES,
    ("controlPlane", "advanced", "kubeVip"): _PRIVATE_NODES,
    ("controlPlane", "advanced", "cloudControllerManager"): _PRIVATE_NODES,
    ("integrations", "netris"): _PRIVATE_NODES,
    ("controlPlane", "standalone"): _STANDALONE,
    ("platform",): _PLATFORM,
    ("integrations", "argoCD"): _PLATFORM,
    ("experimental", "proxy"): _PLATFORM,
    ("deletion",): _PLATFORM,
    ("snapshots",): _SNAPSHOTS,
    ("rbac", "enableVolumeSnapshotRules"): _SNAPSHOTS,
    ("experimental", "docker"): _DOCKER,
    ("experimental", "nodeMonitors"): Elsewhere(
        "renders ServiceMonitors for worker nodes", "remove it; the nodes are those of the host, monitor them there"
    ),
    ("controlPlane", "distro", "k8s", "image"): Elsewhere(
        "is one image for all components, which upstream builds itself",
        "set controlPlane.distro.k8s.version (convert does it), or the image of each component: "
        "controlPlane.distro.k8s.{apiServer,controllerManager,scheduler}.image",
    ),
    ("controlPlane", "distro", "k8s", "imagePullPolicy"): Elsewhere(
        "belongs to one image for all components, which upstream builds itself",
        "set controlPlane.distro.k8s.{apiServer,controllerManager,scheduler}.imagePullPolicy",
    ),
    ("controlPlane", "distro", "eks"): Elsewhere("is a distro upstream dropped", "use controlPlane.distro.k8s"),
    **{(key,): _OLD for key in ("syncer", "vcluster", "isolation", "mapServices", "storage", "headless")},
    **{(key,): _OLD for key in ("api", "controller", "init", "monitoring", "embeddedEtcd", "admission")},
    ("sync", "fake-nodes"): _OLD,
    ("sync", "generic"): _old_kind("toHost.customResources"),
    ("sync", "nodes"): _old_kind("fromHost.nodes"),
    **{("sync", old): _old_kind(now) for old, now in OLD_KINDS.items()},
}


def elsewhere(path: tuple[str, ...]) -> Elsewhere | None:
    """The answer for a key, if it has one."""
    return ELSEWHERE.get(path)
