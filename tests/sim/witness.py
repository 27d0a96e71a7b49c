"""Judges every write of the syncer at the moment in which a server accepts it."""

from __future__ import annotations

from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar, Unpack

import msgspec

from tests.sim.fake_server import FakeServer, peek, table_of
from tests.sim.storage import Table
from vcluster_contract import markers
from vcluster_contract.kinds import CONFIG_MAPS, ENDPOINTS, PODS, SECRETS, Resource
from vcluster_syncer.kube.api import JSON, Client, DeleteOptions, Entry, Key
from vcluster_syncer.kube.delegate import READS, DelegatingClient, Request, Send

T = TypeVar("T")
REPEATS = 8
"""Equal writes in a row between which nobody else changed the object; some replies get lost."""
ADDED_BY_OTHERS = ("host-only", "sidecar.example.com/injected")
"""Labels and annotations that people and webhooks put on host objects."""
_POD_TABLE, _DATA_TABLES = table_of(PODS), {table_of(CONFIG_MAPS), table_of(SECRETS)}
_ENDPOINTS_TABLE = table_of(ENDPOINTS)
_PRECONDITIONS = {"uid", "resourceVersion"}
_NODE_HOSTS = Key("kube-system", "coredns")
_RANK = {"Pending": 0, "Running": 1, "Succeeded": 2, "Failed": 2}
_WRITING: ContextVar[Request | None] = ContextVar("writing", default=None)
_encode = msgspec.json.Encoder(order="deterministic").encode


