from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.kubeconfig import KubeconfigError


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def write(path: Path, *, cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> Path:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster or {"server": "https://127.0.0.1:8443"}}],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    file = path / "config"
    file.write_bytes(msgspec.json.encode(config))
    return file


def test_inline_data(tmp_path: Path) -> None:
    cluster = {"server": "https://[fd00::1]:8443", "certificate-authority-data": b64("CA"), "tls-server-name": "k"}
    user = {"client-certificate-data": b64("CERT"), "client-key-data": b64("KEY")}
    access = kubeconfig.load(write(tmp_path, cluster=cluster, user=user))
    assert access == Access(
        host="fd00::1", port=8443, ca_data="CA", server_name="k", certificate_data="CERT", key_data="KEY"
    )
    assert access.authority == "[fd00::1]:8443"


def test_files_count_from_the_kubeconfig(tmp_path: Path) -> None:
    cluster = {"server": "https://kubernetes", "certificate-authority": "ca.crt"}
    access = kubeconfig.load(write(tmp_path, cluster=cluster, user={"tokenFile": "/abs/token"}))
    assert (access.port, access.ca_file, access.token_file) == (443, str(tmp_path / "ca.crt"), "/abs/token")


@pytest.mark.parametrize(
    ("cluster", "user", "message"),
    [
        ({"server": "kubernetes:443"}, {}, "expected https://HOST:PORT"),
        ({"server": "https://h/prefix"}, {}, "found a path"),
        ({"server": "https://h", "proxy-url": "http://p"}, {}, "proxy"),
        ({"server": "https://h", "certificate-authority-data": "%"}, {}, "certificate-authority-data: expected base64"),
        (None, {"exec": {"command": "aws"}}, "found 'exec'"),
        (None, {"username": "admin"}, "found 'username'"),
    ],
)
def test_what_is_not_supported_is_said(
    tmp_path: Path, cluster: dict[str, Any] | None, user: dict[str, Any], message: str
) -> None:
    with pytest.raises(KubeconfigError, match=message) as caught:
        kubeconfig.load(write(tmp_path, cluster=cluster, user=user))
    assert str(tmp_path) in str(caught.value)


def test_missing_file_yaml_and_context(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="cannot be read"):
        kubeconfig.load(tmp_path / "absent")
    file = write(tmp_path)
    with pytest.raises(KubeconfigError, match="contexts: found no entry named 'other'"):
        kubeconfig.load(file, context="other")
    file.write_text("apiVersion: v1\n")
    with pytest.raises(KubeconfigError, match="expected a kubeconfig as JSON"):
        kubeconfig.load(file)


def test_in_cluster(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    (tmp_path / "ca.crt").write_text("c")
    environ = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT_HTTPS": "6443"}
    access = kubeconfig.in_cluster(environ, directory=tmp_path)
    assert (access.host, access.port) == ("10.96.0.1", 6443)
    assert access.token_file == str(tmp_path / "token")
    with pytest.raises(KubeconfigError, match="KUBERNETES_SERVICE_HOST"):
        kubeconfig.in_cluster({}, directory=tmp_path)
    with pytest.raises(KubeconfigError, match="projected volume"):
        kubeconfig.in_cluster(environ, directory=tmp_path / "absent")
