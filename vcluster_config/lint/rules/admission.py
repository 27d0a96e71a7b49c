"""Webhooks and deny rules that would be refused, or would refuse nothing."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from vcluster_config.source.codes import Code
from vcluster_config.source.node import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.model.admission import WebhookClientConfig
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    if case.written(("policies",)):
        yield from _webhooks(case)
    if case.written(("experimental",)):
        yield from _deny(case)


def _webhooks(case: Case) -> Iterator[Diagnostic]:
    admission = case.config.policies.central_admission
    for number, validating in enumerate(admission.validating_webhooks):
        for index, hook in enumerate(validating.webhooks):
            yield from _client(case, ("validatingWebhooks", number, "webhooks", index), hook.client_config)
    for number, mutating in enumerate(admission.mutating_webhooks):
        for index, hook in enumerate(mutating.webhooks):
            yield from _client(case, ("mutatingWebhooks", number, "webhooks", index), hook.client_config)


def _client(case: Case, place: Path, client: WebhookClientConfig) -> Iterator[Diagnostic]:
    path: Path = ("policies", "centralAdmission", *place, "clientConfig")
    if (client.url is None) == (client.service is None):
        found = "has both url and service" if client.url else "has neither url nor service"
        yield case.finding(Code.WEBHOOK, path, f"{dotted(path)} {found}", expected="exactly one of url and service")
    if client.service is not None and not (client.service.name and client.service.namespace):
        yield case.finding(
            Code.WEBHOOK, (*path, "service"), f"{dotted(path)}.service is incomplete", expected="name and namespace"
        )
    if client.ca_bundle and not _is_pem(client.ca_bundle):
        yield case.finding(
            Code.WEBHOOK, (*path, "caBundle"), "caBundle holds no certificate", expected="base64 of PEM certificates"
        )


def _is_pem(text: str) -> bool:
    try:
        return b"-----BEGIN CERTIFICATE-----" in base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return False


def _deny(case: Case) -> Iterator[Diagnostic]:
    for number, rule in enumerate(case.config.experimental.deny_proxy_requests):
        for index, request in enumerate(rule.rules):
            path = ("experimental", "denyProxyRequests", number, "rules", index)
            for key, values in (
                ("apiGroups", request.api_groups),
                ("apiVersions", request.api_versions),
                ("operations", request.operations),
            ):
                if "*" in values and len(values) > 1:
                    yield case.finding(
                        Code.DENY_RULE, (*path, key), f"{key} has * beside others", advice="keep * alone, or drop it"
                    )
