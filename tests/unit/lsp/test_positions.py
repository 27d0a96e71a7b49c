"""No position in no text makes an answer fail, and what is offered fits the place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vcluster_config.lsp import features
from vcluster_config.lsp.protocol import Units
from vcluster_config.model.kubernetes_fields import at
from vcluster_config.model.root import Config
from vcluster_config.model.shape import places

TEXT = """\
# a comment
sync:
  toHost:
    pods: {enabled: true}
    customResources:
      certificates.cert-manager.io:
        enabled: true
        patches:
        - path: spec.x
          expression: "value"
  fromHost:
    nodes:
      selector:
        labels: {a: "b"}
controlPlane:
  statefulSet:
    scheduling:
      tolerations:
      - key: a
        operator: Exists
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector:
                matchLabels: {app: x}
              topologyKey: kubernetes.io/hostname
    env: [{name: A, value: "1"}]
"""
LINES = TEXT.split("\n")
BROKEN = st.text(st.sampled_from("ab:- \n\t{}[]\"'#&*!|>\N{GRINNING FACE}"), max_size=80)


def answer(lines: list[str], line: int, index: int) -> None:
    features.hover(lines, line, index)
    labels = [item["label"] for item in features.complete(lines, line, index)]
    assert len(labels) == len(set(labels))


def test_every_position_of_a_rich_file_has_an_answer() -> None:
    for number, line in enumerate(LINES):
        for index in range(len(line) + 1):
            answer(LINES, number, index)


@settings(max_examples=200)
@given(st.integers(0, len(TEXT)), st.integers(0, 40), BROKEN, st.integers(0, 40), st.integers(0, 80))
def test_no_half_written_file_makes_an_answer_fail(start: int, cut: int, typed: str, line: int, index: int) -> None:
    text = TEXT[:start] + typed + TEXT[start + cut :]
    lines = text.split("\n")
    answer(lines, line, index)
    found = features.report("file:///vcluster.yaml", text)
    assert found.document.sources == {"file:///vcluster.yaml": text}
    units = Units(code_points=False)
    published = features.diagnostics(found, lines, units)
    assert len(published) == len(found.diagnostics)
    for item in published:
        start_at, end_at = item["range"]["start"], item["range"]["end"]
        assert (start_at["line"], start_at["character"]) <= (end_at["line"], end_at["character"])
        assert 0 <= start_at["line"] < max(len(lines), 1)
    features.actions(found, "file:///vcluster.yaml", lines, range(len(lines) + 1), units)


@given(st.text(max_size=20), st.integers(0, 40))
def test_columns_go_there_and_back(line: str, index: int) -> None:
    units = Units(code_points=False)
    index = min(index, len(line))
    assert units.index(line, units.column(line, index)) == index


def test_hover_knows_every_setting() -> None:
    for place in places(Config):
        if "<key>" not in place.path and "[]" not in place.path:
            lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(place.path)]
            text = features.hover(lines, len(lines) - 1, 2 * len(lines) - 1)
            assert text is not None, place.path
            assert text.startswith(f"**{'.'.join(place.path)}**")


def test_kubernetes_fields_end_where_they_end() -> None:
    assert at(("controlPlane", "statefulSet", "scheduling", "tolerations", "[]", "key", "more")) is None
    assert at(("controlPlane", "statefulSet", "labels", "a")) is None
    assert at(("nothing",)) is None
    assert at(()) is None
