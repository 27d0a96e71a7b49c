"""What a host has only on demand: metrics-server for `kubectl top`, kwok for pods by the thousand that run nothing."""

from __future__ import annotations

import json
from typing import Any

from devhost import catalogue, control, gobuild, imageref
from devhost.components import Component
from devhost.errors import HostError
from devhost.host import Host
from devhost.locations import PACKAGE
from devhost.pins import GO_PARTS
from devhost.registry import Registry

NAMES = ("metrics-server", "kwok")
KWOK_LABEL = "type=kwok"
_METRICS_SECONDS = 90


def switch(host: Host, name: str, *, on: bool, nodes: int = 2) -> None:
    """Brings an add-on in or takes it out; `nodes` is how many nodes kwok plays. Raises HostError when it can't."""
    if name == "metrics-server":
        (_metrics_on if on else _metrics_off)(host)
    elif name == "kwok":
        _kwok_on(host, nodes) if on else _kwok_off(host)
    else:
        raise HostError(f"no add-on {name!r}; there are: {', '.join(NAMES)}")


def _metrics_values(host: Host) -> dict[str, str]:
    return {"node_name": host.plan.node_name, "version": GO_PARTS["metrics-server"].version}


def _metrics_on(host: Host) -> None:
    item = catalogue.addon_item("metrics-server")
    built = item.make()
    for ref in item.refs:
        Registry(host.plan.registry).push(imageref.parse(ref), built)
    kubectl = host.kubectl()
    kubectl.apply("metrics-server", **_metrics_values(host))
    kubectl.run(
        *("wait", "--for=condition=Available", f"--timeout={_METRICS_SECONDS}s", "apiservice/v1beta1.metrics.k8s.io")
    )


def _metrics_off(host: Host) -> None:
    host.kubectl().delete("metrics-server", **_metrics_values(host))


def _kwok_on(host: Host, nodes: int) -> None:
    argv = (
        str(gobuild.ensure(GO_PARTS["kwok"])),
        f"--kubeconfig={host.kubeconfig}",
        f"--config={PACKAGE}/manifests/kwok-stages.yaml",
        f"--manage-nodes-with-label-selector={KWOK_LABEL}",
        f"--cidr={host.plan.pod_subnet(8)}",
        f"--node-ip={host.plan.node_ip}",
        "--node-lease-duration-seconds=40",
        "--server-address=127.0.0.1:10247",
    )
    component = Component("kwok", argv, "http://127.0.0.1:10247/healthz")
    control.ask(host.plan.control_socket, {"op": "define", "component": component.to_json()})
    host.start("kwok")
    kubectl = host.kubectl()
    listing = {"apiVersion": "v1", "kind": "List", "items": [kwok_node(number) for number in range(nodes)]}
    kubectl.run("apply", "--server-side", "--field-manager=devhost", "-f", "-", stdin=json.dumps(listing))
    kubectl.run("wait", "--for=condition=Ready", "--timeout=60s", f"--selector={KWOK_LABEL}", "node")


def _kwok_off(host: Host) -> None:
    host.kubectl().run("delete", "node", f"--selector={KWOK_LABEL}", "--ignore-not-found")
    host.stop("kwok")


def kwok_node(number: int) -> dict[str, Any]:
    """A node that kwok plays; its taint keeps ordinary pods away."""
    name = f"kwok-{number}"
    room = {"cpu": "1k", "memory": "1Ti", "pods": "5k", "ephemeral-storage": "10Ti"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "type": "kwok",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "topology.kubernetes.io/zone": f"zone-{number % 3}",
            },
        },
        "spec": {"taints": [{"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}]},
        "status": {"allocatable": room, "capacity": room},
    }
