"""Stories told to an API server; what it answers is compared between the fake and a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINT_SLICES,
    ENDPOINTS,
    EVENTS,
    LEASES,
    NAMESPACES,
    NODES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SECRETS,
    SERVICE_ACCOUNTS,
    SERVICES,
    STORAGE_CLASSES,
    Resource,
)
from vcluster_syncer.kube.api import JSON, Client, EventType, Key, PatchType
from vcluster_syncer.kube.errors import ApiError

_HIDDEN = {"taints", "uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink", "lastTransitionTime"}
_BY_CONTROLLERS = {"node.alpha.kubernetes.io/ttl"}
_MARKED = {
    "deletionTimestamp",
    "clusterIP",
    "clusterIPs",
    "nodePort",
    "token",
    "expirationTimestamp",
    "renewTime",
    "iat",
}
Scenario = Callable[["Teller"], Awaitable[None]]


class Teller:
    """Runs steps against one server in a namespace of its own and writes the answers down."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace
        self.transcript: list[Any] = []

    def key(self, name: str) -> Key:
        return Key(self.namespace, name)

    async def step(self, what: str, call: Awaitable[Any]) -> JSON:
        try:
            answer = await call
        except ApiError as error:
            causes = sorted({str(cause.get("field", "")) for cause in error.details.get("causes", [])})
            self.transcript.append((what, "error", type(error).__name__, error.code, error.reason, causes))
            return {}
        self.transcript.append((what, "ok", self._plain(answer)))
        return answer if isinstance(answer, dict) else {}

    async def create(self, resource: Resource, body: JSON, **options: Any) -> JSON:
        name = body.get("metadata", {}).get("name")
        return await self.step(f"create {name}", self.client.create(resource, self.namespace, body, **options))

    async def get(self, resource: Resource, name: str) -> JSON:
        return await self.step(f"get {name}", self.client.get(resource, self.key(name)))

    async def update(self, resource: Resource, body: JSON, **options: Any) -> JSON:
        name = body["metadata"]["name"]
        return await self.step(f"update {name}", self.client.update(resource, self.key(name), body, **options))

    async def patch(self, resource: Resource, name: str, body: Any, *args: Any, **options: Any) -> JSON:
        return await self.step(f"patch {name}", self.client.patch(resource, self.key(name), body, *args, **options))

    async def apply(self, resource: Resource, name: str, body: JSON, manager: str, **options: Any) -> JSON:
        metadata = {"name": name, **body.get("metadata", {})}
        typed = {"apiVersion": resource.api_version, "kind": resource.kind, **body, "metadata": metadata}
        return await self.patch(resource, name, typed, PatchType.APPLY, field_manager=manager, **options)

    async def delete(self, resource: Resource, name: str, **options: Any) -> None:
        await self.step(f"delete {name}", self.client.delete(resource, self.key(name), **options))

    def same_version(self, one: JSON, other: JSON) -> None:
        versions = [answer.get("metadata", {}).get("resourceVersion") for answer in (one, other)]
        self.transcript.append(("same version", versions[0] == versions[1]))

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: "<set>" if name in _MARKED and inner not in ("None", ["None"], "") else self._plain(inner)
                for name, inner in value.items()
                if name not in _HIDDEN
                and inner is not None
                and not (name == "annotations" and set(inner) <= _BY_CONTROLLERS)
            }
        if isinstance(value, list):
            return [self._plain(inner) for inner in value]
        return value.replace(self.namespace, "<namespace>") if isinstance(value, str) else value


def config(name: str = "a", **extra: Any) -> JSON:
    return {"metadata": {"name": name, **extra.pop("metadata", {})}, "data": {"k": "1"}, **extra}


def pod(name: str = "p", *, node: str = "", **spec: Any) -> JSON:
    base: JSON = {
        "containers": [{"name": "c", "image": "registry.k8s.io/pause:3.10.1"}],
        "schedulerName": "nobody",
        "automountServiceAccountToken": False,
    }
    if node:
        base["nodeName"] = node
    return {"metadata": {"name": name}, "spec": {**base, **spec}}


