"""Index functions of the caches, which look at few fields and therefore decode no more."""

from __future__ import annotations

import msgspec

from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.translate.endpoints import SERVICE_NAME


class _ClaimSpec(msgspec.Struct, frozen=True, rename="camel"):
    volume_name: str = ""


class _Claim(msgspec.Struct, frozen=True):
    spec: _ClaimSpec = _ClaimSpec()


_decode_claim = msgspec.json.Decoder(_Claim).decode


def service_of(endpoint_slice: Entry) -> tuple[str, ...]:
    """``namespace/name`` of the Service of an EndpointSlice."""
    meta = endpoint_slice.meta
    service = meta.labels.get(SERVICE_NAME)
    return (str(Key(meta.key.namespace, service)),) if service else ()


def volume_of(claim: Entry) -> tuple[str, ...]:
    """Name of the volume that a claim is bound to or asks for."""
    volume = _decode_claim(claim.raw).spec.volume_name
    return (volume,) if volume else ()
