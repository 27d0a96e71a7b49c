"""Evaluates label selectors where no API server does it for us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from vcluster_syncer.kube.api import JSON

_OPERATORS: Final[Mapping[str, Callable[[str | None, list[str]], bool]]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
}


def selects(selector: JSON, labels: Mapping[str, str]) -> bool:
    """Whether a ``metav1.LabelSelector`` matches ``labels``; an empty one matches everything.

    Raises:
        KeyError: the API server let an unknown operator pass.
    """
    wanted = (selector.get("matchLabels") or {}).items()
    return all(labels.get(key) == value for key, value in wanted) and all(
        _requirement(item, labels) for item in selector.get("matchExpressions") or ()
    )


def _requirement(item: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return _OPERATORS[item["operator"]](labels.get(item["key"]), item.get("values") or [])