async def create_and_update(t: Teller) -> None:
    first = await t.create(CONFIG_MAPS, config())
    await t.create(CONFIG_MAPS, config())
    await t.create(CONFIG_MAPS, config("Bad_Name"))
    await t.create(CONFIG_MAPS, config("elsewhere", metadata={"namespace": "default"}))
    await t.create(CONFIG_MAPS, config("versioned", metadata={"resourceVersion": "1"}))
    await t.create(CONFIG_MAPS, {"metadata": {}, "data": {}})
    await t.create(CONFIG_MAPS, config("dry"), dry_run=True)
    await t.get(CONFIG_MAPS, "dry")
    same = await t.update(CONFIG_MAPS, first)
    t.same_version(first, same)
    changed = await t.update(CONFIG_MAPS, {**first, "data": {"k": "2"}})
    t.same_version(first, changed)
    await t.update(CONFIG_MAPS, first)
    await t.update(CONFIG_MAPS, config(data={"k": "3"}))
    await t.update(CONFIG_MAPS, config("absent"))
    await t.update(CONFIG_MAPS, config(metadata={"uid": "00000000-0000-4000-8000-000000000000"}))
    await t.step("wrong name", t.client.update(CONFIG_MAPS, t.key("a"), config("b")))


async def merge_and_json_patches(t: Teller) -> None:
    first = await t.create(CONFIG_MAPS, config(metadata={"labels": {"x": "1", "y": "2"}}))
    await t.patch(CONFIG_MAPS, "a", {"data": {"k": None, "n": "1"}, "metadata": {"labels": {"x": None}}})
    same = await t.patch(CONFIG_MAPS, "a", {"data": {"n": "1"}})
    t.same_version(await t.get(CONFIG_MAPS, "a"), same)
    await t.patch(
        CONFIG_MAPS, "a", {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}, "data": {"z": "1"}}
    )
    await t.patch(CONFIG_MAPS, "a", {"metadata": {"uid": "00000000-0000-4000-8000-000000000000"}})
    await t.patch(CONFIG_MAPS, "absent", {"data": {}})
    await t.patch(CONFIG_MAPS, "a", [{"op": "add", "path": "/data/j", "value": "1"}], PatchType.JSON)
    await t.patch(CONFIG_MAPS, "a", [{"op": "test", "path": "/data/j", "value": "2"}], PatchType.JSON)
    await t.patch(CONFIG_MAPS, "a", [{"op": "remove", "path": "/data/absent"}], PatchType.JSON)
    await t.patch(CONFIG_MAPS, "a", {"metadata": {"labels": {"y": None}}})
    await t.patch(CONFIG_MAPS, "a", {"data": None})


async def deletion_and_preconditions(t: Teller) -> None:
    first = await t.create(CONFIG_MAPS, config(metadata={"finalizers": ["example.com/hold"]}))
    await t.delete(CONFIG_MAPS, "absent")
    await t.delete(CONFIG_MAPS, "a", uid="00000000-0000-4000-8000-000000000000")
    await t.delete(CONFIG_MAPS, "a", resource_version="1")
    await t.delete(CONFIG_MAPS, "a", uid=first["metadata"]["uid"])
    held = await t.get(CONFIG_MAPS, "a")
    await t.delete(CONFIG_MAPS, "a")
    t.same_version(held, await t.get(CONFIG_MAPS, "a"))
    await t.create(CONFIG_MAPS, config())
    await t.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": ["example.com/hold", "example.com/new"]}})
    await t.patch(CONFIG_MAPS, "a", {"data": {"k": "late"}})
    await t.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": []}})
    await t.get(CONFIG_MAPS, "a")
    again = await t.create(CONFIG_MAPS, config())
    t.transcript.append(("new uid", again["metadata"]["uid"] != first["metadata"]["uid"]))


