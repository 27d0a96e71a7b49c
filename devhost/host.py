"""The host as an object, for the commands and for tests: bring it up, take it down, break it, put images into it."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devhost import apt, buildah, catalogue, components, control, logpick, outside, parts, seed, setup, wait
from devhost.atomic import locked
from devhost.components import Component, Node
from devhost.errors import HostError
from devhost.kubectl import Kubectl
from devhost.locations import state_dir
from devhost.pins import COREDNS_DEFAULT_TAG, GO_PARTS
from devhost.plan import Plan
from devhost.progress import Progress
from devhost.registry import Registry

MAIN = "main"
STOP_SECONDS = 5.0
LAUNCH_SECONDS = 20.0
NODE_SECONDS = 60.0
POD_SECONDS = 120.0


@dataclass(frozen=True)
class Status:
    """A picture of one host; `components` holds pid, wanted, restarts and ready of each."""

    name: str
    index: int
    running: bool
    kubeconfig: str
    audit_log: str
    registry: str
    state: str
    components: dict[str, dict[str, Any]]
    images: list[str]


class Host:
    """One host, addressed by name; `index` chooses its addresses, by default ones that no other host has."""

    def __init__(self, name: str = MAIN, index: int | None = None, progress: Progress | None = None) -> None:
        state = state_dir(name)
        self.plan = Plan(name, _index(name, state) if index is None else index, state)
        self._progress = progress or Progress()
        self.node = Node(self.plan.node_name, 0)

    @property
    def kubeconfig(self) -> Path:
        """Administrator's credentials, usable from the machine and from pods with host files alike."""
        return self.plan.kubeconfig

    @property
    def audit_log(self) -> Path:
        """One JSON event per line, level Metadata, for every request the host's API server answered."""
        return self.plan.audit_log

    def running(self) -> bool:
        """Whether the host's process 1 lives."""
        return self._pid() is not None

    def kubectl_path(self, *, old: bool = False) -> Path:
        """Path of kubectl, the host's version or an old one."""
        return parts.kubectl(old=old)

    def helm_path(self, major: int = 3) -> Path:
        """Path of Helm 3 or 4."""
        return parts.helm(major)

    def kubectl(self) -> Kubectl:
        """Kubectl with the administrator's credentials."""
        return Kubectl(parts.kubectl(), self.kubeconfig)

    def up(self) -> None:
        """Brings the host up, or up to date; does nothing that is done already. Raises HostError, log line included."""
        if os.geteuid() != 0:
            raise HostError("a host needs namespaces, mounts and links: run as root")
        with self._progress.step("Debian packages"):
            apt.ensure()
        with self._progress.step("Kubernetes parts"):
            binaries = parts.ensure_host(self._progress.note)
        with self._progress.step("images"):
            storage = seed.ensure(catalogue.items(), self._progress.note)
        with locked(self.plan.state / "lock"):
            self._start(binaries, storage)

    def _start(self, binaries: dict[str, str], storage: Path) -> None:
        if not self.running():
            with self._progress.step("state, certificates, configuration"):
                self._prepare()
        seed.copy(storage, self.plan.data / "registry")
        with self._progress.step("namespaces and network"):
            self._launch()
        base = {component.name: component for component in components.base(self.plan, binaries)}
        containerd, kubelet = components.for_node(self.plan, self.node, binaries["kubelet"])
        self._start_together("etcd, registry, containerd", base["etcd"], base["registry"], containerd)
        self._start_together("API server", base["kube-apiserver"])
        self._start_together(
            "controller manager, scheduler, kubelet, kube-proxy",
            *(base["kube-controller-manager"], base["kube-scheduler"], kubelet, base["kube-proxy"]),
        )
        with self._progress.step("node Ready"):
            self._node_ready()
        with self._progress.step("DNS and default StorageClass"):
            self._cluster_services()

    def _prepare(self) -> None:
        outside.end(self.plan)
        if not self._kept.exists():
            self._forget()
        self._kept.unlink(missing_ok=True)
        setup.write(self.plan, (self.node,))
        (self.plan.state / "plan.json").write_text(json.dumps({"index": self.plan.index}))
        outside.create_cgroups(self.plan, (self.node.name,))

    def _launch(self) -> None:
        if self._pid() is None:
            outside.launch(self.plan)
        wait.until(self._answers, "process 1 of the host answers", LAUNCH_SECONDS)
        pid = self._pid()
        if pid is not None and not outside.connected(self.plan, pid):
            try:
                outside.connect(self.plan, pid)
            except HostError:
                outside.end(self.plan)
                raise

    def _answers(self) -> bool:
        try:
            control.ask(self.plan.control_socket, {"op": "status"}, 5.0)
        except HostError:
            return False
        return True

    def _start_together(self, title: str, *group: Component) -> None:
        with self._progress.step(title), ThreadPoolExecutor(len(group)) as pool:
            list(pool.map(self._define_and_start, group))

    def _define_and_start(self, component: Component) -> None:
        control.ask(self.plan.control_socket, {"op": "define", "component": component.to_json()})
        self.start(component.name)

    def start(self, component: str) -> None:
        """Starts a component and waits until it is ready. Raises HostError with the line of its log that matters."""
        try:
            control.ask(self.plan.control_socket, {"op": "start", "component": component})
        except HostError as error:
            raise HostError(str(error), logpick.explain(self.plan.log(component))) from error

    def stop(self, component: str, *, grace: float = STOP_SECONDS) -> None:
        """Stops a component until `start`: SIGTERM, SIGKILL after `grace` seconds (at once for 0)."""
        control.ask(self.plan.control_socket, {"op": "stop", "component": component, "grace": grace})

    def _node_ready(self) -> None:
        kubectl = self.kubectl()
        path = "jsonpath={.status.conditions[?(@.type=='Ready')].status}"
        wait.until(
            lambda: kubectl.run("get", "node", self.node.name, "--ignore-not-found", "-o", path) == "True",
            "the node is Ready",
            NODE_SECONDS,
        )

    def _cluster_services(self) -> None:
        kubectl = self.kubectl()
        node = self.plan.node_name
        kubectl.apply("dns", dns_ip=self.plan.dns_ip, node_name=node, coredns_tag=f"v{COREDNS_DEFAULT_TAG}")
        kubectl.apply(
            "storage",
            volumes=f"{self.plan.data}/volumes",
            node_name=node,
            local_path_version=GO_PARTS["local-path-provisioner"].version,
        )
        for namespace, name in (("kube-system", "coredns"), ("local-path-storage", "local-path-provisioner")):
            timeout = f"--timeout={POD_SECONDS:.0f}s"
            kubectl.run("rollout", "status", f"--namespace={namespace}", f"deployment/{name}", timeout)

    def down(self, *, keep: bool = False) -> bool:
        """Ends the host and removes its state (kept with `keep`); returns whether it was running."""
        was_running = outside.end(self.plan)
        if keep and was_running:
            self._kept.touch()
        elif not keep:
            shutil.rmtree(self.plan.state, ignore_errors=True)
        return was_running

    @property
    def _kept(self) -> Path:
        return self.plan.state / "kept"

    def _forget(self) -> None:
        """Removes what a host left that ended without `down`: a start from a torn state would be no clean start."""
        for path in self.plan.state.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()

    def status(self) -> Status:
        """What runs and where its things are."""
        running = self.running()
        known: dict[str, dict[str, Any]] = {}
        if running:
            known = control.ask(self.plan.control_socket, {"op": "status"})["components"]
        return Status(
            name=self.plan.name,
            index=self.plan.index,
            running=running,
            kubeconfig=str(self.kubeconfig),
            audit_log=str(self.audit_log),
            registry=self.plan.registry,
            state=str(self.plan.state),
            components=known,
            images=Registry(self.plan.registry).images() if known.get("registry", {}).get("ready") else [],
        )

    def build_image(
        self, context: Path, dockerfile: Path | None = None, tag: str = "", build_args: dict[str, str] | None = None
    ) -> str:
        """Builds a Dockerfile and pushes it into the host's registry under `tag`; returns the reference for outside."""
        if not tag:
            raise HostError("an image needs a name: -t NAME[:TAG]")
        return buildah.build(self.plan, context, dockerfile or context / "Dockerfile", tag, build_args or {})

    def load_image(self, source: str, tag: str = "") -> str:
        """Puts an archive (docker-save or OCI tar) or an image buildah can reach into the host's registry."""
        return buildah.load(self.plan, source, tag)

    def run(self, *argv: str) -> str:
        """Output of a program run inside the host's namespaces. Raises HostError when it fails."""
        pid = self._pid()
        if pid is None:
            raise HostError(f"host {self.plan.name!r} isn't running: run 'python -m devhost up'")
        return control.enter(pid, *argv)

    def _pid(self) -> int | None:
        return control.init_pid(self.plan.state)


def _index(name: str, state: Path) -> int:
    """The index the host was brought up with, else 0 for `main` and the first free one for others."""
    record = state / "plan.json"
    if record.exists():
        return int(json.loads(record.read_text())["index"])
    return 0 if name == MAIN else outside.free_index()
