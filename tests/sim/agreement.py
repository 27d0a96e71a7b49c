"""Says in which ways two sides disagree, computed from the rules and without the syncer's own translation of kinds."""

from __future__ import annotations

from collections.abc import Iterator

from tests.sim.cluster import TENANT, SimCluster
from tests.sim.fake_server import FakeServer, peek, table_of
from vcluster_contract import markers, names
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINTS,
    NODES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    PODS,
    SECRETS,
    SERVICES,
    Resource,
)
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta

KUBERNETES = Key("default", "kubernetes")


def differences(cluster: SimCluster) -> list[str]:
    """Sentences about what is not in step; empty when everything is."""
    rules = (_data, _services, _endpoints, _claims, _volumes, _pods, _nodes, _orphans)
    return [sentence for rule in rules for sentence in rule(cluster)]


def _found(server: FakeServer, resource: Resource, key: Key) -> JSON | None:
    entry = server.storage.get(table_of(resource), key)
    return None if entry is None else peek(entry)


def _host_of(cluster: SimCluster, resource: Resource, key: Key) -> JSON | None:
    return _found(cluster.host, resource, Key(TENANT, names.host_name(key.name, key.namespace, "vc")))


def _used(cluster: SimCluster) -> set[tuple[Resource, Key]]:
    used: set[tuple[Resource, Key]] = set()
    for pod in cluster.entries(cluster.virtual, PODS):
        for volume in peek(pod)["spec"].get("volumes", []):
            namespace = pod.meta.key.namespace
            if "configMap" in volume:
                used.add((CONFIG_MAPS, Key(namespace, volume["configMap"]["name"])))
            if "secret" in volume:
                used.add((SECRETS, Key(namespace, volume["secret"]["secretName"])))
    return used


def _data(cluster: SimCluster) -> Iterator[str]:
    used = _used(cluster)
    everything = {CONFIG_MAPS: cluster.config.to_host.config_maps.all, SECRETS: cluster.config.to_host.secrets.all}
    for resource in (CONFIG_MAPS, SECRETS):
        for entry in cluster.entries(cluster.virtual, resource):
            key, host = entry.meta.key, _host_of(cluster, resource, entry.meta.key)
            forced = entry.meta.annotations.get(markers.FORCE_SYNC) == "true"
            wanted = everything[resource] or forced or (resource, key) in used
            if host is not None and markers.OBJECT_UID not in host["metadata"].get("annotations", {}):
                continue
            if wanted != (host is not None):
                yield f"{resource.plural} {key}: wanted {wanted}, on the host {host is not None}"
            elif host is not None:
                yield from _same(f"{resource.plural} {key}: data", peek(entry).get("data"), host.get("data"))
                yield from _same_labels(resource, entry, host)


def _same_labels(resource: Resource, entry: Entry, host: JSON) -> Iterator[str]:
    for label, value in entry.meta.labels.items():
        on_host = host["metadata"]["labels"].get(markers.host_label_key(label, "vc"))
        yield from _same(f"{resource.plural} {entry.meta.key}: label {label}", value, on_host)


def _services(cluster: SimCluster) -> Iterator[str]:
    for entry in cluster.entries(cluster.virtual, SERVICES):
        key, spec = entry.meta.key, peek(entry)["spec"]
        if key == KUBERNETES:
            continue
        host = _host_of(cluster, SERVICES, key)
        if host is None:
            yield f"services {key}: missing on the host"
            continue
        yield from _same(f"services {key}: clusterIP", spec.get("clusterIP"), host["spec"].get("clusterIP"))
        yield from _same(f"services {key}: ports", spec.get("ports"), host["spec"].get("ports"))
        selector = spec.get("selector")
        expected = {**selector, markers.MANAGED_BY: "vc", markers.NAMESPACE: key.namespace} if selector else None
        yield from _same(f"services {key}: selector", expected, host["spec"].get("selector"))
        for leftover in (markers.BLOCK_DELETION, markers.PREFIX + "recreate"):
            if leftover in host["metadata"]["annotations"]:
                yield f"services {key}: {leftover} was left on the host"


def _endpoints(cluster: SimCluster) -> Iterator[str]:
    for entry in cluster.entries(cluster.virtual, ENDPOINTS):
        key = entry.meta.key
        service = _found(cluster.virtual, SERVICES, key)
        if service is None or service["spec"].get("selector"):
            continue
        host = _host_of(cluster, ENDPOINTS, key)
        yield from _same(f"endpoints {key}", peek(entry).get("subsets"), host and host.get("subsets"))


