"""One exception for all that can go wrong, so that a command ends with a sentence and the log line that matters."""

from __future__ import annotations


class HostError(Exception):
    """What went wrong and what to do about it, in one sentence; `detail` holds the log lines that show it."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail

    def __str__(self) -> str:
        return "\n".join(text for text in (super().__str__(), self.detail) if text)
