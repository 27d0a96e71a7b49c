"""A host API server in memory, with only what bootstrap asks: objects, merge patches and ClusterIP allocation."""

from __future__ import annotations

import ipaddress
import itertools
from typing import Any

from vcluster_contract.kinds import SERVICES, Resource
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import AlreadyExists, Conflict, Invalid, NotFound

JSON = dict[str, Any]


class Host:
    def __init__(self, *cidrs: str) -> None:
        self.networks = [ipaddress.ip_network(cidr) for cidr in cidrs]
        self.objects: dict[tuple[Resource, Key], JSON] = {}
        self.writes: list[tuple[str, str, Key]] = []
        self.probes = 0
        self._versions = itertools.count(1)

    def put(self, resource: Resource, body: JSON) -> JSON:
        metadata = body["metadata"]
        stored = body | {"metadata": {"uid": f"uid-{metadata['name']}", **metadata, "resourceVersion": self._next()}}
        self.objects[resource, Key(metadata["namespace"], metadata["name"])] = stored
        return stored

    async def get(self, resource: Resource, key: Key) -> JSON:
        try:
            return self.objects[resource, key]
        except KeyError:
            raise NotFound(404, "NotFound", str(key)) from None

    async def create(
        self, resource: Resource, namespace: str, body: JSON, *, field_manager: str = "", dry_run: bool = False
    ) -> JSON:
        if dry_run:
            assert resource == SERVICES
            return self._probe(body)
        key = Key(namespace, body["metadata"]["name"])
        if (resource, key) in self.objects:
            raise AlreadyExists(409, "AlreadyExists", str(key))
        self.writes.append(("create", resource.plural, key))
        return self.put(resource, body | {"metadata": {**body["metadata"], "namespace": namespace}})

    async def patch(self, resource: Resource, key: Key, body: JSON, *, field_manager: str = "") -> JSON:
        current = await self.get(resource, key)
        wanted = body["metadata"].get("resourceVersion")
        if wanted not in {None, current["metadata"]["resourceVersion"]}:
            raise Conflict(409, "Conflict", str(key))
        self.writes.append(("patch", resource.plural, key))
        return self.put(resource, _merged(current, body))

    def _probe(self, body: JSON) -> JSON:
        self.probes += 1
        wanted = body["spec"].get("clusterIP")
        if wanted is None:
            return body | {"spec": {**body["spec"], "clusterIPs": [str(n[77]) for n in self.networks]}}
        address = ipaddress.ip_address(wanted)
        network = next((n for n in self.networks if address in n), None)
        if network is None or address in {network[0], network[-1]}:
            raise Invalid(422, "Invalid", f"failed to allocate IP {wanted}: provided IP is not in the valid range")
        if address == network[1]:
            raise Invalid(422, "Invalid", f"failed to allocate IP {wanted}: provided IP is already allocated")
        return body

    def _next(self) -> str:
        return str(next(self._versions))


def _merged(target: JSON, patch: JSON) -> JSON:
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _merged(result.get(key) or {}, value)
        else:
            result[key] = value
    return result
