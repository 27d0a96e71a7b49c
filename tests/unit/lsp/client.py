"""A small client of the language server, in another process and through the real protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

URI = "file:///tmp/vcluster.yaml"


class Client:
    """A small client: sends requests, collects notifications."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vcluster_config", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[3],
        )
        self.number = 0
        self.published: dict[str, list[Any]] = {}

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = int(self.process.stdout.readline().split(b":")[1])
        self.process.stdout.readline()
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        assert message.get("method") != "window/logMessage", message
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while (message := self.receive()).get("id") != self.number:
            pass
        return message.get("result", message.get("error"))

    def at(self, line: int, character: int, uri: str = URI) -> dict[str, Any]:
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}

    def open(self, text: str, uri: str = URI) -> list[Any]:
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "text": text}})
        return self.after_publishing(uri)

    def after_publishing(self, uri: str = URI) -> list[Any]:
        """What is published next for a text."""
        self.published.pop(uri, None)
        while uri not in self.published:
            self.receive()
        return self.published[uri]

    def end(self) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        assert self.process.wait(10) == 0
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
