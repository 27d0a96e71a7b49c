"""Volumes of host pods: every name of a virtual object becomes its host name, tokens come from a Secret of ours."""

from __future__ import annotations

from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.pod_fields import host_field_ref
from vcluster_syncer.translate.pod_tokens import host_token_source
from vcluster_syncer.translate.references import SECRET_REFERENCES, ephemeral_claim_name
from vcluster_syncer.translate.scope import Scope


def host_volumes(scope: Scope, pod: JSON) -> list[JSON]:
    """Host form of all volumes of the virtual ``pod``."""
    return [_host_volume(scope, pod, volume) for volume in pod["spec"].get("volumes") or ()]


def _host_volume(scope: Scope, pod: JSON, volume: JSON) -> JSON:
    metadata = pod["metadata"]
    namespace = metadata["namespace"]
    result = dict(volume)
    if "configMap" in volume:
        result["configMap"] = _renamed(scope, namespace, volume["configMap"], "name")
    elif "secret" in volume:
        result["secret"] = _renamed(scope, namespace, volume["secret"], "secretName")
    elif "azureFile" in volume:
        result["azureFile"] = _renamed(scope, namespace, volume["azureFile"], "secretName")
    elif "glusterfs" in volume:
        result["glusterfs"] = _renamed(scope, namespace, volume["glusterfs"], "endpoints")
    elif "persistentVolumeClaim" in volume:
        result["persistentVolumeClaim"] = _renamed(scope, namespace, volume["persistentVolumeClaim"], "claimName")
    elif "ephemeral" in volume:
        # The claim is made by the virtual controller manager; the host's must not make a second one.
        del result["ephemeral"]
        claim = Key(namespace, ephemeral_claim_name(metadata["name"], volume["name"]))
        result["persistentVolumeClaim"] = {"claimName": scope.host_key(claim).name}
    elif "downwardAPI" in volume:
        result["downwardAPI"] = _host_downward(scope, volume["downwardAPI"])
    elif "projected" in volume:
        result["projected"] = _host_projected(scope, pod, volume)
    else:
        result |= _with_secret_references(scope, namespace, volume)
    return result


def _with_secret_references(scope: Scope, namespace: str, volume: JSON) -> JSON:
    return {
        kind: {**volume[kind], field: _renamed(scope, namespace, volume[kind][field], "name")}
        for kind, field in SECRET_REFERENCES.items()
        if kind in volume and volume[kind].get(field)
    }


def _host_projected(scope: Scope, pod: JSON, volume: JSON) -> JSON:
    projected = volume["projected"]
    sources = [_host_source(scope, pod, volume, source) for source in projected.get("sources") or ()]
    return {**projected, "sources": sources}


def _host_source(scope: Scope, pod: JSON, volume: JSON, source: JSON) -> JSON:
    namespace = pod["metadata"]["namespace"]
    if source.get("serviceAccountToken"):
        return host_token_source(scope, pod, volume, source["serviceAccountToken"])
    result = dict(source)
    for field in ("configMap", "secret"):
        if source.get(field):
            result[field] = _renamed(scope, namespace, source[field], "name")
    if source.get("downwardAPI"):
        result["downwardAPI"] = _host_downward(scope, source["downwardAPI"])
    return result


def _host_downward(scope: Scope, source: JSON) -> JSON:
    items = [
        {**item, "fieldRef": host_field_ref(scope, item["fieldRef"])} if item.get("fieldRef") else item
        for item in source.get("items") or ()
    ]
    return {**source, "items": items}


def _renamed(scope: Scope, namespace: str, reference: JSON, field: str) -> JSON:
    name = reference.get(field)
    return {**reference, field: scope.host_key(Key(namespace, name)).name} if name else reference
