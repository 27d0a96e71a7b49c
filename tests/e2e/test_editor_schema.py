"""The generated schema in the real yaml-language-server: what an author sees without our own server."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schemas" / "vcluster.schema.json"
EDITORS = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
(FILES,) = json.loads(EDITORS.partition("```json\n")[2].partition("```")[0])["yaml.schemas"].values()
PINNED = "yaml-language-server@2.0.0"


def installed() -> Path:
    """The pinned package in the cache; installed with npm the first time."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "vcluster-config" / PINNED
    cache.mkdir(parents=True, exist_ok=True)
    program = cache / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (cache / "done").exists():
            options = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
            subprocess.run(["npm", "install", *options, "--prefix", cache, PINNED], check=True, timeout=300)
            (cache / "done").touch()
    return program


class Editor(LanguageClient):
    """A client that binds our schema to files by the settings of our page about editors."""

    def __init__(self) -> None:
        super().__init__("test-editor", "1")
        self.found: asyncio.Queue[list[lsp.Diagnostic]] = asyncio.Queue()
        self.version = 0

        @self.feature(lsp.WORKSPACE_CONFIGURATION)
        def configuration(params: lsp.ConfigurationParams) -> list[Any]:
            yaml = {"schemas": {SCHEMA.as_uri(): FILES}, "validate": True, "hover": True, "completion": True}
            return [yaml if item.section == "yaml" else {} for item in params.items]

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.found.put_nowait(list(params.diagnostics))

        @self.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def register(params: lsp.RegistrationParams) -> None:
            del params

    async def show(self, text: str) -> list[lsp.Diagnostic]:
        """Open the text; returns what was found in it."""
        self.version += 1
        uri = f"file:///vcluster-{self.version}.yaml"
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", 1, text)))
        return await asyncio.wait_for(self.found.get(), 60)

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(f"file:///vcluster-{self.version}.yaml")

    async def complete(self, line: int, character: int) -> dict[str, lsp.CompletionItem]:
        where = lsp.CompletionParams(self.document, lsp.Position(line, character))
        answer = await asyncio.wait_for(self.text_document_completion_async(where), 60)
        items = answer.items if isinstance(answer, lsp.CompletionList) else answer or []
        return {item.label: item for item in items}

    async def hover(self, line: int, character: int) -> str:
        where = lsp.HoverParams(self.document, lsp.Position(line, character))
        answer = await asyncio.wait_for(self.text_document_hover_async(where), 60)
        assert answer is not None
        assert isinstance(answer.contents, lsp.MarkupContent)
        return answer.contents.value


@pytest_asyncio.fixture
async def editor() -> AsyncIterator[Editor]:
    if shutil.which("npm") is None:
        pytest.skip("npm is needed to install the yaml-language-server")
    program = installed()
    editor = Editor()
    await editor.start_io("node", str(program), "--stdio")
    capabilities = lsp.ClientCapabilities(
        workspace=lsp.WorkspaceClientCapabilities(configuration=True),
        text_document=lsp.TextDocumentClientCapabilities(
            hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
            completion=lsp.CompletionClientCapabilities(
                completion_item=lsp.ClientCompletionItemOptions(documentation_format=[lsp.MarkupKind.Markdown])
            ),
        ),
    )
    await editor.initialize_async(lsp.InitializeParams(capabilities=capabilities, process_id=os.getpid()))
    editor.initialized(lsp.InitializedParams())
    settings = lsp.DidChangeConfigurationParams({"yaml": {"schemas": {SCHEMA.as_uri(): FILES}}})
    editor.workspace_did_change_configuration(settings)
    yield editor
    await editor.shutdown_async(None)
    editor.exit(None)
    await editor.stop()


async def test_keys_complete_with_their_descriptions(editor: Editor) -> None:
    await editor.show("controlPlane:\n  statefulSet:\n    persistence:\n      volumeClaim:\n        \n")
    items = await editor.complete(4, 8)
    assert {"size", "storageClass", "retentionPolicy", "accessModes"} <= set(items)
    assert items["size"].documentation is not None


async def test_closed_sets_complete_with_their_words(editor: Editor) -> None:
    await editor.show(
        "controlPlane:\n  statefulSet:\n    persistence:\n      volumeClaim:\n        retentionPolicy: \n"
    )
    assert {"Retain", "Delete"} <= set(await editor.complete(4, 25))


async def test_switches_complete_with_both_values(editor: Editor) -> None:
    await editor.show("sync:\n  toHost:\n    ingresses:\n      enabled: \n")
    assert {"true", "false"} <= set(await editor.complete(3, 15))


async def test_hover_says_what_a_setting_is(editor: Editor) -> None:
    await editor.show("sync:\n  toHost:\n    ingresses:\n      enabled: true\n")
    assert len(await editor.hover(3, 8)) > 20


async def test_mistakes_are_underlined(editor: Editor) -> None:
    found = await editor.show("sync:\n  toHost:\n    ingress: {}\n")
    assert [item.range.start.line for item in found] == [2]
    assert "ingress" in found[0].message


async def test_examples_are_clean(editor: Editor) -> None:
    assert await editor.show((ROOT / "examples" / "quickstart.yaml").read_text()) == []
