"""Arguments of stock components, where a user's flag replaces ours instead of standing beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Map-valued flags: components merge repeated uses, so ours and the user's both count.
_MERGED: Final = frozenset({"--feature-gates", "--runtime-config"})


def merged(ours: Iterable[str], extra: Iterable[str]) -> tuple[str, ...]:
    """Ours without the flags that ``extra`` sets, then ``extra`` in its order (upstream's rule since v0.26)."""
    theirs = tuple(extra)
    replaced = {_flag(arg) for arg in theirs} - _MERGED
    return (*(arg for arg in ours if _flag(arg) not in replaced), *theirs)


def _flag(argument: str) -> str:
    return argument.partition("=")[0]
