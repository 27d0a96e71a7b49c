"""From a rendered field back to the settings that decide it, found by trying: change a setting, compile, compare.

Nothing has to be recorded while compiling, so no cause can be forgotten there; a compilation takes about a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.compile import CompileError, compile_config
from vcluster_config.effects.alternatives import alternatives
from vcluster_config.effects.changes import Change, FieldPath, differences, find, parse
from vcluster_config.effects.rendered import Identity, Release, place, readable
from vcluster_config.effects.rendered import identity as identity_of
from vcluster_config.effects.trees import nested, pruned
from vcluster_config.lint.effects import EFFECTS
from vcluster_config.model.root import Config
from vcluster_config.model.shape import Form, Place, default_of, places
from vcluster_config.model.validation import validate_partially
from vcluster_config.source.document import Document, merge
from vcluster_config.source.node import Items, Mapping, Node, Path, plain, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dict

    from vcluster_config.model.build import Built


@dataclass(frozen=True, slots=True)
class Subject:
    """A field of an object, or with an empty path the whole object."""

    identity: Identity
    path: FieldPath


@dataclass(frozen=True, slots=True)
class Cause:
    """A setting and the change that another value of it makes; ``written`` tells a line of a file from a default."""

    path: Path
    written: bool
    default: Any
    change: Change


class NoSuchObject(LookupError):
    """Nothing rendered is called so; the message lists what there is."""


def subjects(values: Dict[str, Any], text: str, release: Release) -> list[Subject]:
    """Objects that ``Kind``, ``Kind/name`` or a key of the values names, with the field behind it.

    Raises:
        NoSuchObject: no object, or no field of one, is called so.
    """
    placed = [(item.place, identity_of(item.content, release), item.content) for item in place(values, release)]
    matches = [(who, content, rest) for where, who, content in placed if (rest := _rest(text, where, who)) is not None]
    if not matches:
        raise NoSuchObject(f"nothing rendered is {text}; objects are {', '.join(str(item[1]) for item in placed)}")
    longest = min(len(rest) for _, _, rest in matches)
    found = [
        Subject(identity, field[0])
        for identity, content, rest in matches
        if len(rest) == longest and (field := find(readable(content), parse(rest))) is not None
    ]
    if not found:
        identity, _, rest = matches[0]
        raise NoSuchObject(f"{identity} has no field {rest.removeprefix('.')}")
    return found


def _rest(text: str, where: str, identity: Identity) -> str | None:
    """What stands behind the name of an object; None when the text names another one."""
    for start in (str(identity), identity.kind, where):
        if text.lower().startswith(start.lower()) and text[len(start) : len(start) + 1] in {"", ".", "["}:
            return text[len(start) :]
    return None


@dataclass(frozen=True)
class Search:
    """Looks for causes of one subject; ``secret`` values stay what they are."""

    document: Document
    subject: Subject
    release: Release
    present: Any
    built: Built = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document, values: Dict[str, Any], subject: Subject, release: Release) -> Search:
        """A search that starts at compiled values."""
        search = cls(document, subject, release, None)
        return replace(search, present=search.look(values))

    def written(self) -> Iterator[Cause]:
        """Lines of the files, in their order."""
        known = {item.path: item for item in places(Config)}
        for path, node in _leaves(self.document.root):
            change = self.tried(path, node, known)
            if change is not None:
                yield Cause(path, True, None, change)

    def tried(self, path: Path, node: Node, known: Dict[tuple[str, ...], Place]) -> Change | None:
        """First change that going without a line, or another value in it, makes.

        A line that cannot go alone, like the address of a store that is on, goes with the section around it.
        """
        root = self.document.root
        roots = (pruned(root, path), *_whole_list(root, path), *_replaced(root, path, node, known))
        looks = [self.changes(item) for item in roots]
        if not any(look is not None for look in looks) and len(path) > 2:
            looks = [self.changes(pruned(root, path[:-1]))]
        return next((look[0] for look in looks if look), None)

    def defaults(self) -> Iterator[Cause]:
        """Settings that no file sets."""
        for item in places(Config):
            if not _has_default(item) or self.document.find(item.path) is not None:
                continue
            default = default_of(item.info) if item.info is not None else None
            for value in alternatives(item.shape, default):
                changes = self.changes(merge(self.document.root, nested(item.path, value)))
                if changes:
                    yield Cause(item.path, False, default, changes[0])
                    break

    def changes(self, root: Mapping) -> list[Change] | None:
        """How the subject differs under another tree of settings; None when that does not compile."""
        validated = validate_partially(replace(self.document, root=root), self.built)
        if validated.unusable:
            return None
        try:
            values = compile_config(validated.config).values()
        except CompileError:
            return None
        return list(differences(self.present, self.look(values), self.subject.path))

    def look(self, values: Dict[str, Any]) -> Any:
        """Value of the subject in compiled values; None when it is not there."""
        for item in place(values, self.release, self.subject.identity.kind):
            if identity_of(item.content, self.release) == self.subject.identity:
                found = find(readable(item.content), self.subject.path)
                return None if found is None else found[1]
        return None


def _leaves(root: Mapping) -> Iterator[tuple[Path, Node]]:
    for path, node, _ in walk(root):
        if not (isinstance(node, Mapping) and node.entries) and not (isinstance(node, Items) and node.items):
            yield path, node


def _whole_list(root: Mapping, path: Path) -> Iterator[Mapping]:
    """The tree without the list around a leaf: an item may be what keeps the default list away."""
    depth = next((index for index, step in enumerate(path) if isinstance(step, int)), None)
    if depth is not None:
        yield pruned(root, path[:depth])


def _has_default(item: Place) -> bool:
    """Whether a place is a setting of its own with a default that takes effect."""
    if item.info is None or item.info.is_required() or {"[]", "<key>"} & {*item.path}:
        return False
    return item.shape.form is not Form.SECTION and not _idle(item.path)


def _idle(path: tuple[str, ...]) -> bool:
    """Whether a setting is known to change nothing, so that trying it is a waste."""
    return any(len(steps) <= len(path) and all(map(_fits, steps, path)) for steps in _IDLE)


_IDLE: Final = tuple(effect.path.split(".") for effect in EFFECTS)


def _fits(pattern: str, step: str) -> bool:
    return pattern in {"*", step}


def _replaced(root: Mapping, path: Path, node: Node, known: Dict[tuple[str, ...], Place]) -> Iterator[Mapping]:
    """The tree with other values for a leaf: it may say what is the default anyway, and still decide."""
    item = known.get(tuple(map(str, path)))
    if item is not None:
        for value in alternatives(item.shape, plain(node)):
            yield merge(pruned(root, path), nested(item.path, value))


def settings_of(search: Search, *, all_defaults: bool) -> list[Cause]:
    """Lines, and defaults when no line decides or when asked for; what changes the subject before what ends it."""
    found = list(search.written())
    causes = [*found, *search.defaults()] if all_defaults or not found else found
    return sorted(causes, key=lambda cause: (not cause.written, cause.change.after is None))