async def immutable_data(t: Teller) -> None:
    await t.create(CONFIG_MAPS, config(immutable=True))
    await t.patch(CONFIG_MAPS, "a", {"data": {"k": "2"}})
    await t.patch(CONFIG_MAPS, "a", {"immutable": False})
    await t.patch(CONFIG_MAPS, "a", {"metadata": {"labels": {"x": "1"}}})
    await t.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"k": "v"}})
    await t.patch(SECRETS, "s", {"type": "example.com/other"})
    await t.patch(SECRETS, "s", {"data": {"k": "dw=="}})


async def services(t: Teller) -> None:
    ports = [{"port": 80}]
    first = await t.create(SERVICES, {"metadata": {"name": "web"}, "spec": {"ports": ports, "selector": {"a": "b"}}})
    await t.create(SERVICES, {"metadata": {"name": "web.dotted"}, "spec": {"ports": ports}})
    taken = first["spec"]["clusterIP"]
    await t.create(SERVICES, {"metadata": {"name": "clash"}, "spec": {"ports": ports, "clusterIP": taken}})
    await t.patch(SERVICES, "web", {"spec": {"clusterIP": "10.96.77.77"}})
    await t.patch(SERVICES, "web", {"spec": {"selector": {"a": "c"}}})
    await t.patch(SERVICES, "web", {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}})
    balanced = {"type": "LoadBalancer", "loadBalancerClass": "example.com/none", "ports": ports}
    await t.create(SERVICES, {"metadata": {"name": "lb"}, "spec": balanced})
    await t.patch(
        SERVICES, "lb", {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}, subresource="status"
    )
    await t.create(SERVICES, {"metadata": {"name": "np"}, "spec": {"type": "NodePort", "ports": ports}})
    await t.create(SERVICES, {"metadata": {"name": "headless"}, "spec": {"clusterIP": "None", "selector": {"a": "b"}}})
    await t.create(
        SERVICES, {"metadata": {"name": "out"}, "spec": {"type": "ExternalName", "externalName": "example.com"}}
    )
    await t.delete(SERVICES, "web")
    await t.create(SERVICES, {"metadata": {"name": "again"}, "spec": {"ports": ports, "clusterIP": taken}})


async def pods_and_status(t: Teller) -> None:
    first = await t.create(PODS, {**pod(), "status": {"phase": "Running"}})
    await t.patch(PODS, "p", {"status": {"phase": "Running"}})
    await t.patch(PODS, "p", {"status": {"phase": "Running"}, "spec": {"nodeName": "x"}}, subresource="status")
    await t.patch(PODS, "p", {"spec": {"terminationGracePeriodSeconds": 5}})
    await t.patch(PODS, "p", {"spec": {"hostname": "h"}})
    await t.patch(PODS, "p", {"metadata": {"labels": {"a": "b"}}})
    image = [{"op": "replace", "path": "/spec/containers/0/image", "value": "busybox:1.36"}]
    await t.patch(PODS, "p", image, PatchType.JSON)
    extra = [{"name": "debug", "image": "busybox:1.36", "targetContainerName": "c"}]
    await t.patch(PODS, "p", {"spec": {"ephemeralContainers": extra}})
    await t.patch(PODS, "p", {"spec": {"ephemeralContainers": extra}}, subresource="ephemeralcontainers")
    await t.patch(PODS, "p", {"spec": {"ephemeralContainers": None}}, subresource="ephemeralcontainers")
    await t.delete(PODS, "p", uid=first["metadata"]["uid"], grace_period_seconds=20)
    await t.get(PODS, "p")


