"""Parts that every container of the control-plane pod shares: rights, volumes, mounts, environment."""

from __future__ import annotations

from typing import Final

from vcluster_config.objects import Json, VolumeMount
from vcluster_config.placeholders import CONFIG_SECRET, RELEASE, RUNTIME_CONFIG_MAP
from vcluster_contract import layout

# What the restricted Pod Security Standard asks of a container, plus a read-only root.
CONTAINER_SECURITY: Final[Json] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": layout.RUN_AS_USER,
    "runAsGroup": layout.RUN_AS_USER,
    "seccompProfile": {"type": "RuntimeDefault"},
}
POD_SECURITY: Final[Json] = {
    "fsGroup": layout.RUN_AS_USER,
    "fsGroupChangePolicy": "OnRootMismatch",
    "runAsNonRoot": True,
    "runAsUser": layout.RUN_AS_USER,
    "runAsGroup": layout.RUN_AS_USER,
    "seccompProfile": {"type": "RuntimeDefault"},
}

_ESCALATING: Final = frozenset({"SYS_ADMIN", "CAP_SYS_ADMIN"})


def secured(ours: Json, given: Json) -> Json:
    """A security context of the user over ours, without what of ours Kubernetes refuses beside it."""
    merged = {**ours, **given}
    more = given.get("privileged") or _ESCALATING & {*(given.get("capabilities", {}).get("add") or ())}
    if more and "allowPrivilegeEscalation" not in given:
        merged.pop("allowPrivilegeEscalation", None)
    if given.get("runAsUser") == 0 and "runAsNonRoot" not in given:
        merged["runAsNonRoot"] = False
    return merged


RUNTIME_VOLUME: Final[Json] = {"name": "runtime", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}}
SOCKETS_VOLUME: Final[Json] = {"name": "sockets", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}
CONFIG_VOLUME: Final[Json] = {"name": "config", "secret": {"secretName": CONFIG_SECRET}}
HOST_ACCESS_VOLUME: Final[Json] = {
    "name": "host-access",
    "projected": {
        "sources": [
            {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        ]
    },
}

RUNTIME: Final = VolumeMount(name="runtime", mount_path=layout.RUNTIME_DIR)
RUNTIME_READ_ONLY: Final = VolumeMount(name="runtime", mount_path=layout.RUNTIME_DIR, read_only=True)
SOCKETS: Final = VolumeMount(name="sockets", mount_path=layout.SOCKET_DIR)
CONFIG: Final = VolumeMount(name="config", mount_path=layout.CONFIG_DIR, read_only=True)
AUTHORITY: Final = VolumeMount(name="authority", mount_path=layout.ETCD_AUTHORITY_DIR, read_only=True)
HOST_ACCESS: Final = VolumeMount(name="host-access", mount_path=layout.HOST_ACCESS_DIR, read_only=True)


def plain_env(name: str, value: str) -> Json:
    """A fixed environment variable."""
    return {"name": name, "value": value}


def field_env(name: str, path: str) -> Json:
    """An environment variable from a field of the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}


def secret_env(name: str, secret: str, key: str) -> Json:
    """An environment variable from a Secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def runtime_env(key: str) -> Json:
    """An environment variable that ``bootstrap`` provides; the kubelet resolves it after the init containers ran."""
    return {"name": key, "valueFrom": {"configMapKeyRef": {"name": RUNTIME_CONFIG_MAP, "key": key}}}


IDENTITY: Final[tuple[Json, ...]] = (
    plain_env(layout.NAME_ENV, RELEASE),
    field_env(layout.NAMESPACE_ENV, "metadata.namespace"),
    field_env(layout.POD_NAME_ENV, "metadata.name"),
    field_env(layout.POD_IP_ENV, "status.podIP"),
)
