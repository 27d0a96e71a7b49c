"""ConfigMaps: their data is the user's, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract.kinds import CONFIG_MAPS
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.metadata import host_metadata, metadata_patch

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

ROOT_CA: Final = "kube-root-ca.crt"
"""The ConfigMap of each namespace by which pods trust the API server (Kubernetes docs, "Service Accounts")."""
_BUNDLE: Final = "ca.crt"
_FIELDS: Final = ("data", "binaryData", "immutable")


def to_host(scope: Scope, virtual: JSON) -> JSON:
    """The host ConfigMap for ``virtual``."""
    content = {field: virtual[field] for field in _FIELDS if field in virtual}
    if virtual["metadata"]["name"] == ROOT_CA:
        content["data"] = _trusting(scope.authority, content.get("data") or {})
    return {
        "apiVersion": CONFIG_MAPS.api_version,
        "kind": CONFIG_MAPS.kind,
        "metadata": host_metadata(scope, CONFIG_MAPS, virtual),
    } | content


def host_patch(desired: JSON, host: JSON, host_meta: Meta) -> JSON:
    """Merge patch from ``host`` to ``desired``; {} when nothing differs."""
    metadata = metadata_patch(desired["metadata"], host_meta)
    return ({"metadata": metadata} if metadata else {}) | field_patch(host, desired, _FIELDS)


def must_replace(desired: JSON, host: JSON) -> bool:
    """Whether only delete and create can help: an immutable ConfigMap refuses new data."""
    return bool(host.get("immutable")) and bool(field_patch(host, desired, _FIELDS))


def _trusting(authority: str, data: JSON) -> JSON:
    """The bundle, with our authority in it.

    A cluster that was installed anew on kept data has another one than before. The controller manager brings the
    ConfigMap up to date a moment later, but clients read it once, when their pod starts.
    """
    return data if authority in data.get(_BUNDLE, "") else {**data, _BUNDLE: authority}
