"""The ``NodeHosts`` key of CoreDNS' ConfigMap, from which it answers for the names of virtual nodes."""

from __future__ import annotations

from typing import Final

from vcluster_contract.kinds import CONFIG_MAPS, NODES, Direction, Kind, Resource
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.sync.api import Done, Outcome, World
from vcluster_syncer.sync.base import patch

CONFIG_MAP: Final = Key("kube-system", "coredns")
NODE_HOSTS: Final = "NodeHosts"
KIND: Final = Kind(CONFIG_MAPS, Direction.FROM_HOST, "", lambda config: config.dns.enabled, ())


class NodeHostsSyncer:
    """Has the one key ``kube-system/coredns``."""

    kind = KIND

    def __init__(self, world: World) -> None:
        self._world = world

    async def reconcile(self, key: Key) -> Outcome:
        """Write the lines when they differ."""
        stores = self._world.virtual.stores
        config_map = stores[CONFIG_MAPS].get(CONFIG_MAP)
        if config_map is None or config_map.meta.deleting:
            return Done()
        text = "".join(sorted(node_line(node.decode()) for node in stores[NODES].entries()))
        if (config_map.decode().get("data") or {}).get(NODE_HOSTS) == text:
            return Done()
        return await patch(self._world.virtual, CONFIG_MAPS, config_map, {"data": {NODE_HOSTS: text}})

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """Nothing on the host matters here."""
        return []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The one key, when a node or the ConfigMap changed."""
        return [CONFIG_MAP] if resource == NODES or key == CONFIG_MAP else []


def node_line(node: JSON) -> str:
    """``address name`` and a line end; empty for a node without InternalIP, which has no address to give."""
    addresses = {item["type"]: item["address"] for item in node.get("status", {}).get("addresses", [])}
    if "InternalIP" not in addresses:
        return ""
    name = addresses.get("Hostname") or node["metadata"]["name"]
    return f"{addresses['InternalIP']} {name}\n"
