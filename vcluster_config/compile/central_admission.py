"""Webhooks of the host that are enforced inside, as files of the API server: nobody inside can take them away.

Files know URLs only (KEP-5793), so a Service of the host becomes the URL of its DNS name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_config.errors import CompileError
from vcluster_contract import versions

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.admission import (
        MutatingWebhookConfiguration,
        ValidatingWebhook,
        ValidatingWebhookConfiguration,
        WebhookClientConfig,
        WebhookService,
    )
    from vcluster_config.objects import Json

_PATH: Final = "policies.centralAdmission"
_SUFFIX: Final = ".static.k8s.io"
"""What names of configurations from files must end in."""


def webhooks(resolved: Resolved) -> tuple[Json, ...]:
    """Webhook configurations in the order of the file.

    Raises:
        CompileError: the virtual API server cannot read webhooks from files, or one has no address.
    """
    section = resolved.config.policies.central_admission
    found = (
        *(_configuration("validating", *item) for item in enumerate(section.validating_webhooks)),
        *(_configuration("mutating", *item) for item in enumerate(section.mutating_webhooks)),
    )
    from_files = resolved.distro == "k8s" and versions.reads_admission_from_files(resolved.kubernetes_version)
    if found and not from_files:
        raise CompileError(_PATH, "needs distro k8s with Kubernetes v1.36 or newer, which reads webhooks from files")
    return found


def _configuration(verb: str, number: int, item: ValidatingWebhookConfiguration | MutatingWebhookConfiguration) -> Json:
    metadata = item.metadata.model_dump(by_alias=True, exclude_defaults=True)
    path = f"{_PATH}.{verb}Webhooks[{number}]"
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{verb.capitalize()}WebhookConfiguration",
        "metadata": {**metadata, "name": _name(item.metadata.name or f"{verb}-{number}")},
        "webhooks": [_webhook(hook, path) for hook in item.webhooks],
    }


def _name(name: str) -> str:
    return name if name.endswith(_SUFFIX) else name + _SUFFIX


def _webhook(hook: ValidatingWebhook, path: str) -> Json:
    given: dict[str, Any] = hook.model_dump(by_alias=True, exclude_defaults=True, exclude={"client_config"})
    return {
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **given,
        "name": _name(hook.name),
        "clientConfig": _client(hook.client_config, path),
    }


def _client(config: WebhookClientConfig, path: str) -> Json:
    url = config.url or (_url(config.service) if config.service and config.service.name else "")
    if not url:
        raise CompileError(path, "a webhook has neither clientConfig.url nor clientConfig.service")
    return {"url": url, **({"caBundle": config.ca_bundle} if config.ca_bundle else {})}


def _url(service: WebhookService) -> str:
    namespace = f".{service.namespace}.svc" if service.namespace else ""
    return f"https://{service.name}{namespace}:{service.port}/{service.path.lstrip('/')}"
