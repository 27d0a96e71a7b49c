"""The version that compiled files carry; a module of its own because the wheel and a checkout find it alike."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
