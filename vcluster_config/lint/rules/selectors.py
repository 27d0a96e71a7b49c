"""Label selectors as the API server takes them; upstream's dialect lets a requirement leave out what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.source.codes import Code
from vcluster_config.source.node import Items, Mapping, dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic

_NEEDED: Final = ("key", "operator")
_OURS: Final = ("integrations", "policies", "sync")  # elsewhere selectors are checked as part of a Kubernetes object


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family (Kubernetes API: LabelSelectorRequirement)."""
    for path, node, _ in walk(case.document.root):
        if path[0] not in _OURS or path[-1] != "matchExpressions" or not isinstance(node, Items):
            continue
        for index, item in enumerate(node.items):
            missing = [key for key in _NEEDED if isinstance(item, Mapping) and item.get(key) is None]
            for key in missing:
                message = f"{dotted((*path, index))} needs the key {key}"
                yield case.finding(Code.MISSING_KEY, (*path, index), message, expected=key, advice=f"add {key}:")
