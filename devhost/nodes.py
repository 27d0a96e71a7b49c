"""Adds a second real node to a running host, for what one node can't show: drain, affinity, spreading, topology."""

from __future__ import annotations

from devhost import components, control, gobuild, outside, setup, wait
from devhost.components import Node
from devhost.host import Host
from devhost.pins import GO_PARTS

NODE_SECONDS = 60.0


def second(host: Host) -> Node:
    """The second node: own address, kubelet port, containerd, bridge and cgroup in the same namespaces."""
    return Node(f"{host.plan.node_name}-1", 1)


def add(host: Host) -> Node:
    """Starts the second node and waits until it is Ready. Raises HostError with the log line that matters."""
    node = second(host)
    setup.write_node(host.plan, node)
    outside.create_cgroups(host.plan, (node.name,))
    address = f"{host.plan.address(node.number)}/24"
    if address not in host.run("ip", "-o", "address", "show", "dev", host.plan.inner_link):
        host.run("ip", "address", "add", address, "dev", host.plan.inner_link)
    for component in components.for_node(host.plan, node, str(gobuild.ensure(GO_PARTS["kubelet"]))):
        control.ask(host.plan.control_socket, {"op": "define", "component": component.to_json()})
        host.start(component.name)
    kubectl = host.kubectl()
    wait.until(
        lambda: node.name in kubectl.run("get", "nodes", "-o", "name"), f"node {node.name} registers", NODE_SECONDS
    )
    kubectl.run("wait", "--for=condition=Ready", f"--timeout={NODE_SECONDS:.0f}s", f"node/{node.name}")
    return node


def remove(host: Host) -> None:
    """Drains the second node, stops it and deletes its Node object."""
    node = second(host)
    kubectl = host.kubectl()
    kubectl.run("drain", node.name, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s")
    kubectl.run("delete", "node", node.name)
    for component in (f"kubelet{node.suffix}", f"containerd{node.suffix}"):
        host.stop(component)