def binding(node: str, **metadata: Any) -> JSON:
    target = {"apiVersion": "v1", "kind": "Node", "name": node}
    return {"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target}


async def binding_and_graceful_deletion(t: Teller) -> None:
    await t.create(PODS, pod())
    wrong = binding("nowhere", name="p", uid="00000000-0000-4000-8000-000000000000")
    await t.create(PODS, wrong, name="p", subresource="binding")
    await t.create(PODS, binding("nowhere", name="p"), name="p", subresource="binding")
    await t.create(PODS, binding("other", name="p"), name="p", subresource="binding")
    await t.create(PODS, binding("other", name="absent"), name="absent", subresource="binding")
    await t.get(PODS, "p")
    await t.delete(PODS, "p")
    await t.get(PODS, "p")
    await t.delete(PODS, "p", grace_period_seconds=60)
    await t.delete(PODS, "p", grace_period_seconds=5)
    held = await t.get(PODS, "p")
    t.transcript.append(("grace", held["metadata"]["deletionGracePeriodSeconds"]))
    await t.patch(PODS, "p", {"status": {"phase": "Succeeded"}}, subresource="status")
    await t.delete(PODS, "p", grace_period_seconds=0, uid="00000000-0000-4000-8000-000000000000")
    await t.delete(PODS, "p", grace_period_seconds=0, uid=held["metadata"]["uid"])
    await t.get(PODS, "p")
    await t.create(PODS, pod("gated", schedulingGates=[{"name": "example.com/wait"}]))
    await t.create(PODS, binding("nowhere", name="gated"), name="gated", subresource="binding")
    await t.create(PODS, pod("placed", node="nowhere", terminationGracePeriodSeconds=7))
    await t.patch(PODS, "placed", {"metadata": {"finalizers": ["example.com/hold"]}})
    await t.delete(PODS, "placed", grace_period_seconds=0)
    await t.get(PODS, "placed")
    await t.patch(PODS, "placed", {"metadata": {"finalizers": []}})
    await t.get(PODS, "placed")


async def apply_ownership(t: Teller) -> None:
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "data": {}}
    await t.patch(CONFIG_MAPS, "a", nameless, PatchType.APPLY, field_manager="one")
    await t.apply(CONFIG_MAPS, "a", {"data": {"x": "1", "y": "1"}}, "one")
    await t.apply(CONFIG_MAPS, "a", {"data": {"x": "1"}}, "")
    await t.apply(CONFIG_MAPS, "a", {"data": {"x": "2"}}, "two")
    await t.apply(CONFIG_MAPS, "a", {"data": {"x": "1", "z": "2"}}, "two")
    before = await t.apply(CONFIG_MAPS, "a", {"data": {"x": "1"}}, "one")
    same = await t.apply(CONFIG_MAPS, "a", {"data": {"x": "1"}}, "one")
    t.same_version(before, same)
    await t.apply(CONFIG_MAPS, "a", {"data": {"x": "3"}}, "one", force=True)
    await t.apply(CONFIG_MAPS, "a", {"data": {"z": "2"}}, "two")
    await t.patch(CONFIG_MAPS, "a", {"data": {"x": "edited"}}, field_manager="editor")
    await t.apply(CONFIG_MAPS, "a", {"data": {"x": "3"}}, "one")
    await t.apply(CONFIG_MAPS, "a", {"data": {}}, "one")
    await t.apply(CONFIG_MAPS, "a", {"metadata": {"labels": {"l": "1"}, "annotations": {"n": "1"}}}, "one")
    await t.apply(CONFIG_MAPS, "a", {"metadata": {"labels": {"l": "1"}}}, "one")
    await t.apply(CONFIG_MAPS, "a", {"metadata": {"uid": "00000000-0000-4000-8000-000000000000"}}, "one")
    await t.apply(CONFIG_MAPS, "new", {"metadata": {"uid": "00000000-0000-4000-8000-000000000000"}}, "one")
    await t.get(CONFIG_MAPS, "new")


