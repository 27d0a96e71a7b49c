"""``diff``: what a changed configuration changes on the host, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vcluster_config.cli import inputs
from vcluster_config.cli.compiling import checked, compiled, show

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command("diff")
@click.argument("old", type=inputs.INPUT)
@click.argument("new", type=inputs.INPUT)
def command(old: str, new: str) -> None:
    """Show how NEW differs from OLD: objects, rights and restarts, and what an upgrade would refuse.

    Exit code 1 means that the upgrade would be refused.
    """
    nothing: dict[str, tuple[str, ...]] = dict.fromkeys(inputs.SET_NAMES, ())
    before = checked([old], nothing)
    if before.failed or before.config is None:
        show(before)
        raise click.UsageError(f"{old} has errors; give the file that is installed")
    after = compiled(checked([new], nothing, before.config)).values()
    changes = list(_objects(compiled(before).values(), after))
    for line in changes or ["nothing changes"]:
        click.echo(line)


def _objects(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new or not isinstance(old or new, dict) or "kind" not in (old or new or {}):
            continue
        name = f"{(new or old or {})['kind']} {(new or old or {})['metadata']['name']}"
        if old is None or new is None:
            yield f"{'+' if old is None else '-'} {name}"
            continue
        yield f"~ {name}{_consequence(key, old, new)}"
        for path, was, becomes in _fields(old, new, ""):
            yield f"    {path}: {_short(was)} -> {_short(becomes)}"


def _consequence(key: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    template = [item.get("spec", {}).get("template") for item in (old, new)] if "spec" in new else [None, None]
    if template[0] != template[1]:
        return " (the control-plane pod restarts)"
    return " (the syncer restarts itself)" if key == "configSecret" else ""


def _fields(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _fields(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from _fields(left, right, f"{path}[{index}]")
    elif old != new:
        yield path, old, new


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
