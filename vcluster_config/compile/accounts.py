"""ServiceAccounts: one under which the control plane calls the host, one without rights for host pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile.metadata import metadata
from vcluster_config.objects import ServiceAccount
from vcluster_config.placeholders import SERVICE_ACCOUNT, WORKLOAD_SERVICE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.control_plane.advanced import ImagePullSecret
    from vcluster_config.model.shared import Metadata


def control_plane_account(resolved: Resolved) -> ServiceAccount | None:
    """The control plane's account; None when it exists already."""
    account = resolved.config.control_plane.advanced.service_account
    if not account.enabled:
        return None
    return _account(resolved, account.name or SERVICE_ACCOUNT, account, account.image_pull_secrets)


def workload_account(resolved: Resolved) -> ServiceAccount | None:
    """The account of host pods; it also gets the pull Secrets of the control plane, which pulls for both."""
    advanced = resolved.config.control_plane.advanced
    account = advanced.workload_service_account
    if not account.enabled:
        return None
    secrets = (*advanced.service_account.image_pull_secrets, *account.image_pull_secrets)
    return _account(resolved, account.name or WORKLOAD_SERVICE_ACCOUNT, account, secrets)


def _account(
    resolved: Resolved, name: str, section: Metadata, pull_secrets: Iterable[ImagePullSecret]
) -> ServiceAccount:
    return ServiceAccount(
        api_version="v1",
        kind="ServiceAccount",
        metadata=metadata(
            name,
            labels=section.labels,
            annotations=section.annotations,
            shared_annotations=resolved.config.control_plane.advanced.global_metadata.annotations,
        ),
        automount_service_account_token=False,
        image_pull_secrets=tuple({"name": secret.name} for secret in pull_secrets),
    )
