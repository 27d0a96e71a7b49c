"""CPU and memory of containers from the kernel's books, because the kubelet's summary may be 15 seconds old."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CPU_ACCOUNTS = (Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup"))
MEMORY_ACCOUNTS = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))


@dataclass(frozen=True)
class Usage:
    """CPU seconds since the start, and anonymous resident bytes, of one container."""

    cpu: float
    memory: float


def pod_cpu(uid: str) -> float:
    """CPU seconds of all containers of a pod, ended ones included."""
    return _cpu(_folder(CPU_ACCOUNTS, uid))


def container_usage(uid: str, container_id: str) -> Usage:
    """One container, by the ID of its status without the scheme."""
    stat = _fields(_folder(MEMORY_ACCOUNTS, uid, container_id) / "memory.stat")
    return Usage(_cpu(_folder(CPU_ACCOUNTS, uid, container_id)), stat.get("anon", stat.get("rss", 0)))


def _cpu(folder: Path) -> float:
    usage = folder / "cpuacct.usage"
    return int(usage.read_text()) / 1e9 if usage.exists() else _fields(folder / "cpu.stat")["usage_usec"] / 1e6


def _fields(file: Path) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in file.read_text().splitlines())}


def _folder(roots: tuple[Path, ...], uid: str, container_id: str = "") -> Path:
    """Raises FileNotFoundError when the pod runs on another machine, whose books are not here."""
    for root in roots:
        for folder in root.glob(f"**/pod{uid}"):
            return folder / container_id
    raise FileNotFoundError(f"no cgroup of pod {uid}: CPU and memory need a host on this machine")
