"""The main job from nothing: a host, a compiled file, a Helm install and an application inside, every step timed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import click

from devhost import syncer_image
from devhost.errors import HostError
from devhost.host import Host
from devhost.progress import Progress
from devhost.syncer_image import ROOT

RELEASE = "demo"
NAMESPACE = "demo"
HOST_NAME = "demo"
HOST_INDEX = 40
EXAMPLE = ROOT / "examples" / "quickstart.yaml"
APPLICATION = ROOT / "examples" / "app.yaml"
_READY = "--timeout=180s"


@dataclass
class Target:
    """The host cluster of the demo: ours, or the one KUBECONFIG names."""

    kubeconfig: Path
    kubectl: Path
    helm: Path
    image: tuple[str, str]


@dataclass
class Demo:
    """Where its files lie and how it says what it does."""

    progress: Progress = field(default_factory=Progress)
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / "vcluster-demo")

    def up(self) -> None:
        """Run every step. Raises HostError with the output of the command that failed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self._target()
        with self.progress.step("compile examples/quickstart.yaml"):
            self._compile(target)
        with self.progress.step("helm install, control plane Ready"):
            self._install(target)
        inside = self._kubeconfig(target)
        with self.progress.step("DNS inside"):
            _run(target.kubectl, inside, "rollout", "status", "-n", "kube-system", "deployment/coredns", _READY)
        with self.progress.step("application inside (examples/app.yaml)"):
            _run(target.kubectl, inside, "apply", "-f", str(APPLICATION))
            _run(target.kubectl, inside, "rollout", "status", "-n", "shop", "deployment/web", _READY)
        with self.progress.step("a pod asks the application by its DNS name"):
            answer = _ask(target, inside)
        print(f"\nhttp://web.shop answers: {answer}")
        _show("inside the virtual cluster", _run(target.kubectl, inside, "get", "pods,services", "--all-namespaces"))
        _show("on the host", _run(target.kubectl, target.kubeconfig, "get", "pods,services", "-n", NAMESPACE))
        print(f"\nexport KUBECONFIG={inside}\n{target.kubectl} get namespaces\nmake demo-down   # takes all of it away")

    def down(self) -> None:
        """Remove the release and, when it was ours, the host."""
        existing = os.environ.get("KUBECONFIG")
        if existing:
            with self.progress.step("helm uninstall"):
                target = _existing(Path(existing), ("", ""))
                _helm(target, "uninstall", RELEASE, "--ignore-not-found", "--wait")
                _run(target.kubectl, target.kubeconfig, "delete", "namespace", NAMESPACE, "--ignore-not-found")
        else:
            with self.progress.step("host down"):
                Host(HOST_NAME, HOST_INDEX, self.progress).down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _target(self) -> Target:
        existing = os.environ.get("KUBECONFIG")
        if existing:
            repository, _, tag = os.environ.get("VCLUSTER_SYNCER_IMAGE", "").rpartition(":")
            if not repository:
                raise HostError(
                    "KUBECONFIG names a cluster of yours: set VCLUSTER_SYNCER_IMAGE=REPOSITORY:TAG to an image its "
                    "nodes can pull (build it from images/syncer/Dockerfile), or unset KUBECONFIG"
                )
            return _existing(Path(existing), (repository, tag))
        host = Host(HOST_NAME, HOST_INDEX, self.progress)
        host.up()
        with self.progress.step("syncer image"):
            image = syncer_image.ensure(host)
        return Target(host.kubeconfig, host.kubectl_path(), host.helm_path(4), image)

    def _compile(self, target: Target) -> None:
        repository, tag = target.image
        image = "controlPlane.statefulSet.image"
        _call(
            [
                *(sys.executable, "-m", "vcluster_config", "compile", str(EXAMPLE), "-o", str(self.folder)),
                *("--set", f"{image}.repository={repository}", "--set-string", f"{image}.tag={tag}"),
            ]
        )

    def _install(self, target: Target) -> None:
        values = self.folder / "values.yaml"
        chart = ROOT / "chart"
        _helm(target, "upgrade", RELEASE, str(chart), "--install", "--create-namespace", "-f", str(values))
        where = ("-n", NAMESPACE)
        _run(target.kubectl, target.kubeconfig, "rollout", "status", *where, f"statefulset/{RELEASE}", _READY)

    def _kubeconfig(self, target: Target) -> Path:
        """The exported kubeconfig, pointed at the ClusterIP when that is routed to this machine."""
        where = ("-n", NAMESPACE)
        secret = _run(target.kubectl, target.kubeconfig, "get", *where, f"secret/vc-{RELEASE}", "-o", "json")
        config = base64.b64decode(json.loads(secret)["data"]["config"]).decode()
        service = _run(target.kubectl, target.kubeconfig, "get", *where, f"service/{RELEASE}", "-o", "json")
        address = json.loads(service)["spec"]["clusterIP"]
        try:
            socket.create_connection((address, 443), timeout=1).close()
        except OSError as error:
            raise HostError(
                f"ClusterIP {address} isn't routed to this machine: run 'kubectl port-forward -n {NAMESPACE} "
                f"service/{RELEASE} 8443:443' and use the kubeconfig of Secret vc-{RELEASE}"
            ) from error
        path = self.folder / "kubeconfig"
        path.write_text(config.replace("https://localhost:8443", f"https://{address}"))
        path.chmod(0o600)
        return path


def _existing(kubeconfig: Path, image: tuple[str, str]) -> Target:
    tools = {name: shutil.which(name) for name in ("kubectl", "helm")}
    for name, path in tools.items():
        if path is None:
            raise HostError(f"{name} isn't on PATH: install it, or unset KUBECONFIG to use a host of our own")
    return Target(kubeconfig, Path(tools["kubectl"] or ""), Path(tools["helm"] or ""), image)


def _ask(target: Target, inside: Path) -> str:
    """What a pod of the virtual cluster gets when it asks for http://web.shop."""
    fetch = "until timeout 2 wget -q -O- http://web.shop; do sleep 0.2; done"
    script = ("--", "timeout", "60", "sh", "-c", fetch)
    _run(target.kubectl, inside, "run", "customer", "--image=busybox:1.36", "--restart=Never", *script)
    _run(target.kubectl, inside, "wait", "pod/customer", "--for=jsonpath={.status.phase}=Succeeded", _READY)
    answer = _run(target.kubectl, inside, "logs", "customer")
    _run(target.kubectl, inside, "delete", "pod", "customer")
    return answer.strip()


def _show(title: str, text: str) -> None:
    print(f"\n{title}:\n{text.rstrip()}")


def _run(kubectl: Path, kubeconfig: Path, *arguments: str) -> str:
    return _call([str(kubectl), f"--kubeconfig={kubeconfig}", *arguments])


def _helm(target: Target, *arguments: str) -> str:
    return _call([str(target.helm), *arguments, f"--kubeconfig={target.kubeconfig}", f"--namespace={NAMESPACE}"])


def _call(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise HostError(f"{' '.join(argv)} failed with status {done.returncode}", (done.stdout + done.stderr).strip())
    return done.stdout


@click.command()
@click.argument("direction", type=click.Choice(["up", "down"]))
def main(direction: str) -> None:
    """Bring the demo up or take it away."""
    try:
        Demo().up() if direction == "up" else Demo().down()
    except HostError as error:
        print(f"demo: {error}", file=sys.stderr)
        if error.detail:
            print(error.detail, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