async def apply_lists(t: Teller) -> None:
    ports = [{"name": "http", "port": 80, "protocol": "TCP"}, {"name": "https", "port": 443, "protocol": "TCP"}]
    await t.apply(SERVICES, "web", {"spec": {"ports": ports, "selector": {"a": "b"}}}, "one")
    await t.apply(SERVICES, "web", {"spec": {"ports": ports[:1], "selector": {"a": "b"}}}, "one")
    extra = [{"name": "more", "port": 8080, "protocol": "TCP"}]
    await t.apply(SERVICES, "web", {"spec": {"ports": extra}}, "two")
    await t.apply(SERVICES, "web", {"spec": {"ports": ports[:1]}}, "one")
    await t.apply(SERVICES, "web", {"spec": {"selector": {"a": "b"}, "ports": []}}, "two")
    await t.apply(CONFIG_MAPS, "f", {"metadata": {"finalizers": ["example.com/one"]}}, "one")
    await t.apply(CONFIG_MAPS, "f", {"metadata": {"finalizers": ["example.com/two"]}}, "two")
    await t.apply(CONFIG_MAPS, "f", {"metadata": {}}, "one")
    await t.apply(CONFIG_MAPS, "f", {"metadata": {}}, "two")


async def apply_pod(t: Teller) -> None:
    created = await t.apply(PODS, "p", pod(), "syncer")
    same = await t.apply(PODS, "p", pod(), "syncer")
    t.same_version(created, same)
    sidecar = [{"op": "add", "path": "/metadata/labels", "value": {"injected": "yes"}}]
    await t.patch(PODS, "p", sidecar, PatchType.JSON, field_manager="mutator")
    await t.apply(PODS, "p", {**pod(), "metadata": {"name": "p", "labels": {"a": "b"}}}, "syncer")
    status = {"status": {"conditions": [{"type": "example.com/gate", "status": "True"}]}}
    await t.apply(PODS, "p", status, "syncer", subresource="status")
    await t.apply(PODS, "absent", status, "syncer", subresource="status")


async def lists_and_selectors(t: Teller) -> None:
    for name in ("a", "b", "c", "d", "e"):
        await t.create(CONFIG_MAPS, config(name, metadata={"labels": {"set": "x", "name": name}}))
    token = ""
    for _ in range(3):
        page = await t.client.list_page(CONFIG_MAPS, t.namespace, label_selector="set=x", limit=2, continue_token=token)
        token = page.continue_token
        t.transcript.append(([entry.meta.key.name for entry in page.entries], bool(token)))
    for selector in ("name in (a,b)", "set=x,name notin (a,b)", "set,name!=a", "!set", "name==c", "set=y"):
        page = await t.client.list_page(CONFIG_MAPS, t.namespace, label_selector=selector)
        t.transcript.append((selector, [e.meta.key.name for e in page.entries if e.meta.labels]))
    page = await t.client.list_page(CONFIG_MAPS, t.namespace, field_selector="metadata.name=c")
    t.transcript.append([entry.decode() and entry.meta.key.name for entry in page.entries])


async def watch_with_selector(t: Teller) -> None:
    start = await t.create(CONFIG_MAPS, config("start"))
    await t.create(CONFIG_MAPS, config("in", metadata={"labels": {"set": "x"}}))
    await t.create(CONFIG_MAPS, config("out"))
    await t.patch(CONFIG_MAPS, "in", {"data": {"k": "2"}})
    await t.patch(CONFIG_MAPS, "in", {"metadata": {"labels": {"set": "y"}}})
    await t.patch(CONFIG_MAPS, "in", {"data": {"k": "3"}})
    await t.patch(CONFIG_MAPS, "out", {"metadata": {"labels": {"set": "x"}}})
    await t.delete(CONFIG_MAPS, "out")
    await t.create(CONFIG_MAPS, config("end", metadata={"labels": {"set": "x"}}))
    version = start["metadata"]["resourceVersion"]
    last = int(version)
    stream = t.client.watch(CONFIG_MAPS, t.namespace, resource_version=version, label_selector="set=x")
    async with asyncio.timeout(20), aclosing(stream) as events:
        async for event in events:
            if event.type is EventType.BOOKMARK:
                continue
            meta = event.entry.meta
            rising, last = int(meta.resource_version) > last, int(meta.resource_version)
            labels = dict(meta.labels)
            t.transcript.append((event.type.value, meta.key.name, labels, event.entry.decode()["data"], rising))
            if meta.key.name == "end":
                break