def _claims(cluster: SimCluster) -> Iterator[str]:
    for entry in cluster.entries(cluster.virtual, PERSISTENT_VOLUME_CLAIMS):
        key, virtual = entry.meta.key, peek(entry)
        host = _host_of(cluster, PERSISTENT_VOLUME_CLAIMS, key)
        if host is None:
            if not entry.meta.deleting:
                yield f"claims {key}: missing on the host"
            continue
        if entry.meta.deleting or _held_by_pod(cluster, host):
            continue
        yield from _same(f"claims {key}: volume", virtual["spec"].get("volumeName"), host["spec"].get("volumeName"))
        yield from _same(f"claims {key}: status", virtual.get("status"), host.get("status"))
        yield from _same(f"claims {key}: size", virtual["spec"]["resources"], host["spec"]["resources"])


def _held_by_pod(cluster: SimCluster, host_claim: JSON) -> bool:
    """A pod that got its node just before an older claim of the name was deleted keeps that claim till it ends."""
    name = host_claim["metadata"]["name"]
    return bool(host_claim["metadata"].get("deletionTimestamp")) and any(
        volume.get("persistentVolumeClaim", {}).get("claimName") == name
        for pod in cluster.in_namespaces(cluster.host, PODS, (TENANT,))
        for volume in peek(pod)["spec"].get("volumes", [])
    )


def _volumes(cluster: SimCluster) -> Iterator[str]:
    claims = cluster.entries(cluster.virtual, PERSISTENT_VOLUME_CLAIMS)
    named = {peek(entry)["spec"].get("volumeName", "") for entry in claims} - {""}
    held = {entry.meta.key.name for entry in cluster.entries(cluster.virtual, PERSISTENT_VOLUMES)}
    yield from _same("volumes", named, held)


def _pods(cluster: SimCluster) -> Iterator[str]:
    for entry in cluster.entries(cluster.virtual, PODS):
        key, virtual, host = entry.meta.key, peek(entry), _host_of(cluster, PODS, entry.meta.key)
        if host is None:
            yield f"pods {key}: missing on the host"
            continue
        uid = host["metadata"]["annotations"][markers.OBJECT_UID]
        yield from _same(f"pods {key}: uid", entry.meta.uid, uid)
        if _wants_token(virtual) and not _has_token(cluster, entry.meta):
            yield f"pods {key}: its token Secret is missing on the host"
        yield from _same(f"pods {key}: node", virtual["spec"].get("nodeName"), host["spec"].get("nodeName"))
        yield from _same(f"pods {key}: phase", virtual["status"]["phase"], host["status"]["phase"])
        yield from _same(f"pods {key}: address", virtual["status"].get("podIP"), host["status"].get("podIP"))


def _wants_token(pod: JSON) -> bool:
    """Ended pods need none."""
    sources = [
        item for volume in pod["spec"].get("volumes", []) for item in volume.get("projected", {}).get("sources", [])
    ]
    return pod["status"]["phase"] not in {"Succeeded", "Failed"} and any(
        "serviceAccountToken" in item for item in sources
    )


def _has_token(cluster: SimCluster, pod: Meta) -> bool:
    secret = _found(cluster.host, SECRETS, Key(TENANT, names.token_secret(pod.key.name, pod.key.namespace, "vc")))
    return secret is not None and secret["metadata"]["annotations"][markers.OBJECT_UID] == pod.uid


def _nodes(cluster: SimCluster) -> Iterator[str]:
    bound = {peek(pod)["spec"].get("nodeName", "") for pod in cluster.entries(cluster.virtual, PODS)} - {""}
    yield from _same("nodes", bound, {entry.meta.key.name for entry in cluster.entries(cluster.virtual, NODES)})
    services = cluster.in_namespaces(cluster.host, SERVICES, (TENANT,))
    fronted = {entry.meta.labels.get(markers.NODE, "") for entry in services} - {""}
    yield from _same("node services", bound, fronted)


def _orphans(cluster: SimCluster) -> Iterator[str]:
    """Whatever carries our mark leads back to an object that exists."""
    kinds = {markers.kind_string(r.group, r.version, r.kind): r for r in _MARKED}
    for resource in _MARKED:
        for entry in cluster.in_namespaces(cluster.host, resource, (TENANT,)):
            made_of = kinds.get(entry.meta.annotations.get(markers.OBJECT_KIND, ""))
            if entry.meta.labels.get(markers.MANAGED_BY) != "vc" or made_of is None:
                continue
            annotations = entry.meta.annotations
            origin = Key(annotations[markers.OBJECT_NAMESPACE], annotations[markers.OBJECT_NAME])
            if _found(cluster.virtual, made_of, origin) is None and not _held_by_pod(cluster, peek(entry)):
                yield f"{resource.plural} {entry.meta.key}: left over on the host"


_MARKED = (PODS, CONFIG_MAPS, SECRETS, SERVICES, ENDPOINTS, PERSISTENT_VOLUME_CLAIMS)


def _same(what: str, virtual: object, host: object) -> Iterator[str]:
    if (virtual or None) != (host or None):
        yield f"{what}: inside {virtual!r}, on the host {host!r}"
