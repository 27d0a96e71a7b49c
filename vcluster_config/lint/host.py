"""What is known about the cluster that a virtual one will be installed in, so that rules can tell what it lacks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_VERSION: Final = re.compile(r"v?1\.(\d{1,3})(?:[.+-].*)?")
_API: Final = re.compile(r"(?:[a-z0-9.-]+/)?v\d+(?:(?:alpha|beta)\d+)?")


@dataclass(frozen=True, slots=True)
class Host:
    """A host cluster.

    ``minor`` is the y of Kubernetes 1.y, ``apis`` are served versions as in ``apiVersion`` (``apps/v1``, ``v1``);
    either is None when nobody said.
    """

    minor: int | None = None
    apis: frozenset[str] | None = None

    def lacks(self, api_version: str) -> bool:
        """Whether this version of a group is known not to be served; a version of ``*`` means any."""
        if self.apis is None:
            return False
        group, _, version = api_version.rpartition("/")
        return not any(api == api_version or (version == "*" and api.startswith(f"{group}/")) for api in self.apis)


def minor_of(version: str) -> int:
    """The y of ``1.y``, ``v1.y.z`` or ``v1.y.z+vendor``.

    Raises:
        ValueError: it is no version of Kubernetes.
    """
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        raise ValueError(f"{version!r} is no version of Kubernetes such as 1.34")
    return int(match[1])


def apis_of(text: str) -> frozenset[str]:
    """What ``kubectl api-versions`` prints: one ``group/version`` a line.

    Raises:
        ValueError: a line is something else.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        if not _API.fullmatch(line):
            raise ValueError(f"line {number} is {line!r}; expected group/version as kubectl api-versions prints it")
    return frozenset(lines)
