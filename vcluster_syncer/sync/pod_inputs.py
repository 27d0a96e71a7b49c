"""Gathers from the caches what a host pod depends on besides its virtual pod."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from vcluster_contract.kinds import NAMESPACES, SERVICES, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.sync.api import World
from vcluster_syncer.translate.pod_dns import needs_cluster_dns
from vcluster_syncer.translate.pods import PodInputs
from vcluster_syncer.translate.references import is_ambiguous, references
from vcluster_syncer.translate.selectors import selects
from vcluster_syncer.translate.service_env import Variable, service_variables


class Missing(msgspec.Struct, frozen=True):
    """An input is not there yet."""

    what: str
    reason: str
    """A constant phrase for the log."""


class _ServiceSpec(msgspec.Struct, frozen=True):
    clusterIP: str = ""  # noqa: N815


class _Service(msgspec.Struct, frozen=True):
    spec: _ServiceSpec = _ServiceSpec()


class _Data(msgspec.Struct):
    data: dict[str, msgspec.Raw] | None = None


API_SERVICE: Final = "the ClusterIP of the control plane"
DNS_SERVICE: Final = "the ClusterIP of the DNS Service"


class InputSource:
    """Reads the caches; keeps the variables of each Service until it changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._variables: dict[Key, tuple[str, tuple[Variable, ...]]] = {}
        dns = world.scope.config.dns
        self.kube_service = Key(world.scope.host_namespace, world.scope.vcluster)
        self.dns_service = world.scope.host_key(Key(dns.service_namespace, dns.service_name))

    def gather(self, pod: JSON) -> PodInputs | Missing:
        """Inputs for the virtual ``pod``, or the first one that is missing."""
        namespace = pod["metadata"]["namespace"]
        labels = self.namespace_labels(namespace)
        if labels is None:
            return Missing(namespace, "the namespace is not in the cache yet")
        kube_ip = self._cluster_ip(self.kube_service)
        if not kube_ip:
            return Missing(API_SERVICE, "the control plane's Service has no ClusterIP yet")
        # A pod that does not use cluster DNS never waits for it: the DNS server itself is one.
        dns_ip = self._cluster_ip(self.dns_service) if needs_cluster_dns(pod["spec"]) else ""
        if not dns_ip and needs_cluster_dns(pod["spec"]) and self._world.scope.config.dns.enabled:
            return Missing(DNS_SERVICE, "the DNS Service has no ClusterIP on the host yet")
        links = self._service_links(namespace) if pod["spec"].get("enableServiceLinks", True) else ()
        return PodInputs(
            kube_ip=kube_ip,
            dns_ip=dns_ip,
            namespace_labels=labels,
            service_variables=links,
            keys_of=self._keys_of,
            matching_namespaces=self._matching_namespaces,
        )

    def doubtful(self, pod: JSON) -> str:
        """A used object whose host name could stand for another one and is not known to be its own; empty if none.

        Without this check a pod could read what belongs to another namespace, by the choice of a name.
        """
        for resource, key in sorted(references(pod), key=lambda item: item[1]):
            if is_ambiguous(key) and not self._is_on_host(resource, key):
                return f"{resource.kind} {key}"
        return ""

    def _is_on_host(self, resource: Resource, key: Key) -> bool:
        scope, store = self._world.scope, self._world.host.stores.get(resource)
        entry = store.get(scope.host_key(key)) if store is not None else None
        return entry is not None and scope.virtual_key(resource, entry.meta) == key

    def namespace_labels(self, namespace: str) -> dict[str, str] | None:
        """Labels of the virtual namespace, None when it is not in the cache."""
        entry = self._world.virtual.stores[NAMESPACES].get(Key("", namespace))
        return entry.meta.labels if entry is not None else None

    def _cluster_ip(self, key: Key) -> str:
        entry = self._world.host.stores[SERVICES].get(key)
        address = msgspec.json.decode(entry.raw, type=_Service).spec.clusterIP if entry is not None else ""
        return "" if address == "None" else address

    def _service_links(self, namespace: str) -> tuple[Variable, ...]:
        entries = [
            item for item in self._world.virtual.stores[SERVICES].entries() if item.meta.key.namespace == namespace
        ]
        # Names that differ only in "-" and "_" collide; the order decides, as the kubelet's does.
        ordered = sorted(entries, key=lambda item: item.meta.key)
        return tuple(variable for entry in ordered for variable in self._variables_of(entry))

    def _variables_of(self, entry: Entry) -> tuple[Variable, ...]:
        meta = entry.meta
        known = self._variables.get(meta.key)
        if known is not None and known[0] == meta.resource_version:
            return known[1]
        variables = service_variables(entry.decode())
        self._variables[meta.key] = (meta.resource_version, variables)
        return variables

    def forget_service(self, key: Key) -> None:
        """The virtual Service ``key`` changed or is gone."""
        self._variables.pop(key, None)

    def _keys_of(self, resource: Resource, key: Key) -> Collection[str]:
        store = self._world.virtual.stores.get(resource)
        entry = store.get(key) if store is not None else None
        if entry is None:
            return ()
        return (msgspec.json.decode(entry.raw, type=_Data).data or {}).keys()

    def _matching_namespaces(self, selector: JSON) -> Collection[str]:
        entries = self._world.virtual.stores[NAMESPACES].entries()
        return [entry.meta.key.name for entry in entries if selects(selector, entry.meta.labels)]
