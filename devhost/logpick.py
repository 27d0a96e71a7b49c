"""Finds the one line of a component's log that says why it failed, so that nobody has to page through it."""

from __future__ import annotations

import re
from pathlib import Path

_FATAL = re.compile(r'^F\d{4} |^panic:|^Error: |"level":"(fatal|panic)"|level=(fatal|panic)|\[FATAL\]|^fatal error:')
_ERROR = re.compile(r'^E\d{4} |"level":"(error|ERROR)"|level=error|\[ERROR\]|[Ff]ailed to |: error |^[Ee]rror')
_TAIL_BYTES = 64 * 1024


def pick(lines: list[str]) -> str:
    """The last fatal line, else the last error line, else the last line that isn't blank ('' for an empty log)."""
    for pattern in (_FATAL, _ERROR):
        found = [line for line in lines if pattern.search(line)]
        if found:
            return found[-1].strip()
    written = [line for line in lines if line.strip()]
    return written[-1].strip() if written else ""


def tail(path: Path, count: int = 20) -> list[str]:
    """The last `count` lines of a log; empty when it doesn't exist."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL_BYTES))
        return file.read().decode(errors="replace").splitlines()[-count:]


def explain(path: Path) -> str:
    """The line that matters first, then the end of the log, ready to print below an error."""
    lines = tail(path, 200)
    if not lines:
        return f"{path} is empty"
    end = "\n".join(f"    {line[:400]}" for line in lines[-10:])
    return f"  {pick(lines)[:600]}\n  end of {path}:\n{end}"
