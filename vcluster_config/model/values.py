"""How a value type checks a scalar, says what it expected, and describes itself to schemas."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class ValueType:
    """A string with a grammar.

    ``pattern`` must match the whole text; ``check`` then refuses what a pattern cannot, with a reason.
    ``numbers`` lets YAML numbers stand for their text, or with ``keep`` for themselves; ``empty`` lets ``""`` mean
    "not set".
    """

    name: str
    expected: str
    pattern: str
    examples: tuple[str, ...] = ()
    check: Callable[[str], str | None] | None = field(default=None, repr=False)
    numbers: bool = False
    keep: bool = False
    empty: bool = False

    def parse(self, value: object) -> str | int | float:
        """Return the value.

        Raises:
            PydanticCustomError: the value is not of this type; type ``value`` with ``expected`` and ``reason``.
        """
        if self.numbers and isinstance(value, int | float) and not isinstance(value, bool):
            return value if self.keep and self._text(str(value)) else self._text(str(value))
        return self._text(value)

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._refusal(None)
        if value == "" and self.empty:
            return value
        if re.fullmatch(self.pattern, value) is None:
            raise self._refusal(None)
        reason = self.check(value) if self.check else None
        if reason is not None:
            raise self._refusal(reason)
        return value

    def accepts(self, value: object) -> bool:
        """Whether the value is of this type."""
        try:
            self.parse(value)
        except PydanticCustomError:
            return False
        return True

    def _refusal(self, reason: str | None) -> PydanticCustomError:
        context = {"expected": self.expected, "reason": reason or "", "value_type": self.name}
        return PydanticCustomError("value", "expected {expected}", context)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)


class _AutoBool:
    """``auto``, ``true`` or ``false``; upstream also takes the booleans as strings."""

    def parse(self, value: object) -> object:
        if isinstance(value, bool) or value == "auto":
            return value
        if value in ("true", "false"):
            return value == "true"
        raise PydanticCustomError("value", "expected {expected}", {"expected": "auto, true or false", "reason": ""})

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)


auto_bool = _AutoBool()
