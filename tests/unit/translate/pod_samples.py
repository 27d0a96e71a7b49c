"""Virtual pods and scopes from which the tests of pod translation start."""

from __future__ import annotations

from typing import Any

import msgspec

from vcluster_contract.config import SyncerConfig
from vcluster_syncer.kube.api import JSON, Key, Meta
from vcluster_syncer.translate.pods import PodInputs, host_pod
from vcluster_syncer.translate.scope import Scope

KUBE_IP = "10.0.0.7"
DNS_IP = "10.0.0.10"
OWNER = {"apiVersion": "v1", "kind": "Service", "name": "vc", "uid": "owner-uid"}


def scope(**config: Any) -> Scope:
    """``config`` is JSON of the compiled configuration, in snake_case sections given as dicts in camelCase."""
    return Scope(
        vcluster="vc",
        host_namespace="tenant",
        config=msgspec.convert(config, SyncerConfig),
        owner=OWNER,
    )


def pod(name: str = "web-0", namespace: str = "shop", metadata: JSON | None = None, **spec: Any) -> JSON:
    """A virtual pod as the API server returns it, with one container."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{name}",
            "resourceVersion": "7",
            "generation": 1,
            **(metadata or {}),
        },
        "spec": {
            "containers": [{"name": "app", "image": "nginx:1"}],
            "dnsPolicy": "ClusterFirst",
            "enableServiceLinks": True,
            "serviceAccountName": "default",
            "serviceAccount": "default",
            "priority": 0,
            "preemptionPolicy": "PreemptLowerPriority",
            **spec,
        },
        "status": {"phase": "Pending", "qosClass": "BestEffort"},
    }


def inputs(**overrides: Any) -> PodInputs:
    values: dict[str, Any] = {
        "kube_ip": KUBE_IP,
        "dns_ip": DNS_IP,
        "namespace_labels": {},
        "service_variables": (),
        "keys_of": lambda resource, key: (),
        "matching_namespaces": lambda selector: (),
    }
    return PodInputs(**(values | overrides))


def translated(virtual: JSON, where: Scope | None = None, **overrides: Any) -> JSON:
    return host_pod(where or scope(), virtual, inputs(**overrides))


def container(**fields: Any) -> JSON:
    return {"name": "app", "image": "nginx:1", **fields}


def meta_of(body: JSON, **overrides: Any) -> Meta:
    metadata = body["metadata"]
    values: dict[str, Any] = {
        "key": Key(metadata.get("namespace", ""), metadata["name"]),
        "uid": metadata.get("uid", ""),
        "resource_version": metadata.get("resourceVersion", ""),
        "labels": metadata.get("labels") or {},
        "annotations": metadata.get("annotations") or {},
        "owner_uids": tuple(owner["uid"] for owner in metadata.get("ownerReferences") or ()),
    }
    return Meta(**(values | overrides))
