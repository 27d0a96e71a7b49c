"""Guesses what an unknown key or value was meant to be, by spelling and by structure."""

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Final

from vcluster_config.model.base import to_camel
from vcluster_config.model.root import Config
from vcluster_config.model.shape import places, spell
from vcluster_config.source.node import Path

_MAIN: Final = (("controlPlane", "statefulSet"), ("controlPlane", "distro", "k8s"), ("sync", "toHost"))
_ASIDE: Final = ("experimental", "integrations", "plugins")
_MOST: Final = 12


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice a person most likely meant, None when nothing is near."""
    known = list(choices)
    folded = {choice.lower(): choice for choice in known}
    same = folded.get(word.lower()) or folded.get(to_camel(word.replace("-", "_")).lower())
    if same:
        return same
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.72)
    return folded[near[0]] if near else None


@cache
def _known() -> dict[str, list[tuple[str, ...]]]:
    """Every key of the dialect with the paths it occurs at, shared types left out."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for place in places(Config):
        if not {"<key>", "[]"} & set(place.path):
            found.setdefault(place.path[-1], []).append(place.path)
    return found


def is_setting(path: Path) -> bool:
    """Whether the dialect has a setting here; keys of an author's own and items of lists do not matter."""
    same_length = (place.path for place in places(Config) if len(place.path) == len(path))
    return any(
        all(known in {"<key>", "[]", step} for known, step in zip(steps, path, strict=True)) for steps in same_length
    )


def other_places(key: str, parent: tuple[str, ...], limit: int = 3) -> list[str]:
    """Paths at which a key of this very name exists, nearest to the parent first, then what most files set.

    A key that occurs all over the dialect, such as ``enabled``, says nothing.
    """
    paths = _known().get(key, [])
    if len(paths) > _MOST:
        paths = [path for path in paths if _shared(path, parent) >= len(parent)]
    ranked = sorted(paths, key=lambda path: (-_shared(path, parent), _rank(path), len(path), path))
    return [spell(path) for path in ranked[:limit]] if len(paths) <= _MOST else []


def _rank(path: tuple[str, ...]) -> int:
    """The sections of the control plane's own pod and of what goes to the host come first, rarely used ones last."""
    if any(path[: len(main)] == main for main in _MAIN):
        return 0
    return 2 if path[0] in _ASIDE else 1


def _shared(path: tuple[str, ...], parent: tuple[str, ...]) -> int:
    count = 0
    for ours, theirs in zip(path, parent, strict=False):
        if ours != theirs:
            break
        count += 1
    return count
