"""Webhook configurations of ``policies.centralAdmission``, as Kubernetes' admissionregistration.k8s.io/v1 has them."""

from dataclasses import replace
from typing import Annotated, Literal

from annotated_types import Ge, Le

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import (
    BASE64,
    HTTPS,
    Annotations,
    KubeLabelSelector,
    Labels,
    MatchCondition,
    OptionalLabel,
    RuleWithOperations,
)


class WebhookService(Section):
    """A Service of the host that answers admission reviews."""

    namespace: OptionalLabel = ""
    """Namespace of the Service."""
    name: OptionalLabel = ""
    """Name of the Service."""
    path: str = ""
    """Path sent with each request."""
    port: Annotated[int, Ge(1), Le(65535)] = 443
    """Port of the Service."""


class WebhookClientConfig(Section):
    """How a webhook is reached: exactly one of url and service."""

    url: Annotated[str, HTTPS] | None = None
    """URL with scheme https."""
    service: WebhookService | None = None
    """A Service of the host."""
    ca_bundle: Annotated[str, replace(BASE64, empty=True)] = ""
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
    timeout_seconds: Annotated[int, Ge(1), Le(30)] | None = None
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
    labels: Labels = {}
    """Labels of the configuration."""
    annotations: Annotations = {}
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
