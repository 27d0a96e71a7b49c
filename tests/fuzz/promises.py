"""What must hold for every input: findings have places, fixes come to rest, output is sound, secrets stay secret."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from jsonschema import Draft7Validator

from tests.fuzz.case import Broken
from tests.fuzz.seeds import SECRET
from tests.fuzz.trees import KEPT
from vcluster_config.compile import chart_folder, compile_config
from vcluster_config.effects.acceptance import refusals
from vcluster_config.effects.rendered import Release
from vcluster_config.lint.check import Report, check
from vcluster_config.lint.fix import apply, safe_edits
from vcluster_config.lint.render import FORMATS, render
from vcluster_config.lint.render.as_json import as_dict
from vcluster_config.model.secret_paths import is_secret, masked_sources
from vcluster_config.source.diagnostic import Diagnostic, Severity, Span
from vcluster_config.source.lines import has_halves, lines
from vcluster_config.source.node import Scalar, walk
from vcluster_config.source.parse import SourceFile, parse
from vcluster_config.source.problems import BYTE_ORDER_MARK
from vcluster_config.source.sets import SetKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vcluster_config.compile import CompiledChart

_ROUNDS = 10
_LAST_KEY = re.compile(r"""([^\s:,{}\[\]"']+)["']?[ \t]*:[^:]*$""")
_SETS = {str(kind) for kind in SetKind}


def holds(promise: str, holding: bool, detail: str) -> None:
    """Raise Broken unless a promise holds."""
    if not holding:
        raise Broken(promise, detail)


def positions(found: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
    """Every place that is named lies inside a text that was given."""
    lengths = {name: [len(line) for line in lines(text)] for name, text in sources.items()}
    for item in found:
        for span in _spans(item):
            if span.file not in _SETS:
                holds("a finding lies inside its file", _inside(span, lengths), f"{item.code} {span}")
        holds("a finding has a sentence", bool(item.message.strip()), f"{item.code} {item.span}")


def _spans(item: Diagnostic) -> Iterator[Span]:
    yield item.span
    yield from (other.span for other in item.related)
    yield from (edit.span for suggestion in item.suggestions for edit in suggestion.edits)


def _inside(span: Span, lengths: Mapping[str, list[int]]) -> bool:
    if span.file not in lengths:
        return False
    found = lengths[span.file]
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return start <= end and all(0 < line <= len(found) and 0 < at <= found[line - 1] + 2 for line, at in (start, end))


def order(report: Report) -> None:
    """A file that cannot be used has an error, and findings are in order of position."""
    holds("a refusal has an error", report.config is not None or any(_errors(report.diagnostics)), "no error")
    holds("findings are in order", sorted(report.diagnostics, key=lambda item: item.span) == report.diagnostics, "not")


def _errors(found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    return (item for item in found if item.severity is Severity.ERROR)


def formats(report: Report) -> None:
    """Every format can be read back, and none shows a secret."""
    sources = masked_sources(report.document)
    shown = {name: render(name, report.diagnostics, sources) for name in FORMATS}
    expected = [as_dict(item) for item in report.diagnostics]
    holds("JSON reads back", json.loads(shown["json"])["diagnostics"] == json.loads(json.dumps(expected)), "differs")
    jsonl = [json.loads(line) for line in shown["jsonl"].split("\n") if line]
    holds("JSON lines read back", jsonl == json.loads(json.dumps(expected)), "differs")
    for name in ("gitlab", "sarif", "rdjson"):
        json.loads(shown[name])
    ET.fromstring(shown["junit"])  # noqa: S314 - ours
    lines = [line for line in shown["concise"].split("\n") if line]
    holds("concise has a line for each finding", len(lines) == len(expected), f"{len(lines)} for {len(expected)}")
    holds("every format can be written", not any(map(has_halves, shown.values())), "half a character")
    secret(report, shown)


def secret(report: Report, shown: Mapping[str, str]) -> None:
    """A secret that stands where secrets stand is shown nowhere."""
    elsewhere = any(
        SECRET in f"{node.text if isinstance(node, Scalar) else ''}{path[-1]}" and not is_secret(path)
        for layer in report.document.layers
        for path, node, _ in walk(layer)
    )
    texts = report.document.sources.values()
    commented = any(SECRET in text.partition("#")[2] for text in texts)
    without_keys = any(SECRET in text and ":" not in text for text in texts)
    unread = any(found.code.startswith("VC0") for found in report.document.diagnostics)
    behind_others = unread and any(map(_behind_another_key, texts))
    if not elsewhere and not commented and not without_keys and not behind_others:
        for name, text in shown.items():
            holds("secrets stay secret", SECRET not in text, f"{name}: {text}")


def _behind_another_key(text: str) -> bool:
    """Whether the key before a secret on its line is none that holds secrets, as when it was cut in two."""
    before = [line.partition(SECRET)[0] for line in lines(text) if SECRET in line]
    keys = [found[1] for found in map(_LAST_KEY.search, before) if found]
    return any(not is_secret(("env", "", key)) and not has_halves(key) for key in keys)


def same(first: Report, again: Report) -> None:
    """The same input gives the same findings."""
    holds("findings repeat", first.diagnostics == again.diagnostics, "two runs differ")


def fixes(file: SourceFile, report: Report) -> None:
    """Safe fixes come to rest, keep comments, and leave the text no worse to read than it was."""
    if not safe_edits(report.diagnostics):
        return
    text, current = file.text, report
    for _ in range(_ROUNDS + file.text.count("\t")):
        after = apply(text, safe_edits(current.diagnostics))
        if after == text:
            break
        text, current = after, check([SourceFile(file.name, after)])
    else:
        raise Broken("fixes come to rest", text)
    given = file.text.replace(BYTE_ORDER_MARK, "")  # which a fix removes, even from the middle of a comment
    holds("fixes keep comments", text.count(KEPT) == given.count(KEPT), text)
    before, now = parse(file)[1], parse(SourceFile(file.name, text))[1]
    holds("fixes leave YAML", bool(before) or not now, text)


def output(report: Report, *, thorough: bool) -> CompiledChart:
    """What was accepted compiles, the same way each time, into what chart and Kubernetes accept."""
    assert report.config is not None
    chart = compile_config(report.config)
    values = chart.values()
    if thorough:
        holds("compiling repeats", chart == compile_config(report.config), "two runs differ")
        plain = json.loads(json.dumps(values, allow_nan=False))
        for error in _schema().iter_errors(plain):
            raise Broken("the chart accepts its values", f"{error.json_path}: {error.message[:200]}")
        for refusal in refusals(values, Release("name", "namespace")):
            field = ".".join(step for step in map(str, refusal.path) if not step.startswith("["))
            raise Broken(f"Kubernetes accepts {refusal.identity.kind} {field}", f"{refusal.identity} {refusal.what}")
        reread = _plain(parse(SourceFile("values.yaml", chart.values_yaml())))
        holds("values read back", reread == plain, "differs")
    return chart


def _plain(parsed: tuple[Any, list[Diagnostic]]) -> Any:
    from vcluster_config.source.node import plain

    root, found = parsed
    holds("values are YAML", not found, str(found))
    return plain(root)


@cache
def _schema() -> Draft7Validator:
    return Draft7Validator(json.loads((chart_folder() / "values.schema.json").read_text(encoding="utf-8")))
