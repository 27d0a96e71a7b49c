"""Where kubeconfigs are written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    export = case.config.export_kube_config
    single, several = keys("exportKubeConfig.secret"), keys("exportKubeConfig.additionalSecrets")
    if (export.secret.name or export.secret.namespace) and export.additional_secrets:
        yield case.finding(
            Code.KUBECONFIG_SECRETS,
            several,
            "secret and additionalSecrets are both given",
            related=(single,),
            advice="move exportKubeConfig.secret into additionalSecrets",
            at_key=True,
        )
    seen: dict[tuple[str, str], int] = {}
    for index, secret in enumerate(export.additional_secrets):
        if not secret.name and not secret.namespace:
            yield case.finding(
                Code.KUBECONFIG_SECRETS,
                (*several, index),
                "an additional Secret without name and namespace would be the default one again",
                advice="give it a name, a namespace, or both",
            )
        elif (secret.name, secret.namespace) in seen:
            yield case.finding(
                Code.KUBECONFIG_SECRETS,
                (*several, index),
                "two additional Secrets have the same name and namespace",
                related=((*several, seen[secret.name, secret.namespace]),),
                advice="give them different names",
            )
        seen.setdefault((secret.name, secret.namespace), index)
