from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.bootstrap.host import Host
from vcluster_contract.config import KubeconfigExport, SyncerConfig
from vcluster_contract.kinds import SECRETS
from vcluster_syncer.bootstrap.kubeconfig import Credentials, ensure
from vcluster_syncer.kube.api import Key
from vcluster_syncer.translate.scope import Scope

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OWNER = {"apiVersion": "v1", "kind": "Service", "name": "demo", "uid": "service-uid"}
SCOPE = Scope(vcluster="demo", host_namespace="team", config=SyncerConfig(), owner=OWNER)
KEY = Key("team", "vc-demo")


def credentials(certificate: bytes = b"cert", authority: bytes = b"ca", days: int = 365) -> Credentials:
    return Credentials(authority=authority, certificate=certificate, key=b"key", until=NOW + timedelta(days=days))


async def export(host: Host, wanted: Credentials, now: datetime = NOW, **fields: Any) -> bool:
    return await ensure(host, SCOPE, KubeconfigExport(**fields), wanted, now)  # type: ignore[arg-type]


def content(host: Host, key: Key = KEY) -> dict[str, bytes]:
    return {name: base64.b64decode(value) for name, value in host.objects[SECRETS, key]["data"].items()}


async def test_the_secret_holds_the_parts_and_a_kubeconfig_made_of_them(host: Host) -> None:
    assert await export(host, credentials())
    found = content(host)
    assert set(found) == {"config", "certificate-authority", "client-certificate", "client-key"}
    config = json.loads(found["config"])
    assert config["clusters"][0]["cluster"] == {
        "server": "https://localhost:8443",
        "certificate-authority-data": "Y2E=",
    }
    assert config["users"][0]["user"] == {"client-certificate-data": "Y2VydA==", "client-key-data": "a2V5"}
    metadata = host.objects[SECRETS, KEY]["metadata"]
    assert metadata["labels"] == {"app": "vcluster", "vcluster-name": "demo"}
    assert metadata["ownerReferences"] == [OWNER]


async def test_settings_of_the_export_are_followed(host: Host) -> None:
    await export(
        host,
        credentials(),
        secret_name="out",
        secret_namespace="other",
        server="https://a:1",
        insecure=True,
        context="x",
    )
    key = Key("other", "out")
    config = json.loads(content(host, key)["config"])
    assert config["current-context"] == "x"
    assert config["clusters"][0]["cluster"] == {"server": "https://a:1", "insecure-skip-tls-verify": True}
    assert "ownerReferences" not in host.objects[SECRETS, key]["metadata"]


async def test_a_restarted_pod_keeps_what_users_downloaded(host: Host) -> None:
    await export(host, credentials())
    host.writes.clear()
    assert not await export(host, credentials(certificate=b"another pod's"))
    assert host.writes == []


@pytest.mark.parametrize(
    ("fresh", "days"),
    [(credentials(b"new"), 300), (credentials(b"new", authority=b"other ca"), 0)],
    ids=["near its end", "of another authority"],
)
async def test_a_certificate_is_replaced(host: Host, fresh: Credentials, days: int) -> None:
    await export(host, credentials())
    assert await export(host, fresh, NOW + timedelta(days=days))
    assert content(host)["client-certificate"] == b"new"


async def test_a_token_replaces_the_certificate(host: Host) -> None:
    await export(host, credentials())
    assert await export(host, Credentials(authority=b"ca", token="secret"))
    found = content(host)
    assert json.loads(found["config"])["users"][0]["user"] == {"token": "secret"}
    assert found["token"] == b"secret"
    assert found["client-key"] == b""
    assert not await export(host, Credentials(authority=b"ca", token="secret"))


async def test_tampering_is_repaired(host: Host) -> None:
    await export(host, credentials())
    host.objects[SECRETS, KEY]["data"]["config"] = "eA=="
    host.objects[SECRETS, KEY]["data"]["extra"] = "eA=="
    assert await export(host, credentials())
    assert set(content(host)) == {"config", "certificate-authority", "client-certificate", "client-key"}
