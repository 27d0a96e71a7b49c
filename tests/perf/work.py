"""Objects that the benchmarks create, and the loops that post and delete them over many connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.perf.side import CONNECTIONS, Side
from vcluster_syncer.kube.api import Key

if TYPE_CHECKING:
    from vcluster_contract.kinds import Resource

JSON = dict[str, Any]


def pod(name: str) -> JSON:
    """A pod for a kwok node, without a token so that it costs one host object."""
    toleration = {"key": "kwok.x-k8s.io/node", "operator": "Exists", "effect": "NoSchedule"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"bench": "pod"}},
        "spec": {
            "automountServiceAccountToken": False,
            "nodeSelector": {"type": "kwok"},
            "tolerations": [toleration],
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "main", "image": "busybox:1.36", "command": ["sleep", "3600"]}],
        },
    }


def config_map(name: str) -> JSON:
    """A ConfigMap that is synced without being used."""
    annotations = {"vcluster.loft.sh/force-sync": "true"}
    metadata = {"name": name, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": name}}


def secret(name: str) -> JSON:
    """A Secret that is synced without being used."""
    return config_map(name) | {"kind": "Secret", "data": {"key": "dmFsdWU="}}


def service(name: str) -> JSON:
    """A Service with a ClusterIP."""
    spec = {"selector": {"app": name}, "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


async def post(side: Side, resource: Resource, bodies: Iterable[JSON]) -> dict[str, tuple[float, float]]:
    """Create all at once; by name, when the request was sent and when its answer came."""
    slots = asyncio.Semaphore(CONNECTIONS)
    times: dict[str, tuple[float, float]] = {}

    async def one(body: JSON) -> None:
        async with slots:
            times[body["metadata"]["name"]] = await post_one(side, resource, body)

    await asyncio.gather(*(one(body) for body in bodies))
    return times


async def post_one(side: Side, resource: Resource, body: JSON) -> tuple[float, float]:
    """Create one object; when the request was sent and when its answer came."""
    sent = time.perf_counter()
    await side.client.create(resource, side.namespace, body)
    return sent, time.perf_counter()


async def paced(side: Side, resource: Resource, bodies: list[JSON], rate: float) -> dict[str, tuple[float, float]]:
    """Create ``rate`` objects a second, each on its own schedule, so that a slow answer delays no other."""
    begin = time.perf_counter()
    tasks: dict[str, asyncio.Task[tuple[float, float]]] = {}
    for number, body in enumerate(bodies):
        await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
        tasks[body["metadata"]["name"]] = asyncio.create_task(post_one(side, resource, body))
    return {name: await task for name, task in tasks.items()}


async def delete(side: Side, resource: Resource, names: Iterable[str]) -> None:
    """Delete all at once."""
    slots = asyncio.Semaphore(CONNECTIONS)

    async def one(name: str) -> None:
        async with slots:
            await side.client.delete(resource, Key(side.namespace, name))

    await asyncio.gather(*(one(name) for name in names))
