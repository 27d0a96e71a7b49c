"""Labels and annotations by which host objects are recognised as ours, and by which other tools read them."""

from __future__ import annotations

import hashlib
from typing import Final

from vcluster_contract.names import safe_concat

PREFIX: Final = "vcluster.loft.sh/"

MANAGED_BY: Final = PREFIX + "managed-by"
NAMESPACE: Final = PREFIX + "namespace"
CONTROLLED_BY: Final = PREFIX + "controlled-by"
RELEASE: Final = "release"
BELONGS_TO: Final = PREFIX + "belongs-to"
NODE: Final = PREFIX + "node"
SERVICE: Final = PREFIX + "service"
FAKE_NODE: Final = PREFIX + "fake-node"
FAKE_PV: Final = PREFIX + "fake-pv"

OBJECT_NAME: Final = PREFIX + "object-name"
OBJECT_NAMESPACE: Final = PREFIX + "object-namespace"
OBJECT_UID: Final = PREFIX + "object-uid"
OBJECT_KIND: Final = PREFIX + "object-kind"
OBJECT_HOST_NAME: Final = PREFIX + "object-host-name"
OBJECT_HOST_NAMESPACE: Final = PREFIX + "object-host-namespace"
MANAGED_LABELS: Final = PREFIX + "managed-labels"
MANAGED_ANNOTATIONS: Final = PREFIX + "managed-annotations"
SYSTEM_ANNOTATIONS: Final = frozenset(
    {
        OBJECT_NAME,
        OBJECT_NAMESPACE,
        OBJECT_UID,
        OBJECT_KIND,
        OBJECT_HOST_NAME,
        OBJECT_HOST_NAMESPACE,
        MANAGED_LABELS,
        MANAGED_ANNOTATIONS,
    }
)

BOOTSTRAP: Final = PREFIX + "bootstrap-checksum"
"""On control-plane pods: changes with what only ``bootstrap`` reads, so that they restart."""
DATASTORE: Final = PREFIX + "datastore-checksum"
"""On control-plane pods: changes with the place of the datastore, so that they restart."""

POD_NAME: Final = PREFIX + "name"
POD_NAMESPACE: Final = PREFIX + "namespace"
POD_UID: Final = PREFIX + "uid"
POD_LABELS: Final = PREFIX + "labels"
POD_ANNOTATIONS: Final = PREFIX + "annotations"
POD_SERVICE_ACCOUNT: Final = PREFIX + "service-account-name"
OWNER_REFERENCES: Final = PREFIX + "owner-references"
OWNER_SET_KIND: Final = PREFIX + "owner-set-kind"
HOSTS_REWRITTEN: Final = PREFIX + "hosts-rewritten"
KEEP_HOSTS: Final = PREFIX + "disable-subdomain-rewrite"
APPLIED_SPEC: Final = PREFIX + "applied-spec"
"""What a host pod last got of the fields that may change, so that later changes by host mutators are told apart."""
TOKEN_TIMES: Final = PREFIX + "token-times"
"""On token Secrets: when each token ends and when it is due for a fresh one."""
SAFE_TO_EVICT: Final = "cluster-autoscaler.kubernetes.io/safe-to-evict"
DAEMONSET_POD: Final = "cluster-autoscaler.kubernetes.io/daemonset-pod"

FORCE_SYNC: Final = PREFIX + "force-sync"
SKIP_TRANSLATE: Final = PREFIX + "skip-translate"
SKIP_BACKSYNC: Final = PREFIX + "skip-backsync"
BLOCK_DELETION: Final = PREFIX + "block-deletion"
"""Time (RFC 3339) at which the webhook made or changed a host Service whose virtual Service may not be stored yet."""
SERVICE_CIDR: Final = PREFIX + "service-cidr"

FIELD_MANAGER: Final = "vcluster-syncer"

NAMESPACE_LABEL: Final = PREFIX + "ns-label"
"""Start of the keys under which host pods carry the labels of their virtual namespace."""
# These keys mean something of our own on host objects, so user labels under them are stored re-keyed.
_REKEYED: Final = (RELEASE, NAMESPACE, MANAGED_BY, CONTROLLED_BY)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def host_label_key(key: str, vcluster: str) -> str:
    """Key under which the virtual label ``key`` lives on the host object; those that are marks there change.

    A user's own namespace label would let a pod pass for one of another namespace before namespace selectors.
    """
    if key not in _REKEYED and not key.startswith(NAMESPACE_LABEL):
        return key
    return safe_concat(PREFIX + "label", vcluster, "x", _digest(key))


def namespace_label_key(key: str, vcluster: str) -> str:
    """Key on host pods for the label ``key`` of the pod's virtual namespace, so that namespace selectors still work."""
    return safe_concat(NAMESPACE_LABEL, vcluster, "x", _digest(key))


def kind_string(group: str, version: str, kind: str) -> str:
    """Value of the object-kind annotation, for example ``apps/v1, Kind=Deployment`` or ``/v1, Kind=Pod``."""
    return f"{group}/{version}, Kind={kind}"
