from __future__ import annotations

from typing import Any

import pytest

from tests.unit.translate.samples import meta_of, obj, scope
from tests.unit.translate.test_diff import applied
from vcluster_syncer.translate import config_maps, secrets

MODULES: list[Any] = [config_maps, secrets]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_data_is_exactly_the_users(module: Any) -> None:
    host = module.to_host(scope(), obj(data={"a": "1", "b": "2"}))
    desired = module.to_host(scope(), obj(data={"b": "3", "c": "4"}))
    patch = module.host_patch(desired, host, meta_of(host))
    assert patch == {"data": {"a": None, "b": "3", "c": "4"}}
    assert module.host_patch(desired, applied(host, patch), meta_of(host)) == {}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_only_content_that_is_immutable_forces_a_replacement(module: Any) -> None:
    host = module.to_host(scope(), obj(data={"a": "1"}, immutable=True))
    same = module.to_host(scope(), obj(data={"a": "1"}, immutable=True))
    other = module.to_host(scope(), obj(data={"a": "2"}))
    assert not module.must_replace(same, host)
    assert module.must_replace(other, host)
    assert not module.must_replace(other, module.to_host(scope(), obj(data={"a": "1"})))


def test_binary_data_is_synced() -> None:
    host = config_maps.to_host(scope(), obj(binaryData={"x": "AA=="}))
    assert host["binaryData"] == {"x": "AA=="}


def test_token_secrets_become_opaque_and_other_types_stay() -> None:
    assert secrets.to_host(scope(), obj(type=secrets.TOKEN_TYPE))["type"] == "Opaque"
    assert secrets.to_host(scope(), obj(type="kubernetes.io/tls"))["type"] == "kubernetes.io/tls"
    assert secrets.to_host(scope(), obj())["type"] == "Opaque"


def test_a_changed_type_forces_a_replacement() -> None:
    host = secrets.to_host(scope(), obj(type="kubernetes.io/tls"))
    assert secrets.must_replace(secrets.to_host(scope(), obj(type="Opaque")), host)


@pytest.mark.parametrize(
    ("published", "mounted"),
    [("old", "new"), ("new", "new"), ("other\nnew\n", "other\nnew\n"), (None, "new")],
    ids=["kept from before a new installation", "up to date", "a bundle", "empty"],
)
def test_pods_trust_the_authority_that_the_api_server_has_now(published: str | None, mounted: str) -> None:
    data = {} if published is None else {"ca.crt": published}
    root = config_maps.to_host(scope(authority="new"), obj("kube-root-ca.crt", data=data))
    assert root["data"] == {"ca.crt": mounted}
    assert config_maps.to_host(scope(authority="new"), obj("mine", data={"ca.crt": "old"}))["data"] == {"ca.crt": "old"}
