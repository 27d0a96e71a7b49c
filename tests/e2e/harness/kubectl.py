"""kubectl towards one API server, as tests use it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.shell import run

JSON = dict[str, Any]
WORKLOADS = Path(__file__).parents[3] / "examples" / "workloads"


@dataclass(frozen=True)
class Kubectl:
    """One kubectl binary, one kubeconfig, one default namespace."""

    binary: Path
    kubeconfig: Path
    namespace: str = ""

    def within(self, namespace: str) -> Kubectl:
        """The same with another default namespace."""
        return replace(self, namespace=namespace)

    def command(self, *arguments: str) -> list[str]:
        """The whole command line."""
        scope = [f"--namespace={self.namespace}"] if self.namespace else []
        return [str(self.binary), f"--kubeconfig={self.kubeconfig}", *scope, *arguments]

    def raw(self, *arguments: str, stdin: bytes = b"", timeout: float = 120) -> bytes:
        """Standard output, byte for byte."""
        return run(self.command(*arguments), stdin=stdin, timeout=timeout)

    def __call__(self, *arguments: str, stdin: bytes = b"", timeout: float = 120) -> str:
        """Standard output as text without surrounding white space."""
        return self.raw(*arguments, stdin=stdin, timeout=timeout).decode().strip()

    def get(self, *arguments: str) -> JSON:
        """One object, or a list object."""
        found: JSON = json.loads(self.raw("get", *arguments, "--output=json"))
        return found

    def items(self, *arguments: str) -> list[JSON]:
        """Objects of a list."""
        return list(self.get(*arguments)["items"])

    def names(self, *arguments: str) -> set[str]:
        """Names of the objects of a list."""
        return {item["metadata"]["name"] for item in self.items(*arguments)}

    def apply(self, *objects: JSON) -> None:
        """Apply objects."""
        body = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self("apply", "--filename=-", stdin=json.dumps(body).encode())

    def apply_workload(self, example: str) -> None:
        """Apply ``examples/workloads/EXAMPLE``; a new namespace has no account for Pods in its first moment."""
        eventually(lambda: self("apply", f"--filename={WORKLOADS / example}"), f"{example} is applied")

    def ready(self, *workloads: str, timeout: float = 120) -> None:
        """Wait until ``deployment/x``, ``statefulset/y`` … are rolled out."""
        for workload in workloads:
            self("rollout", "status", workload, f"--timeout={timeout:.0f}s", timeout=timeout + 10)

    def wait(self, condition: str, *targets: str, timeout: float = 120) -> None:
        """``kubectl wait --for=CONDITION TARGET…``."""
        self("wait", f"--for={condition}", *targets, f"--timeout={timeout:.0f}s", timeout=timeout + 10)

    def look(self, pod: str) -> None:
        """Let the kubelet look at ``pod`` now: it does when a Pod changes, else once a minute or after a back-off."""
        self("annotate", "pod", pod, "--overwrite", f"example.com/look={os.urandom(4).hex()}")

    def sh(self, pod: str, script: str, *flags: str, timeout: float = 120) -> str:
        """Output of a shell script inside a pod (``name``, ``deployment/name``)."""
        return self("exec", pod, *flags, "--", "sh", "-c", script, timeout=timeout)

    @contextmanager
    def process(self, *arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
        """A kubectl that keeps running, ended with the block."""
        child = subprocess.Popen(self.command(*arguments), **options)
        try:
            yield child
        finally:
            child.terminate()
            child.wait(timeout=30)
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream is not None:
                    stream.close()
