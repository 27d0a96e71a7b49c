"""How long the compiler lets an author wait, beside ``helm lint`` of the same chart: ``python -m tests.perf.config``.

Cold rows start a process each time, as on a command line; warm rows talk to one language server, as an editor does.
CPU time, user and system, is that of ended processes; it hardly grows when others use the machine.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from devhost import parts
from vcluster_config.compile import chart_folder

ROOT = Path(__file__).resolve().parents[2]
RUNS = 15
TYPICAL = """\
sync:
  toHost:
    pods:
      enforceTolerations: ["dedicated=tenants:NoSchedule"]
      translateImage: {nginx: registry.example.com/nginx}
    serviceAccounts: {enabled: true}
    secrets: {all: true}
    configMaps: {all: true}
  fromHost:
    nodes:
      enabled: true
      selector: {labels: {pool: tenants}}
    storageClasses: {enabled: true}
controlPlane:
  distro:
    k8s:
      enabled: true
      apiServer:
        extraArgs: [--v=2]
  backingStore:
    database:
      external: {enabled: true, dataSource: "postgres://kine:secret@db.example.com:5432/kine"}
  statefulSet:
    highAvailability: {replicas: 3}
    resources:
      limits: {memory: 4Gi}
      requests: {cpu: 200m, memory: 512Mi}
    scheduling:
      nodeSelector: {pool: control}
      tolerations:
        - {key: control, operator: Exists, effect: NoSchedule}
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: vcluster}}
              topologyKey: kubernetes.io/hostname
  service:
    spec: {type: LoadBalancer}
  ingress:
    enabled: true
    host: api.example.com
  proxy:
    extraSANs: [api.example.com]
policies:
  resourceQuota: {enabled: true, quota: {pods: 100}}
  limitRange: {enabled: true}
  networkPolicy: {enabled: true}
exportKubeConfig:
  server: https://api.example.com
"""


class Times(NamedTuple):
    """Milliseconds of each run, on the wall and of CPU."""

    wall: list[float]
    cpu: list[float]


def cold(*arguments: str | Path) -> Times:
    """Whole commands, whose first run leaves bytecode behind, as an installation does."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return timed(lambda: subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, check=True))


def timed(action: Callable[[], object]) -> Times:
    """Runs of an action, after one try that fills caches."""
    found = Times([], [])
    for _ in range(RUNS + 1):
        start, spent = time.perf_counter(), _cpu()
        action()
        found.wall.append(1000 * (time.perf_counter() - start))
        found.cpu.append(1000 * (_cpu() - spent))
    return Times(found.wall[1:], found.cpu[1:])


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Editor:
    """Just enough of a client to type."""

    def __init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-m", "vcluster_config", "lsp"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.typed = 0
        self.send("initialize", {"capabilities": {}}, id=0)
        self.receive()
        self.send("textDocument/didOpen", {"textDocument": {"uri": "file:///vcluster.yaml", "text": TYPICAL}})
        self.receive()

    def send(self, method: str, params: Any, **more: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def receive(self) -> Any:
        assert self.server.stdout is not None
        length = int(self.server.stdout.readline().split(b":")[1])
        self.server.stdout.readline()
        return json.loads(self.server.stdout.read(length))

    def type(self) -> None:
        """Change the text and wait for its findings."""
        self.typed += 1
        text = f"{TYPICAL}# {self.typed}\n"
        document = {"uri": "file:///vcluster.yaml", "version": self.typed}
        self.send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        self.receive()

    def leave(self) -> None:
        self.send("exit", {})
        self.server.communicate()


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vcluster.yaml"
        file.write_text(TYPICAL)
        ours = (sys.executable, "-m", "vcluster_config")
        subprocess.run([*ours, "compile", file, "-o", folder], cwd=ROOT, check=True, capture_output=True)
        helm = cold(parts.helm(4), "lint", "--strict", chart_folder(), "--values", Path(folder) / "values.yaml")
        editor = Editor()
        rows = {
            "helm lint (Helm 4)": helm,
            "lint, cold": cold(*ours, "lint", file),
            "compile, cold, without Helm": cold(*ours, "compile", file),
            "diff, cold": cold(*ours, "diff", file, file),
            "why Role, cold": cold(*ours, "why", file, "Role"),
            "findings after a key stroke, warm": timed(editor.type),
        }
        editor.leave()
    print("| step | ms median (min–max) | of helm lint | CPU ms | of helm lint |\n| --- | --- | --- | --- | --- |")
    for row, found in rows.items():
        wall, cpu = statistics.median(found.wall), statistics.median(found.cpu)
        ratio = f"{wall / statistics.median(helm.wall):.2f}"
        spent = f"{cpu:.0f} | {cpu / statistics.median(helm.cpu):.2f}" if cpu else "– | –"
        print(f"| {row} | {wall:.0f} ({min(found.wall):.0f}–{max(found.wall):.0f}) | {ratio} | {spent} |")


if __name__ == "__main__":
    main()
