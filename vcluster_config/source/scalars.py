"""What an unquoted scalar means, by the rules Helm reads values with (YAML 1.1 as in go-yaml)."""

from __future__ import annotations

import math
import re
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from vcluster_config.source.node import ScalarValue

_NULL: Final = {"", "~", "null", "Null", "NULL"}
_TRUE: Final = {"true", "True", "TRUE"}
_FALSE: Final = {"false", "False", "FALSE"}
_YES: Final = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}
_NO: Final = {"n", "N", "no", "No", "NO", "off", "Off", "OFF"}
_DECIMAL: Final = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_OCTAL: Final = re.compile(r"[-+]?0o?[0-7_]+")
_RADIX: Final = re.compile(r"[-+]?0(x[0-9a-fA-F_]+|b[01_]+)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def resolve(text: str) -> ScalarValue:
    """Value of an unquoted scalar."""
    if text in _NULL:
        return None
    if text in _TRUE | _YES:
        return True
    if text in _FALSE | _NO:
        return False
    if text[0] in "-+.0123456789":
        return _number(text)
    return text


def is_odd_boolean(text: str) -> bool:
    """Whether an unquoted scalar is a boolean only in YAML 1.1, such as ``no``."""
    return text in _YES | _NO


def is_finite(value: ScalarValue) -> bool:
    """Whether JSON can hold a value, which it cannot for ``.inf`` and ``.nan``."""
    return not isinstance(value, float) or math.isfinite(value)


def is_octal(text: str) -> bool:
    """Whether an unquoted scalar is a number in base eight, such as ``0644``."""
    return _OCTAL.fullmatch(text) is not None and _DECIMAL.fullmatch(text) is None


def _number(text: str) -> ScalarValue:
    digits = text.replace("_", "")
    value: ScalarValue = text
    if len(digits) > 400:  # no number anybody means; int() refuses more than 4300 digits
        return text
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    if _DECIMAL.fullmatch(text):
        value = int(digits)
    elif _OCTAL.fullmatch(text) and digits.strip("-+0o"):
        value = int(digits.replace("o", ""), 8)
    elif _RADIX.fullmatch(text) and digits[-1] not in "xb":
        value = int(digits, 0)
    elif _FLOAT.fullmatch(text):
        value = float(digits)
    too_large = isinstance(value, int | float) and abs(value) > sys.float_info.max
    return text if too_large else value
