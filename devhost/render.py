"""Renders the files the host's components read; pure, so that a test can look at every line without a machine."""

from __future__ import annotations

from typing import Any

from devhost.components import Node
from devhost.pins import PAUSE_TAG
from devhost.plan import Plan

Json = dict[str, Any]


def kubeconfig(plan: Plan, user: str, *, server: str) -> str:
    """A kubeconfig for the certificate `user` in the host's PKI folder, which it names by absolute paths."""
    return f"""\
apiVersion: v1
kind: Config
current-context: {plan.node_name}
clusters:
- name: {plan.node_name}
  cluster:
    server: {server}
    certificate-authority: {plan.pki}/ca.crt
contexts:
- name: {plan.node_name}
  context: {{cluster: {plan.node_name}, user: {user}}}
users:
- name: {user}
  user:
    client-certificate: {plan.pki}/{user}.crt
    client-key: {plan.pki}/{user}.key
"""


def audit_policy() -> Json:
    """Metadata of every finished request: enough to count writes, too little to leak a Secret."""
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [{"level": "Metadata"}],
    }


def kubelet(plan: Plan, node: Node) -> Json:
    """KubeletConfiguration for a shared machine: cgroup v1 allowed, no eviction by somebody else's disk usage.

    A kubelet takes away the logs of pods that it does not know, so each node has a folder of its own for them.
    """
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "failSwapOn": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{plan.cgroup}/{node.name}",
        "containerRuntimeEndpoint": f"unix://{node.socket}",
        "podLogsDir": f"/var/log/pods{node.suffix}",
        "port": node.kubelet_port,
        "healthzPort": node.kubelet_port - 2,
        "authentication": {"x509": {"clientCAFile": f"{plan.pki}/ca.crt"}, "webhook": {"enabled": True}},
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{plan.pki}/kubelet-serving-{node.name}.crt",
        "tlsPrivateKeyFile": f"{plan.pki}/kubelet-serving-{node.name}.key",
        "clusterDNS": [plan.dns_ip],
        "clusterDomain": "cluster.local",
        "resolvConf": f"{plan.conf}/resolv.conf",
        "maxPods": 500,
        "serializeImagePulls": False,
        "maxParallelImagePulls": 4,
        "registryPullQPS": 0,
        "eventRecordQPS": 0,
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "nodeStatusUpdateFrequency": "5s",
        "shutdownGracePeriod": "0s",
    }


def kube_proxy(plan: Plan) -> Json:
    """KubeProxyConfiguration in iptables mode; conntrack limits are the machine's and stay as they are."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clusterCIDR": plan.pod_cidr,
        "hostnameOverride": plan.node_name,
        "bindAddress": "0.0.0.0",
        "clientConnection": {"kubeconfig": f"{plan.conf}/kube-proxy.kubeconfig"},
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "iptables": {"minSyncPeriod": "0.1s"},
    }


def cni(plan: Plan, node: int, bridge: str) -> Json:
    """A bridge with addresses from this node's /20, hairpin for a pod that reaches itself through its Service."""
    return {
        "cniVersion": "1.0.0",
        "name": "devhost",
        "plugins": [
            {
                "type": "bridge",
                "bridge": bridge,
                "isGateway": True,
                "ipMasq": False,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": f"/run/cni-ipam-{bridge}",
                    "ranges": [[{"subnet": plan.pod_subnet(node)}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True},
        ],
    }


def containerd(plan: Plan, node: str, runtime_dir: str) -> str:
    """Configuration of containerd 1.6 (https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md)."""
    return f"""\
version = 2
root = "{plan.data}/containerd-{node}"
state = "{runtime_dir}"
oom_score = 0
[grpc]
  address = "{runtime_dir}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:{PAUSE_TAG}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{plan.conf}/registry"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{plan.conf}/cni-{node}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
"""


def registry_hosts() -> str:
    """Every registry name is answered by ours, and by ours alone; containerd reads it as `_default/hosts.toml`."""
    return """\
server = "http://127.0.0.1:5000"
[host."http://127.0.0.1:5000"]
  capabilities = ["pull", "resolve"]
"""


def docker_registry(storage: str, address: str) -> str:
    """Configuration of docker-registry: plain HTTP on `address`, files below `storage`."""
    return f"""\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {storage}}}
  delete: {{enabled: true}}
http:
  addr: {address}
"""


def buildah_registries(plan: Plan) -> str:
    """containers-registries.conf(5): a Dockerfile's FROM finds every public name in our registry."""
    names = ("docker.io", "registry.k8s.io", "quay.io", "ghcr.io", "gcr.io", "mirror.gcr.io", "localhost")
    blocks = "".join(
        f'[[registry]]\nprefix = "{name}"\nlocation = "{plan.registry}"\ninsecure = true\n' for name in names
    )
    local = f'[[registry]]\nprefix = "{plan.registry}"\nlocation = "{plan.registry}"\ninsecure = true\n'
    return f'unqualified-search-registries = ["docker.io"]\n{blocks}{local}'
