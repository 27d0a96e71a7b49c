"""Options that say what the host cluster is, by hand or by asking it, for commands whose findings depend on it."""

from __future__ import annotations

import json
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcluster_config.lint.host import Host


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--host-version``, ``--host-apis`` and ``--live``; the command gets them as one ``host``."""

    @click.option("--host-version", metavar="VERSION", help="Kubernetes version of the host, such as 1.34.")
    @click.option(
        "--host-apis",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="What kubectl api-versions prints on the host.",
    )
    @click.option("--live", is_flag=True, help="Ask the cluster that kubectl reaches for both.")
    @wraps(command)
    def with_host(*args: Any, host_version: str | None, host_apis: str | None, live: bool, **more: Any) -> Any:
        return command(*args, host=host(host_version, host_apis, live=live), **more)

    return with_host


def host(version: str | None, apis: str | None, *, live: bool) -> Host | None:
    """The host that was described, None when it was not; what is said by hand wins over what the cluster says.

    Raises:
        click.UsageError: a version or a list of APIs that cannot be read, or kubectl failed.
    """
    if not (version or apis or live):
        return None
    from vcluster_config.lint.host import Host, apis_of, minor_of

    listed = Path(apis).read_text(encoding="utf-8", errors="replace") if apis else _live_apis() if live else None
    version = version or (_live_version() if live else None)
    try:
        minor = None if version is None else minor_of(version)
    except ValueError as error:
        raise click.UsageError(f"--host-version: {error}") from error
    try:
        return Host(minor, None if listed is None else apis_of(listed))
    except ValueError as error:
        raise click.UsageError(f"--host-apis {apis or 'of the cluster'}: {error}") from error


def _live_version() -> str:
    from vcluster_config.cli.tools import kubectl

    return str(json.loads(kubectl("version", "--output=json"))["serverVersion"]["gitVersion"])


def _live_apis() -> str:
    from vcluster_config.cli.tools import kubectl

    return kubectl("api-versions")
