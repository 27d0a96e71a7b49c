"""Complete answers of the node API, with host names turned back into virtual ones."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from vcluster_syncer.kubelet.head import Header, render_response

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import Key

TEXT: Final = "text/plain; charset=utf-8"
JSON_TYPE: Final = "application/json"
NOSNIFF: Final = ("X-Content-Type-Options", "nosniff")


class Reply(msgspec.Struct, frozen=True):
    """A whole answer."""

    status: int
    body: bytes
    content_type: str = TEXT


class Refusal(Exception):
    """A call that cannot be served; becomes the answer."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason


def render(reply: Reply, *, close: bool = False) -> bytes:
    """Bytes of ``reply``; ``close`` announces that the connection ends after it."""
    fields: tuple[Header, ...] = (
        ("Content-Type", reply.content_type),
        ("Content-Length", str(len(reply.body))),
        NOSNIFF,
    )
    if close:
        fields = (*fields, ("Connection", "close"))
    return render_response(reply.status, phrase(reply.status), fields) + reply.body


def phrase(status: int) -> str:
    """The standard reason phrase."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def text(status: int, message: str) -> Reply:
    """An answer in the form the kubelet uses for errors."""
    return Reply(status, message.encode() + b"\n")


def as_json(value: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, msgspec.json.encode(value), JSON_TYPE)


def as_status(refusal: Refusal) -> Reply:
    """A ``metav1.Status``: kubectl prints its reason and message as those of an API error."""
    return as_json(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": refusal.message,
            "reason": refusal.reason or phrase(refusal.status).replace(" ", ""),
            "code": refusal.status,
        },
        refusal.status,
    )


def virtual_refusal(status: int, body: bytes, host: Key, virtual: Key) -> Refusal:
    """What the host answered with ``status`` and ``body``, as if it had been asked about the virtual pod.

    Host namespaces are replaced where Kubernetes' messages name them: in quotes and before the pod's name.
    """
    try:
        decoded = msgspec.json.decode(body)
    except msgspec.DecodeError:
        decoded = None
    found = decoded if isinstance(decoded, dict) else {}
    message = str(found.get("message") or body.decode("utf-8", "replace").strip() or phrase(status))
    for old, new in (
        (f"{host.namespace}/{host.name}", f"{virtual.namespace}/{virtual.name}"),
        (f"{host.name}_{host.namespace}", f"{virtual.name}_{virtual.namespace}"),
        (host.name, virtual.name),
        (f'"{host.namespace}"', f'"{virtual.namespace}"'),
    ):
        message = message.replace(old, new)
    return Refusal(status, message, str(found.get("reason") or ""))