async def claims_tokens_leases_events(t: Teller) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": ""}
    await t.create(PERSISTENT_VOLUME_CLAIMS, {"metadata": {"name": "data"}, "spec": spec})
    await t.patch(PERSISTENT_VOLUME_CLAIMS, "data", {"spec": {"accessModes": ["ReadWriteMany"]}})
    await t.patch(PERSISTENT_VOLUME_CLAIMS, "data", {"spec": {"volumeName": "pv"}})
    await t.patch(PERSISTENT_VOLUME_CLAIMS, "data", {"spec": {"volumeName": "other"}})
    await t.create(SERVICE_ACCOUNTS, {"metadata": {"name": "robot"}})
    request = {"spec": {"audiences": ["a"], "expirationSeconds": 3600}}
    answer = await t.client.create(SERVICE_ACCOUNTS, t.namespace, request, name="robot", subresource="token")
    t.transcript.append(sorted(answer["status"]))
    await t.create(SERVICE_ACCOUNTS, request, name="absent", subresource="token")
    lease = await t.create(LEASES, {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me", "leaseTransitions": 0}})
    await t.update(LEASES, {**lease, "spec": {"holderIdentity": "you", "leaseTransitions": 1}})
    await t.update(LEASES, {**lease, "spec": {"holderIdentity": "them"}})
    addresses = [{"addresses": [{"ip": "192.0.2.9"}], "ports": [{"port": 80, "protocol": "TCP"}]}]
    await t.create(ENDPOINTS, {"metadata": {"name": "e"}, "subsets": addresses})
    involved = {"kind": "Pod", "name": "p", "namespace": t.namespace, "apiVersion": "v1"}
    event = {"metadata": {"name": "p.1"}, "involvedObject": involved, "reason": "R", "message": "m", "type": "Normal"}
    await t.create(EVENTS, event)
    await t.patch(EVENTS, "p.1", {"count": 2})


async def nodes(t: Teller) -> None:
    name = f"node-{t.namespace}"
    node = {"metadata": {"name": name, "labels": {"a": "b"}}, "spec": {"providerID": "x://y"}}
    made = await t.step("node", t.client.create(NODES, "", {**node, "status": {"capacity": {"cpu": "1"}}}))
    t.transcript.append(made["spec"]["taints"])
    addresses = [{"type": "InternalIP", "address": "192.0.2.1"}]
    status = {"status": {"addresses": addresses, "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}}
    await t.step("spec", t.client.patch(NODES, Key("", name), {"metadata": {"labels": {"a": "c"}}, **status}))
    await t.step("status", t.client.patch(NODES, Key("", name), status, subresource="status"))
    await t.step("delete", t.client.delete(NODES, Key("", name)))
    await t.step("gone", t.client.get(NODES, Key("", name)))


async def classes_and_volumes(t: Teller) -> None:
    name = f"d-{t.namespace}"
    await t.step("class", t.client.create(STORAGE_CLASSES, "", {"metadata": {"name": name}, "provisioner": "x/y"}))
    await t.step("change", t.client.patch(STORAGE_CLASSES, Key("", name), {"provisioner": "x/z"}))
    await t.step("delete", t.client.delete(STORAGE_CLASSES, Key("", name)))


async def terminating_namespace(t: Teller) -> None:
    other = Key("", f"{t.namespace}-ends")
    await t.step("namespace", t.client.create(NAMESPACES, "", {"metadata": {"name": other.name}}))
    held = config(metadata={"finalizers": ["example.com/hold"]})
    await t.step("content", t.client.create(CONFIG_MAPS, other.name, held))
    await t.step("delete", t.client.delete(NAMESPACES, other))
    try:
        await t.client.create(CONFIG_MAPS, other.name, config("late"))
    except ApiError as error:
        causes = [cause["reason"] for cause in error.details["causes"]]
        t.transcript.append((error.code, error.reason, causes))
    await t.step("again", t.client.create(NAMESPACES, "", {"metadata": {"name": other.name}}))
    await t.step("absent", t.client.create(CONFIG_MAPS, "absent-" + other.name, config()))
    free = {"metadata": {"finalizers": None}}
    await t.step("release", t.client.patch(CONFIG_MAPS, Key(other.name, "a"), free))


async def endpoint_slices(t: Teller) -> None:
    piece = {
        "metadata": {"name": "s", "labels": {"kubernetes.io/service-name": "web"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.9"], "conditions": {"ready": True}}],
        "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
    }
    await t.create(ENDPOINT_SLICES, piece)
    await t.patch(ENDPOINT_SLICES, "s", {"endpoints": [{"addresses": ["192.0.2.10"]}]})
    await t.patch(ENDPOINT_SLICES, "s", {"metadata": {"labels": {"x": "y"}}})
    await t.patch(ENDPOINT_SLICES, "s", {"addressType": "IPv6"})


async def pod_changes_after_creation(t: Teller) -> None:
    await t.create(PODS, pod(node="nowhere", activeDeadlineSeconds=100))
    held = await t.get(PODS, "p")
    more = [*held["spec"]["tolerations"], {"key": "k", "operator": "Exists"}]
    await t.patch(PODS, "p", {"spec": {"tolerations": more}})
    await t.patch(PODS, "p", {"spec": {"tolerations": more[:-1]}})
    await t.patch(PODS, "p", {"spec": {"activeDeadlineSeconds": 50}})
    await t.patch(PODS, "p", {"spec": {"activeDeadlineSeconds": 70}})
    size = [{"name": "c", "image": "registry.k8s.io/pause:3.10.1", "resources": {"requests": {"cpu": "10m"}}}]
    await t.patch(PODS, "p", {"spec": {"containers": size}})
    await t.create(PODS, pod("gated", schedulingGates=[{"name": "a.b/c"}, {"name": "a.b/d"}]))
    await t.patch(PODS, "gated", {"spec": {"schedulingGates": [{"name": "a.b/d"}]}})
    await t.patch(PODS, "gated", {"spec": {"schedulingGates": [{"name": "a.b/e"}]}})
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "gated"}}
    await t.create(PODS, eviction, name="gated", subresource="eviction")
    await t.get(PODS, "gated")
    await t.create(PODS, {**eviction, "metadata": {"name": "absent"}}, name="absent", subresource="eviction")


SCENARIOS: list[Scenario] = [
    nodes,
    classes_and_volumes,
    terminating_namespace,
    endpoint_slices,
    pod_changes_after_creation,
    create_and_update,
    merge_and_json_patches,
    deletion_and_preconditions,
    immutable_data,
    services,
    pods_and_status,
    binding_and_graceful_deletion,
    apply_ownership,
    apply_lists,
    apply_pod,
    lists_and_selectors,
    watch_with_selector,
    claims_tokens_leases_events,
]


def differences(theirs: Any, ours: Any) -> list[str]:
    """One line for each leaf of two transcripts that differs: step, path, theirs, ours."""
    if len(theirs) != len(ours):
        return [f"{len(theirs)} steps became {len(ours)}"]
    return [line for number, pair in enumerate(zip(theirs, ours, strict=True)) for line in _leaves(*pair, str(number))]


def _leaves(theirs: Any, ours: Any, path: str) -> list[str]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        names = [*theirs, *(name for name in ours if name not in theirs)]
        return [line for n in names for line in _leaves(theirs.get(n), ours.get(n), f"{path}.{n}")]
    if isinstance(theirs, list | tuple) and isinstance(ours, list | tuple) and len(theirs) == len(ours):
        pairs = enumerate(zip(theirs, ours, strict=True))
        return [line for i, pair in pairs for line in _leaves(*pair, f"{path}[{i}]")]
    return [] if theirs == ours else [f"{path}: {theirs} | {ours}"]
