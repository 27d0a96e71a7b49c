"""Runs kubectl against a host, for the few objects the host itself needs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from string import Template

from devhost.errors import HostError
from devhost.locations import PACKAGE


class Kubectl:
    """kubectl at `binary` with the credentials in `kubeconfig`."""

    def __init__(self, binary: Path, kubeconfig: Path) -> None:
        self._command = (str(binary), f"--kubeconfig={kubeconfig}")

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Output of one call. Raises HostError with what kubectl said."""
        done = subprocess.run([*self._command, *arguments], input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise HostError(f"kubectl {' '.join(arguments)} failed", done.stderr.strip()[-2000:])
        return done.stdout

    def apply(self, manifest: str, **values: str) -> None:
        """Server-side apply of `manifests/<manifest>.yaml` with its `$names` filled in."""
        text = Template((PACKAGE / "manifests" / f"{manifest}.yaml").read_text()).substitute(values)
        self.run("apply", "--server-side", "--force-conflicts", "--field-manager=devhost", "-f", "-", stdin=text)

    def delete(self, manifest: str, **values: str) -> None:
        """Deletes what `apply` of the same manifest made, and waits until it is gone."""
        text = Template((PACKAGE / "manifests" / f"{manifest}.yaml").read_text()).substitute(values)
        self.run("delete", "--ignore-not-found", "--wait", "-f", "-", stdin=text)
