"""The list of rule families, imported only when a configuration is there to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.rules import (
    admission,
    choices,
    effect,
    kubeconfig,
    moved,
    names,
    networks,
    parts,
    patches,
    quotas,
    reach,
    replaced,
    security,
    selectors,
    sizing,
    storage,
    syncing,
    upgrade,
    yaml_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic

FAMILIES: tuple[Callable[[Case], Iterator[Diagnostic]], ...] = (
    admission.check,
    choices.check,
    effect.check,
    kubeconfig.check,
    moved.check,
    names.check,
    networks.check,
    parts.check,
    patches.check,
    quotas.check,
    reach.check,
    replaced.check,
    security.check,
    selectors.check,
    sizing.check,
    storage.check,
    syncing.check,
    upgrade.check,
    yaml_words.check,
)
