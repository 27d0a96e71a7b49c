"""Patches: one action each, and each field only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.source.codes import Code
from vcluster_config.source.node import Items, Mapping, dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family; every list is looked at, those of fromHost.secrets too."""
    sync = case.document.find(("sync",))
    if sync is None:
        return
    for path, node, _ in walk(sync, ("sync",)):
        if path[-1] == "patches" and isinstance(node, Items):
            yield from _list(case, path, node)


def _list(case: Case, path: Path, patches: Items) -> Iterator[Diagnostic]:
    seen: dict[object, int] = {}
    for index, patch in enumerate(patches.items):
        if not isinstance(patch, Mapping):
            continue
        here = (*path, index)
        given = {entry.key for entry in patch.entries}
        expression = bool(given & {"expression", "reverseExpression"})
        actions = expression + ("reference" in given) + ("labels" in given)
        if actions != 1:
            found = "none" if not actions else "several"
            yield case.finding(
                Code.PATCH_ACTION,
                here,
                f"{dotted(here)} has {found} of expression, reference and labels",
                expected="exactly one of them; expression and reverseExpression count as one",
                advice="split it into one patch for each action" if actions else "add one of them",
            )
        entry = patch.get("path")
        field = getattr(entry.value, "value", None) if entry else None
        if field is not None and field in seen:
            first = (*path, seen[field])
            yield case.finding(
                Code.PATCH_TWICE,
                (*here, "path"),
                f"two patches of {dotted(path[:-1])} change {field}",
                related=(first,),
                advice="merge them into one",
            )
        seen.setdefault(field, index)
