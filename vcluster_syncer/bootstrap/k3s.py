"""What k3s finds at its first start: our authorities in place of its own, and a token that outlives the pod.

Source: k3s documentation, "Using Custom CA Certificates": authorities in the data folder are taken over.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import layout, markers, names
from vcluster_contract.kinds import SECRETS
from vcluster_syncer.bootstrap import files
from vcluster_syncer.kube.errors import AlreadyExists

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import Client

# One authority signs servers and clients, as in the other distros.
_FILES: Final = {
    "server-ca.crt": "ca.crt",
    "server-ca.key": "ca.key",
    "client-ca.crt": "ca.crt",
    "client-ca.key": "ca.key",
    "request-header-ca.crt": "front-proxy-ca.crt",
    "request-header-ca.key": "front-proxy-ca.key",
    "service.key": "sa.key",
}
_TOKEN_BYTES: Final = 32


def seed(identity: Mapping[str, bytes], root: Path) -> None:
    """Put the identity where k3s looks for it; ``root`` stands in for the container's file system."""
    folder = root / layout.K3S_TLS_DIR.lstrip("/")
    for name, source in _FILES.items():
        files.write(folder / name, identity[source])


async def ensure_token(client: Client, *, vcluster: str, namespace: str, owner: dict[str, Any] | None) -> None:
    """Create Secret vc-k3s-NAME with a random token, unless it exists: a file named one, or an earlier start did."""
    token = base64.b64encode(secrets.token_hex(_TOKEN_BYTES).encode()).decode()
    metadata = {
        "name": names.k3s_token_secret(vcluster),
        "labels": {"app": "vcluster", "vcluster-name": vcluster},
        "ownerReferences": [owner] if owner else [],
    }
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {layout.TOKEN_KEY: token}}
    with suppress(AlreadyExists):
        await client.create(SECRETS, namespace, body, field_manager=markers.FIELD_MANAGER)
