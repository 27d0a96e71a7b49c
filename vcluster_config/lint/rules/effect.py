"""Says of every setting that changes nothing that it does not, so that nothing is silently ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcluster_config.lint.effects import EFFECTS
from vcluster_config.model.build import default_instance
from vcluster_config.model.root import Config
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Items, Mapping, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Node, Path


def check(case: Case) -> Iterator[Diagnostic]:
    """One finding for each row that somebody set to something else than its default."""
    defaults = default_instance(Config)
    for effect in EFFECTS:
        for path in _matches(case.document.root, tuple(effect.path.split("."))):
            if value_at(case.config, path) != value_at(defaults, path):
                yield case.finding(
                    effect.code,
                    path,
                    f"{dotted(path)} has no effect{' yet' if effect.code is Code.NO_EFFECT_YET else ''}: "
                    f"{effect.reason}",
                    severity=effect.severity,
                    advice="remove it, so that the file says what happens",
                    at_key=True,
                )


def _matches(node: Node, pattern: tuple[str, ...], path: Path = ()) -> Iterator[Path]:
    """Paths of the document that a pattern names."""
    if not pattern:
        yield path
        return
    step, rest = pattern[0], pattern[1:]
    if isinstance(node, Mapping):
        for entry in node.entries:
            if step in ("*", entry.key):
                yield from _matches(entry.value, rest, (*path, entry.key))
    elif isinstance(node, Items) and step == "*":
        for index, item in enumerate(node.items):
            yield from _matches(item, rest, (*path, index))


_MISSING = object()


def value_at(config: Any, path: Path) -> Any:
    """Value at a path of the model; a marker when there is no such place."""
    for step in path:
        if isinstance(config, dict):
            config = config.get(step, _MISSING)
        elif isinstance(config, list):
            index = int(step) if str(step).isdecimal() else len(config)
            config = config[index] if index < len(config) else _MISSING
        else:
            names = {alias: name for name, alias in _names(type(config))}
            if str(step) not in names:
                return _MISSING
            config = getattr(config, names[str(step)])
    return config


def _names(section: Any) -> Iterator[tuple[str, str]]:
    known = getattr(section, "model_fields", {})
    return ((name, str(info.alias)) for name, info in known.items())
