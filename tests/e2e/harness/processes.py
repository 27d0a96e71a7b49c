"""Killing and freezing containers from outside: their processes get no chance to say goodbye."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.harness.kubectl import Kubectl


def kill_container(kubectl: Kubectl, pod: str, container: str) -> None:
    """SIGKILL all processes of a running container on this machine."""
    _send(kubectl, pod, container, signal.SIGKILL)


@contextmanager
def frozen(kubectl: Kubectl, pod: str, container: str) -> Iterator[None]:
    """A container that answers nobody, for less than its liveness probe puts up with."""
    _send(kubectl, pod, container, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(kubectl, pod, container, signal.SIGCONT)


def _send(kubectl: Kubectl, pod: str, container: str, number: signal.Signals) -> None:
    container_id = _container_id(kubectl, pod, container)
    found = [process for process in Path("/proc").glob("[0-9]*") if container_id in _cgroup(process)]
    assert found, f"{pod}/{container} has no process on this machine"
    for process in found:
        os.kill(int(process.name), number)


def _container_id(kubectl: Kubectl, pod: str, container: str) -> str:
    status = kubectl.get(f"pod/{pod}")["status"]
    found = [*status["containerStatuses"], *status.get("initContainerStatuses", [])]
    return next(str(item["containerID"]) for item in found if item["name"] == container).partition("//")[2]


def _cgroup(process: Path) -> str:
    try:
        return (process / "cgroup").read_text()
    except OSError:
        return ""
