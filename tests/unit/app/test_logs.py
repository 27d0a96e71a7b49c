from __future__ import annotations

import json
import logging
import sys
from typing import Any

from vcluster_syncer.app.logs import JsonFormatter


def formatted(
    message: str, *arguments: Any, extra: dict[str, Any] | None = None, error: bool = False
) -> dict[str, Any]:
    info = sys.exc_info() if error else None
    record = logging.getLogger("vcluster_syncer.sync.engine").makeRecord(
        "vcluster_syncer.sync.engine", logging.WARNING, "f", 1, message, arguments, info, extra=extra
    )
    result: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return result


def test_one_object_with_constant_message_and_extras() -> None:
    line = formatted("Reconcile failed", extra={"kind": "pods", "key": ("a", "b"), "codes": {404: 1}})
    assert line.items() >= {"level": "warning", "logger": "sync.engine", "message": "Reconcile failed"}.items()
    assert (line["kind"], line["key"], line["codes"]) == ("pods", ["a", "b"], {"404": 1})
    assert line["time"].endswith("+00:00")
    assert line.keys() == {"time", "level", "logger", "message", "kind", "key", "codes"}


def test_what_json_cannot_say_is_written_as_text() -> None:
    assert formatted("x", extra={"thing": ValueError("why")})["thing"] == "why"


def test_exceptions_carry_their_traceback() -> None:
    try:
        int("boom")
    except ValueError:
        line = formatted("Failed", error=True)
    assert "ValueError: invalid literal" in line["traceback"]
