"""Prepares the mount namespace of a host: standard paths lead into its state folder, and no mount leaks out."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

# The kubelet insists on these and would change the whole machine, so it is shown files that hold its wish already
# (https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ protectKernelDefaults).
KERNEL_TUNABLES = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
SYSCTLS = {
    "net/ipv4/ip_forward": "1",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/all/route_localnet": "1",
    "net/bridge/bridge-nf-call-iptables": "1",
    "net/bridge/bridge-nf-call-ip6tables": "1",
    "net/ipv4/ip_local_port_range": "32768 60999",
}


def prepare(state: Path, hostname: str) -> None:
    """Run by process 1 before anything else. `state` must exist; it can't lie below /run."""
    _mount("--make-rshared", "/")
    for target in (state, "/run", "/var/lib/cni"):
        Path(target).mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", "mode=0755", "devhost", "/run")
    _mount("-t", "tmpfs", "devhost", "/var/lib/cni")
    _bind(state / "data" / "var-log", Path("/var/log"))
    for suffix in ("", "-1"):
        _bind(state / "data" / f"kubelet{suffix}", Path(f"/var/lib/kubelet{suffix}"))
    _shield_tunables(state / "data" / "tunables")
    _network()
    socket.sethostname(hostname)


def _shield_tunables(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in KERNEL_TUNABLES.items():
        real = Path("/proc/sys") / name
        if real.exists():
            stand_in = folder / name.replace("/", ".")
            stand_in.write_text(value + "\n")
            _mount("--bind", str(stand_in), str(real))


def _network() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in SYSCTLS.items():
        path = Path("/proc/sys") / name
        if path.exists():
            path.write_text(value)


def _bind(source: Path, target: Path) -> None:
    for folder in (source, target):
        folder.mkdir(parents=True, exist_ok=True)
    _mount("--bind", str(source), str(target))
    _mount("--make-rshared", str(target))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)
