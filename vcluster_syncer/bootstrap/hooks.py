"""Configuration files by which the stock API server calls us: egress selection and the admission webhook."""

from __future__ import annotations

import base64
from typing import Any, Final

from vcluster_contract import layout, versions
from vcluster_contract.config import SyncerConfig

_MODES: Final = ("enforce", "audit", "warn")
_FOLDERS: Final = {
    "MutatingAdmissionWebhook": layout.ADMISSION_DIR,
    "ValidatingAdmissionWebhook": layout.VALIDATING_ADMISSION_DIR,
}
WEBHOOK_PATH: Final = "/services"
WEBHOOK_FILE: Final = layout.ADMISSION_DIR + "/services.yaml"
STATIC_NAME: Final = "services.vcluster.static.k8s.io"


def egress_configuration() -> dict[str, Any]:
    """Everything the API server dials inside the cluster goes through the syncer's socket."""
    transport = {"uds": {"udsName": layout.EGRESS_SOCKET}}
    connection = {"proxyProtocol": "HTTPConnect", "transport": transport}
    return {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": "cluster", "connection": connection}],
    }


def admission_configuration(config: SyncerConfig) -> dict[str, Any]:
    """Value of ``--admission-control-config-file``; an empty list of plugins leaves all of them at their defaults."""
    from_files = config.distro == "k8s" and versions.reads_admission_from_files(config.kubernetes_version)
    plugins = [_static_webhooks(name, folder) for name, folder in _FOLDERS.items()] if from_files else []
    if config.pod_security_standard:
        plugins.append(_pod_security(config.pod_security_standard))
    return {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration", "plugins": plugins}


def central_webhooks(config: SyncerConfig) -> dict[str, dict[str, Any]]:
    """Webhook configurations of the operator by the path of their file."""
    folders = {
        "MutatingWebhookConfiguration": layout.ADMISSION_DIR,
        "ValidatingWebhookConfiguration": layout.VALIDATING_ADMISSION_DIR,
    }
    return {f"{folders[item['kind']]}/{item['metadata']['name']}.yaml": item for item in config.webhooks}


def _static_webhooks(plugin: str, folder: str) -> dict[str, Any]:
    """Webhooks from files, which no user of the virtual cluster sees or deletes."""
    configuration = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "WebhookAdmissionConfiguration",
        "kubeConfigFile": "",
        "staticManifestsDir": folder,
    }
    return {"name": plugin, "configuration": configuration}


def _pod_security(level: str) -> dict[str, Any]:
    """Enforce ``level`` in namespaces without labels of their own.

    Source: Kubernetes documentation, "Enforce Pod Security Standards by Configuring the Built-in Admission Controller".
    """
    defaults = {f"{mode}{suffix}": value for mode in _MODES for suffix, value in (("", level), ("-version", "latest"))}
    configuration = {
        "apiVersion": "pod-security.admission.config.k8s.io/v1",
        "kind": "PodSecurityConfiguration",
        "defaults": defaults,
        "exemptions": {"usernames": [], "runtimeClasses": [], "namespaces": []},
    }
    return {"name": "PodSecurity", "configuration": configuration}


def webhook_configuration(ca: bytes, name: str = STATIC_NAME) -> dict[str, Any]:
    """The MutatingWebhookConfiguration for Services; ``ca`` is the PEM certificate that signed the webhook's.

    Dry runs reach us too (``NoneOnDryRun`` is the promise that they leave nothing behind).
    """
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["services"],
        "operations": ["CREATE", "UPDATE"],
        "scope": "Namespaced",
    }
    webhook = {
        "name": name,
        "admissionReviewVersions": ["v1"],
        "sideEffects": "NoneOnDryRun",
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "reinvocationPolicy": "Never",
        "timeoutSeconds": 10,
        "rules": [rule],
        "clientConfig": {
            "url": f"https://127.0.0.1:{layout.WEBHOOK_PORT}{WEBHOOK_PATH}",
            "caBundle": base64.b64encode(ca).decode(),
        },
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [webhook],
    }
