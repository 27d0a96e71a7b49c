"""AdmissionReview in and out (Kubernetes docs, "Dynamic Admission Control"), as pure functions."""

from __future__ import annotations

import base64
from typing import Any, Literal

import msgspec

from vcluster_syncer.kube.api import JSON


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """The part of an AdmissionRequest that decides about a Service."""

    uid: str
    operation: Literal["CREATE", "UPDATE"]
    namespace: str
    object: JSON
    old_object: JSON | None = None
    name: str = ""
    dry_run: bool = False


class Review(msgspec.Struct, frozen=True):
    """The envelope that the API server posts."""

    request: Request


class Denied(Exception):
    """The write is refused with this HTTP status code, Status reason and message."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


_decoder = msgspec.json.Decoder(Review)


def decode(body: bytes) -> Request:
    """The request inside a posted AdmissionReview.

    Raises:
        msgspec.MsgspecError: the body is no AdmissionReview of an operation we registered for.
    """
    return _decoder.decode(body).request


def allowed(uid: str, patch: list[JSON]) -> bytes:
    """The answer that lets the write through with the JSON patch (RFC 6902) applied."""
    response: JSON = {"uid": uid, "allowed": True}
    if patch:
        response |= {"patchType": "JSONPatch", "patch": base64.b64encode(msgspec.json.encode(patch)).decode()}
    return _answer(response)


def denied(uid: str, refusal: Denied) -> bytes:
    """The answer that refuses the write; the API server turns its code into the HTTP status."""
    status = {"status": "Failure", "code": refusal.code, "reason": refusal.reason, "message": str(refusal)}
    return _answer({"uid": uid, "allowed": False, "status": status})


def _answer(response: dict[str, Any]) -> bytes:
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
    return msgspec.json.encode(review)
