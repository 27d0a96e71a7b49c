"""The server: keeps open texts, answers requests, publishes findings after each change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

from vcluster_config.lsp import definition, features
from vcluster_config.lsp.layers import Shelf, path_of
from vcluster_config.lsp.params import checked
from vcluster_config.lsp.protocol import INTERNAL_ERROR, METHOD_NOT_FOUND, Message, Refused, Units, read, write
from vcluster_config.lsp.settings import Settings, settings
from vcluster_config.source.lines import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcluster_config.lint.check import Report

_ERROR: Final = 1


@dataclass
class Server:
    """State of one client's session."""

    source: IO[bytes]
    target: IO[bytes]
    units: Units = field(default_factory=lambda: Units(code_points=False))
    texts: dict[str, str] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    wanted: Settings = field(default_factory=Settings)
    below: dict[str, set[str]] = field(default_factory=dict)
    stopping: bool = False

    def run(self) -> int:
        """Serve until the client leaves; 0 when it said goodbye before, else 1 (LSP 3.17, "Exit Notification")."""
        while (message := self.next()) is not None:
            method = message.get("method", "")
            if method == "exit":
                break
            if method:  # without one it is an answer, and nothing was asked
                self.handle(method, message)
        return 0 if self.stopping else 1

    def next(self) -> Message | None:
        """Next message that is one; the others are refused (JSON-RPC 2.0, "Response object")."""
        while True:
            try:
                return read(self.source)
            except Refused as refused:
                write(self.target, {"id": None, "error": {"code": refused.code, "message": str(refused)}})

    def handle(self, method: str, message: Message) -> None:
        """Answer one message; unknown requests are refused, unknown notifications ignored."""
        handler = getattr(self, "on_" + method.replace("/", "_").replace("$", ""), None)
        if handler is None:
            answer: Message = {"error": {"code": METHOD_NOT_FOUND, "message": f"{method} is not supported"}}
        else:
            answer = self.answered(method, handler, message.get("params"))
        if "id" in message:
            write(self.target, {"id": message["id"], **answer})

    def answered(self, method: str, handler: Callable[[Message], Any], params: Any) -> Message:
        """Result of a handler; a mistake of ours ends one answer and not the session."""
        try:
            return {"result": handler(checked(method, params))}
        except Refused as refused:
            return {"error": {"code": refused.code, "message": str(refused)}}
        except Exception as error:  # noqa: BLE001 - whatever it is, the editor keeps its server
            sentence = f"{method}: {type(error).__name__}: {error}"
            write(self.target, {"method": "window/logMessage", "params": {"type": _ERROR, "message": sentence}})
            return {"error": {"code": INTERNAL_ERROR, "message": sentence}}

    def on_initialize(self, params: Message) -> Message:
        """Agree on what both sides can do."""
        encodings = params.get("capabilities", {}).get("general", {}).get("positionEncodings", [])
        self.units = Units(code_points="utf-32" in encodings)
        root = params.get("rootUri") or next((item["uri"] for item in params.get("workspaceFolders") or ()), "")
        self.shelf.folder = path_of(root)
        self.wanted = settings(params.get("initializationOptions"))
        return {
            "capabilities": {
                "positionEncoding": "utf-32" if self.units.code_points else "utf-16",
                "textDocumentSync": {"openClose": True, "change": 1},
                "hoverProvider": True,
                "definitionProvider": True,
                "inlayHintProvider": True,
                "completionProvider": {"triggerCharacters": [" ", "\n"]},
                "codeActionProvider": {"codeActionKinds": ["quickfix", features.FIX_ALL]},
            },
            "serverInfo": {"name": "vcluster-config"},
        }

    def on_shutdown(self, params: Message) -> None:  # noqa: ARG002 - one signature
        """The client is about to leave."""
        self.stopping = True

    def on_textDocument_didOpen(self, params: Message) -> None:  # noqa: N802 - the protocol's name
        """A text was opened."""
        document = params["textDocument"]
        self.changed(document["uri"], document["text"])

    def on_textDocument_didChange(self, params: Message) -> None:  # noqa: N802
        """A text changed; it comes as a whole."""
        self.changed(params["textDocument"]["uri"], params["contentChanges"][-1]["text"])

    def on_textDocument_didClose(self, params: Message) -> None:  # noqa: N802
        """A text was closed: its findings vanish, and where it is a layer, the file counts again."""
        uri = params["textDocument"]["uri"]
        self.texts.pop(uri, None)
        self.reports.pop(uri, None)
        self.below.pop(uri, None)
        self.publish(uri, [])
        self.recheck(self.above(uri))

    def on_workspace_didChangeConfiguration(self, params: Message) -> None:  # noqa: N802
        """The user has set something else."""
        self.wanted = settings(params.get("settings"))
        self.recheck(set(self.texts))

    def on_workspace_didChangeWatchedFiles(self, params: Message) -> None:  # noqa: N802, ARG002
        """Files changed, and layers may be among them."""
        self.recheck(set(self.texts))

    def on_textDocument_definition(self, params: Message) -> list[Message]:  # noqa: N802
        """The anchor of an alias, or where the layers below set the same."""
        uri = params["textDocument"]["uri"]
        lines, line, index = self.position(params)
        found = definition.anchor(uri, lines, line, index) if line < len(lines) else None
        report = self.reports.get(uri)
        if report is None:
            return []
        spans = [found] if found else definition.origins(report, uri, line)
        return [features.location(span, report, uri, lines, self.units) for span in spans]

    def on_textDocument_inlayHint(self, params: Message) -> list[Message]:  # noqa: N802
        """What each ``auto`` becomes."""
        uri = params["textDocument"]["uri"]
        report = self.reports.get(uri)
        return features.hints(report, uri, self.lines(uri), self.units) if report is not None else []

    def on_textDocument_hover(self, params: Message) -> Message | None:  # noqa: N802
        """What the setting under the cursor means."""
        text = features.hover(*self.position(params))
        return {"contents": {"kind": "markdown", "value": text}} if text else None

    def on_textDocument_completion(self, params: Message) -> list[Message]:  # noqa: N802
        """What fits at the cursor."""
        return features.complete(*self.position(params))

    def on_textDocument_codeAction(self, params: Message) -> list[Message]:  # noqa: N802
        """Fixes for the lines."""
        uri = params["textDocument"]["uri"]
        found = self.reports.get(uri)
        if found is None:
            return []
        on = range(params["range"]["start"]["line"], params["range"]["end"]["line"] + 1)
        return features.actions(found, uri, self.lines(uri), on, self.units)

    def changed(self, uri: str, text: str) -> None:
        """Check a new text, and those it lies below, and publish what was found."""
        self.texts[uri] = text
        self.recheck({uri} | self.above(uri))

    def above(self, uri: str) -> set[str]:
        """Open texts that a text lies below."""
        return {other for other, names in self.below.items() if uri in names}

    def recheck(self, uris: set[str]) -> None:
        """Check open texts and publish what was found."""
        for uri in sorted(uris):
            layers = self.shelf.below(uri, self.texts[uri], self.texts, self.wanted.layers)
            self.below[uri] = layers.names()
            self.reports[uri] = features.report(uri, self.texts[uri], layers, self.wanted)
            self.publish(uri, features.diagnostics(self.reports[uri], self.lines(uri), self.units))

    def publish(self, uri: str, found: list[Message]) -> None:
        """Send the findings of a text."""
        params: dict[str, Any] = {"uri": uri, "diagnostics": found}
        write(self.target, {"method": "textDocument/publishDiagnostics", "params": params})

    def lines(self, uri: str) -> list[str]:
        """Lines of an open text."""
        return lines(self.texts.get(uri, ""))

    def position(self, params: Message) -> tuple[list[str], int, int]:
        """Lines, line number and character index of a request."""
        lines = self.lines(params["textDocument"]["uri"])
        line = params["position"]["line"]
        text = lines[line] if line < len(lines) else ""
        return lines, line, self.units.index(text, params["position"]["character"])
