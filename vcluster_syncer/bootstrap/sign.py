"""Signing what is due into the PKI folder, by bootstrap itself or as a short-lived child of the syncer."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from vcluster_syncer.bootstrap import certs, files, issued
from vcluster_syncer.bootstrap.leaves import Leaf
from vcluster_syncer.bootstrap.order import Order


def sign(leaves: Iterable[Leaf], directory: Path, now: datetime) -> None:
    """Issue ``leaves`` into ``directory``, which holds the authorities; the key goes first, readers retry a mismatch.

    Raises:
        BootstrapError: an authority on the volume is not usable.
    """
    record = issued.read(directory)
    authorities: dict[str, certs.Authority] = {}
    for leaf in leaves:
        pem = certs.Pair(
            (directory / f"{leaf.issuer}.crt").read_bytes(), (directory / f"{leaf.issuer}.key").read_bytes()
        )
        authority = authorities.setdefault(leaf.issuer, certs.load_authority(leaf.issuer, pem))
        pair = certs.issue(authority, leaf, now)
        files.write(directory / f"{leaf.name}.key", pair.key)
        files.write(directory / f"{leaf.name}.crt", pair.cert)
        end = certs.leaf_end(authority, leaf, now)
        record[leaf.name] = issued.Issued(leaf, issued.fingerprint(pem.cert), now, end)
    issued.write(directory, record)


def child() -> None:
    """Carry out the order on standard input."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sign(order.leaves, Path(order.directory), order.now)


if __name__ == "__main__":
    child()
