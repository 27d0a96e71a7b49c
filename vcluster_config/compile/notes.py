"""The words after ``helm install``: how to reach the virtual cluster, in commands that work as pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.placeholders import NAMESPACE, RELEASE
from vcluster_contract import layout, names

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved


def notes(resolved: Resolved) -> str:
    """Text with release tokens."""
    kind = "statefulset" if resolved.stateful else "deployment"
    kubectl = f"kubectl --namespace {NAMESPACE}"
    kubeconfig = f"{RELEASE}.kubeconfig"
    template = "{{.data.config | base64decode}}"
    lines = [
        f"Virtual cluster {RELEASE} runs Kubernetes {resolved.kubernetes_version}. Wait until it is ready:",
        "",
        f"  {kubectl} rollout status {kind}/{RELEASE}",
        "",
        "Fetch its kubeconfig:",
        "",
        f"  {kubectl} get secret {names.kubeconfig_secret(RELEASE)} --template='{template}' > {kubeconfig}",
        "",
        *_forward(resolved, kubectl),
        "Use it:",
        "",
        f"  kubectl --kubeconfig {kubeconfig} get namespaces",
        "",
    ]
    return "\n".join(lines)


def _forward(resolved: Resolved, kubectl: str) -> tuple[str, ...]:
    """Only the default address, localhost, needs a tunnel."""
    if resolved.config.export_kube_config.server:
        return ()
    command = f"  {kubectl} port-forward service/{RELEASE} {layout.API_SERVER_PORT}:443 > /dev/null &"
    return ("Open a way to it (ends with the shell):", "", command, "")
