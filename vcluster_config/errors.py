"""The error of a configuration that is well typed and still cannot become a chart."""

from __future__ import annotations


class CompileError(ValueError):
    """One sentence that names the path, what was found and how to fix it.

    Attributes:
        path: path in vcluster.yaml, dots between keys, items of lists as ``[0]``.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message
