"""Webhooks of the host become files of the virtual API server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import setting, syncer_config, values
from vcluster_config.errors import CompileError

PATH = "policies.centralAdmission"


def webhook(**client: Any) -> dict[str, Any]:
    return {"name": "rules.example.com", "clientConfig": client, "failurePolicy": "Fail"}


def configured(kind: str, hook: dict[str, Any], **extra: Any) -> dict[str, Any]:
    settings = setting(f"{PATH}.{kind}Webhooks", [{"metadata": {"name": "house"}, "webhooks": [hook]}])
    return {**settings, **extra}


@pytest.mark.parametrize("kind", ["validating", "mutating"])
def test_a_service_of_the_host_becomes_a_url_and_names_get_their_suffix(kind: str) -> None:
    service = {"name": "guard", "namespace": "ops", "path": "/check", "port": 8443}
    (found,) = syncer_config(configured(kind, webhook(service=service, caBundle="Q0E="))).webhooks
    assert found["kind"] == f"{kind.capitalize()}WebhookConfiguration"
    assert found["metadata"]["name"] == "house.static.k8s.io"
    (hook,) = found["webhooks"]
    assert hook["name"] == "rules.example.com.static.k8s.io"
    assert hook["clientConfig"] == {"url": "https://guard.ops.svc:8443/check", "caBundle": "Q0E="}
    assert (hook["sideEffects"], hook["admissionReviewVersions"], hook["failurePolicy"]) == ("None", ["v1"], "Fail")


def test_a_url_stays_a_url() -> None:
    (found,) = syncer_config(configured("validating", webhook(url="https://guard.example.com/x"))).webhooks
    assert found["webhooks"][0]["clientConfig"] == {"url": "https://guard.example.com/x"}


def test_a_webhook_without_an_address_is_refused_by_path() -> None:
    with pytest.raises(CompileError, match=r"centralAdmission\.mutatingWebhooks\[0\]: a webhook has neither"):
        syncer_config(configured("mutating", webhook()))


@pytest.mark.parametrize("distro", [{"k8s": {"version": "v1.35.4"}}, {"k3s": {"enabled": True}}])
def test_servers_that_read_no_webhooks_from_files_are_refused(distro: dict[str, Any]) -> None:
    settings = configured("validating", webhook(url="https://a.example.com"), controlPlane={"distro": distro})
    with pytest.raises(CompileError, match=r"needs distro k8s with Kubernetes v1\.36"):
        syncer_config(settings)


def annotations(settings: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = values(settings)["statefulSet"]["spec"]["template"]["metadata"].get("annotations", {})
    return found


@pytest.mark.parametrize(
    "settings",
    [
        configured("validating", webhook(url="https://a.example.com")),
        setting("policies.podSecurityStandard", "baseline"),
        setting("networking.serviceCIDR", "10.0.0.0/8"),
    ],
    ids=["webhooks", "pod security", "service range"],
)
def test_what_only_bootstrap_reads_restarts_the_pod(settings: dict[str, Any]) -> None:
    assert annotations({}) == {}
    assert annotations(settings).keys() == {"vcluster.loft.sh/bootstrap-checksum"}
