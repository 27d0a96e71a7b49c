"""Which certificates lie on the volume, until when and for what, readable without parsing X.509.

The record spares the syncer the memory of a certificate library: it compares records, and a short-lived child process
does the signing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from vcluster_syncer.bootstrap import files
from vcluster_syncer.bootstrap.leaves import Leaf

_RECORD: Final = "issued.json"
# A third of the lifetime leaves months to notice that renewal fails.
_RENEWAL_SHARE: Final = 1 / 3
RENEWAL_MARGIN: Final = timedelta(days=365) * _RENEWAL_SHARE
"""Life left of a one-year certificate at which it is renewed."""


class Issued(msgspec.Struct, frozen=True):
    """One issued certificate; ``issuer`` is the SHA-256 of its authority's PEM."""

    leaf: Leaf
    issuer: str
    since: datetime
    until: datetime


Record = dict[str, Issued]


def read(directory: Path) -> Record:
    """The record in ``directory``; empty when there is none or it is not readable, so that all is issued anew."""
    try:
        return msgspec.json.decode((directory / _RECORD).read_bytes(), type=Record)
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def write(directory: Path, record: Record) -> None:
    """Store the record; called after the certificates are in place."""
    files.write(directory / _RECORD, msgspec.json.encode(record))


def fingerprint(authority: bytes) -> str:
    """What ties a certificate to the authority that signed it."""
    return hashlib.sha256(authority).hexdigest()


def due(leaves: Iterable[Leaf], directory: Path, now: datetime) -> tuple[Leaf, ...]:
    """Those that are missing, changed, signed by another authority or past two thirds of their life."""
    leaves = tuple(leaves)
    record = read(directory)
    issuers = {name: fingerprint((directory / f"{name}.crt").read_bytes()) for name in {leaf.issuer for leaf in leaves}}
    return tuple(leaf for leaf in leaves if _due(leaf, record.get(leaf.name), issuers[leaf.issuer], now))


def _due(leaf: Leaf, issued: Issued | None, issuer: str, now: datetime) -> bool:
    if issued is None or issued.leaf != leaf or issued.issuer != issuer:
        return True
    return issued.until - now < (issued.until - issued.since) * _RENEWAL_SHARE
