"""One mutation of a valid file gives one finding, on the mutated line, that leads back; random damage never crashes."""

from __future__ import annotations

import json
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.config.linting import lint
from vcluster_config.compile.yaml_out import dump
from vcluster_config.model import Config
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Mapping, Node, Path, Scalar, walk

OURS = {Code.NO_EFFECT, Code.NO_EFFECT_YET, Code.REPLACED_KEY, Code.EMPTY_SECTION}


@cache
def everything() -> str:
    """A file with every default written out."""
    data = json.loads(Config.model_validate({}).model_dump_json(by_alias=True))
    for optional in ("global", "external", "plugins", "plugin"):
        data.pop(optional)
    data["controlPlane"]["statefulSet"].pop("dnsConfig")
    return dump(data)


@cache
def keys() -> list[tuple[Path, Node, int, int]]:
    """Every key of that file: path, value, line and column, free-form maps left out."""
    report = lint(everything())
    found = []
    for path, node, entry in walk(report.document.root):
        free = any(str(step) in _FREE for step in path[:-1])
        if entry is not None and not free:
            found.append((path, node, entry.key_span.line, entry.key_span.column))
    return found


_FREE = {"quota", "limits", "requests", "default", "defaultRequest", "annotations", "spec", "binariesVolume"}
_FREE |= {"topologySpreadConstraints", "scopeSelector"}


def other_findings(text: str) -> list[tuple[str, int, list[str]]]:
    """Code, line and suggestions of findings that the file does not have before the mutation."""
    return [
        (found.code, found.span.line, [suggestion.title for suggestion in found.suggestions])
        for found in lint(text).diagnostics
        if found.code not in OURS
    ]


def replaced(line: int, old: str, new: str) -> str:
    lines = everything().split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines)


def test_the_file_with_every_default_is_clean() -> None:
    assert other_findings(everything()) == []
    assert len(keys()) > 450


def test_a_slip_in_any_key_is_found_on_its_line_and_usually_understood() -> None:
    understood = []
    for path, _, line, _ in keys()[::5]:
        key = str(path[-1])
        slip = key[:-2] + key[-1] + key[-2] if key[-1] != key[-2] else key + "x"
        found = other_findings(replaced(line, f"{key}:", f"{slip}:"))
        assert [(code, at) for code, at, _ in found] == [(Code.UNKNOWN_KEY, line)], path
        understood.append(f"did you mean {key}?" in found[0][2])
    assert sum(understood) >= 0.9 * len(understood)


def test_a_value_of_another_type_is_found_on_its_line() -> None:
    for path, node, line, _ in keys()[::4]:
        if not isinstance(node, Scalar) or isinstance(node.value, str) or node.value is None:
            continue
        found = other_findings(replaced(line, f": {node.text}", ": [surely, wrong]"))
        assert [(code, at) for code, at, _ in found] in ([(Code.WRONG_TYPE, line)], [(Code.NOT_ONE_OF, line)]), path


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cut_and_swapped_lines_never_crash(data: st.DataObject) -> None:
    lines = everything().split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["drop", "swap", "indent", "cut", "noise"]))
        other = data.draw(st.integers(0, len(lines) - 1))
        if kind == "drop" and len(lines) > 2:
            del lines[index]
        elif kind == "swap":
            lines[index], lines[other] = lines[other], lines[index]
        elif kind == "indent":
            lines[index] = " " + lines[index]
        elif kind == "cut":
            lines[index] = lines[index][: len(lines[index]) // 2]
        else:
            lines[index] += data.draw(st.text(max_size=5))
        lines = lines or [""]
    report = lint("\n".join(lines))
    assert all(found.span.line >= 1 and found.span.column >= 1 for found in report.diagnostics)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_value_at_any_place_is_taken_or_refused_with_a_place(data: st.DataObject) -> None:
    path, *_ = data.draw(st.sampled_from(keys()))
    value = data.draw(_JSON)
    tree: object = value
    for step in reversed([step for step in path if isinstance(step, str)]):
        tree = {step: tree}
    report = lint(json.dumps(tree))
    assert all(found.span.line >= 1 for found in report.diagnostics)
    assert report.config is not None or report.failed
    assert isinstance(report.document.root, Mapping)
