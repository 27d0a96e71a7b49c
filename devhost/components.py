"""Says how each component of the host is run and when it counts as ready; data only, the supervisor does the rest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from devhost.plan import Plan


@dataclass(frozen=True)
class Component:
    """A process: `argv`, and `ready`, an http(s) URL that answers 200 or an absolute path of a unix socket."""

    name: str
    argv: tuple[str, ...]
    ready: str
    timeout: float = 60.0

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON, for the control socket."""
        return asdict(self)


@dataclass(frozen=True)
class Node:
    """A kubelet with its containerd: `number` 0 is the host itself."""

    name: str
    number: int

    @property
    def suffix(self) -> str:
        """Tells the second node's processes and folders from the first's."""
        return "" if self.number == 0 else f"-{self.number}"

    @property
    def runtime_dir(self) -> str:
        """Where containerd keeps its run-time state."""
        return f"/run/containerd{self.suffix}"

    @property
    def socket(self) -> str:
        """Containerd's CRI socket."""
        return f"{self.runtime_dir}/containerd.sock"

    @property
    def kubelet_port(self) -> int:
        """The kubelet's HTTPS port; its health port is two less."""
        return 10250 + 100 * self.number

    @property
    def kubelet_root(self) -> str:
        """The kubelet's data folder."""
        return f"/var/lib/kubelet{self.suffix}"

    @property
    def bridge(self) -> str:
        """The bridge the node's pods hang on."""
        return f"cni{self.number}"


def base(plan: Plan, binaries: dict[str, str]) -> tuple[Component, ...]:
    """The components of every host, in start order; those of nodes come from `for_node`."""
    return (
        _registry(plan),
        _etcd(plan, binaries["etcd"]),
        _api_server(plan, binaries["kube-apiserver"]),
        _controller_manager(plan, binaries["kube-controller-manager"]),
        _scheduler(plan, binaries["kube-scheduler"]),
        _kube_proxy(plan, binaries["kube-proxy"]),
    )


def for_node(plan: Plan, node: Node, kubelet_binary: str) -> tuple[Component, Component]:
    """The container runtime and the kubelet of one node."""
    return _containerd(plan, node), _kubelet(plan, node, kubelet_binary)


def _registry(plan: Plan) -> Component:
    return Component(
        "registry",
        ("docker-registry", "serve", f"{plan.conf}/registry.yml"),
        "http://127.0.0.1:5000/v2/",
    )


def _etcd(plan: Plan, binary: str) -> Component:
    argv = (
        binary,
        f"--data-dir={plan.data}/etcd",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--unsafe-no-fsync",
        "--quota-backend-bytes=4294967296",
        "--log-level=warn",
    )
    return Component("etcd", argv, "http://127.0.0.1:2379/health")


def _api_server(plan: Plan, binary: str) -> Component:
    pki = plan.pki
    argv = (
        binary,
        f"--advertise-address={plan.node_ip}",
        "--secure-port=6443",
        "--etcd-servers=http://127.0.0.1:2379",
        f"--service-cluster-ip-range={plan.service_cidr}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--client-ca-file={pki}/ca.crt",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--kubelet-certificate-authority={pki}/ca.crt",
        f"--kubelet-client-certificate={pki}/apiserver-kubelet-client.crt",
        f"--kubelet-client-key={pki}/apiserver-kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP,Hostname",
        f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy-client.crt",
        f"--proxy-client-key-file={pki}/front-proxy-client.key",
        "--enable-aggregator-routing=true",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki}/sa.pub",
        f"--service-account-signing-key-file={pki}/sa.key",
        f"--audit-policy-file={plan.conf}/audit-policy.json",
        f"--audit-log-path={plan.audit_log}",
        "--audit-log-maxsize=2000",
        "--audit-log-maxbackup=1",
    )
    return Component("kube-apiserver", argv, "https://127.0.0.1:6443/readyz", timeout=120.0)


def _controller_manager(plan: Plan, binary: str) -> Component:
    conf = f"{plan.conf}/controller-manager.kubeconfig"
    argv = (
        binary,
        f"--kubeconfig={conf}",
        f"--authentication-kubeconfig={conf}",
        f"--authorization-kubeconfig={conf}",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        f"--root-ca-file={plan.pki}/ca.crt",
        f"--service-account-private-key-file={plan.pki}/sa.key",
        f"--cluster-signing-cert-file={plan.pki}/ca.crt",
        f"--cluster-signing-key-file={plan.pki}/ca.key",
        f"--cluster-cidr={plan.pod_cidr}",
        f"--service-cluster-ip-range={plan.service_cidr}",
        "--kube-api-qps=1000",
        "--kube-api-burst=1500",
    )
    return Component("kube-controller-manager", argv, "https://127.0.0.1:10257/healthz")


def _scheduler(plan: Plan, binary: str) -> Component:
    conf = f"{plan.conf}/scheduler.kubeconfig"
    argv = (
        binary,
        f"--kubeconfig={conf}",
        f"--authentication-kubeconfig={conf}",
        f"--authorization-kubeconfig={conf}",
        "--leader-elect=false",
        "--kube-api-qps=1000",
        "--kube-api-burst=1500",
    )
    return Component("kube-scheduler", argv, "https://127.0.0.1:10259/healthz")


def _kube_proxy(plan: Plan, binary: str) -> Component:
    return Component("kube-proxy", (binary, f"--config={plan.conf}/kube-proxy.json"), "http://127.0.0.1:10256/livez")


def _containerd(plan: Plan, node: Node) -> Component:
    argv = ("containerd", "--config", f"{plan.conf}/containerd-{node.name}.toml")
    return Component(f"containerd{node.suffix}", argv, node.socket)


def _kubelet(plan: Plan, node: Node, binary: str) -> Component:
    argv = (
        binary,
        f"--config={plan.conf}/kubelet-{node.name}.json",
        f"--kubeconfig={plan.conf}/kubelet-{node.name}.kubeconfig",
        f"--hostname-override={node.name}",
        f"--node-ip={plan.address(node.number)}",
        f"--root-dir={node.kubelet_root}",
        f"--cert-dir={plan.data}/kubelet-pki-{node.name}",
    )
    return Component(f"kubelet{node.suffix}", argv, f"http://127.0.0.1:{node.kubelet_port - 2}/healthz")
