"""What the host's audit log says about the calls of one user."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


class Call(NamedTuple):
    """One answered request."""

    verb: str
    group: str
    resource: str
    namespace: str
    name: str
    code: int
    forbidden: bool
    """Refused by the authorizer, not by admission."""

    @property
    def writes(self) -> bool:
        """Whether it asks for a change."""
        return self.verb in WRITES


Right = tuple[str, str, str]
"""API group, resource with sub-resource, verb."""


class Usage(NamedTuple):
    """What one virtual cluster may do on the host and what it did until it was uninstalled."""

    cluster: str
    granted: frozenset[Right]
    calls: list[Call]

    @property
    def used(self) -> frozenset[Right]:
        """What was asked for, without the questions that everybody may ask about himself."""
        return frozenset(
            (call.group, call.resource, call.verb) for call in self.calls if not call.resource.startswith("self")
        )


class AuditLog:
    """Reads a log from the place where it ended before."""

    def __init__(self, path: Path, user: str) -> None:
        self._path = path
        self._user = user
        self._offset = 0

    def skip(self) -> None:
        """Forget everything until now."""
        self._offset = self._path.stat().st_size

    def calls(self) -> list[Call]:
        """Calls since the last look."""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        return list(self._parsed(whole))

    def _parsed(self, content: bytes) -> Iterator[Call]:
        for line in content.splitlines():
            if self._user.encode() not in line:
                continue
            event = json.loads(line)
            about = event.get("objectRef")
            # A watch is answered long before it completes.
            answered = "ResponseStarted" if event["verb"] == "watch" else "ResponseComplete"
            if event["stage"] != answered or about is None or event["user"]["username"] != self._user:
                continue
            resource = "/".join(part for part in (about["resource"], about.get("subresource")) if part)
            yield Call(
                verb=event["verb"],
                group=about.get("apiGroup", ""),
                resource=resource,
                namespace=about.get("namespace", ""),
                name=about.get("name", ""),
                code=event["responseStatus"]["code"],
                forbidden=event.get("annotations", {}).get("authorization.k8s.io/decision") == "forbid",
            )
