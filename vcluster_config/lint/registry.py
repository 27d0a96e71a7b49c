"""The list of rule families, imported only when a configuration is there to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.rules import choices, effect, kubeconfig, syncing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic

FAMILIES: tuple[Callable[[Case], Iterator[Diagnostic]], ...] = (
    choices.check,
    kubeconfig.check,
    syncing.check,
    effect.check,
)
