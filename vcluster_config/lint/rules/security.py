"""Settings that weaken a virtual cluster or show a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity
from vcluster_config.source.node import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    yield from _insecure_kubeconfigs(case)
    yield from _security_context(case)
    yield from _secrets(case)


def _insecure_kubeconfigs(case: Case) -> Iterator[Diagnostic]:
    export = case.config.export_kube_config
    places: list[tuple[Path, bool]] = [(keys("exportKubeConfig.insecure"), export.insecure)]
    for index, secret in enumerate(export.additional_secrets):
        places.append((("exportKubeConfig", "additionalSecrets", index, "insecure"), secret.insecure))
    for path, insecure in places:
        if insecure:
            yield case.finding(
                Code.INSECURE_KUBECONFIG,
                path,
                "clients of this kubeconfig do not verify whom they talk to",
                severity=Severity.WARNING,
                advice="set it to false and add the names you use to controlPlane.proxy.extraSANs",
            )


def _security_context(case: Case) -> Iterator[Diagnostic]:
    context = case.config.control_plane.stateful_set.security.container_security_context
    section = keys("controlPlane.statefulSet.security.containerSecurityContext")
    for key, value in (("privileged", True), ("allowPrivilegeEscalation", True), ("runAsUser", 0)):
        if key in context and context[key] == value and type(context[key]) is type(value):
            yield case.finding(
                Code.WEAK_SECURITY_CONTEXT,
                (*section, key),
                f"{key} {str(value).lower()} is more than the control plane needs",
                severity=Severity.WARNING,
                advice="remove it: the default meets the restricted Pod Security Standard",
            )


def _secrets(case: Case) -> Iterator[Diagnostic]:
    store = case.config.control_plane.backing_store.database
    for kind, source in (("external", store.external.data_source), ("embedded", store.embedded.data_source)):
        credentials = source.partition("://")[2].rpartition("@")[0]
        if ":" in credentials and not credentials.endswith(":"):
            path = keys(f"controlPlane.backingStore.database.{kind}.dataSource")
            yield case.finding(
                Code.CREDENTIALS_IN_FILE,
                path,
                f"{dotted(path)} holds a password in clear text",
                severity=Severity.INFO,
                advice="keep it out of version control, for example with --set from your secret store",
            )
