"""Messages of the host about a pod in virtual names: what a user reads must be what a user can look up."""

from __future__ import annotations

from collections.abc import Iterable

from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.references import references
from vcluster_syncer.translate.scope import Scope


class PodMessages:
    """Translates messages about one pod; the names are collected on first use, because most pods have no message."""

    def __init__(self, scope: Scope, virtual: JSON, host_name: str, host_uid: str) -> None:
        self._scope = scope
        self._virtual = virtual
        self._host_name = host_name
        self._host_uid = host_uid
        self._pairs: tuple[tuple[str, str], ...] | None = None

    def translate(self, message: str) -> str:
        """``message`` with the names and UID of the pod and the names of the objects it uses as the user knows them."""
        if self._pairs is None:
            self._pairs = tuple(self._names())
        for host_name, name in self._pairs:
            message = message.replace(host_name, name)
        return message

    def _names(self) -> Iterable[tuple[str, str]]:
        """Host names and what they are called inside: the pod's own first, then longer ones before shorter ones."""
        metadata, host_namespace = self._virtual["metadata"], self._scope.host_namespace
        name, namespace = metadata["name"], metadata["namespace"]
        yield f"{self._host_name}_{host_namespace}", f"{name}_{namespace}"
        yield f"{host_namespace}/{self._host_name}", f"{namespace}/{name}"
        yield self._host_uid, metadata["uid"]
        keys = {Key(namespace, name), *(key for _, key in references(self._virtual))}
        pairs = [(self._scope.host_key(key).name, key.name) for key in keys]
        yield from sorted(pairs, key=lambda pair: (-len(pair[0]), pair))
