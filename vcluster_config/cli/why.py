"""``why``: from an object of the chart back to the lines that made it what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vcluster_config.cli import inputs
from vcluster_config.cli.compiling import checked, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.check import Report
    from vcluster_config.source.node import Mapping, Path


@click.command("why")
@inputs.file_argument
@click.argument("subject", metavar="OBJECT[.PATH]")
@inputs.overlays
def command(file: str, subject: str, overlay: tuple[str, ...], **values: tuple[str, ...]) -> None:
    """Show the lines of FILE that caused OBJECT, a key of the compiled values such as service or statefulSet.

    A PATH below it narrows the question, as in statefulSet.spec.replicas. Each line is found by compiling without it.
    """
    report = checked([file, *overlay], values)
    chart = compiled(report).values()
    present = _at(chart, subject)
    if present is None:
        known = ", ".join(key for key, value in chart.items() if isinstance(value, dict))
        raise click.UsageError(f"nothing is compiled to {subject}; objects are {known}")
    causes = list(_causes(report, subject, present))
    for path, without in causes:
        span = report.document.key_span(path)
        click.echo(f"{span.file}:{span.line}:{span.column}: {_dotted(path)} (without it: {_short(without)})")
    if not causes:
        click.echo(f"{subject} is what the defaults make it; no line of the file changes it")


def _causes(report: Report, subject: str, present: Any) -> Iterator[tuple[Path, Any]]:
    """Settings of the file without which the value would be another one."""
    from vcluster_config.source.node import Items, Scalar, walk

    for path, node, entry in walk(report.document.root):
        is_leaf = isinstance(node, Scalar | Items) or not getattr(node, "entries", ())
        if is_leaf and entry is not None and not any(isinstance(step, int) for step in path):
            without = _without(report, path)
            value = _at(without, subject) if without is not None else "this would not compile"
            if value != present:
                yield path, value


def _without(report: Report, path: Path) -> dict[str, Any] | None:
    """Compiled values of the configuration without one setting; None when it cannot be compiled."""
    from dataclasses import replace

    from vcluster_config.compile import CompileError, compile_config
    from vcluster_config.model import validate

    document = replace(report.document, root=_pruned(report.document.root, path))
    config, _ = validate(document)
    if config is None:
        return None
    try:
        return compile_config(config).values()
    except CompileError:
        return None


def _pruned(root: Mapping, path: Path) -> Mapping:
    from vcluster_config.source.node import Entry, Mapping, mapping

    entries = []
    for entry in root.entries:
        if entry.key != path[0]:
            entries.append(entry)
        elif len(path) > 1 and isinstance(entry.value, Mapping):
            entries.append(Entry(entry.key, entry.key_span, _pruned(entry.value, path[1:])))
    return mapping(root.span, entries)


def _at(tree: Any, subject: str) -> Any:
    """Value at a dotted path; numbers choose list items, and a list item may be named by its ``name``."""
    for step in subject.replace("[", ".").replace("]", "").split("."):
        if isinstance(tree, list):
            named = next((item for item in tree if isinstance(item, dict) and item.get("name") == step), None)
            index = int(step) if step.isdigit() and int(step) < len(tree) else None
            tree = tree[index] if index is not None else named
        elif isinstance(tree, dict):
            tree = tree.get(step)
        else:
            return None
    return tree


def _dotted(path: Path) -> str:
    from vcluster_config.source.node import dotted

    return dotted(path)


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value).replace("\n", " ")
    return text if len(text) <= 60 else text[:57] + "..."
