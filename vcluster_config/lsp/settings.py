"""What the user of an editor has set: layers, the host, and whether hardening matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vcluster_config.lint.host import Host


@dataclass(frozen=True, slots=True)
class Settings:
    """``layers``, ``hostVersion`` and ``security``."""

    layers: tuple[str, ...] = ()
    host: Host | None = None
    security: bool = False


def settings(given: object) -> Settings:
    """Settings as an editor sends them, alone or in a section ``vcluster``; what cannot be read is as if not given."""
    if not isinstance(given, dict):
        return Settings()
    section = given.get("vcluster", given)
    found = section if isinstance(section, dict) else {}
    layers = found.get("layers")
    return Settings(
        tuple(name for name in layers if isinstance(name, str)) if isinstance(layers, list) else (),
        _host(found.get("hostVersion")),
        found.get("security") is True,
    )


def _host(version: object) -> Host | None:
    if not isinstance(version, str):
        return None
    from vcluster_config.lint.host import Host, minor_of

    try:
        return Host(minor_of(version))
    except ValueError:
        return None
