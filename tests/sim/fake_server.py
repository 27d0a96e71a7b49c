"""An API server in memory, faithful where syncers can go wrong: versions, conflicts, deletion, field ownership.

All verbs are synchronous and atomic; ``fake_client`` adds time and transport. The server changes nothing by itself:
garbage collection, namespaces and kubelets are actors of a test.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from tests.sim import answers, apply, kinds, patches, selectors
from tests.sim.storage import Change, Matches, Storage, Table
from vcluster_contract.kinds import NAMESPACES, PODS, SERVICE_ACCOUNTS, Resource
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube import timestamps
from vcluster_syncer.kube.api import JSON, Entry, Key, PatchType
from vcluster_syncer.kube.errors import Unreachable

_SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
_LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
_LABEL_NAMED = {"services", "namespaces"}


TOKEN = "token-of-"
"""Start of every service account token."""
CLIENT_TIMEOUT = 30.0


class Connection:
    """What one watch knows of its server."""

    def __init__(self, server: FakeServer, changed: asyncio.Event) -> None:
        self.changed = changed
        self._server = server
        self._epoch = server.epoch
        self.hung = False

    async def check(self) -> None:
        """Raises when the connection was dropped; never returns when it hangs."""
        if self.hung:
            await asyncio.Event().wait()
        if self._server.epoch != self._epoch:
            raise Unreachable("connection reset by the server", sent=True)


class Call(NamedTuple):
    """One answered request, for invariants about what was asked."""

    time: float
    user: str
    verb: str
    resource: Resource
    subresource: str
    key: Key
    code: int
    changed: bool


Admission = Callable[[str, Resource, JSON, JSON | None], None]
"""Gets operation, resource, new object (to be changed in place) and old one; raises to refuse."""
Authorizer = Callable[[str, str, Resource, str, str], bool]
"""Decides on user, verb, resource, sub-resource and namespace."""


class FakeServer:
    """See the module; every verb raises what ``vcluster_syncer.kube.errors`` says a real server answers."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self.clock = clock
        self.random = random
        self.storage = Storage()
        self.calls: list[Call] = []
        self.admission: list[Admission] = []
        self.authorizer: Authorizer = lambda *_: True
        self.unserved: set[Table] = set()
        self.resources: dict[Table, Resource] = {}
        """Resources of which an object was ever created."""
        self._managers: dict[tuple[Table, Key], apply.Managers] = {}
        self._unattributed: dict[tuple[Table, Key], list[tuple[JSON, JSON, str]]] = {}
        """Changes whose fields nobody owns yet: ownership is worked out when an apply asks for it."""
        self._snapshots: dict[str, tuple[list[Entry], int]] = {}
        self._cluster_ips: set[str] = set()
        self.epoch = 0
        """Grows whenever all connections are dropped."""
        self.down = False
        self.stale_at: int | None = None
        """Revision of a server that fell behind: its watches wait there, and so do lists that ask for any version.

        See Kubernetes API concepts, "Resource versions".
        """
        self._connections: list[Connection] = []
        self._thawed: asyncio.Event | None = None
        for namespace in ("default", "kube-system"):
            self.create(NAMESPACES, "", {"metadata": {"name": namespace}})

    def get(self, resource: Resource, key: Key) -> JSON:
        return self._stored(resource, at(resource, key)).decode()

    def list_page(
        self, resource: Resource, namespace: str, matches: Matches, limit: int, token: str, *, recent: bool = True
    ) -> tuple[list[Entry], int, str]:
        """Entries, revision and token of the next page."""
        self._check_served(resource)
        if token:
            if token not in self._snapshots:
                raise answers.expired()
            entries, revision = self._snapshots.pop(token)
        else:
            found, revision = self._listed(table_of(resource), recent=recent)
            entries = [entry for entry in found if in_scope(entry, resource, namespace) and matches(entry)]
        page, rest = (entries[:limit], entries[limit:]) if limit else (entries, [])
        following = ""
        if rest:
            following = f"c{len(self._snapshots)}-{revision}-{len(rest)}-{self.random.getrandbits(32):x}"
            self._snapshots[following] = (rest, revision)
        return page, revision, following

    def _listed(self, table: Table, *, recent: bool) -> tuple[list[Entry], int]:
        if not recent and self.stale_at is not None:
            stale = self.storage.entries_at(table, self.stale_at)
            if stale is not None:
                return stale, self.stale_at
        return self.storage.entries(table), self.storage.revision

    def changes(self, resource: Resource, since: int) -> list[Change]:
        self._check_served(resource)
        found = self.storage.changes(table_of(resource), since)
        if self.stale_at is None or since > self.stale_at:
            return found
        return [change for change in found if change.revision <= self.stale_at]

    @contextlib.contextmanager
    def connection(self, resource: Resource) -> Iterator[Connection]:
        """The server side of one watch."""
        connection = Connection(self, self.storage.waker(table_of(resource)))
        self._connections.append(connection)
        try:
            yield connection
        finally:
            self._connections.remove(connection)
            self.storage.drop_waker(table_of(resource), connection.changed)

    def hang_watches(self) -> None:
        """Let open watches stay silent for ever, as when a load balancer forgets them."""
        for connection in self._connections:
            connection.hung = True

    def drop_connections(self) -> None:
        """End all watches and lose all answers under way."""
        self.epoch += 1
        self.storage.wake_all()

    def stop(self) -> None:
        """Refuse connections until ``start``; what is stored stays."""
        self.down = True
        self.drop_connections()

    def start(self) -> None:
        """Accept connections again."""
        self.down = False

    def freeze(self) -> None:
        """Accept requests but answer none until ``thaw``."""
        self._thawed = asyncio.Event()

    def thaw(self) -> None:
        """Answer again, also the requests that still wait."""
        if self._thawed is not None:
            self._thawed.set()
        self._thawed = None

    async def reached(self) -> None:
        """A request has arrived; raises ``Unreachable`` when nobody answers."""
        if self.down:
            raise Unreachable("connection refused", sent=False)
        if self._thawed is not None:
            try:
                async with asyncio.timeout(CLIENT_TIMEOUT):
                    await self._thawed.wait()
            except TimeoutError:
                raise Unreachable(f"no answer within {CLIENT_TIMEOUT:g} s", sent=True) from None

    def compact(self) -> None:
        """Expire old resource versions and continue tokens."""
        self.storage.compact()
        self._snapshots.clear()

    def create(
        self, resource: Resource, namespace: str, body: JSON, *, manager: str = "unknown", dry_run: bool = False
    ) -> JSON:
        self._check_served(resource)
        self.resources.setdefault(table_of(resource), resource)
        obj: JSON = pruned(body)
        metadata = obj.setdefault("metadata", {})
        self._check_new_metadata(resource, namespace, metadata)
        if not metadata.get("name"):
            metadata["name"] = metadata["generateName"] + "".join(self.random.choice(_SUFFIX) for _ in range(5))
        key = key_of(resource, metadata)
        self._check_name(resource, key.name)
        self._fill_new(resource, obj)
        self._admit("CREATE", resource, obj, None)
        if self.storage.get(table_of(resource), key) is not None:
            raise answers.already_exists(resource, key)
        if resource.plural == "services":
            kinds.allocate_cluster_ip(obj, self._cluster_ips, self.random)
        if dry_run:
            return obj
        self._attribute(resource, key, {}, obj, f"{manager}/Update/")
        return self._store(resource, key, obj)

    def update(
        self, resource: Resource, key: Key, body: JSON, *, subresource: str = "", manager: str = "unknown"
    ) -> JSON:
        key = at(resource, key)
        old = self._stored(resource, key)
        new = pruned(body)
        metadata = new.setdefault("metadata", {})
        if metadata.get("name", key.name) != key.name:
            raise answers.bad_request("the name of the object does not match the name on the URL")
        metadata.update({"name": key.name} | ({"namespace": key.namespace} if resource.namespaced else {}))
        self._check_preconditions(resource, old, metadata.get("uid", ""), metadata.get("resourceVersion", ""))
        return self._replace(resource, key, old, new, subresource=subresource, manager=manager)

    def patch(
        self,
        resource: Resource,
        key: Key,
        body: Any,
        patch_type: PatchType,
        *,
        subresource: str = "",
        manager: str = "unknown",
        force: bool = False,
        dry_run: bool = False,
    ) -> JSON:
        key = at(resource, key)
        if patch_type is PatchType.APPLY:
            return self._apply(resource, key, body, subresource, manager, force=force, dry_run=dry_run)
        old = self._stored(resource, key)
        if patch_type is PatchType.JSON:
            new: JSON = patches.json_patch(old.decode(), pruned(body))
        elif patch_type is PatchType.MERGE:
            new = pruned(patches.merge(old.decode(), body))
        else:
            new = pruned(patches.strategic_merge(old.decode(), body))
        self._check_preconditions(resource, old, "", new["metadata"]["resourceVersion"])
        return self._replace(resource, key, old, new, subresource=subresource, manager=manager, dry_run=dry_run)

    def delete(
        self,
        resource: Resource,
        key: Key,
        *,
        uid: str = "",
        resource_version: str = "",
        grace: int | None = None,
        propagation: str | None = None,
    ) -> None:
        key = at(resource, key)
        old = self._stored(resource, key)
        self._check_preconditions(resource, old, uid, resource_version)
        obj = old.decode()
        self._admit("DELETE", resource, obj, obj)
        metadata = obj["metadata"]
        if propagation in {"Foreground", "Orphan"} and not old.meta.deleting:
            finalizer = "foregroundDeletion" if propagation == "Foreground" else "orphan"
            metadata.setdefault("finalizers", []).append(finalizer)
        period = _grace(resource, obj, grace)
        if period == 0 and not metadata.get("finalizers") and not _namespace_in_use(resource, obj):
            self._remove(resource, key, None)
            return
        if old.meta.deleting and period >= (old.meta.deletion_grace_period_seconds or 0):
            return
        started = _deletion_start(old) or self.clock.now()
        metadata["deletionTimestamp"] = timestamps.time(started + timedelta(seconds=period))
        if "generation" in metadata and not old.meta.deleting:
            metadata["generation"] += 1
        metadata["deletionGracePeriodSeconds"] = period
        if resource == NAMESPACES:
            obj["status"]["phase"] = "Terminating"
        self._store(resource, key, obj)

    def create_subresource(self, resource: Resource, key: Key, subresource: str, body: JSON) -> JSON:
        """POST to a sub-resource of an object."""
        if resource == PODS and subresource == "binding":
            return self.bind(key, body)
        if resource == PODS and subresource == "eviction":
            options = body.get("deleteOptions", {})
            self.delete(PODS, key, grace=options.get("gracePeriodSeconds"))
            return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
        if resource == SERVICE_ACCOUNTS and subresource == "token":
            return self._token(key, body)
        raise answers.not_served()

    def _token(self, key: Key, body: JSON) -> JSON:
        account = self._stored(SERVICE_ACCOUNTS, key)
        spec = body.get("spec", {})
        ends = self.clock.now() + timedelta(seconds=spec.get("expirationSeconds", 3600))
        token = f"{TOKEN}{account.meta.uid}-{self.random.getrandbits(64):x}"
        return {**body, "status": {"token": token, "expirationTimestamp": timestamps.time(ends)}}

    def bind(self, key: Key, body: JSON) -> JSON:
        """POST pods/NAME/binding, what a scheduler does."""
        old = self._stored(PODS, key)
        pod = old.decode()
        uid = body.get("metadata", {}).get("uid", "")
        self._check_preconditions(PODS, old, uid, "")
        if old.meta.deleting:
            raise answers.conflict(PODS, key, f"pod {key.name} is being deleted, cannot be assigned to a host")
        if pod["spec"].get("nodeName"):
            raise answers.conflict(PODS, key, f"pod {key.name} is already assigned to a node")
        if pod["spec"].get("schedulingGates"):
            raise answers.conflict(PODS, key, f"pod {key.name} has non-empty .spec.schedulingGates")
        pod["spec"]["nodeName"] = body["target"]["name"]
        condition = {"type": "PodScheduled", "status": "True", "lastTransitionTime": timestamps.time(self.clock.now())}
        others = [c for c in pod["status"].get("conditions", []) if c["type"] != "PodScheduled"]
        pod["status"]["conditions"] = [*others, condition]
        self._store(PODS, key, pod)
        return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}

    def finalize_namespace(self, key: Key) -> None:
        """What the namespace controller does when a namespace is empty."""
        obj = self._stored(NAMESPACES, key).decode()
        obj["spec"]["finalizers"] = []
        self._remove(NAMESPACES, key, obj)

    def _apply(
        self, resource: Resource, key: Key, body: JSON, subresource: str, manager: str, *, force: bool, dry_run: bool
    ) -> JSON:
        self._check_served(resource)
        if not manager:
            raise answers.invalid("PatchOptions", "", "fieldManager", "Required value: is required for apply patch")
        applied = pruned(body)
        metadata = applied.setdefault("metadata", {})
        if metadata.get("name") != key.name:
            raise answers.bad_request("metadata.name of an apply patch must be that of the URL")
        old = self.storage.get(table_of(resource), key)
        if old is None:
            return self._apply_new(resource, key, applied, subresource, manager, dry_run=dry_run)
        self._check_preconditions(resource, old, "", metadata.get("resourceVersion", ""))
        kinds.validate_metadata(old.decode(), {**old.decode(), "metadata": metadata})
        managers = self._owners(resource, key)
        owner = f"{manager}/Apply/{subresource}"
        new = apply.apply(old.decode(), applied, owner, managers, force=force)
        return self._replace(
            resource, key, old, new, subresource=subresource, manager=manager, managers=managers, dry_run=dry_run
        )

    def _apply_new(
        self, resource: Resource, key: Key, applied: JSON, subresource: str, manager: str, *, dry_run: bool
    ) -> JSON:
        metadata = applied["metadata"]
        if subresource:
            raise answers.not_found(resource, key)
        if metadata.get("uid"):
            raise answers.conflict(resource, key, "uid mismatch: no existing object was found")
        created = self.create(resource, key.namespace, applied, manager=manager, dry_run=dry_run)
        if not dry_run:
            self._unattributed.pop((table_of(resource), key), None)
            self._managers[table_of(resource), key] = {f"{manager}/Apply/": set(apply.leaves(applied))}
        return created

    def _replace(
        self,
        resource: Resource,
        key: Key,
        old: Entry,
        new: JSON,
        *,
        subresource: str,
        manager: str,
        managers: apply.Managers | None = None,
        dry_run: bool = False,
    ) -> JSON:
        before = old.decode()
        new = kinds.restrict(resource.plural, subresource, before, new)
        kinds.validate_metadata(before, new)
        new["metadata"] = _system_metadata(before["metadata"], new["metadata"])
        new.setdefault("kind", resource.kind)
        new.setdefault("apiVersion", resource.api_version)
        kinds.default(resource.plural, new)
        self._admit("UPDATE", resource, new, before)
        if not subresource:
            kinds.validate_update(resource.plural, before, new)
        if "generation" in before["metadata"] and kinds.generation_grows(resource.plural, before, new):
            new["metadata"]["generation"] = before["metadata"]["generation"] + 1
        if dry_run:
            return new
        if managers is None:
            self._attribute(resource, key, before, new, f"{manager}/Update/{subresource}")
        else:
            self._managers[table_of(resource), key] = managers
        if new == before:
            return new
        if old.meta.deleting and not new["metadata"].get("finalizers") and _gone_when_unfinalized(resource, new):
            return self._remove(resource, key, new)
        return self._store(resource, key, new)

    def _attribute(self, resource: Resource, key: Key, before: JSON, after: JSON, manager: str) -> None:
        if before != after:
            self._unattributed.setdefault((table_of(resource), key), []).append((before, after, manager))

    def _owners(self, resource: Resource, key: Key) -> apply.Managers:
        """Who owns which fields of an object: a copy, to be changed at will."""
        held = self._managers.setdefault((table_of(resource), key), {})
        for before, after, manager in self._unattributed.pop((table_of(resource), key), ()):
            apply.record_update(before, after, manager, held)
        return {name: set(owned) for name, owned in held.items()}

    def _store(self, resource: Resource, key: Key, obj: JSON) -> JSON:
        if resource.plural == "services":
            self._cluster_ips.add(obj.get("spec", {}).get("clusterIP", ""))
        return self.storage.put(table_of(resource), key, obj).decode()

    def _remove(self, resource: Resource, key: Key, final: JSON | None) -> JSON:
        old = self.storage.get(table_of(resource), key)
        assert old is not None
        obj = old.decode() if final is None else final
        self.storage.remove(table_of(resource), key, obj)
        self._managers.pop((table_of(resource), key), None)
        self._unattributed.pop((table_of(resource), key), None)
        if resource.plural == "services":
            self._cluster_ips.discard(obj["spec"].get("clusterIP", ""))
        return obj

    def _fill_new(self, resource: Resource, obj: JSON) -> None:
        metadata = obj["metadata"]
        obj["kind"], obj["apiVersion"] = resource.kind, resource.api_version
        for field in ("deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink"):
            metadata.pop(field, None)
        metadata["uid"] = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        metadata["creationTimestamp"] = timestamps.time(self.clock.now())
        metadata.pop("generation", None)
        if resource.plural not in kinds.WITHOUT_GENERATION:
            metadata["generation"] = 1
        kinds.prepare_create(resource.plural, obj)
        kinds.default(resource.plural, obj)

    def _admit(self, operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
        for admit in self.admission:
            admit(operation, resource, new, old)

    def _check_served(self, resource: Resource) -> None:
        if table_of(resource) in self.unserved:
            raise answers.not_served()

    def _stored(self, resource: Resource, key: Key) -> Entry:
        self._check_served(resource)
        entry = self.storage.get(table_of(resource), key)
        if entry is None:
            raise answers.not_found(resource, key)
        return entry

    def _check_new_metadata(self, resource: Resource, namespace: str, metadata: JSON) -> None:
        if metadata.get("resourceVersion"):
            raise answers.versioned_create()
        if not metadata.get("name") and not metadata.get("generateName"):
            raise answers.invalid(
                resource.kind, "", "metadata.name", "Required value: name or generateName is required"
            )
        if not resource.namespaced:
            metadata.pop("namespace", None)
            return
        if metadata.setdefault("namespace", namespace) != namespace:
            raise answers.bad_request("the namespace of the object does not match the namespace of the request")
        held = self.storage.get(table_of(NAMESPACES), Key("", namespace))
        if held is None:
            raise answers.not_found(NAMESPACES, Key("", namespace))
        if held.meta.deleting:
            raise answers.terminating(namespace)

    def _check_name(self, resource: Resource, name: str) -> None:
        pattern, limit = (_LABEL, 63) if resource.plural in _LABEL_NAMED else (_SUBDOMAIN, 253)
        if not pattern.match(name) or len(name) > limit:
            raise answers.invalid(
                resource.kind, name, "metadata.name", f'Invalid value: "{name}": must be a valid name'
            )

    def _check_preconditions(self, resource: Resource, old: Entry, uid: str, resource_version: str) -> None:
        if uid and uid != old.meta.uid:
            raise answers.conflict(resource, old.meta.key, f"Precondition failed: UID {uid} is not {old.meta.uid}")
        if resource_version and resource_version != old.meta.resource_version:
            raise answers.conflict(resource, old.meta.key, "the object has been modified")


@lru_cache(maxsize=2048)
def _decoded(raw: bytes) -> JSON:
    return msgspec.json.decode(raw)


def peek(entry: Entry) -> JSON:
    """The object for reading only, decoded once for each version."""
    return _decoded(entry.raw)


def table_of(resource: Resource) -> Table:
    return resource.group, resource.plural


def key_of(resource: Resource, metadata: JSON) -> Key:
    return Key(metadata.get("namespace", "") if resource.namespaced else "", metadata["name"])


def at(resource: Resource, key: Key) -> Key:
    """The key under which an object is stored: a namespace is ignored where there is none."""
    return key if resource.namespaced else Key("", key.name)


def in_scope(entry: Entry, resource: Resource, namespace: str) -> bool:
    return not namespace or not resource.namespaced or entry.meta.key.namespace == namespace


def pruned(value: Any) -> Any:
    """A deep copy without nulls, which typed servers drop."""
    if isinstance(value, dict):
        return {name: pruned(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [pruned(inner) for inner in value]
    return value


def _system_metadata(old: JSON, new: JSON) -> JSON:
    """Fields the server keeps come from the stored object, the others from the writer; empty ones vanish."""
    kept = {name: value for name, value in old.items() if name in apply.SERVER_OWNED}
    sent = {name: value for name, value in new.items() if name not in apply.SERVER_OWNED and value}
    return kept | sent


def _grace(resource: Resource, obj: JSON, asked: int | None) -> int:
    """Seconds a pod may take to end; only pods end gracefully, and only once a kubelet has them."""
    spec = obj.get("spec", {})
    ended = obj.get("status", {}).get("phase") in {"Succeeded", "Failed"}
    if resource != PODS or not spec.get("nodeName") or ended:
        return 0
    period = int(spec.get("terminationGracePeriodSeconds", 30)) if asked is None else asked
    return 1 if period < 0 else period


def _deletion_start(old: Entry) -> datetime | None:
    if old.meta.deletion_timestamp is None:
        return None
    return datetime.fromisoformat(old.meta.deletion_timestamp) - timedelta(
        seconds=old.meta.deletion_grace_period_seconds or 0
    )


def _namespace_in_use(resource: Resource, obj: JSON) -> bool:
    return resource == NAMESPACES and bool(obj["spec"].get("finalizers"))


def _gone_when_unfinalized(resource: Resource, obj: JSON) -> bool:
    """A pod stays until its kubelet reports the end, by a second deletion without grace."""
    return obj["metadata"].get("deletionGracePeriodSeconds") == 0 and not _namespace_in_use(resource, obj)


def matcher(label_selector: str, field_selector: str) -> Matches:
    labels = selectors.label_matcher(label_selector)
    fields = selectors.field_matcher(field_selector)
    if not field_selector:
        return lambda entry: labels(entry.meta.labels)
    return lambda entry: labels(entry.meta.labels) and fields(entry.decode())
