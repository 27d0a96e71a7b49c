"""Rows about objects in numbers: steady pods, bursts of pods, ConfigMaps and Secrets, Services, reads."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager, nullcontext

from tests.perf import work
from tests.perf.accounting import Accounts
from tests.perf.figures import Figures
from tests.perf.observer import observing
from tests.perf.side import Side
from tests.perf.spending import spending
from vcluster_contract.kinds import CONFIG_MAPS, PODS, SECRETS, SERVICES
from vcluster_syncer.kube.api import Key


async def steady_pods(
    side: Side, figures: Figures, accounts: Accounts | None, *, rate: float = 10, seconds: float = 60
) -> None:
    """Pods at a constant rate: latency of each hop, and with ``accounts`` what each costs."""
    names = [f"steady-{number}" for number in range(int(rate * seconds))]
    async with (
        _accounted(accounts, figures, "10 pods/s", len(names)),
        observing(side.host, PODS, side.host_namespace) as host,
        observing(side.client, PODS, side.namespace) as virtual,
    ):
        times = await work.paced(side, PODS, [work.pod(name) for name in names], rate)
        await virtual.until(lambda seen: all(name in seen.ready for name in names), "all pods are Ready")
        figures.add_quantiles(
            "10 pods/s: create → Ready", side.label, [virtual.ready[name] - times[name][0] for name in names]
        )
        if side.label == "virtual":
            pairs = [(name, side.host_name(name)) for name in names]
            figures.add_quantiles(
                "10 pods/s: POST returned → host pod seen",
                side.label,
                [max(0.0, host.first[translated] - times[name][1]) for name, translated in pairs],
            )
            figures.add_quantiles(
                "10 pods/s: host Ready → virtual Ready",
                side.label,
                [virtual.ready[name] - host.ready[translated] for name, translated in pairs],
            )
    await _remove(side, names)


async def burst_pods(side: Side, figures: Figures, accounts: Accounts | None, *, count: int = 500) -> None:
    """Pods all at once, and all deleted again."""
    title = f"{count} pods at once"
    names = [f"burst-{number}" for number in range(count)]
    translated = [side.host_name(name) for name in names]
    async with (
        observing(side.host, PODS, side.host_namespace) as host,
        observing(side.client, PODS, side.namespace) as virtual,
    ):
        async with _accounted(accounts, figures, title, count):
            begin = time.perf_counter()
            await work.post(side, PODS, [work.pod(name) for name in names])
            await host.until(lambda seen: all(name in seen.first for name in translated), "all host pods exist")
            await virtual.until(lambda seen: all(name in seen.ready for name in names), "all pods are Ready")
        figures.add(f"{title}: all exist on the host, s", side.label, max(map(host.first.get, translated)) - begin)  # type: ignore[type-var,operator]
        figures.add(f"{title}: all Ready, s", side.label, max(virtual.ready[name] for name in names) - begin)
        figures.add(f"{title}: host Ready conditions taken back", side.label, host.unready_again)
        begin = time.perf_counter()
        await work.delete(side, PODS, names)
        await virtual.until(lambda seen: all(name in seen.deleted for name in names), "all pods are gone")
        await host.until(lambda seen: all(name in seen.deleted for name in translated), "all host pods are gone")
        figures.add(f"{count} pods deleted, both sides, s", side.label, time.perf_counter() - begin)


async def burst_data(side: Side, figures: Figures, *, count: int = 1000) -> None:
    """ConfigMaps and Secrets all at once, and all deleted again; they are forced to sync."""
    names = [f"data-{number}" for number in range(count)]
    translated = [side.host_name(name) for name in names]
    async with (
        observing(side.host, CONFIG_MAPS, side.host_namespace) as maps,
        observing(side.host, SECRETS, side.host_namespace) as secrets,
    ):
        begin = time.perf_counter()
        await work.post(side, CONFIG_MAPS, [work.config_map(name) for name in names])
        await work.post(side, SECRETS, [work.secret(name) for name in names])
        for seen in (maps, secrets):
            await seen.until(lambda seen: all(name in seen.first for name in translated), "all exist on the host")
        title = f"{2 * count} ConfigMaps and Secrets"
        figures.add(f"{title} at once, all on the host, s", side.label, time.perf_counter() - begin)
        begin = time.perf_counter()
        await work.delete(side, CONFIG_MAPS, names)
        await work.delete(side, SECRETS, names)
        for seen in (maps, secrets):
            await seen.until(lambda seen: all(name in seen.deleted for name in translated), "all are gone")
        figures.add(f"{title} deleted on the host, s", side.label, time.perf_counter() - begin)


async def services(side: Side, figures: Figures, *, count: int = 100) -> None:
    """Services one after the other."""
    names = [f"service-{number}" for number in range(count)]
    taken = []
    for name in names:
        sent, answered = await work.post_one(side, SERVICES, work.service(name))
        taken.append(answered - sent)
    figures.add_quantiles("Service create", side.label, taken)
    await work.delete(side, SERVICES, names)


async def reads(side: Side, figures: Figures, *, count: int = 200) -> None:
    """GET of one pod, one after the other."""
    await work.post_one(side, PODS, work.pod("read"))
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        await side.client.get(PODS, Key(side.namespace, "read"))
        taken.append(time.perf_counter() - begin)
    figures.add_quantiles("GET pod", side.label, taken)
    await _remove(side, ["read"])


def _accounted(accounts: Accounts | None, figures: Figures, title: str, pods: int) -> AbstractAsyncContextManager[None]:
    return spending(accounts, figures, title, pods=pods) if accounts else nullcontext()


async def _remove(side: Side, names: list[str]) -> None:
    async with observing(side.host, PODS, side.host_namespace) as host:
        await work.delete(side, PODS, names)
        await host.until(lambda seen: all(side.host_name(name) in seen.deleted for name in names), "pods are gone")
