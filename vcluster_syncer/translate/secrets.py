"""Secrets: data and type are the user's, but a token type must not reach the host's token controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract.kinds import SECRETS
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.metadata import LAST_APPLIED, host_metadata, metadata_patch

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

TOKEN_TYPE: Final = "kubernetes.io/service-account-token"  # noqa: S105
OPAQUE: Final = "Opaque"
_FIELDS: Final = ("data", "immutable")


def to_host(scope: Scope, virtual: JSON) -> JSON:
    """The host Secret for ``virtual``; service-account tokens become ``Opaque``, as no such account exists there."""
    content = {field: virtual[field] for field in _FIELDS if field in virtual}
    found = virtual.get("type", OPAQUE)
    return {
        "apiVersion": SECRETS.api_version,
        "kind": SECRETS.kind,
        "metadata": host_metadata(scope, SECRETS, virtual, exclude=(LAST_APPLIED,)),
        "type": OPAQUE if found == TOKEN_TYPE else found,
    } | content


def host_patch(desired: JSON, host: JSON, host_meta: Meta) -> JSON:
    """Merge patch from ``host`` to ``desired``; {} when nothing differs."""
    metadata = metadata_patch(desired["metadata"], host_meta)
    return ({"metadata": metadata} if metadata else {}) | field_patch(host, desired, _FIELDS)


def must_replace(desired: JSON, host: JSON) -> bool:
    """Whether only delete and create can help: the type never changes, and an immutable Secret refuses new data."""
    frozen = bool(host.get("immutable")) and bool(field_patch(host, desired, _FIELDS))
    return frozen or host.get("type", OPAQUE) != desired["type"]
