"""Rows about exec and logs, measured with kubectl because that is what people wait for."""

from __future__ import annotations

import subprocess
import time

from tests.perf.figures import Figures
from tests.perf.side import Side

LOG_BYTES = 100_000_000
# Short lines would measure how fast the container runtime stamps each of them, not how fast they travel.
_LINE = 1000


def _runner(name: str, script: str) -> dict[str, object]:
    container = {"name": "main", "image": "busybox:1.36", "command": ["sh", "-c", script]}
    spec = {"containers": [container], "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def execs(side: Side, figures: Figures, *, count: int = 20) -> None:
    """``kubectl exec POD -- true``, whole command."""
    kubectl = side.kubectl.within(side.namespace)
    kubectl.apply(_runner("exec-target", "sleep 3600"))
    kubectl.wait("condition=Ready", "pod/exec-target")
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        kubectl("exec", "exec-target", "--", "true")
        taken.append(time.perf_counter() - begin)
    figures.add_quantiles("kubectl exec POD -- true", side.label, taken)
    kubectl("delete", "pod", "exec-target", "--now")


def logs(side: Side, figures: Figures) -> None:
    """``kubectl logs -f`` of a container that writes 100 MB at full speed and ends."""
    kubectl = side.kubectl.within(side.namespace)
    line = "x" * (_LINE - 1)
    kubectl.apply(_runner("chatter", f"sleep 2; yes {line} | head -c {LOG_BYTES}; sleep 1") | {})
    kubectl.wait("condition=Ready", "pod/chatter")
    begin = time.perf_counter()
    arrived = 0
    with kubectl.process("logs", "--follow", "chatter", stdout=subprocess.PIPE, bufsize=0) as child:
        assert child.stdout is not None
        while arrived < LOG_BYTES and (piece := child.stdout.read(1 << 20)):
            if not arrived:
                begin = time.perf_counter()
            arrived += len(piece)
    seconds = time.perf_counter() - begin
    figures.add("logs -f of 100 MB: arrived, MB", side.label, arrived / 1e6)
    figures.add("logs -f of 100 MB: MB/s", side.label, arrived / 1e6 / seconds)
    kubectl("delete", "pod", "chatter", "--now")
