"""Builds request paths of the Kubernetes API (API concepts, "Resource URIs"), apart from sending them."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlencode

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import Key

Query = dict[str, str]


@lru_cache(maxsize=1024)
def collection(resource: Resource, namespace: str) -> str:
    """Path of all objects, or of those in one namespace."""
    group = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    scope = f"/namespaces/{quote(namespace, safe='')}" if resource.namespaced and namespace else ""
    return f"{group}{scope}/{resource.plural}"


def item(resource: Resource, key: Key, subresource: str = "") -> str:
    """Path of one object or of its sub-resource."""
    path = f"{collection(resource, key.namespace)}/{quote(key.name, safe='')}"
    return f"{path}/{subresource}" if subresource else path


def with_query(path: str, query: Query) -> str:
    """``path`` with the parameters that have a value."""
    suffix = _suffix(tuple(query.items()))
    return path + suffix if suffix else path


@lru_cache(maxsize=256)
def _suffix(query: tuple[tuple[str, str], ...]) -> str:
    given = {name: value for name, value in query if value}
    return f"?{urlencode(given)}" if given else ""
