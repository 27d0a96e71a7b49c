"""Who this pod is, which only its environment knows because the compiled configuration fits every release."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vcluster_contract import layout
from vcluster_syncer.bootstrap.errors import BootstrapError


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Downward API values of the control-plane pod."""

    vcluster: str
    namespace: str
    pod_ip: str = ""
    data_source: str = ""
    """Where the database of k0s is, password included."""


def from_environ(environ: Mapping[str, str]) -> Environment:
    """Read the variables the chart sets.

    Raises:
        BootstrapError: one is missing.
    """
    for name in (layout.NAME_ENV, layout.NAMESPACE_ENV):
        if not environ.get(name):
            raise BootstrapError(f"environment variable {name} is not set: install with the chart, which sets it")
    return Environment(
        vcluster=environ[layout.NAME_ENV],
        namespace=environ[layout.NAMESPACE_ENV],
        pod_ip=environ.get(layout.POD_IP_ENV, ""),
        data_source=environ.get(layout.DATASTORE_ENV, ""),
    )
