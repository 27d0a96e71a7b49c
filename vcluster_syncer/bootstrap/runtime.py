"""What only the host cluster knows, put where the kubelet hands it to stock containers: a ConfigMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcluster_contract import layout, markers, names
from vcluster_contract.kinds import CONFIG_MAPS, SERVICES
from vcluster_syncer.bootstrap import service_cidr
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import AlreadyExists

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import Client


def cluster_ip(service: dict[str, Any]) -> str:
    """ClusterIP of Service NAME.

    Raises:
        BootstrapError: the Service is headless or of type ExternalName, so no pod could reach the API server.
    """
    found = str(service.get("spec", {}).get("clusterIP", ""))
    if found in {"", "None"}:
        name = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
        raise BootstrapError(
            f"Service {name} has no ClusterIP, at which pods of the virtual cluster reach their API server: "
            "make it of type ClusterIP, NodePort or LoadBalancer and not headless"
        )
    return found


async def ensure(client: Client, service: dict[str, Any], owner: dict[str, Any] | None, *, given_cidr: str = "") -> str:
    """Write SERVICE_CIDR and CLUSTER_IP into ConfigMap vc-runtime-NAME when they differ; returns the service range."""
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    data = {
        layout.SERVICE_CIDR_ENV: given_cidr or await _service_cidr(client, service),
        layout.CLUSTER_IP_ENV: cluster_ip(service),
    }
    key = Key(namespace, names.runtime_config_map(name))
    metadata = {"labels": {"app": "vcluster", "vcluster-name": name}, "ownerReferences": [owner] if owner else []}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": key.name, **metadata}, "data": data}
    try:
        await client.create(CONFIG_MAPS, namespace, body, field_manager=markers.FIELD_MANAGER)
    except AlreadyExists:
        await _align(client, key, data, metadata)
    return data[layout.SERVICE_CIDR_ENV]


async def _align(client: Client, key: Key, data: dict[str, str], metadata: dict[str, Any]) -> None:
    found = await client.get(CONFIG_MAPS, key)
    owners = found["metadata"].get("ownerReferences", [])
    if found.get("data") != data or owners != metadata["ownerReferences"]:
        patch = {"metadata": metadata, "data": data}
        await client.patch(CONFIG_MAPS, key, patch, field_manager=markers.FIELD_MANAGER)


async def _service_cidr(client: Client, service: dict[str, Any]) -> str:
    """The cached answer of Service NAME, or a probed one that is then cached there."""
    metadata = service["metadata"]
    cached = metadata.get("annotations", {}).get(markers.SERVICE_CIDR)
    if cached:
        return str(cached)
    found = await service_cidr.detect(client, metadata["namespace"])
    key = Key(metadata["namespace"], metadata["name"])
    patch = {"metadata": {"annotations": {markers.SERVICE_CIDR: found}}}
    await client.patch(SERVICES, key, patch, field_manager=markers.FIELD_MANAGER)
    return found
