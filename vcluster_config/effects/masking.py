"""Blots out secrets in what commands show about rendered objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_config.model.secret_paths import MASK, is_secret
from vcluster_config.source.node import Scalar, walk
from vcluster_contract import layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_config.effects.changes import Change, FieldPath
    from vcluster_config.source.document import Document

_DATA: Final = ("data", "stringData")
_SHORTEST: Final = 3


def secret_texts(documents: Iterable[Document]) -> frozenset[str]:
    """Values of settings that hold secrets; very short ones would blot out half of any output."""
    return frozenset(
        str(node.value)
        for document in documents
        for path, node, _ in walk(document.root)
        if isinstance(node, Scalar) and is_secret(path) and len(str(node.value or "")) >= _SHORTEST
    )


def masked(kind: str, change: Change, value: Any, secrets: frozenset[str]) -> Any:
    """One side of a change as it may be shown."""
    if value is None:
        return None
    if kind == "Secret" and hides(change.path):
        return MASK
    return _blot(value, secrets)


def hides(path: FieldPath) -> bool:
    """Whether a field of a Secret is content; the syncer's configuration holds none that is secret."""
    return bool(path) and path[0] in _DATA and not (len(path) > 1 and path[1] == layout.SYNCER_CONFIG_KEY)


def _blot(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        if value.get("kind") == "Secret":
            value = {key: MASK if key in _DATA else item for key, item in value.items()}
        return {key: _blot(item, secrets) for key, item in value.items()}
    return [_blot(item, secrets) for item in value] if isinstance(value, list) else value
