"""Exporting the kubeconfig by which users reach the virtual cluster, as host Secrets."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from vcluster_contract import layout, markers, names
from vcluster_contract.kinds import SECRETS
from vcluster_syncer.bootstrap import issued
from vcluster_syncer.bootstrap.kubeconfigs import kubeconfig
from vcluster_syncer.bootstrap.leaves import ADMIN
from vcluster_syncer.kube.api import Client, Key
from vcluster_syncer.kube.errors import NotFound

if TYPE_CHECKING:
    from vcluster_contract.config import KubeconfigExport
    from vcluster_syncer.translate.scope import Scope

DEFAULT_SERVER: Final = f"https://localhost:{layout.API_SERVER_PORT}"
EXPIRES: Final = markers.PREFIX + "certificate-expires"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """PEM parts of an exported kubeconfig; a token replaces the client certificate."""

    authority: bytes
    certificate: bytes = b""
    key: bytes = b""
    token: str = ""
    until: datetime | None = None
    """When the certificate ends; None for a token."""


def admin_credentials(pki: Path = Path(layout.PKI_DIR)) -> Credentials:
    """The administrator's certificate of this pod."""
    return Credentials(
        authority=(pki / "ca.crt").read_bytes(),
        certificate=(pki / "admin.crt").read_bytes(),
        key=(pki / "admin.key").read_bytes(),
        until=issued.read(pki)[ADMIN].until,
    )


def secret(scope: Scope, export: KubeconfigExport, credentials: Credentials) -> dict[str, Any]:
    """The Secret for one export; keys ``config``, ``certificate-authority``, ``client-certificate``, ``client-key``."""
    namespace = export.secret_namespace or scope.host_namespace
    metadata: dict[str, Any] = {
        "name": export.secret_name or names.kubeconfig_secret(scope.vcluster),
        "namespace": namespace,
        "labels": {"app": "vcluster", "vcluster-name": scope.vcluster},
    }
    if credentials.until is not None:
        metadata["annotations"] = {EXPIRES: credentials.until.isoformat()}
    if scope.owner is not None and namespace == scope.host_namespace:
        metadata["ownerReferences"] = [scope.owner]
    parts = {
        "config": _config(scope, export, credentials),
        "certificate-authority": credentials.authority,
        "client-certificate": credentials.certificate,
        "client-key": credentials.key,
        "token": credentials.token.encode(),
    }
    data = {name: _base64(content) for name, content in parts.items() if content or name != "token"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data}


async def ensure(
    client: Client, scope: Scope, export: KubeconfigExport, credentials: Credentials, now: datetime
) -> bool:
    """Create the Secret of one export or bring it up to date; False when it already was.

    Every pod holds an administrator's certificate of its own. One that was exported before stays until a third of its
    life is left, so that a restart does not change what users have downloaded.
    """
    body = secret(scope, export, credentials)
    key = Key(body["metadata"]["namespace"], body["metadata"]["name"])
    try:
        found = await client.get(SECRETS, key)
    except NotFound:
        await client.create(SECRETS, key.namespace, body, field_manager=markers.FIELD_MANAGER)
        return True
    body = secret(scope, export, _kept(found, credentials, now) or credentials)
    if _same(found, body):
        return False
    stale = dict.fromkeys(set(found.get("data") or {}) - set(body["data"]))
    patch = {"metadata": _patched(body["metadata"]), "data": body["data"] | stale}
    await client.patch(SECRETS, key, patch, field_manager=markers.FIELD_MANAGER)
    return True


def _kept(found: dict[str, Any], fresh: Credentials, now: datetime) -> Credentials | None:
    """The exported certificate when it is of the same authority and still good for long."""
    until = found["metadata"].get("annotations", {}).get(EXPIRES)
    data = {name: base64.b64decode(value) for name, value in (found.get("data") or {}).items()}
    same_authority = data.get("certificate-authority") == fresh.authority
    if fresh.token or not until or not same_authority or not data.get("client-key"):
        return None
    end = datetime.fromisoformat(until)
    if end - now < issued.RENEWAL_MARGIN:
        return None
    return Credentials(
        authority=fresh.authority, certificate=data["client-certificate"], key=data["client-key"], until=end
    )


def _patched(metadata: dict[str, Any]) -> dict[str, Any]:
    return {field: metadata[field] for field in ("labels", "annotations", "ownerReferences") if field in metadata}


def _same(found: dict[str, Any], body: dict[str, Any]) -> bool:
    wanted, actual = body["metadata"], found["metadata"]
    marked = all(wanted.get(field, {}).items() <= actual.get(field, {}).items() for field in ("labels", "annotations"))
    owned = bool(wanted.get("ownerReferences", []) == actual.get("ownerReferences", []))
    return marked and owned and bool(found.get("data") == body["data"])


def _config(scope: Scope, export: KubeconfigExport, credentials: Credentials) -> bytes:
    cluster: dict[str, Any] = {"server": export.server or DEFAULT_SERVER}
    if export.insecure:
        cluster["insecure-skip-tls-verify"] = True
    else:
        cluster["certificate-authority-data"] = _base64(credentials.authority)
    user = (
        {"token": credentials.token}
        if credentials.token
        else {
            "client-certificate-data": _base64(credentials.certificate),
            "client-key-data": _base64(credentials.key),
        }
    )
    content = kubeconfig(context=export.context or scope.vcluster, cluster=cluster, user=user)
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
