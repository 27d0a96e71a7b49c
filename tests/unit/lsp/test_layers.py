"""Layers below the open text: rules hold across them, and each place leads to where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lsp.client import Client

BASE = "controlPlane:\n  backingStore:\n    etcd: {embedded: {enabled: true}}\n"
REPLICAS = "controlPlane:\n  statefulSet:\n    highAvailability:\n      replicas: 3\n"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    (tmp_path / "base.yaml").write_text(BASE)
    client = Client()
    client.request("initialize", {"capabilities": {}, "rootUri": tmp_path.as_uri()})
    yield client
    client.end()


def codes(found: list[Any]) -> list[str]:
    return [item["code"] for item in found]


def uri(folder: Path, name: str = "vcluster.yaml") -> str:
    return (folder / name).as_uri()


def test_a_comment_names_the_layers(client: Client, tmp_path: Path) -> None:
    assert codes(client.open(REPLICAS, uri(tmp_path))) == ["VC203"]
    assert codes(client.open("# vcluster-config: layers=base.yaml\n" + REPLICAS, uri(tmp_path))) == []


def test_settings_name_the_layers_at_the_start_and_later(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    client = Client()
    options = {"capabilities": {}, "rootUri": tmp_path.as_uri(), "initializationOptions": {"layers": ["base.yaml"]}}
    client.request("initialize", options)
    assert codes(client.open(REPLICAS, uri(tmp_path))) == []
    client.notify("workspace/didChangeConfiguration", {"settings": {"vcluster": {"layers": []}}})
    assert codes(client.after_publishing(uri(tmp_path))) == ["VC203"]
    client.notify("workspace/didChangeConfiguration", {"settings": {"layers": ["base.yaml"]}})
    assert codes(client.after_publishing(uri(tmp_path))) == []
    client.end()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"hostVersion": "1.28"}, ["VC301", "VC304", "VC302"]),
        ({"vcluster": {"security": True}}, ["VC604"] * 5),
        ({"hostVersion": "newest", "security": "yes", "layers": 7}, []),
        ([], []),
        (None, []),
    ],
)
def test_settings_name_the_host_and_ask_for_hardening(
    client: Client, tmp_path: Path, wanted: object, found: list[str]
) -> None:
    client.notify("workspace/didChangeConfiguration", {"settings": wanted})
    assert sorted(codes(client.open("sync: {fromHost: {nodes: {enabled: true}}}\n", uri(tmp_path)))) == sorted(found)


def test_questions_about_texts_that_are_not_open_have_no_answer(client: Client, tmp_path: Path) -> None:
    assert client.request("textDocument/definition", client.at(0, 0, uri(tmp_path))) == []
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    assert client.request("textDocument/inlayHint", {"textDocument": {"uri": uri(tmp_path)}, "range": whole}) == []


def test_a_layer_does_not_lie_below_itself(client: Client, tmp_path: Path) -> None:
    client.notify("workspace/didChangeConfiguration", {"settings": {"layers": ["base.yaml"]}})
    assert codes(client.open(REPLICAS, uri(tmp_path, "base.yaml"))) == ["VC203"]


def test_what_a_text_breaks_in_a_layer_is_shown_in_the_text(client: Client, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(REPLICAS + "foo: 1\n")
    text = "# vcluster-config: layers=base.yaml\nsync: {}\n"
    assert codes(client.open(text, uri(tmp_path))) == []  # the layer's own mistakes are not the text's
    (tmp_path / "base.yaml").write_text(BASE + REPLICAS.replace("controlPlane:\n", ""))
    text = "# vcluster-config: layers=base.yaml\ncontrolPlane: {backingStore: {etcd: {embedded: {enabled: false}}}}\n"
    (found,) = client.open(text, uri(tmp_path))
    assert (found["code"], found["range"]["start"]["line"]) == ("VC203", 0)
    place = found["relatedInformation"][0]["location"]
    assert (place["uri"], place["range"]["start"]) == (uri(tmp_path, "base.yaml"), {"line": 5, "character": 16})


def test_an_open_layer_counts_as_it_is_being_written(client: Client, tmp_path: Path) -> None:
    text = "# vcluster-config: layers=base.yaml\n" + REPLICAS
    assert codes(client.open(text, uri(tmp_path))) == []
    client.notify("textDocument/didOpen", {"textDocument": {"uri": uri(tmp_path, "base.yaml"), "text": "sync: {}\n"}})
    assert codes(client.after_publishing(uri(tmp_path))) == ["VC203"]
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path, "base.yaml")}})
    assert codes(client.after_publishing(uri(tmp_path))) == []


def test_a_layer_that_is_not_there_is_a_finding_at_its_name(client: Client, tmp_path: Path) -> None:
    (found,) = client.open("# vcluster-config: layers=nowhere.yaml\nsync: {}\n", uri(tmp_path))
    assert found["code"] == "VC015"
    assert found["range"]["start"] == {"line": 0, "character": 26}
    (tmp_path / "nowhere.yaml").write_text("{}\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": []})
    assert client.after_publishing(uri(tmp_path)) == []


def test_a_layer_that_no_file_can_be_is_a_finding_too(client: Client, tmp_path: Path) -> None:
    assert "VC015" in codes(client.open("# vcluster-config: layers=a\0b.yaml\nsync: {}\n", uri(tmp_path)))


def test_a_setting_leads_to_the_layer_that_sets_it_too(client: Client, tmp_path: Path) -> None:
    text = (
        "# vcluster-config: layers=base.yaml\ncontrolPlane:\n  backingStore:\n    etcd: {embedded: {enabled: true}}\n"
    )
    client.open(text, uri(tmp_path))
    found = client.request("textDocument/definition", client.at(3, 6, uri(tmp_path)))
    assert {item["uri"] for item in found} == {uri(tmp_path, "base.yaml")}
    assert {"line": 2, "character": 31} in [item["range"]["start"] for item in found]


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("a: &x {b: 1} # &x\nc: *x\n", (1, 4), (0, 3)),
        ("a: &x 1\nb: &x 2\nc: *x\nd: &x 3\n", (2, 3), (1, 3)),
        ("a: &x 1\nc: *x\n", (0, 4), None),
        ("a: 1\nc: *x\n", (1, 4), None),
        ("a: [&x 1, *x]\n", (0, 11), (0, 4)),
    ],
)
def test_an_alias_leads_to_its_anchor(
    client: Client, tmp_path: Path, text: str, at: tuple[int, int], expected: tuple[int, int] | None
) -> None:
    client.open(text, uri(tmp_path))
    found = client.request("textDocument/definition", client.at(*at, uri(tmp_path)))
    starts = [(item["range"]["start"]["line"], item["range"]["start"]["character"]) for item in found]
    assert starts == ([expected] if expected else [])


def test_auto_is_followed_by_what_it_becomes(client: Client, tmp_path: Path) -> None:
    client.open("policies:\n  resourceQuota: {enabled: true}\n  limitRange:\n    enabled: auto\n", uri(tmp_path))
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    params = {"textDocument": {"uri": uri(tmp_path)}, "range": whole}
    (hint,) = client.request("textDocument/inlayHint", params)
    assert (hint["label"], hint["position"]) == ("= true", {"line": 3, "character": 17})
