"""The forms of parameters that the server relies on, so that a client learns what it sent wrong."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from vcluster_config.lsp.protocol import INVALID_PARAMS, Refused

_Index = Annotated[int, msgspec.Meta(ge=0)]


class _Named(msgspec.Struct):
    uri: str


class _Text(_Named):
    text: str


class _Change(msgspec.Struct):
    text: str


class _General(msgspec.Struct, rename="camel", frozen=True):
    position_encodings: list[str] = []


class _Capabilities(msgspec.Struct, frozen=True):
    general: _General = _General()


class _Initialize(msgspec.Struct, rename="camel"):
    capabilities: _Capabilities = _Capabilities()
    root_uri: str | None = None
    workspace_folders: list[_Named] | None = None


class _Position(msgspec.Struct):
    line: _Index
    character: _Index


class _Range(msgspec.Struct):
    start: _Position
    end: _Position


class _Open(msgspec.Struct, rename="camel"):
    text_document: _Text


class _Changed(msgspec.Struct, rename="camel"):
    text_document: _Named
    content_changes: Annotated[list[_Change], msgspec.Meta(min_length=1)]


class _OfDocument(msgspec.Struct, rename="camel"):
    text_document: _Named


class _At(_OfDocument):
    position: _Position


class _Within(_OfDocument):
    range: _Range


_FORMS: Final[dict[str, type[msgspec.Struct]]] = {
    "initialize": _Initialize,
    "textDocument/didOpen": _Open,
    "textDocument/didChange": _Changed,
    "textDocument/didClose": _OfDocument,
    "textDocument/hover": _At,
    "textDocument/completion": _At,
    "textDocument/definition": _At,
    "textDocument/codeAction": _Within,
    "textDocument/inlayHint": _Within,
}


def checked(method: str, params: Any) -> dict[str, Any]:
    """Parameters of a method; none are an empty object.

    Raises:
        Refused: they are not what the method takes.
    """
    given = {} if params is None else params
    try:
        msgspec.convert(given, _FORMS.get(method, dict))
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # the latter: half of a surrogate pair
        raise Refused(INVALID_PARAMS, f"{method}: {error}") from error
    return dict(given) if isinstance(given, dict) else {}
