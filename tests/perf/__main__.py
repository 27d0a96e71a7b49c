"""``make bench``: every row beside the bare host in one run, as a Markdown table."""

from __future__ import annotations

import argparse
import asyncio
import platform
import subprocess
import time
from collections.abc import Awaitable, Callable

from devhost import addons
from tests.e2e.harness.host import ROOT, HostCluster, resolve
from tests.e2e.harness.vcluster import VirtualCluster
from tests.perf import load, rest, startup, streams
from tests.perf.accounting import Accounts
from tests.perf.figures import Figures
from tests.perf.side import Side, connect
from vcluster_contract import names

NAMESPACE = "bench"
BARE_NAMESPACE = "bench-bare"
NAME = "bench"
Row = Callable[[Side, Figures, Accounts | None], Awaitable[None]]
ROWS = ("startup", "rest", "steady", "pods", "data", "services", "reads", "exec", "logs")


async def main(rows: set[str], runs: int, rest_seconds: float) -> Figures:
    """Run the chosen rows."""
    host = resolve()
    assert host.devhost is not None, "the benchmark needs a host of its own: unset KUBECONFIG"
    figures = Figures()
    addons.switch(host.devhost, "kwok", on=True, nodes=4)
    cluster = VirtualCluster(host, NAME, NAMESPACE)
    try:
        if "startup" in rows:
            await startup.startups(host, figures, runs=runs)
        for namespace in (NAMESPACE, BARE_NAMESPACE):
            host.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        await asyncio.to_thread(cluster.install)
        cluster.kubectl().within("kube-system").ready("deployment/coredns")
        await _measure(rows, runs, rest_seconds, host=host, cluster=cluster, figures=figures)
    finally:
        await asyncio.to_thread(cluster.uninstall)
        host.kubectl("delete", "namespace", NAMESPACE, BARE_NAMESPACE)
        addons.switch(host.devhost, "kwok", on=False)
    return figures


async def _measure(
    rows: set[str], runs: int, rest_seconds: float, *, host: HostCluster, cluster: VirtualCluster, figures: Figures
) -> None:
    virtual, bare = _sides(host, cluster)
    accounts = _accounts(host, cluster, virtual)
    if "rest" in rows:
        await rest.at_rest(accounts, figures, seconds=rest_seconds)
    once: dict[str, Row] = {"steady": load.steady_pods}
    often: dict[str, Row] = {
        "pods": load.burst_pods,
        "data": lambda side, figures, _: load.burst_data(side, figures),
        "services": lambda side, figures, _: load.services(side, figures),
        "reads": lambda side, figures, _: load.reads(side, figures),
        "exec": lambda side, figures, _: asyncio.to_thread(streams.execs, side, figures),
        "logs": lambda side, figures, _: asyncio.to_thread(streams.logs, side, figures),
    }
    for name, row in (once | often).items():
        for _ in range(runs if name in often else 1):
            for side in (bare, virtual) if name in rows else ():
                begin = time.perf_counter()
                await row(side, figures, accounts if side is virtual else None)
                print(f"{name} on {side.label}: {time.perf_counter() - begin:.1f} s", flush=True)


def _accounts(host: HostCluster, cluster: VirtualCluster, virtual: Side) -> Accounts:
    assert host.devhost is not None
    user = f"system:serviceaccount:{NAMESPACE}:{names.control_plane_service_account(NAME)}"
    return Accounts(virtual, cluster.pod, user, host.devhost.audit_log)


def _sides(host: HostCluster, cluster: VirtualCluster) -> tuple[Side, Side]:
    on_host = connect(host.kubectl)
    inside = cluster.kubectl()
    virtual = Side(
        "virtual",
        connect(inside),
        inside,
        "default",
        on_host,
        NAMESPACE,
        lambda name: names.host_name(name, "default", NAME),
    )
    bare = Side("host", on_host, host.kubectl, BARE_NAMESPACE, on_host, BARE_NAMESPACE, lambda name: name)
    return virtual, bare


def _heading() -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return f"Commit {commit.stdout.strip() or 'unknown'}, {platform.machine()}, Python {platform.python_version()}."


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.perf", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which rows: {', '.join(ROWS)} [all]")
    parser.add_argument("--runs", type=int, default=3, help="runs of each row but the steady one [3]")
    parser.add_argument("--rest-seconds", type=float, default=120, help="how long to watch the idle cluster [120]")
    given = parser.parse_args()
    unknown = set(given.rows) - set(ROWS)
    if unknown:
        parser.error(f"no row {min(unknown)!r}; there are: {', '.join(ROWS)}")
    result = asyncio.run(main(set(given.rows or ROWS), given.runs, given.rest_seconds))
    print(f"\n{_heading()}\n\n{result.markdown()}")
