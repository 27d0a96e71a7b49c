"""``python -m tests.perf.client_cost``: CPU per request and watch event of our client beside aiohttp's, in one run.

The server is another process, so that the CPU counted is the client's alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import ssl
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe

import aiohttp
import msgspec
import trustme
import uvloop

from vcluster_contract.kinds import PODS
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.api import Key, PatchType
from vcluster_syncer.kube.client import KubeClient

ROUNDS, PATCHES, EVENTS, WORKERS, PAGE = 3, 4000, 20000, 16, 500
LABELS = {"app": "web", "pod-template-hash": "5d4f8c7b9"}
MANAGED = [{"manager": f"m{i}", "operation": "Apply", "fieldsV1": {f"f:{j}": {} for j in range(60)}} for i in range(2)]
POD = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {
        "name": "web-0",
        "namespace": "shop",
        "uid": "9f1c8a52-0c0f-4b8e-9a67-1d2f3a4b5c6d",
        "resourceVersion": "123456",
        "labels": LABELS,
        "annotations": {f"example.com/{i}": "x" * 40 for i in range(8)},
        "managedFields": MANAGED,
    },
    "spec": {
        "containers": [
            {"name": f"c{i}", "image": "x", "env": [{"name": "E", "value": "v" * 100}] * 6} for i in range(2)
        ]
    },
    "status": {"phase": "Running", "conditions": [{"type": str(i), "status": "True"} for i in range(5)]},
}
BODY = msgspec.json.encode(POD)
APPLY = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0", "labels": LABELS}, "spec": POD["spec"]}


class Canned(asyncio.Protocol):
    """Answers by method only: PATCH with a pod, a watch with events, a list with a page."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(ANSWERS[b"watch" if b"watch=true" in head else head.split()[0]])


def _answers() -> dict[bytes, bytes]:
    event = msgspec.json.encode({"type": "MODIFIED", "object": POD}) + b"\n"
    chunk = b"%x\r\n%s\r\n" % (len(event), event)
    item = msgspec.json.encode({name: value for name, value in POD.items() if name not in {"kind", "apiVersion"}})
    page = b'{"metadata":{"resourceVersion":"1"},"items":[' + b",".join([item] * PAGE) + b"]}"
    fixed = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    return {
        b"patch": fixed % (len(BODY), BODY),
        b"get": fixed % (len(page), page),
        b"watch": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * EVENTS + b"0\r\n\r\n",
    }


ANSWERS = _answers()


def serve(pipe: Pipe) -> None:
    """Body of the server process; sends port and authority, then runs until killed."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(context)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, ssl=context)
        pipe.send((server.sockets[0].getsockname()[1], authority.cert_pem.bytes().decode()))
        await server.serve_forever()

    uvloop.run(main())


@contextmanager
def server() -> Iterator[Access]:
    """A running server process."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    port, ca = ours.recv()
    try:
        yield Access(host="127.0.0.1", port=port, ca_data=ca, token="t" * 900)
    finally:
        process.kill()


async def our_patches(access: Access) -> int:
    client = KubeClient.connect(access, SystemClock())
    key = Key("shop", "web-0")

    async def work() -> None:
        for _ in range(PATCHES // WORKERS):
            await client.patch(PODS, key, APPLY, PatchType.APPLY, field_manager="vcluster", force=True)

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    client.close()
    return PATCHES


async def our_watch(access: Access) -> int:
    client = KubeClient.connect(access, SystemClock())
    count = 0
    async for _ in client.watch(PODS, resource_version="1"):
        count += 1
    return count


async def our_list(access: Access) -> int:
    client = KubeClient.connect(access, SystemClock())
    pages = [await client.list_page(PODS) for _ in range(10)]
    client.close()
    return sum(len(page.entries) for page in pages)


async def their_patches(access: Access) -> int:
    context = ssl.create_default_context(cadata=access.ca_data)
    headers = {"Authorization": f"Bearer {access.token}", "Content-Type": PatchType.APPLY.value}
    url = f"https://{access.authority}/api/v1/namespaces/shop/pods/web-0?fieldManager=vcluster&force=true"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context), headers=headers) as session:

        async def work() -> None:
            for _ in range(PATCHES // WORKERS):
                async with session.patch(url, data=msgspec.json.encode(APPLY)) as answer:
                    msgspec.json.decode(await answer.read())

        await asyncio.gather(*(work() for _ in range(WORKERS)))
    return PATCHES


CASES: dict[str, Callable[[Access], Awaitable[int]]] = {
    "PATCH, ours": our_patches,
    "PATCH, aiohttp": their_patches,
    "watch event, ours": our_watch,
    "listed object, ours": our_list,
}


def main() -> None:
    """Print the median of some rounds of every case."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    with server() as access:
        for _ in range(ROUNDS):
            for name, case in CASES.items():
                cpu, wall = time.process_time(), time.perf_counter()
                count = uvloop.run(case(access))
                found[name].append(((time.process_time() - cpu) / count * 1e6, count / (time.perf_counter() - wall)))
    print("| case | CPU µs each | per second |\n| --- | --- | --- |")
    for name, rounds in found.items():
        cpu, rate = (statistics.median(values) for values in zip(*rounds, strict=True))
        print(f"| {name} | {cpu:.1f} | {rate:.0f} |")


if __name__ == "__main__":
    main()
