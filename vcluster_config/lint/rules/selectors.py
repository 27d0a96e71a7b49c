"""Objects as the API server takes them, where upstream's dialect lets them leave out what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.source.codes import Code
from vcluster_config.source.node import Items, Mapping, dotted, is_null, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Node, Path

_OURS: Final = ("integrations", "policies", "sync")  # elsewhere selectors are checked as part of a Kubernetes object
_ALIASES: Final = ("controlPlane", "statefulSet", "hostAliases")


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family (Kubernetes API: LabelSelectorRequirement, IPBlock, HostAlias)."""
    for path, node, _ in walk(case.document.root):
        if path[:-1] == _ALIASES:
            yield from _missing(case, path, node, ("ip",))
        if path[0] not in _OURS:
            continue
        if path[-1] == "matchExpressions" and isinstance(node, Items):
            for index, item in enumerate(node.items):
                yield from _missing(case, (*path, index), item, ("key", "operator"))
        elif path[-1] == "ipBlock" and isinstance(path[-2], int):
            yield from _missing(case, path, node, ("cidr",))


def _missing(case: Case, path: Path, node: Node, needed: tuple[str, ...]) -> Iterator[Diagnostic]:
    if not isinstance(node, Mapping):
        return
    given = {entry.key for entry in node.entries if not is_null(entry.value)}
    for key in needed:
        if key not in given:
            message = f"{dotted(path)} needs the key {key}"
            yield case.finding(Code.MISSING_KEY, path, message, expected=key, advice=f"add {key}:")
