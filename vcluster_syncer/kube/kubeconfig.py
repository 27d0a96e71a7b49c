"""Finds an API server from a JSON kubeconfig or from the files of a pod, because the image holds no YAML library."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from vcluster_contract.layout import HOST_ACCESS_DIR
from vcluster_syncer.kube.access import Access


class KubeconfigError(Exception):
    """A kubeconfig that we cannot use; the message says where, what and how to fix it."""


_REFUSED_USER_KEYS = {
    "exec": "credential plugins need a program the image does not hold; write a token or a client certificate",
    "auth-provider": "auth providers were removed from Kubernetes; write a token or a client certificate",
    "username": "API servers no longer accept passwords; write a token or a client certificate",
}


def load(path: str | Path, *, context: str = "") -> Access:
    """Access described by a kubeconfig written as JSON.

    Args:
        path: File; JSON is a subset of YAML, so the same file also serves kubectl.
        context: Name of the context; ``current-context`` when empty.

    Raises:
        KubeconfigError: the file is missing, no JSON, or asks for what we do not support.
    """
    file = Path(path)
    try:
        config = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise KubeconfigError(f"{file}: cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise KubeconfigError(f"{file}: expected a kubeconfig as JSON, found: {error}") from error
    chosen = _named(file, config, "contexts", "context", context or config.get("current-context", ""))
    cluster = _named(file, config, "clusters", "cluster", chosen.get("cluster", ""))
    user = _named(file, config, "users", "user", chosen.get("user", "")) if chosen.get("user") else {}
    return _access(file, cluster, user)


def in_cluster(environ: Mapping[str, str] | None = None, *, directory: str | Path = HOST_ACCESS_DIR) -> Access:
    """Access of a pod to the cluster it runs in (Kubernetes docs, "Accessing the Kubernetes API from a Pod").

    Raises:
        KubeconfigError: we do not run in a pod, or its token is not mounted.
    """
    values = os.environ if environ is None else environ
    host = values.get("KUBERNETES_SERVICE_HOST", "")
    port = values.get("KUBERNETES_SERVICE_PORT_HTTPS", values.get("KUBERNETES_SERVICE_PORT", "443"))
    token, ca = Path(directory) / "token", Path(directory) / "ca.crt"
    if not host:
        raise KubeconfigError("KUBERNETES_SERVICE_HOST is not set: the host cluster is only known inside a pod")
    for file in (token, ca):
        if not file.is_file():
            raise KubeconfigError(f"{file}: not found; the pod needs a projected volume with the host token there")
    return Access(host=host, port=int(port), ca_file=str(ca), token_file=str(token))


def _named(file: Path, config: dict[str, Any], section: str, field: str, name: str) -> dict[str, Any]:
    for item in config.get(section) or []:
        if item.get("name") == name:
            return item.get(field) or {}
    raise KubeconfigError(f"{file}: {section}: found no entry named {name!r}")


def _access(file: Path, cluster: dict[str, Any], user: dict[str, Any]) -> Access:
    for key, advice in _REFUSED_USER_KEYS.items():
        if user.get(key):
            raise KubeconfigError(f"{file}: users: found {key!r}: {advice}")
    if cluster.get("proxy-url"):
        raise KubeconfigError(f"{file}: clusters: found 'proxy-url': connections through a proxy are not supported")
    url = urlsplit(cluster.get("server", ""))
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise KubeconfigError(f"{file}: clusters: server: found {cluster.get('server')!r}, expected https://HOST:PORT")
    if url.path.strip("/"):
        raise KubeconfigError(f"{file}: clusters: server: found a path in {url.geturl()!r}, expected https://HOST:PORT")
    tls = url.scheme == "https"
    return Access(
        host=url.hostname,
        port=url.port or (443 if tls else 80),
        tls=tls,
        server_name=cluster.get("tls-server-name", ""),
        verify=not cluster.get("insecure-skip-tls-verify", False),
        ca_data=_decoded(file, cluster, "certificate-authority-data"),
        ca_file=_resolved(file, cluster.get("certificate-authority", "")),
        certificate_data=_decoded(file, user, "client-certificate-data"),
        certificate_file=_resolved(file, user.get("client-certificate", "")),
        key_data=_decoded(file, user, "client-key-data"),
        key_file=_resolved(file, user.get("client-key", "")),
        token=user.get("token", ""),
        token_file=_resolved(file, user.get("tokenFile", "")),
    )


def _decoded(file: Path, section: dict[str, Any], key: str) -> str:
    try:
        return base64.b64decode(section.get(key, ""), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise KubeconfigError(f"{file}: {key}: expected base64 of PEM text, found: {error}") from error


def _resolved(file: Path, name: str) -> str:
    """Relative paths count from the kubeconfig's directory, as client-go resolves them."""
    return str(file.parent / name) if name else ""
