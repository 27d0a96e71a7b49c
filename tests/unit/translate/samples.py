"""A scope and small virtual objects from which the translation tests start."""

from __future__ import annotations

from typing import Any

import msgspec

from vcluster_contract.config import SyncerConfig
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.sync.base import meta_of
from vcluster_syncer.translate.scope import Scope

OWNER = {"apiVersion": "v1", "kind": "Service", "name": "vc", "uid": "owner-uid"}

__all__ = ["OWNER", "meta_of", "obj", "scope"]


def scope(config: JSON | None = None, **changes: Any) -> Scope:
    values: dict[str, Any] = {"vcluster": "vc", "host_namespace": "tenant", "owner": OWNER} | changes
    return Scope(config=msgspec.convert(config or {}, SyncerConfig), **values)


def obj(name: str = "thing", namespace: str = "shop", metadata: JSON | None = None, **fields: Any) -> JSON:
    """An object as the virtual API server returns it."""
    place = {"namespace": namespace} if namespace else {}
    return {"metadata": {"name": name, **place, "uid": f"uid-{name}", **(metadata or {})}, **fields}
