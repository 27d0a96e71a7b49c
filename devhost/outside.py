"""Makes and removes what a host needs outside its namespaces: one process, one link with two routes, cgroups."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from devhost import control
from devhost.errors import HostError
from devhost.plan import MAX_INDEX, Plan

LINKS = Path("/sys/class/net")
CGROUPS = Path("/sys/fs/cgroup")
GONE_SECONDS = 30.0


def launch(plan: Plan) -> None:
    """Starts process 1 of the host in new namespaces; it outlives this process."""
    command = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child"]
    supervisor = [sys.executable, "-m", "devhost.supervisor", str(plan.state), plan.node_name]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    with plan.log("supervisor").open("ab") as log:
        subprocess.run(
            ["setsid", "--fork", *command, *supervisor],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd="/",
            check=True,
        )


def free_index() -> int:
    """The lowest index above 0 that no running host uses. Raises HostError when all are taken."""
    for index in range(1, MAX_INDEX + 1):
        if not (LINKS / Plan("any", index, Path()).outer_link).exists():
            return index
    raise HostError(f"all {MAX_INDEX} host indexes are in use: take a host down")


def connected(plan: Plan, pid: int) -> bool:
    """Whether the namespace of `pid` holds the inner end of this host's link."""
    return f"{plan.inner_link}:" in Path(f"/proc/{pid}/net/dev").read_text()


def connect(plan: Plan, pid: int) -> None:
    """Joins the namespace of `pid` to the machine by a veth pair, with routes to the pods and services."""
    if (LINKS / plan.outer_link).exists():
        raise HostError(
            f"link {plan.outer_link} is in use: another host has index {plan.index}; give this one --index N"
        )
    outer, inner = plan.outer_link, plan.inner_link
    _ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", str(pid))
    _ip("address", "add", f"{plan.outer_ip}/24", "dev", outer)
    _ip("link", "set", outer, "up")
    control.enter(pid, "ip", "address", "add", f"{plan.node_ip}/24", "dev", inner)
    control.enter(pid, "ip", "link", "set", inner, "up")
    control.enter(pid, "ip", "route", "add", "default", "via", plan.outer_ip)
    for network in (plan.pod_cidr, plan.service_cidr):
        _ip("route", "replace", network, "via", plan.node_ip, "dev", outer)


def end(plan: Plan) -> bool:
    """Kills process 1, waits until the kernel has ended everything below it, removes link and cgroups.

    Returns whether a host was running.
    """
    pid = control.init_pid(plan.state)
    if pid is not None:
        linked = connected(plan, pid)
        _kill(pid)
        if linked:
            with suppress(HostError):
                _ip("link", "delete", plan.outer_link)
    for folder in cgroups(plan):
        _remove_tree(folder)
    return pid is not None


def cgroups(plan: Plan) -> Iterator[Path]:
    """The host's top cgroup in every hierarchy that has it (one for cgroup v2, one a controller for v1)."""
    for candidate in (CGROUPS, *sorted(CGROUPS.glob("*/"))):
        folder = candidate / plan.cgroup
        if folder.is_dir():
            yield folder


def create_cgroups(plan: Plan, nodes: tuple[str, ...]) -> None:
    """Makes the kubelets' root cgroups, which a kubelet expects to find in every hierarchy."""
    if (CGROUPS / "cgroup.controllers").exists():
        roots = [CGROUPS]
    else:
        roots = [path for path in sorted(CGROUPS.glob("*/")) if not path.is_symlink() and path.name != "unified"]
    for root in roots:
        for node in nodes:
            (root / plan.cgroup / node).mkdir(parents=True, exist_ok=True)
            _inherit_cpuset(root / plan.cgroup)
            _inherit_cpuset(root / plan.cgroup / node)


def _inherit_cpuset(folder: Path) -> None:
    for name in ("cpuset.cpus", "cpuset.mems"):
        if (folder / name).exists() and not (folder / name).read_text().strip():
            (folder / name).write_text((folder.parent / name).read_text())


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            if not select.select([handle], [], [], GONE_SECONDS)[0]:
                raise HostError(f"process {pid} doesn't end within {GONE_SECONDS:.0f} s of SIGKILL")
        finally:
            os.close(handle)


def _remove_tree(folder: Path) -> None:
    for path, _, _ in os.walk(folder, topdown=False):
        with suppress(FileNotFoundError):
            Path(path).rmdir()


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostError(f"ip {' '.join(arguments)} failed", done.stderr.strip())