class Witness:
    """Watches both servers over all incarnations of the syncer; ``faults`` are kept, as syncers survive exceptions."""

    def __init__(self, host: FakeServer, virtual: FakeServer, *, vcluster: str, namespace: str) -> None:
        self.faults: list[str] = []
        self.incarnation = 0
        self._virtual = virtual
        self._vcluster = vcluster
        self._namespace = namespace
        self._origins: dict[tuple[Table, Key], tuple[str, str]] = {}
        self._runs: dict[str, int] = {}
        """Incarnation that made the last host pod of each virtual pod, by UID."""
        self._confirmed: set[str] = set()
        """UIDs of virtual pods whose host pod this incarnation knows to have been made."""
        self._repeats: dict[tuple[Table, Key], tuple[bytes, int]] = {}
        host.storage.observers.append(self._on_host)
        virtual.storage.observers.append(self._on_virtual)

    def begin(self) -> None:
        """A new incarnation of the syncer remembers nothing."""
        self.incarnation += 1
        self._confirmed.clear()

    def watched(self, client: Client, side: str) -> Client:
        """What stands before a server."""
        return _WitnessClient(client, self, side)

    def heard(self, client: Client) -> Client:
        """What stands before the syncer: only what gets through to it can be held against it."""
        return _HearingClient(client, self)

    def confirm(self, request: Request) -> None:
        """The syncer knows that a request succeeded."""
        if request.verb == "create" and request.resource == PODS and isinstance(request.body, dict):
            self._confirmed.add(request.body["metadata"].get("annotations", {}).get(markers.OBJECT_UID, ""))

    def blame(self, sentence: str) -> None:
        self.faults.append(f"syncer {self.incarnation}: {sentence}")

    def wrote(self, request: Request) -> None:
        """A write was answered; the same one again and again without a cause is a loop."""
        if request.body is None or request.subresource not in {"", "status"} or not request.key.name:
            return
        target, body = (table_of(request.resource), request.key), _encode(request.body)
        last, count = self._repeats.get(target, (b"", 0))
        self._repeats[target] = body, count + 1 if body == last else 1
        if body == last and count >= REPEATS:
            self.blame(f"wrote the same to {request.resource.plural} {request.key} {count + 1} times")

    def _on_host(self, table: Table, old: Entry | None, new: Entry | None) -> None:
        meta = (new or old).meta  # type: ignore[union-attr]
        if _WRITING.get() is None:
            self._repeats.pop((table, meta.key), None)
            return
        if old is not None and not self._marked(old) and not self._computed(table, old):
            self.blame(f"touched {table[1]} {meta.key}, which is not ours")
        if new is not None and not self._marked(new):
            self.blame(f"wrote {table[1]} {meta.key} without our mark")
        if meta.key.namespace != self._namespace:
            self.blame(f"wrote {table[1]} {meta.key} outside of the namespace")
        if old is None and new is not None:
            self._made(table, new)
        elif old is not None and new is not None:
            self._kept_of_others(table, old, new)

    def _marked(self, entry: Entry) -> bool:
        meta = entry.meta
        made = meta.annotations.get(markers.OBJECT_HOST_NAME) == meta.key.name
        ours = made and meta.labels.get(markers.MANAGED_BY) == self._vcluster
        return ours or meta.labels.get(markers.BELONGS_TO) == self._vcluster

    def _computed(self, table: Table, entry: Entry) -> bool:
        """Endpoints that the host made for a Service of ours, with the Service's labels."""
        return table == _ENDPOINTS_TABLE and entry.meta.labels.get(markers.MANAGED_BY) == self._vcluster

    def _made(self, table: Table, new: Entry) -> None:
        """Names without -x- in them are injective over all restarts; a pod that has run is never run again."""
        annotations = new.meta.annotations
        origin = annotations.get(markers.OBJECT_NAMESPACE, ""), annotations.get(markers.OBJECT_NAME, "")
        before = self._origins.setdefault((table, new.meta.key), origin)
        if before != origin and not any("-x-" in part for part in (*before, *origin)):
            self.blame(f"made {table[1]} {new.meta.key} from {origin}, which was another's")
        if table == _POD_TABLE:
            self._started(Key(*origin), annotations[markers.OBJECT_UID])

    def _started(self, key: Key, uid: str) -> None:
        before = self._runs.get(uid)
        self._runs[uid] = self.incarnation
        entry = self._virtual.storage.get(_POD_TABLE, key)
        if before is None or entry is None or entry.meta.uid != uid:
            return
        seen = peek(entry)
        if before == self.incarnation and uid in self._confirmed:
            self.blame(f"started pod {key} again though it knew that it had started it")
        elif seen["spec"].get("nodeName") or seen["status"].get("startTime"):
            self.blame(f"started pod {key} again though it shows that it ran")

    def _kept_of_others(self, table: Table, old: Entry, new: Entry) -> None:
        for name in ADDED_BY_OTHERS:
            for before, after in ((old.meta.labels, new.meta.labels), (old.meta.annotations, new.meta.annotations)):
                if name in before and after.get(name) != before[name]:
                    self.blame(f"took {name} away from {table[1]} {new.meta.key}")

    def _on_virtual(self, table: Table, old: Entry | None, new: Entry | None) -> None:
        meta = (new or old).meta  # type: ignore[union-attr]
        if _WRITING.get() is None:
            self._repeats.pop((table, meta.key), None)
            return
        if table in _DATA_TABLES and meta.key != _NODE_HOSTS:
            self.blame(f"wrote {table[1]} {meta.key}, which is the user's")
        if table == _POD_TABLE and old is not None and new is not None:
            self._pod_changed(meta.key, peek(old), peek(new))

    def _pod_changed(self, key: Key, old: JSON, new: JSON) -> None:
        if {**old["spec"], "nodeName": ""} != {**new["spec"], "nodeName": ""}:
            self.blame(f"changed the spec of virtual pod {key}")
        before, after = (_RANK[pod["status"].get("phase", "Pending")] for pod in (old, new))
        if after < before:
            self.blame(f"set pod {key} back from {old['status']['phase']} to {new['status']['phase']}")


class _WitnessClient(DelegatingClient):
    def __init__(self, inner: Client, witness: Witness, side: str) -> None:
        super().__init__(inner)
        self._witness = witness
        self._side = side

    def delete(self, resource: Resource, key: Key, **options: Unpack[DeleteOptions]) -> Coroutine[Any, Any, None]:
        if not options.get("uid"):
            self._witness.blame(f"deleted {self._side} {resource.plural} {key} whatever its UID")
        return super().delete(resource, key, **options)

    async def _send(self, request: Request, send: Send[T]) -> T:
        if request.verb in READS or request.dry_run:
            return await send()
        body: Any = request.body
        if request.verb == "patch" and not _PRECONDITIONS & body.get("metadata", {}).keys():
            self._witness.blame(f"patched {self._side} {request.resource.plural} {request.key} whatever its UID")
        token = _WRITING.set(request)
        try:
            answer = await send()
        finally:
            _WRITING.reset(token)
        self._witness.wrote(request)
        return answer


class _HearingClient(DelegatingClient):
    def __init__(self, inner: Client, witness: Witness) -> None:
        super().__init__(inner)
        self._witness = witness

    async def _send(self, request: Request, send: Send[T]) -> T:
        answer = await send()
        self._witness.confirm(request)
        return answer
