"""Kubernetes quantities as exact numbers, so that they can be added up and shown again.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil
from typing import Final

from vcluster_config.model.kubernetes import DECIMAL, SUFFIX

_QUANTITY: Final = re.compile(rf"(?P<number>[+-]?{DECIMAL})(?P<suffix>{SUFFIX})?")
_BINARY: Final = {f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", 1)}
_FACTORS: Final = {
    "": Fraction(1),
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    **{letter: Fraction(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
    **_BINARY,
}


def parse(text: object) -> Fraction | None:
    """Exact value of ``500m``, ``2``, ``4Gi`` or ``1e3``; None of what is no quantity."""
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        return None
    number, suffix = Fraction(match["number"]), match["suffix"] or ""
    return number * (_FACTORS[suffix] if suffix in _FACTORS else Fraction(f"1{suffix}"))


def spell(resource: str, value: Fraction) -> str:
    """Shortest text without a loss that matters: thousandths of a CPU, else whole Gi, Mi or numbers, rounded up."""
    if resource.endswith("cpu"):
        thousandths = ceil(value * 1000)
        return f"{thousandths}m" if thousandths % 1000 else str(thousandths // 1000)
    for suffix in ("Gi", "Mi"):
        if value and value % _BINARY[suffix] == 0:
            return f"{value // _BINARY[suffix]}{suffix}"
    return f"{ceil(value / _BINARY['Mi'])}Mi" if value >= _BINARY["Mi"] else str(ceil(value))
