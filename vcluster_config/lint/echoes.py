"""Leaves out findings that only say again what another one says, because one mistake is one finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_config.source.diagnostic import Diagnostic

_UNKNOWN: Final = frozenset({Code.UNKNOWN_KEY, Code.UNKNOWN_FIELD})
_MISSES: Final = frozenset(
    {
        Code.MISSING_KEY,
        Code.MAPPING_NEEDED,
        Code.KUBECONFIG_SECRETS,
        Code.PATCH_ACTION,
        Code.WEBHOOK,
        Code.SERVICE_MAPPING,
        Code.DNS_RULE,
    }
)
"""Codes that miss something; a mistake inside the place may be the very thing that they miss."""

_UNREAD: Final = frozenset({Code.YAML_NUMBER_AS_TEXT, Code.YAML_ALIAS})
"""Codes of values that could not be read; whatever else is wrong with what stands in for them is no news."""


def without_echoes(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without those that miss a key which is there, misspelled, unusable or unreadable."""
    everything = list(found)
    unread = {item.span for item in everything if item.code in _UNREAD}
    listed = [item for item in everything if item.code in _UNREAD or item.span not in unread]
    errors = [item for item in listed if item.severity is Severity.ERROR and item.code not in _MISSES]
    return [item for item in listed if item.code not in _MISSES or not any(_explains(error, item) for error in errors)]


def _explains(error: Diagnostic, missed: Diagnostic) -> bool:
    """Whether an error inside the place, or about a key beside the missed one that was meant to be it, says enough."""
    if missed.code is not Code.MISSING_KEY and error.path.startswith((f"{missed.path}.", f"{missed.path}[")):
        return True
    parent, _, key = missed.path.rpartition(".")
    beside = error.code in _UNKNOWN and error.path.rpartition(".")[0] == parent
    return beside and any(item.title == f"did you mean {key}?" for item in error.suggestions)
