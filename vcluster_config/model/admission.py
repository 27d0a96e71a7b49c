"""Webhook configurations of ``policies.centralAdmission``, as Kubernetes' admissionregistration.k8s.io/v1 has them."""

from typing import Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import KubeLabelSelector, MatchCondition, RuleWithOperations, StringMap


class WebhookService(Section):
    """A Service of the host that answers admission reviews."""

    namespace: str = ""
    """Namespace of the Service."""
    name: str = ""
    """Name of the Service."""
    path: str = ""
    """Path sent with each request."""
    port: int = 443
    """Port of the Service."""


class WebhookClientConfig(Section):
    """How a webhook is reached: exactly one of url and service."""

    url: str | None = None
    """URL with scheme https."""
    service: WebhookService | None = None
    """A Service of the host."""
    ca_bundle: str = ""
    """CA certificates that verify the webhook, base64 of PEM."""


class ValidatingWebhook(Section):
    """One validating webhook."""

    name: str = ""
    """Full domain name of the webhook."""
    client_config: WebhookClientConfig = section()
    """How it is reached."""
    rules: list[RuleWithOperations] = []
    """Operations, groups, versions and resources it looks at."""
    failure_policy: Literal["", "Fail", "Ignore"] = ""
    """What happens when it does not answer."""
    match_policy: Literal["", "Exact", "Equivalent"] = ""
    """Whether equivalent API versions match its rules."""
    namespace_selector: KubeLabelSelector | None = None
    """Namespaces it looks at."""
    object_selector: KubeLabelSelector | None = None
    """Objects it looks at."""
    side_effects: Literal["", "None", "NoneOnDryRun", "Some", "Unknown"] = ""
    """Whether it changes anything besides its answer."""
    timeout_seconds: int | None = None
    """Seconds to wait for its answer, 1 to 30."""
    admission_review_versions: list[str] = []
    """Versions of AdmissionReview it understands."""
    match_conditions: list[MatchCondition] = []
    """CEL conditions that must hold for it to be called."""


class MutatingWebhook(ValidatingWebhook):
    """One mutating webhook."""

    reinvocation_policy: Literal["", "Never", "IfNeeded"] = ""
    """Whether it is called again after other webhooks changed the object."""


class WebhookMetadata(Section):
    """Metadata of a webhook configuration."""

    name: str = ""
    """Name of the configuration."""
    labels: StringMap = {}
    """Labels of the configuration."""
    annotations: StringMap = {}
    """Annotations of the configuration."""


class WebhookConfiguration(Section):
    """What both kinds of webhook configuration share."""

    kind: str = ""
    """Kind of the configuration; may be left out."""
    api_version: str = ""
    """API version of the configuration; may be left out."""
    metadata: WebhookMetadata = section()
    """Metadata of the configuration."""


class ValidatingWebhookConfiguration(WebhookConfiguration):
    """A ValidatingWebhookConfiguration."""

    webhooks: list[ValidatingWebhook] = []
    """Its webhooks."""


class MutatingWebhookConfiguration(WebhookConfiguration):
    """A MutatingWebhookConfiguration."""

    webhooks: list[MutatingWebhook] = []
    """Its webhooks."""
