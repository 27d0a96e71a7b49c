"""A world made of plain dictionaries, a real PKI and a scripted host API server on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import msgspec

from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import ENDPOINTS, NODES, PODS, SERVICES, Resource
from vcluster_syncer.bootstrap import certs
from vcluster_syncer.bootstrap.leaves import Leaf
from vcluster_syncer.clock import Random, SystemClock
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta
from vcluster_syncer.kube.errors import NotFound
from vcluster_syncer.kubelet.link import Link
from vcluster_syncer.sync.api import Side, World
from vcluster_syncer.translate import metadata
from vcluster_syncer.translate.scope import Scope

NODE_IP = "240.0.0.1"
NODE = "node-a"
SCOPE = Scope(vcluster="vc", host_namespace="team", config=SyncerConfig())


class FakeStore:
    """A store over a dictionary."""

    synced = True

    def __init__(self, objects: list[JSON]) -> None:
        self.objects = {entry.meta.key: entry for entry in map(entry_of, objects)}

    def get(self, key: Key) -> Entry | None:
        return self.objects.get(key)

    def entries(self) -> list[Entry]:
        return list(self.objects.values())

    def by_index(self, index: str, value: str) -> list[Entry]:
        raise KeyError(index)

    def put(self, obj: JSON) -> None:
        entry = entry_of(obj)
        self.objects[entry.meta.key] = entry


class FakeClient:
    """Answers reads from a dictionary and creations from functions, and remembers what was asked."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, Key], JSON] = {}
        self.raw: dict[str, bytes | Exception] = {}
        self.reviews: dict[str, Callable[[JSON], JSON]] = {}
        self.asked: list[str] = []

    async def get(self, resource: Resource, key: Key, *, subresource: str = "") -> JSON:
        self.asked.append(f"GET {resource.plural} {key}")
        found = self.objects.get((resource.plural, key))
        if found is None:
            raise NotFound(404, "NotFound", f'{resource.plural} "{key.name}" not found')
        return found

    async def create(self, resource: Resource, namespace: str, body: JSON, **_: Any) -> JSON:
        self.asked.append(f"POST {resource.plural}")
        return self.reviews[resource.plural](body)

    async def raw_get(self, path: str) -> bytes:
        self.asked.append(f"GET {path}")
        found = self.raw[path]
        if isinstance(found, Exception):
            raise found
        return found


def entry_of(obj: JSON) -> Entry:
    meta = obj["metadata"]
    key = Key(meta.get("namespace", ""), meta["name"])
    found = Meta(
        key,
        meta.get("uid", ""),
        "1",
        labels=meta.get("labels", {}),
        annotations=meta.get("annotations", {}),
    )
    return Entry(found, msgspec.json.encode(obj))


def node(name: str = NODE, address: str = NODE_IP, port: int = 10250) -> JSON:
    return {
        "metadata": {"name": name, "uid": f"uid-{name}"},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "Hostname", "address": f"{name}.nodes.vcluster.com"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        },
    }


def virtual_pod(name: str = "web", namespace: str = "default", **spec: Any) -> JSON:
    return {
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-{namespace}-{name}"},
        "spec": {"nodeName": NODE, "containers": [{"name": "app"}], **spec},
        "status": {"phase": "Running", "podIP": "10.1.0.5", "podIPs": [{"ip": "10.1.0.5"}]},
    }


def host_twin(virtual: JSON, resource: Resource = PODS, **changes: Any) -> JSON:
    """The host object that the syncer makes of ``virtual``; ``changes`` replace top-level fields."""
    return {**virtual, **changes, "metadata": metadata.host_metadata(SCOPE, resource, virtual) | {"uid": "host-uid"}}


def world_of(
    virtual: dict[Resource, list[JSON]], host: dict[Resource, list[JSON]], *, config: SyncerConfig | None = None
) -> World:
    def side(objects: dict[Resource, list[JSON]]) -> Side:
        stores = {resource: FakeStore(objects.get(resource, [])) for resource in (PODS, SERVICES, NODES, ENDPOINTS)}
        return Side(client=FakeClient(), stores=stores)  # type: ignore[arg-type]

    scope = SCOPE if config is None else Scope(vcluster="vc", host_namespace="team", config=config)
    return World(
        scope=scope,
        host=side(host),
        virtual=side(virtual),
        clock=SystemClock(),
        random=Random(1),
        recorder=None,  # type: ignore[arg-type]
        enqueue=lambda *_: None,
    )


def make_pki(directory: Path) -> Path:
    """The files of the PKI folder that the node API reads, and client certificates of others."""
    now = SystemClock().now()
    for name in ("ca", "front-proxy-ca"):
        pair = certs.new_authority(name, now)
        (directory / f"{name}.crt").write_bytes(pair.cert)
        (directory / f"{name}.key").write_bytes(pair.key)
        authority = certs.load_authority(name, pair)
        leaves = {
            "ca": (
                Leaf(name="apiserver-kubelet-client", common_name="kube-apiserver-kubelet-client"),
                Leaf(name="tenant", common_name="jane", organization="devs"),
                Leaf(name="host", common_name="host", sans=("127.0.0.1",)),
            ),
            "front-proxy-ca": (Leaf(name="front-proxy-client", common_name="front-proxy-client"),),
        }[name]
        for leaf in leaves:
            made = certs.issue(authority, leaf, now)
            (directory / f"{leaf.name}.crt").write_bytes(made.cert)
            (directory / f"{leaf.name}.key").write_bytes(made.key)
    return directory


def client_context(pki: Path, name: str | None = "apiserver-kubelet-client") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    if name:
        context.load_cert_chain(pki / f"{name}.crt", pki / f"{name}.key")
    return context


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class ScriptedHost:
    """A host API server that runs ``script`` on each connection, over TLS; the test double of the raw connector."""

    def __init__(self, pki: Path) -> None:
        self._pki = pki
        self.script: Script = _nothing
        self.connections = 0
        self.closed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._pki / "host.crt", self._pki / "host.key")
        self._server = await asyncio.start_server(self._run, "127.0.0.1", 0, ssl=context)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def authority(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def auth_headers(self) -> list[tuple[str, str]]:
        return [("Authorization", "Bearer host-token")]

    async def connect_raw(self, raw: Link) -> None:
        host, port = self.authority.split(":")
        await asyncio.get_running_loop().create_connection(lambda: raw, host, int(port))
        await raw.start_tls(ssl.create_default_context(cafile=str(self._pki / "ca.crt")), host)

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.script(reader, writer)
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
        self.closed.set()


async def _nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Accept and wait."""


async def connect(socket: Path, target: str) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a tunnel; returns the bytes of the answer up to the first empty line."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    return await reader.readuntil(b"\r\n\r\n"), reader, writer


async def connect_node(
    socket: Path, pki: Path, name: str | None = "apiserver-kubelet-client", address: str = NODE_IP
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A TLS connection to the node API through the egress socket."""
    answer, reader, writer = await connect(socket, f"{address}:10250")
    assert answer == b"HTTP/1.1 200 OK\r\n\r\n"
    await writer.start_tls(client_context(pki, name), server_hostname=address)
    return reader, writer


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    """A whole chunked body."""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        assert await reader.readexactly(2) == b"\r\n"
    assert await reader.readexactly(2) == b"\r\n"
    return body


async def read_reply(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of an answer with a content length."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return int(head.split(b" ")[1]), await reader.readexactly(int(lengths[0]))
