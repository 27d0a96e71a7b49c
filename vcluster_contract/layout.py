"""Ports, paths and container names inside the control-plane pod, which the compiler writes and the syncer serves."""

from __future__ import annotations

from typing import Final

API_SERVER_PORT: Final = 8443
ETCD_CLIENT_PORT: Final = 2379
ETCD_PEER_PORT: Final = 2380
ETCD_METRICS_PORT: Final = 2381
CONTROLLER_MANAGER_PORT: Final = 10257
SCHEDULER_PORT: Final = 10259
KUBELET_PORT: Final = 10250
WEBHOOK_PORT: Final = 9443
OPERATIONS_PORT: Final = 8080
"""Plain HTTP port of the syncer: /healthz, /readyz, /metrics."""

RUNTIME_DIR: Final = "/run/vcluster"
"""Shared emptyDir that bootstrap fills; stock containers mount it read-only, the syncer read-write."""
PKI_DIR: Final = RUNTIME_DIR + "/pki"
KUBECONFIG_DIR: Final = RUNTIME_DIR + "/kubeconfig"
ADMIN_KUBECONFIG: Final = KUBECONFIG_DIR + "/admin.conf"
CONTROLLER_MANAGER_KUBECONFIG: Final = KUBECONFIG_DIR + "/controller-manager.conf"
SCHEDULER_KUBECONFIG: Final = KUBECONFIG_DIR + "/scheduler.conf"
SYNCER_KUBECONFIG: Final = KUBECONFIG_DIR + "/syncer.conf"
EGRESS_CONFIG: Final = RUNTIME_DIR + "/egress.yaml"
ADMISSION_CONFIG: Final = RUNTIME_DIR + "/admission.yaml"
ADMISSION_DIR: Final = RUNTIME_DIR + "/admission"
"""Mutating webhooks from files; the API server drops and takes them as files go and come."""
VALIDATING_ADMISSION_DIR: Final = RUNTIME_DIR + "/admission-validating"

SOCKET_DIR: Final = "/run/vcluster-sockets"
"""Shared emptyDir with the egress socket; a folder of its own because only the syncer writes it."""
EGRESS_SOCKET: Final = SOCKET_DIR + "/egress.sock"

DATASTORE_SOCKET_DIR: Final = "/run/vcluster-datastore"
"""Shared emptyDir through which only the API server reaches kine; a TCP port would be open to the whole pod network."""
KINE_SOCKET: Final = DATASTORE_SOCKET_DIR + "/kine.sock"
"""``bootstrap`` runs beside kine and ends only when this exists, so that the API server never meets a silent store."""

CONFIG_DIR: Final = "/etc/vcluster"
"""Where Secret vc-config-NAME is mounted."""
SYNCER_CONFIG_KEY: Final = "syncer-config.json"
SYNCER_CONFIG: Final = CONFIG_DIR + "/" + SYNCER_CONFIG_KEY

HOST_DNS_PLACEHOLDER: Final = "@host-dns@"
"""In compiled manifests: the syncer puts the address of the host cluster's DNS in its place."""

HOST_ACCESS_DIR: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Projected volume with the host token, CA and namespace; only bootstrap and syncer mount it."""
DATA_DIR: Final = "/data"
K3S_TLS_DIR: Final = DATA_DIR + "/server/tls"
"""Where k3s looks for certificate authorities before it makes its own."""
K0S_DATA_DIR: Final = DATA_DIR + "/k0s"
K0S_CONFIG: Final = RUNTIME_DIR + "/k0s.yaml"
K0S_JOIN_PORT: Final = 9444
"""Where k0s would let other controllers join; 9443 is the webhook's."""
DATASTORE_ENV: Final = "DATASTORE"
"""Environment variable of ``bootstrap`` with the secret place of a database, for k0s."""
TOKEN_KEY: Final = "token"  # noqa: S105 - the name of a key
"""Key in the Secret with the cluster token of k3s."""
ETCD_AUTHORITY_DIR: Final = "/etc/etcd-authority"
"""In pods of the deployed etcd: certificate and key of the etcd authority, from Secret NAME-certs."""
ETCD_AUTHORITY: Final = "etcd-ca"
"""Issuer of all certificates of etcd; not the API's authority, whose clients must not reach the store."""
ETCD_SERVER: Final = "etcd-server"
ETCD_PEER: Final = "etcd-peer"
ETCD_CLIENT: Final = "apiserver-etcd-client"

NAME_ENV: Final = "VCLUSTER_NAME"
NAMESPACE_ENV: Final = "POD_NAMESPACE"
POD_NAME_ENV: Final = "POD_NAME"
POD_IP_ENV: Final = "POD_IP"
SERVICE_CIDR_ENV: Final = "SERVICE_CIDR"
"""Key in the runtime ConfigMap and name of the environment variable taken from it."""
CLUSTER_IP_ENV: Final = "CLUSTER_IP"
"""ClusterIP of Service NAME, same ConfigMap."""

BOOTSTRAP_CONTAINER: Final = "bootstrap"
KINE_CONTAINER: Final = "kine"
K3S_CONTAINER: Final = "k3s"
K0S_CONTAINER: Final = "k0s"
ETCD_CONTAINER: Final = "etcd"
API_SERVER_CONTAINER: Final = "kube-apiserver"
CONTROLLER_MANAGER_CONTAINER: Final = "kube-controller-manager"
SCHEDULER_CONTAINER: Final = "kube-scheduler"
SYNCER_CONTAINER: Final = "syncer"
RUN_AS_USER: Final = 65532
