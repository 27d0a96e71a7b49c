"""Reads the texts below attributes, which Python does not keep, from the model's own source when they are asked for."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vcluster_config.model.base import Section


def description(section: type[Section], attribute: str) -> str:
    """Text of an attribute, from the class that defines it; empty when there is none."""
    for owner in section.__mro__:
        text = _texts(inspect.getmodule(owner), owner.__name__).get(attribute)
        if text:
            return text
    return ""


def in_context(text: str, attribute: str, about: str) -> str:
    """Say what a switch switches: sections that occur in many places describe theirs in general."""
    subject = about.partition(";")[0].rstrip(".")
    return f"{subject}: {text[0].lower()}{text[1:]}" if attribute == "enabled" and subject and text else text


@cache
def _texts(module: ModuleType | None, class_name: str) -> dict[str, str]:
    return _classes(module).get(class_name, {}) if module is not None else {}


@cache
def _classes(module: ModuleType) -> dict[str, dict[str, str]]:
    if not module.__name__.startswith("vcluster_config."):
        return {}
    tree = ast.parse(inspect.getsource(module))
    return {node.name: _attributes(node.body) for node in tree.body if isinstance(node, ast.ClassDef)}


def _attributes(body: list[ast.stmt]) -> dict[str, str]:
    texts: dict[str, str] = {}
    name = ""
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
        elif name and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            texts[name] = inspect.cleandoc(str(statement.value.value)).replace("\n", " ").replace("``", "`")
            name = ""
        else:
            name = ""
    return texts
