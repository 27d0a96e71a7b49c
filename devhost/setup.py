"""Writes a host's certificates and configuration files into its state folder before anything is started."""

from __future__ import annotations

import json
from typing import Any

from devhost import pki, render
from devhost.components import Node
from devhost.plan import Plan


def write(plan: Plan, nodes: tuple[Node, ...]) -> None:
    """Idempotent: certificates are kept, configuration files are written anew."""
    for folder in (plan.conf / "registry" / "_default", plan.logs, plan.data, plan.audit_log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    _write(plan, "audit-policy.json", render.audit_policy())
    _write(plan, "kube-proxy.json", render.kube_proxy(plan))
    _text(plan, "resolv.conf", f"nameserver {plan.dns_ip}\n")
    _text(plan, "registry.yml", render.docker_registry(f"{plan.data}/registry", "0.0.0.0:5000"))
    _text(plan, "registry/_default/hosts.toml", render.registry_hosts())
    _text(plan, "buildah-registries.conf", render.buildah_registries(plan))
    for user in ("controller-manager", "scheduler", "kube-proxy"):
        _text(plan, f"{user}.kubeconfig", render.kubeconfig(plan, user, server=plan.api_url))
    plan.kubeconfig.write_text(render.kubeconfig(plan, "admin", server=plan.api_url))
    for node in nodes:
        write_node(plan, node)


def write_node(plan: Plan, node: Node) -> None:
    """The files of one node; also for one that joins later."""
    pki.create(plan, (node,))
    (plan.conf / f"cni-{node.name}").mkdir(exist_ok=True)
    _write(plan, f"cni-{node.name}/10-devhost.conflist", render.cni(plan, node.number, node.bridge))
    _text(plan, f"containerd-{node.name}.toml", render.containerd(plan, node.name, node.runtime_dir))
    _write(plan, f"kubelet-{node.name}.json", render.kubelet(plan, node))
    user = f"kubelet-{node.name}"
    _text(plan, f"{user}.kubeconfig", render.kubeconfig(plan, user, server=plan.api_url))


def _write(plan: Plan, name: str, value: dict[str, Any]) -> None:
    _text(plan, name, json.dumps(value, indent=1))


def _text(plan: Plan, name: str, text: str) -> None:
    (plan.conf / name).write_text(text)
