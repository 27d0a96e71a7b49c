"""One input of the fuzzer, and how it can be wrong, in forms that are kept and compared."""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Case(NamedTuple):
    """What one target is given: texts in which undecodable bytes stand as lone surrogates."""

    target: str
    parts: tuple[str, ...]

    def save(self, path: Path, why: str) -> None:
        """Keep it; ``why`` says what went wrong."""
        document = {"target": self.target, "why": why, "parts": self.parts}
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")

    @classmethod
    def load(cls, path: Path) -> Case:
        """Read a kept input."""
        document = json.loads(path.read_text(encoding="ascii"))
        return cls(document["target"], tuple(document["parts"]))


class Broken(AssertionError):
    """A promise that an input broke."""

    def __init__(self, promise: str, detail: str) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise


class Hang(BaseException):
    """An input took more processor time than any input may; no ``except Exception`` swallows it."""


def raw(part: str) -> bytes:
    """The bytes that a part stands for."""
    return part.encode("utf-8", "surrogateescape")


def kind(error: BaseException) -> str:
    """What makes two failures the same: the promise, or the exception and the line of ours that raised it."""
    if isinstance(error, Broken):
        return error.promise
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "vcluster_config" in frame.filename]
    where = f"{frames[-1].filename.rpartition('vcluster_config')[2]}:{frames[-1].name}" if frames else "nowhere"
    return type(error).__name__ if isinstance(error, Hang) else f"{type(error).__name__} in {where.lstrip('/')}"
