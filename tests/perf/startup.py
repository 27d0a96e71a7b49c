"""Rows about the way from ``helm install`` to a cluster with DNS, several times over in fresh namespaces."""

from __future__ import annotations

import asyncio
import time

from tests.e2e.harness.host import HostCluster
from tests.e2e.harness.vcluster import VirtualCluster
from tests.perf.cgroups import pod_cpu
from tests.perf.figures import Figures
from tests.perf.observer import Seen, observing
from tests.perf.side import connect
from vcluster_contract import names
from vcluster_contract.kinds import PODS

NAME = "bench-start"
CONTROL_PLANE = f"{NAME}-0"


async def startups(host: HostCluster, figures: Figures, *, runs: int) -> None:
    """Install, wait, note, remove; ``runs`` times, after one that pulls the images and is not noted."""
    await _startup(host, Figures(), "bench-start-warm")
    for number in range(runs):
        await _startup(host, figures, f"bench-start-{number}")


async def _startup(host: HostCluster, figures: Figures, namespace: str) -> None:
    host.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    cluster = VirtualCluster(host, NAME, namespace)
    dns = names.host_name("coredns", "kube-system", NAME)[: len("coredns")]
    try:
        async with observing(connect(host.kubectl), PODS, namespace) as seen:
            begin = time.perf_counter()
            installing = asyncio.create_task(asyncio.to_thread(cluster.install))
            await seen.until(lambda seen: CONTROL_PLANE in seen.ready, "the control plane is Ready")
            figures.add("helm install → control-plane pod Ready, s", "virtual", seen.ready[CONTROL_PLANE] - begin)
            await seen.until(lambda seen: _dns_ready(seen, dns), "CoreDNS is Ready")
            ready = max(time_ for name, time_ in seen.ready.items() if name.startswith(dns))
            figures.add("helm install → CoreDNS Ready inside, s", "virtual", ready - begin)
            uid = cluster.host_kubectl.get(f"pod/{CONTROL_PLANE}")["metadata"]["uid"]
            figures.add("CPU spent by the control-plane pod until then, s", "virtual", pod_cpu(uid))
            await installing
    finally:
        cluster.uninstall()
        host.kubectl("delete", "namespace", namespace)


def _dns_ready(seen: Seen, prefix: str) -> bool:
    return any(name.startswith(prefix) for name in seen.ready)
