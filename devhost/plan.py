"""Derives every address, name and path of a host from its name and index, so that two hosts never meet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from devhost.errors import HostError

MAX_INDEX = 49
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")


@dataclass(frozen=True)
class Plan:
    """One host: node network 10.250.N.0/24, pods 10.(150+N).0.0/16, services 10.(200+N).0.0/16.

    Raises HostError for a name that is no DNS label of at most 20 characters, or an index outside 0..49.
    """

    name: str
    index: int
    state: Path

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise HostError(
                f"host name {self.name!r}: expected a DNS label of at most 20 characters (a-z, 0-9, -), such as 'main'"
            )
        if not 0 <= self.index <= MAX_INDEX:
            raise HostError(f"host index {self.index}: expected a number from 0 to {MAX_INDEX}")

    @property
    def outer_ip(self) -> str:
        """The machine's address on the link to the host."""
        return f"10.250.{self.index}.1"

    @property
    def node_ip(self) -> str:
        """The host's address, for the machine and for pods."""
        return f"10.250.{self.index}.2"

    @property
    def pod_cidr(self) -> str:
        """All pod addresses."""
        return f"10.{150 + self.index}.0.0/16"

    @property
    def service_cidr(self) -> str:
        """All ClusterIPs."""
        return f"10.{200 + self.index}.0.0/16"

    @property
    def api_service_ip(self) -> str:
        """ClusterIP of default/kubernetes."""
        return f"10.{200 + self.index}.0.1"

    @property
    def dns_ip(self) -> str:
        """ClusterIP of kube-dns."""
        return f"10.{200 + self.index}.0.10"

    @property
    def api_url(self) -> str:
        """Where the API server answers, from everywhere."""
        return f"https://{self.node_ip}:6443"

    @property
    def registry(self) -> str:
        """host:port of the image registry, from everywhere."""
        return f"{self.node_ip}:5000"

    @property
    def node_name(self) -> str:
        """Name of the first node."""
        return f"devhost-{self.name}"

    @property
    def outer_link(self) -> str:
        """Name of the veth end on the machine."""
        return f"devhost{self.index}"

    @property
    def inner_link(self) -> str:
        """Name of the veth end in the host."""
        return f"devhost{self.index}i"

    @property
    def cgroup(self) -> str:
        """Name of the cgroup above everything the kubelets make."""
        return f"devhost-{self.name}"

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.state / "pki"

    @property
    def conf(self) -> Path:
        """Rendered configuration files."""
        return self.state / "conf"

    @property
    def data(self) -> Path:
        """What components store."""
        return self.state / "data"

    @property
    def logs(self) -> Path:
        """One log file per component."""
        return self.state / "log"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's credentials."""
        return self.state / "kubeconfig"

    @property
    def audit_log(self) -> Path:
        """The API server's audit log."""
        return self.state / "audit" / "audit.log"

    @property
    def control_socket(self) -> Path:
        """Where the supervisor takes commands."""
        return self.state / "control.sock"

    def pod_subnet(self, node: int) -> str:
        """The /20 that node number `node` hands out to its pods."""
        return f"10.{150 + self.index}.{16 * node}.0/20"

    def address(self, node: int) -> str:
        """The InternalIP of node number `node`; number 0 has `node_ip`."""
        return f"10.250.{self.index}.{2 + node}"

    def log(self, component: str) -> Path:
        """The log file of one component."""
        return self.logs / f"{component}.log"
