"""Which ConfigMaps, Secrets and claims a pod uses: one list, so that what is renamed is also what gets synced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vcluster_contract.kinds import CONFIG_MAPS, PERSISTENT_VOLUME_CLAIMS, SECRETS, Resource
from vcluster_syncer.kube.api import JSON, Key

CONTAINER_LISTS: Final = ("initContainers", "containers", "ephemeralContainers")

SEPARATOR: Final = "-x-"
"""Stands between the parts of host names."""
SECRET_REFERENCES: Final[Mapping[str, str]] = {
    "cephfs": "secretRef",
    "cinder": "secretRef",
    "csi": "nodePublishSecretRef",
    "flexVolume": "secretRef",
    "iscsi": "secretRef",
    "rbd": "secretRef",
    "scaleIO": "secretRef",
    "storageos": "secretRef",
}
"""Volume sources with a LocalObjectReference to a Secret, and its field (Kubernetes API, core/v1 Volume)."""


def references(pod: JSON) -> frozenset[tuple[Resource, Key]]:
    """Resource and key of every ConfigMap, Secret and PersistentVolumeClaim in the spec of the virtual ``pod``.

    Optional references count too: their object may appear later.
    """
    namespace = pod["metadata"].get("namespace", "")
    spec = pod["spec"]
    found = (*_of_containers(spec), *_of_volumes(pod["metadata"]["name"], spec), *_of_pull_secrets(spec))
    return frozenset((resource, Key(namespace, name)) for resource, name in found if name)


def is_ambiguous(key: Key) -> bool:
    """Whether the host name of ``key`` could stand for another object too: ``a-x-b/c`` and ``b/c-x-a`` share theirs."""
    return SEPARATOR in key.name or SEPARATOR in key.namespace


def ephemeral_claim_name(pod_name: str, volume_name: str) -> str:
    """Name of the claim that the ephemeral volume controller makes (Kubernetes docs, "Ephemeral Volumes")."""
    return f"{pod_name}-{volume_name}"


def _of_pull_secrets(spec: JSON) -> Iterator[tuple[Resource, str]]:
    return ((SECRETS, item.get("name", "")) for item in spec.get("imagePullSecrets") or ())


def _of_containers(spec: JSON) -> Iterator[tuple[Resource, str]]:
    for field in CONTAINER_LISTS:
        for container in spec.get(field) or ():
            for source in container.get("envFrom") or ():
                yield from _named(source, "configMapRef", "secretRef")
            for variable in container.get("env") or ():
                yield from _named(variable.get("valueFrom") or {}, "configMapKeyRef", "secretKeyRef")


def _of_volumes(pod_name: str, spec: JSON) -> Iterator[tuple[Resource, str]]:
    for volume in spec.get("volumes") or ():
        yield from _of_volume(pod_name, volume)
        for source in (volume.get("projected") or {}).get("sources") or ():
            yield from _named(source, "configMap", "secret")


def _of_volume(pod_name: str, volume: JSON) -> Iterator[tuple[Resource, str]]:
    if "configMap" in volume:
        yield CONFIG_MAPS, volume["configMap"].get("name", "")
    elif "secret" in volume:
        yield SECRETS, volume["secret"].get("secretName", "")
    elif "azureFile" in volume:
        yield SECRETS, volume["azureFile"].get("secretName", "")
    elif "persistentVolumeClaim" in volume:
        yield PERSISTENT_VOLUME_CLAIMS, volume["persistentVolumeClaim"]["claimName"]
    elif "ephemeral" in volume:
        yield PERSISTENT_VOLUME_CLAIMS, ephemeral_claim_name(pod_name, volume["name"])
    else:
        for kind, field in SECRET_REFERENCES.items():
            if kind in volume:
                yield SECRETS, (volume[kind].get(field) or {}).get("name", "")


def _named(source: Mapping[str, Any], config_map_field: str, secret_field: str) -> Iterator[tuple[Resource, str]]:
    if source.get(config_map_field):
        yield CONFIG_MAPS, source[config_map_field].get("name", "")
    if source.get(secret_field):
        yield SECRETS, source[secret_field].get("name", "")
