"""The kubelet's URL scheme as data, because every stream begins with turning its path into one of the host's."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from vcluster_syncer.kube.api import Key

Query = tuple[tuple[str, str], ...]

_LOG_OPTIONS: Final = frozenset(
    {"follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"}
)
_STREAM_FLAGS: Final = {"input": "stdin", "output": "stdout", "error": "stderr", "tty": "tty"}
_TRUE: Final = frozenset({"1", "true", "t", "T", "TRUE", "True"})


class PodAction(StrEnum):
    """First path segment of the kubelet's calls on one pod."""

    LOGS = "containerLogs"
    EXEC = "exec"
    ATTACH = "attach"
    PORT_FORWARD = "portForward"


_SUBRESOURCE: Final = {
    PodAction.LOGS: "log",
    PodAction.EXEC: "exec",
    PodAction.ATTACH: "attach",
    PodAction.PORT_FORWARD: "portforward",
}
_WITH_CONTAINER: Final = frozenset({PodAction.LOGS, PodAction.EXEC, PodAction.ATTACH})


class PodCall(msgspec.Struct, frozen=True):
    """A call on one pod of the virtual cluster."""

    action: PodAction
    pod: Key
    uid: str = ""
    """UID the caller expects, empty when it does not care."""
    container: str = ""
    """Empty for port-forwarding only."""
    query: Query = ()

    @property
    def streams(self) -> bool:
        """Whether the call upgrades the connection."""
        return self.action is not PodAction.LOGS

    @property
    def follows(self) -> bool:
        """Whether a log call waits for more lines."""
        return any(key == "follow" and value in _TRUE for key, value in self.query)


class NodeCall(msgspec.Struct, frozen=True):
    """A call on the node itself, for example ``/stats/summary``."""

    path: str


def parse_target(target: str) -> PodCall | NodeCall:
    """Read a request target; a malformed call on a pod becomes a ``NodeCall`` that nobody answers."""
    path, _, query = target.partition("?")
    segments = path.strip("/").split("/")
    if segments[0] in PodAction.__members__.values():
        call = _pod_call(PodAction(segments[0]), [unquote(segment) for segment in segments[1:]], query)
        if call is not None:
            return call
    return NodeCall("/" + "/".join(segments))


def _pod_call(action: PodAction, rest: list[str], query: str) -> PodCall | None:
    expected = 3 if action in _WITH_CONTAINER else 2
    if len(rest) not in (expected, expected + (action is not PodAction.LOGS)) or not all(rest):
        return None
    return PodCall(
        action,
        Key(rest[0], rest[1]),
        uid=rest[2] if len(rest) > expected else "",
        container=rest[-1] if action in _WITH_CONTAINER else "",
        query=tuple(parse_qsl(query, keep_blank_values=True)),
    )


def host_target(call: PodCall, host: Key) -> str:
    """Target of the same call on the host API server, where the pod is called ``host``."""
    namespace, name = quote(host.namespace, safe=""), quote(host.name, safe="")
    path = f"/api/v1/namespaces/{namespace}/pods/{name}/{_SUBRESOURCE[call.action]}"
    query = _host_query(call)
    return f"{path}?{urlencode(query)}" if query else path


def _host_query(call: PodCall) -> Query:
    container: Query = (("container", call.container),) if call.container else ()
    if call.action is PodAction.LOGS:
        return container + tuple(pair for pair in call.query if pair[0] in _LOG_OPTIONS)
    if call.action is PodAction.PORT_FORWARD:
        return tuple(("ports", value) for key, value in call.query if key in ("port", "ports"))
    commands = tuple(pair for pair in call.query if pair[0] == "command")
    flags = tuple((_STREAM_FLAGS[key], "true") for key, value in call.query if _is_on(key, value))
    return (commands if call.action is PodAction.EXEC else ()) + container + flags


def _is_on(key: str, value: str) -> bool:
    return key in _STREAM_FLAGS and value in _TRUE
