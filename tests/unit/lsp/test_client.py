"""An independent client, that of pygls, understands every answer and edits a file until it is clean."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).resolve().parents[3]
URI = "file:///vcluster.yaml"


class Editor(LanguageClient):
    """A client that keeps what the server published last."""

    def __init__(self) -> None:
        super().__init__("test-editor", "1")
        self.found: asyncio.Queue[list[lsp.Diagnostic]] = asyncio.Queue()
        self.version = 0

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.found.put_nowait(list(params.diagnostics))

    async def show(self, text: str) -> list[lsp.Diagnostic]:
        """Open the text, or change what is open; returns what was found in it."""
        self.version += 1
        if self.version == 1:
            item = lsp.TextDocumentItem(URI, "yaml", self.version, text)
            self.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        else:
            document = lsp.VersionedTextDocumentIdentifier(version=self.version, uri=URI)
            whole = lsp.TextDocumentContentChangeWholeDocument(text)
            self.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))
        return await asyncio.wait_for(self.found.get(), 30)

    async def complete(self, line: int, character: int) -> dict[str, lsp.CompletionItem]:
        where = lsp.CompletionParams(lsp.TextDocumentIdentifier(URI), lsp.Position(line, character))
        items = await self.text_document_completion_async(where)
        assert isinstance(items, list)
        return {item.label: item for item in items}

    async def hover(self, line: int, character: int) -> str:
        where = lsp.HoverParams(lsp.TextDocumentIdentifier(URI), lsp.Position(line, character))
        answer = await self.text_document_hover_async(where)
        assert answer is not None
        assert isinstance(answer.contents, lsp.MarkupContent)
        return answer.contents.value

    async def actions(self, line: int) -> dict[str, lsp.CodeAction]:
        span = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 0))
        context = lsp.CodeActionContext([])
        found = await self.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(URI), span, context)
        )
        return {item.title: item for item in found or [] if isinstance(item, lsp.CodeAction)}


@pytest_asyncio.fixture
async def editor() -> AsyncIterator[Editor]:
    editor = Editor()
    await editor.start_io(sys.executable, "-m", "vcluster_config", "lsp", cwd=str(ROOT))
    answer = await editor.initialize_async(lsp.InitializeParams(capabilities=lsp.ClientCapabilities()))
    assert answer.server_info is not None
    assert answer.server_info.name == "vcluster-config"
    editor.initialized(lsp.InitializedParams())
    yield editor
    await editor.shutdown_async(None)
    editor.exit(None)
    await editor.stop()


def edited(text: str, action: lsp.CodeAction) -> str:
    assert action.edit is not None
    assert action.edit.changes is not None
    for change in sorted(action.edit.changes[URI], key=lambda item: item.range.start.line, reverse=True):
        lines = text.split("\n")
        start, end = change.range.start, change.range.end
        before, after = lines[start.line][: start.character], lines[end.line][end.character :]
        lines[start.line : end.line + 1] = [before + change.new_text + after]
        text = "\n".join(lines)
    return text


async def test_a_file_is_written_from_nothing_to_clean(editor: Editor) -> None:
    assert await editor.show("") == []
    assert "controlPlane" in await editor.complete(0, 0)
    text = "controlPlane:\n  service:\n    spec:\n      type: \n      \n"
    await editor.show(text)
    assert {"LoadBalancer", "NodePort"} <= set(await editor.complete(3, 12))
    fields = await editor.complete(4, 6)
    assert fields["externalTrafficPolicy"].detail == "text"
    assert "type" not in fields
    assert "one of: ClusterIP" in await editor.hover(3, 7)
    assert await editor.show("controlPlane:\n  service:\n    spec:\n      type: LoadBalancer\n") == []


async def test_all_safe_fixes_at_once_leave_nothing_behind(editor: Editor) -> None:
    text = "sync:\n  toHost:\n    secrets: {enabled: 'true'}\n    configMaps:\n      all: yes\n"
    found = await editor.show(text)
    assert len(found) == 2
    fix = (await editor.actions(0))["Apply all safe fixes"]
    assert fix.kind == "source.fixAll"
    assert await editor.show(edited(text, fix)) == []


async def test_a_finding_can_be_accepted_by_a_comment(editor: Editor) -> None:
    text = "sync:\n  toHost:\n    pods:\n      hybridScheduling: {enabled: true}\n"
    (found,) = await editor.show(text)
    assert found.severity is lsp.DiagnosticSeverity.Warning
    accept = (await editor.actions(found.range.start.line))[f"Accept {found.code} here"]
    assert await editor.show(edited(text, accept)) == []


async def test_fields_of_kubernetes_are_known_in_lists_and_maps(editor: Editor) -> None:
    text = "controlPlane:\n  statefulSet:\n    scheduling:\n      tolerations:\n        - key: a\n          \n"
    await editor.show(text)
    fields = await editor.complete(5, 10)
    assert {"effect", "operator", "value"} <= set(fields)
    assert "key" not in fields
    assert "Toleration.key" in await editor.hover(4, 11)
    await editor.show(text.replace("          \n", "          effect: \n"))
    assert "Toleration.effect" in await editor.hover(5, 12)
    assert {"NoSchedule", "NoExecute"} <= set(await editor.complete(5, 18))
    affinity = "controlPlane:\n  statefulSet:\n    scheduling:\n      affinity:\n        podAffinity:\n          \n"
    await editor.show(affinity)
    assert "requiredDuringSchedulingIgnoredDuringExecution" in await editor.complete(5, 10)


@pytest.mark.parametrize("text", ["a: [", "\t- x", "a: &a *a", "?", "%YAML 9", "- 1\n- 2", "'", "\x00", "🙂: '"])
async def test_broken_texts_are_findings_and_never_the_end(editor: Editor, text: str) -> None:
    assert await editor.show(text)
    assert await editor.show("sync: {toHost: {secrets: {all: true}}}\n") == []
