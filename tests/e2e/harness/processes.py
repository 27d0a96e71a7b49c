"""Killing a container from outside, as a crash does: its first process dies without a chance to say goodbye."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.e2e.harness.kubectl import Kubectl


def kill_container(kubectl: Kubectl, pod: str, container: str) -> None:
    """SIGKILL all processes of a running container on this machine."""
    container_id = _container_id(kubectl, pod, container)
    found = [process for process in Path("/proc").glob("[0-9]*") if container_id in _cgroup(process)]
    assert found, f"{pod}/{container} has no process on this machine"
    for process in found:
        os.kill(int(process.name), signal.SIGKILL)


def _container_id(kubectl: Kubectl, pod: str, container: str) -> str:
    status = kubectl.get(f"pod/{pod}")["status"]
    found = [*status["containerStatuses"], *status.get("initContainerStatuses", [])]
    return next(str(item["containerID"]) for item in found if item["name"] == container).partition("//")[2]


def _cgroup(process: Path) -> str:
    try:
        return (process / "cgroup").read_text()
    except OSError:
        return ""
