from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.translate.pod_samples import container, meta_of, pod, scope, translated
from vcluster_contract import markers
from vcluster_contract.kinds import PODS, SECRETS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.pod_tokens import (
    Token,
    TokenTimes,
    due_sources,
    issued_token,
    recorded_times,
    token_patch,
    token_request,
    token_secret,
    token_sources,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def projected(*tokens: JSON, name: str = "api", mode: int = 420) -> JSON:
    sources = [{"serviceAccountToken": token} for token in tokens]
    return {"name": name, "projected": {"defaultMode": mode, "sources": sources}}


def answer(seconds: float, value: str = "jwt") -> JSON:
    end = (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"status": {"token": value, "expirationTimestamp": end}}


def token(value: str, seconds: float = 3600) -> Token:
    return issued_token(answer(seconds, value), NOW, 0.0)


def test_each_source_has_its_own_key_in_the_secret() -> None:
    virtual = pod(
        volumes=[
            projected({"path": "token", "expirationSeconds": 3607}, {"path": "vault", "audience": "vault"}),
            projected({"path": "sub/token"}, name="other"),
        ]
    )
    sources = token_sources(virtual)
    assert [(item.volume, item.path, item.audience, item.expiration_seconds) for item in sources] == [
        ("api", "token", "", 3607),
        ("api", "vault", "vault", 3600),
        ("other", "sub/token", "", 3600),
    ]
    assert len({item.data_key for item in sources}) == 3
    volumes = translated(virtual)["spec"]["volumes"]
    assert volumes[0]["projected"]["sources"] == [
        {"secret": {"name": "web-0-sa-token-x-shop-x-vc", "items": [{"key": "api.token", "path": "token"}]}},
        {"secret": {"name": "web-0-sa-token-x-shop-x-vc", "items": [{"key": "api.vault", "path": "vault"}]}},
    ]
    item = volumes[1]["projected"]["sources"][0]["secret"]["items"][0]
    assert item == {"key": sources[2].data_key, "path": "sub/token"}


@pytest.mark.parametrize(
    ("mode", "spec", "expected"),
    [
        (0o644, {"securityContext": {"runAsUser": 1000}}, None),
        (0o400, {}, None),
        (0o400, {"securityContext": {"runAsUser": 1000}}, 0o444),
        (0o400, {"securityContext": {"runAsUser": 1000, "fsGroup": 7}}, None),
        (0o600, {"containers": [container(securityContext={"runAsUser": 1000})]}, 0o644),
    ],
)
def test_the_pods_user_can_read_its_token(mode: int, spec: JSON, expected: int | None) -> None:
    virtual = pod(volumes=[projected({"path": "token"}, mode=mode)], **spec)
    item = translated(virtual)["spec"]["volumes"][0]["projected"]["sources"][0]["secret"]["items"][0]
    assert item.get("mode") == expected


def test_request_is_bound_to_the_virtual_pod() -> None:
    virtual = pod(volumes=[projected({"path": "t", "audience": "vault", "expirationSeconds": 600}, {"path": "u"})])
    named, default = token_sources(virtual)
    body = token_request(meta_of(virtual), named)
    assert body["spec"] == {
        "audiences": ["vault"],
        "expirationSeconds": 600,
        "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "web-0", "uid": "uid-web-0"},
    }
    assert "audiences" not in token_request(meta_of(virtual), default)["spec"]


@pytest.mark.parametrize(
    ("lifetime", "jitter", "refresh"),
    [(3600, 0.0, 2880), (3600, 10.0, 2870), (600, 0.0, 480), (10 * 86400, 0.0, 86400), (1, 10.0, 0)],
)
def test_refresh_follows_the_kubelet(lifetime: int, jitter: float, refresh: int) -> None:
    times = issued_token(answer(lifetime), NOW, jitter).times
    assert times.expires == NOW + timedelta(seconds=lifetime)
    assert times.refresh == NOW + timedelta(seconds=refresh)


def test_secret_is_marked_as_ours_and_never_taken_for_a_user_secret() -> None:
    where, virtual = scope(), pod()
    secret = token_secret(where, meta_of(virtual), {"api.token": token("jwt")})
    meta = meta_of(secret)
    assert meta.key == Key("tenant", "web-0-sa-token-x-shop-x-vc")
    assert where.virtual_key(PODS, meta) == Key("shop", "web-0")
    assert where.virtual_key(SECRETS, meta) is None
    assert meta.annotations[markers.SKIP_BACKSYNC] == "true"
    assert meta.labels["vcluster.loft.sh/managed-by"] == "vc"
    assert secret["metadata"]["ownerReferences"] == [where.owner]
    assert base64.b64decode(secret["data"]["api.token"]) == b"jwt"


def test_times_survive_on_the_secret() -> None:
    tokens = {"api.token": token("jwt")}
    secret = token_secret(scope(), meta_of(pod()), tokens)
    assert recorded_times(meta_of(secret)) == {"api.token": tokens["api.token"].times}


@pytest.mark.parametrize("record", ["", "nonsense", '{"a":1}'])
def test_an_unreadable_record_means_fresh_tokens(record: str) -> None:
    secret = token_secret(scope(), meta_of(pod()), {})
    secret["metadata"]["annotations"][markers.TOKEN_TIMES] = record
    assert recorded_times(meta_of(secret)) == {}


def test_due_sources() -> None:
    virtual = pod(volumes=[projected({"path": "a"}, {"path": "b"}, {"path": "c"})])
    times = {
        "api.a": TokenTimes(NOW + timedelta(hours=1), NOW + timedelta(minutes=1)),
        "api.b": TokenTimes(NOW + timedelta(hours=1), NOW),
    }
    assert [item.path for item in due_sources(token_sources(virtual), times, NOW)] == ["b", "c"]


def test_patch_renews_some_tokens_and_keeps_the_others() -> None:
    virtual = meta_of(pod())
    secret = token_secret(scope(), virtual, {"api.a": token("a"), "api.b": token("b")})
    secret["metadata"]["resourceVersion"] = "9"
    patch = token_patch(virtual, meta_of(secret), [], {"api.b": token("new", 7200)})
    assert patch["metadata"]["resourceVersion"] == "9"
    assert patch["data"] == {"api.b": base64.b64encode(b"new").decode()}
    secret["metadata"]["annotations"] |= patch["metadata"]["annotations"]
    times = recorded_times(meta_of(secret))
    assert times["api.a"].expires == NOW + timedelta(seconds=3600)
    assert times["api.b"].expires == NOW + timedelta(seconds=7200)


def test_tokens_of_an_older_pod_of_that_name_are_removed() -> None:
    secret = token_secret(scope(), meta_of(pod()), {"api.a": token("a"), "api.b": token("b")})
    successor = meta_of(pod(), uid="uid-2")
    patch = token_patch(successor, meta_of(secret), ["api.a", "api.b"], {"api.a": token("new")})
    assert patch["data"] == {"api.a": base64.b64encode(b"new").decode(), "api.b": None}
    secret["metadata"]["annotations"] |= patch["metadata"]["annotations"]
    assert secret["metadata"]["annotations"][markers.OBJECT_UID] == "uid-2"
    assert set(recorded_times(meta_of(secret))) == {"api.a"}
