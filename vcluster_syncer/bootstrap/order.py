"""What is asked of the process that signs, apart from the signing so that asking does not load it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vcluster_syncer.bootstrap.leaves import Leaf


class Order(msgspec.Struct, frozen=True):
    """Certificates to sign into ``directory`` as of ``now``."""

    directory: str
    now: datetime
    leaves: tuple[Leaf, ...]
