"""One virtual cluster: compiled from an example, installed by Helm, reached through its kubeconfig Secret."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.e2e.harness.audit import AuditLog, Usage
from tests.e2e.harness.compiled import compile_chart
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.host import HostCluster
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.shell import CommandFailed, run

READY_SECONDS = 120


@dataclass
class VirtualCluster:
    """A release NAME in a host namespace."""

    host: HostCluster
    name: str
    namespace: str
    example: str = "quickstart.yaml"
    settings: dict[str, Any] = field(default_factory=dict)
    helm: Path | None = None

    def __post_init__(self) -> None:
        """Prepare the folder that lives as long as this object."""
        self._cleanup = ExitStack()
        self._folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="vcluster-e2e-")))
        self.helm = self.helm or self.host.helms[-1]
        self._log: AuditLog | None = None
        if self.host.devhost is not None:
            self._log = AuditLog(self.host.devhost.audit_log, self.user)
            self._log.skip()

    @property
    def user(self) -> str:
        """Name of the control plane on the host."""
        return f"system:serviceaccount:{self.namespace}:vc-{self.name}"

    def usage(self) -> Usage | None:
        """The control plane's rights and calls; None once it is uninstalled or when the host has no audit log."""
        if self._log is None:
            return None
        roles = self.host_kubectl.get(
            "roles.rbac.authorization.k8s.io,clusterroles.rbac.authorization.k8s.io", f"--selector=release={self.name}"
        )
        granted = frozenset(
            (group, resource, verb)
            for role in roles["items"]
            for rule in role["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        )
        return Usage(f"{self.namespace}/{self.name}", granted, self._log.calls())

    @property
    def host_kubectl(self) -> Kubectl:
        """The host, in the namespace of the release."""
        return self.host.kubectl.within(self.namespace)

    def install(self) -> VirtualCluster:
        """Compile, install or upgrade, and wait until the control plane is ready."""
        chart = compile_chart(self.example, self._image() | self.settings, self._folder / "chart")
        self._helm("upgrade", self.name, str(chart), "--install", "--create-namespace")
        self.ready()
        return self

    def look(self) -> None:
        """Let the kubelet bring a changed configuration now, not within its minute."""
        self.host_kubectl.look(self.pod)

    def ready(self) -> None:
        """Wait until the control plane is ready."""
        self.host_kubectl.ready(self.workload, timeout=READY_SECONDS)

    def notes(self) -> str:
        """What Helm tells the user after the installation."""
        return self._helm("get", "notes", self.name)

    @property
    def workload(self) -> str:
        """The control plane's StatefulSet, or its Deployment when the pod keeps nothing."""
        return f"{self._kind}/{self.name}"

    @property
    def pod(self) -> str:
        """The control plane's pod."""
        if self._kind == "statefulset":
            return f"{self.name}-0"
        pods = self.host_kubectl.items("pods", f"--selector=app=vcluster,release={self.name}")
        return str(next(pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]))

    @cached_property
    def _kind(self) -> str:
        stateful = self.name in self.host_kubectl.names("statefulsets")
        return "statefulset" if stateful else "deployment"

    def uninstall(self) -> None:
        """Remove the release and wait until its pod has gone; once is enough."""
        self._log = None
        self._helm("uninstall", self.name, "--wait", "--ignore-not-found")
        self._cleanup.close()

    def kubectl(self, *, old: bool = False) -> Kubectl:
        """The virtual cluster, through the exported kubeconfig."""
        tool = self.host.old_kubectl if old else self.host.kubectl
        assert tool is not None
        return Kubectl(tool.binary, self._kubeconfig())

    def translated(self, name: str, namespace: str = "default") -> str:
        """Host name of a virtual object whose names are short."""
        return f"{name}-x-{namespace}-x-{self.name}"

    def _kubeconfig(self) -> Path:
        target = self._folder / "kubeconfig"
        if not target.exists():
            secret = eventually(lambda: self.host_kubectl.get(f"secret/vc-{self.name}"), "the kubeconfig is exported")
            config = base64.b64decode(secret["data"]["config"]).decode()
            target.write_text(config.replace("https://localhost:8443", self.address))
        return target

    @cached_property
    def address(self) -> str:
        """URL of the virtual API server: the ClusterIP where it is routed to us, otherwise a forwarded port."""
        address = self.host_kubectl.get(f"service/{self.name}")["spec"]["clusterIP"]
        try:
            socket.create_connection((address, 443), timeout=1).close()
        except OSError:
            return self._forwarded()
        return f"https://{address}:443"

    def _forwarded(self) -> str:
        forward = self.host_kubectl.process("port-forward", f"service/{self.name}", ":443", stdout=subprocess.PIPE)
        child = self._cleanup.enter_context(forward)
        assert child.stdout is not None
        line = child.stdout.readline().decode()
        return f"https://localhost:{line.split(':')[1].split()[0]}"

    def _image(self) -> dict[str, Any]:
        repository, tag = self.host.syncer_image
        return {"controlPlane": {"statefulSet": {"image": {"repository": repository, "tag": tag}}}}

    def _helm(self, *arguments: str) -> str:
        access = [f"--kubeconfig={self.host.kubectl.kubeconfig}", f"--namespace={self.namespace}"]
        return run([str(self.helm), *arguments, *access]).decode()

    def report(self) -> str:
        """Everything one wants to see when a scenario failed."""
        host = self.host_kubectl
        commands = [
            ("get", "pods,services,endpoints,persistentvolumeclaims", "--output=wide"),
            ("describe", "pod", self.pod),
            ("get", "events", "--sort-by=.lastTimestamp"),
        ]
        for container in ("bootstrap", "syncer", "kube-apiserver", "kube-controller-manager"):
            commands.append(("logs", self.pod, f"--container={container}", "--tail=200"))
            commands.append(("logs", self.pod, f"--container={container}", "--tail=200", "--previous"))
        parts = [_important(_tried(host, *command)) for command in commands]
        if (self._folder / "kubeconfig").exists():
            virtual = self.kubectl()
            parts.append(_tried(virtual, "get", "pods,services,persistentvolumeclaims", "--all-namespaces"))
            parts.append(_tried(virtual, "get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"))
        return "\n".join(part for part in parts if part)


def _tried(kubectl: Kubectl, *arguments: str) -> str:
    try:
        return f"--- kubectl {' '.join(arguments)}\n{kubectl(*arguments, timeout=20)}"
    except (CommandFailed, subprocess.TimeoutExpired):
        return ""


def _important(log: str) -> str:
    """Without the chatter of stock components (klog levels I and W)."""
    return "\n".join(line for line in log.splitlines() if not re.match(r"[IW]\d{4} ", line))
