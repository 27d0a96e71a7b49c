"""The language server, spoken to through its real protocol by a client in another process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.lsp.client import URI, Client

BLANK = " " * 4
TEXT = f"""\
sync:
  toHost:
    ingress: {{}}
    serviceAccounts:
      enabled: 'true'
controlPlane:
  backingStore:
{BLANK}
  statefulSet:
    persistence:
      volumeClaim:
        retentionPolicy:
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    client = Client()
    found = client.request("initialize", {"capabilities": {}})
    assert found["capabilities"]["positionEncoding"] == "utf-16"
    client.notify("initialized", {})
    yield client
    client.request("shutdown", None)
    client.notify("exit", None)
    assert client.process.wait(10) == 0
    assert client.process.stdin is not None
    assert client.process.stdout is not None
    client.process.stdin.close()
    client.process.stdout.close()


def test_findings_are_published_after_each_change(client: Client) -> None:
    found = client.open(TEXT)
    assert [(item["code"], item["range"]["start"]) for item in found[:2]] == [
        ("VC101", {"line": 2, "character": 4}),
        ("VC102", {"line": 4, "character": 15}),
    ]
    change = {"textDocument": {"uri": URI}, "contentChanges": [{"text": "sync: {toHost: {secrets: {all: true}}}\n"}]}
    client.notify("textDocument/didChange", change)
    client.receive()
    assert client.published[URI] == []


def test_columns_count_utf_16_units(client: Client) -> None:
    (found,) = client.open('"\N{GRINNING FACE}": 1\n')
    assert found["range"]["end"] == {"line": 0, "character": 4}


def test_hover_explains_the_setting_under_the_cursor(client: Client) -> None:
    client.open(TEXT)
    text = client.request("textDocument/hover", client.at(11, 12))["contents"]["value"]
    assert text.startswith("**controlPlane.statefulSet.persistence.volumeClaim.retentionPolicy**")
    assert 'default: "Retain"' in text
    assert client.request("textDocument/hover", client.at(2, 6)) is None


def test_completion_offers_keys_that_fit_and_are_not_there_yet(client: Client) -> None:
    client.open(TEXT)
    labels = {item["label"] for item in client.request("textDocument/completion", client.at(7, 4))}
    assert labels == {"etcd", "database"}
    root = {item["label"] for item in client.request("textDocument/completion", client.at(12, 0))}
    assert "networking" in root
    assert not root & {"sync", "controlPlane"}


def test_completion_offers_values_behind_a_colon(client: Client) -> None:
    client.open(TEXT.replace("retentionPolicy:", "retentionPolicy: "))
    items = client.request("textDocument/completion", client.at(11, 25))
    assert [item["label"] for item in items] == ["Retain", "Delete"]


def test_completion_inside_list_items(client: Client) -> None:
    client.open("sync:\n  toHost:\n    pods:\n      patches:\n        - path: a\n          \n")
    labels = {item["label"] for item in client.request("textDocument/completion", client.at(5, 10))}
    assert labels == {"expression", "reverseExpression", "reference", "labels"}


def test_quick_fixes_mend_what_they_belong_to(client: Client) -> None:
    client.open(TEXT)
    where = {
        "textDocument": {"uri": URI},
        "range": {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 9}},
    }
    action, everything = client.request("textDocument/codeAction", where)
    assert everything["kind"] == "source.fixAll"
    assert action["isPreferred"]
    (edit,) = action["edit"]["changes"][URI]
    assert edit["newText"] == "true"
    assert edit["range"] == {"start": {"line": 4, "character": 15}, "end": {"line": 4, "character": 21}}


def test_unknown_requests_are_refused_and_the_server_lives_on(client: Client) -> None:
    assert client.request("textDocument/rename", {})["code"] == -32601
    client.notify("$/cancelRequest", {"id": 1})
    assert client.open(TEXT)


def test_closing_a_text_clears_its_findings(client: Client) -> None:
    client.open(TEXT)
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    client.receive()
    assert client.published[URI] == []
