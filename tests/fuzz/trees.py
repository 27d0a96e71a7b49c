"""Builds and damages configurations as trees, and writes them in any of YAML's ways."""

from __future__ import annotations

import copy
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tests.fuzz import seeds, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Tree = dict[str, Any]
Step = str | int
KEPT: Final = "# keep-this-comment"


def built(random: Random) -> Tree:
    """A configuration made of settings from all over the dialect."""
    tree: Tree = copy.deepcopy(random.choice(seeds.flips())) if random.random() < 0.6 else {}
    for _ in range(random.choice((0, 1, 1, 2, 3, 6))):
        path, value = values.setting(random)
        put(tree, path, value)
    return tree


def damaged(random: Random) -> Tree:
    """An example, or a built configuration, with some nodes changed."""
    tree = copy.deepcopy(random.choice(seeds.trees())) if random.random() < 0.6 else built(random)
    for _ in range(random.choice((1, 1, 2, 4))):
        places = list(_places(tree))
        if places:
            _damage(random, tree, places)
    return tree


def put(tree: Any, path: tuple[Step, ...], value: Any) -> None:
    """Set a value; whatever stands in the way is replaced."""
    for step, following in pairwise(path):
        below = _get(tree, step)
        wanted = list if isinstance(following, int) else dict
        if not isinstance(below, wanted):
            below = wanted()
            _set(tree, step, below)
        tree = below
    _set(tree, path[-1], value)


def _get(tree: Any, step: Step) -> Any:
    if isinstance(step, int):
        return tree[step] if step < len(tree) else None
    return tree.get(step)


def _set(tree: Any, step: Step, value: Any) -> None:
    if isinstance(step, int) and step >= len(tree):
        tree.append(value)
    else:
        tree[step] = value


def _places(tree: Any) -> Iterator[tuple[Any, Step]]:
    """Every value below, as its container and the step that leads to it."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for step, value in list(steps):
        yield tree, step
        if isinstance(value, dict | list):
            yield from _places(value)


def _damage(random: Random, tree: Tree, places: list[tuple[Any, Step]]) -> None:
    holder, step = random.choice(places)
    other, there = random.choice(places)
    way = random.randrange(9)
    if way == 0:
        del holder[step]
    elif way == 1:
        holder[step] = values.anything(random)
    elif way == 2:
        holder[step] = copy.deepcopy(other[there])
    elif way == 3:
        holder[step] = {"a": holder[step]} if random.random() < 0.5 else [holder[step]]
    elif way == 4:
        tree[random.choice(seeds.keys())] = copy.deepcopy(holder[step])
    elif way == 5:
        put(tree, *values.setting(random))
    elif isinstance(step, str):
        _rename(random, holder, step)
    else:
        holder.append(copy.deepcopy(holder[step]))


def _rename(random: Random, holder: Tree, step: str) -> None:
    at = random.randrange(len(step) + 1)
    names = (step[:at] + step[at + 1 :], step[:at] + "x" + step[at:], step.lower(), step + "s", f"{step}.{step}")
    holder[random.choice((*names, random.choice(seeds.keys()), values.text(random)))] = holder.pop(step)


def written(random: Random, tree: Any) -> str:
    """A text for a tree: JSON, or block style with any quotes, anchors, comments, doubled keys and odd spaces."""
    if random.random() < 0.15:
        return json.dumps(tree, ensure_ascii=random.random() < 0.5, indent=random.choice((None, 2)))
    return "\n".join(_block(random, tree, "")) + random.choice(("\n", "\n", ""))


def _block(random: Random, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(random, f"{indent}{_key(random, key)}:", item, indent)
            if random.random() < 0.004:
                yield from _entry(random, f"{indent}{_key(random, key)}:", item, indent)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _entry(random, f"{indent}-", item, indent)
    else:
        yield indent + _inline(random, value)


def _entry(random: Random, start: str, item: Any, indent: str) -> Iterator[str]:
    comment = f"  {KEPT}" if random.random() < 0.05 else ""
    if isinstance(item, dict | list) and item and random.random() < 0.85:
        anchor = f" &a{random.randrange(3)}" if random.random() < 0.02 else ""
        yield start + anchor + comment
        yield from _block(random, item, indent + random.choice(("  ", "  ", "  ", "    ")))
    elif isinstance(item, str) and "\n" in item and random.random() < 0.7:
        yield f"{start} |{random.choice(('', '-', '+'))}{comment}"
        yield from (f"{indent}  {line}" for line in item.split("\n"))
    else:
        yield f"{start} {_inline(random, item)}{comment}"


def _key(random: Random, key: str) -> str:
    if key.isalnum() and random.random() < 0.97:
        return key
    return json.dumps(key, ensure_ascii=random.random() < 0.5) if random.random() < 0.9 else key


def _inline(random: Random, value: Any) -> str:
    chance = random.random()
    if chance < 0.01:
        return f"*a{random.randrange(3)}"
    if isinstance(value, str):
        return _quoted(random, value)
    if isinstance(value, bool) and chance < 0.1:
        return random.choice(
            ("yes", "On", "TRUE", '"true"', "'no'") if value else ("no", "OFF", "False", '"false"', "n")
        )
    return json.dumps(value, ensure_ascii=random.random() < 0.5)


def _quoted(random: Random, value: str) -> str:
    chance = random.random()
    if chance < 0.5:
        return value or '""'
    if chance < 0.7:
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=random.random() < 0.5)
