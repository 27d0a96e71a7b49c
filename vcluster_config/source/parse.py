"""YAML text to nodes with positions, with every mistake of the text as a diagnostic."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from vcluster_config.source import problems, scalars
from vcluster_config.source.diagnostic import Diagnostic, Span
from vcluster_config.source.lines import has_halves, without_halves
from vcluster_config.source.node import Entry, Items, Mapping, Node, Scalar, is_null, mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH: Final = 100
_MAX_NODES: Final = 200_000
_TAGS: Final = {"tag:yaml.org,2002:" + name: name for name in ("str", "int", "float", "bool", "null", "map", "seq")}


class SourceFile(NamedTuple):
    """A layer: its name as diagnostics show it, and its text."""

    name: str
    text: str

    @classmethod
    def decode(cls, name: str, raw: bytes) -> SourceFile:
        """Read UTF-8 bytes; a byte that is none becomes a character that parsing refuses at its place."""
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        return cls(name, text.replace("\r\n", "\n"))


class _Stop(Exception):
    """The text is beyond repair; a diagnostic says why."""


def parse(file: SourceFile) -> tuple[Mapping, list[Diagnostic]]:
    """Read one YAML document; on errors the mapping holds what could be read."""
    roots, found = _read(file, several=False)
    root = roots[0] if roots else None
    if isinstance(root, Mapping):
        return root, found
    if root is not None and not is_null(root):
        found.append(problems.not_a_mapping(root))
    return mapping(Span(file.name, 1, 1, 1, 1), ()), found


def documents(file: SourceFile) -> tuple[list[Node], list[Diagnostic]]:
    """Read a stream of YAML documents; none when it breaks somewhere."""
    return _read(file, several=True)


def _read(file: SourceFile, *, several: bool) -> tuple[list[Node], list[Diagnostic]]:
    if problems.BYTE_ORDER_MARK in file.text:
        return [], [*problems.byte_order_marks(file.name, file.text)]
    composer = _Composer(file)
    try:
        return list(composer.documents(several=several)), composer.diagnostics
    except MarkedYAMLError as error:
        composer.diagnostics.append(problems.syntax(file.name, file.text, error))
    except ReaderError as error:
        composer.diagnostics.append(problems.character(file.name, file.text, error))
    except YAMLError as error:
        composer.diagnostics.append(problems.unreadable(file.name, str(error)))
    except (ArithmeticError, AssertionError, ValueError):
        beyond = problems.beyond(file.name, file.text, composer.reached)
        if beyond is None:
            raise
        composer.diagnostics.append(beyond)
    except _Stop:
        pass
    return [], composer.diagnostics


@dataclass
class _Composer:
    """Turns parser events into nodes."""

    file: SourceFile
    diagnostics: list[Diagnostic] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    open_anchors: set[str] = field(default_factory=set)
    depth: int = 0
    path: list[str | int] = field(default_factory=list)
    events: Iterator[Any] = field(init=False)
    reached: int = 0

    def __post_init__(self) -> None:
        self.events = self.parsed()

    def parsed(self) -> Iterator[Any]:
        for event in YAML(typ="safe", pure=True).parse(self.file.text):
            self.reached = event.end_mark.index
            yield event

    def documents(self, *, several: bool) -> Iterator[Node]:
        """The node of each document; a second one is an error unless there may be several."""
        started = False
        for event in self.events:
            if not isinstance(event, DocumentStartEvent):
                continue
            if started and not several:
                self.diagnostics.append(problems.second_document(self.span(event)))
                raise _Stop
            self.anchors.clear()
            started = True
            yield self.node(next(self.events))

    def span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.file.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def node(self, event: Any) -> Node:
        if isinstance(event, AliasEvent):
            return self.alias(event)
        anchor = event.anchor
        if anchor:
            self.open_anchors.add(anchor)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.diagnostics.append(problems.too_deep(self.span(event), _MAX_DEPTH))
            raise _Stop
        made = self.value(event)
        self.depth -= 1
        if anchor:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = made
        return made

    def value(self, event: Any) -> Node:
        self.check_tag(event)
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self.items(event)
        return self.mapping(event)

    def check_tag(self, event: Any) -> None:
        tag = event.tag and str(event.tag)
        if tag and tag != "!" and tag not in _TAGS:
            self.diagnostics.append(problems.unknown_tag(self.span(event), tag))

    def alias(self, event: Any) -> Node:
        made = self.anchors.get(event.anchor)
        if made is None:
            known = event.anchor in self.open_anchors
            self.diagnostics.append(problems.bad_alias(self.span(event), event.anchor, recursive=known))
            return Scalar(self.span(event), None, "")
        if made.size > _MAX_NODES:
            self.diagnostics.append(problems.alias_bomb(self.span(event), event.anchor, made.size, _MAX_NODES))
            raise _Stop
        return made

    def scalar(self, event: Any) -> Scalar:
        tag = _TAGS.get(str(event.tag)) if event.tag else None
        plain = event.style is None and tag != "str" and event.tag != "!"
        span = self.span(event)
        text = self.text(event.value, span)
        if not plain and tag in (None, "str"):
            return Scalar(span, text, text, plain=False)
        value = scalars.resolve(text)
        if scalars.is_finite(value):
            return Scalar(span, value, text, plain=not event.tag)
        self.diagnostics.append(problems.no_json_number(span, text))
        return Scalar(span, text, text, plain=False)

    def text(self, value: str, span: Span) -> str:
        r"""Join what JSON writes as two escapes (``\ud83d\ude00``); half of a pair is no character."""
        try:
            return value.encode("utf-16", "surrogatepass").decode("utf-16") if has_halves(value) else value
        except UnicodeDecodeError:
            self.diagnostics.append(problems.half_character(span))
            return without_halves(value)

    def items(self, event: Any) -> Items:
        start = self.span(event)
        items: list[Node] = []
        end: Span | None = None
        while not self.at_end(following := next(self.events)):
            self.path.append(len(items))
            items.append(self.node(following))
            end = self.written(following, items[-1])
            self.path.pop()
        return sequence(_until(start, end or self.span(following)), items)

    def mapping(self, event: Any) -> Mapping:
        start = self.span(event)
        entries: dict[str, Entry] = {}
        merges: list[Entry] = []
        end: Span | None = None
        while not self.at_end(following := next(self.events)):
            key = self.node(following)
            self.path.append(key.text if isinstance(key, Scalar) else "?")
            value_event = next(self.events)
            value = self.node(value_event)
            end = self.written(value_event, value)
            if not isinstance(key, Scalar):
                self.diagnostics.append(problems.complex_key(key.span))
            elif key.text == "<<" and key.plain:
                merges.extend(self.merged(value, self.span(value_event)))
            else:
                self.add(entries, Entry(key.text, key.span, value))
            self.path.pop()
        for entry in merges:
            entries.setdefault(entry.key, entry)
        made = mapping(_until(start, end or self.span(following)), tuple(entries.values()))
        if made.size > _MAX_NODES:
            self.diagnostics.append(problems.too_large(start, _MAX_NODES))
            raise _Stop
        return made

    def written(self, event: Any, made: Node) -> Span:
        """Where a value is written; one that an alias stands for has its span elsewhere."""
        return self.span(event) if isinstance(event, AliasEvent) else made.span

    def add(self, entries: dict[str, Entry], entry: Entry) -> None:
        earlier = entries.get(entry.key)
        if earlier is not None:
            self.diagnostics.append(problems.duplicate_key(entry, earlier, tuple(self.path)))
        entries[entry.key] = entry

    def merged(self, value: Node, site: Span) -> list[Entry]:
        sources = value.items if isinstance(value, Items) else (value,)
        entries: list[Entry] = []
        for source in sources:
            if not isinstance(source, Mapping):
                self.diagnostics.append(problems.bad_merge(site))
                continue
            entries.extend(Entry(entry.key, entry.key_span, entry.value, site) for entry in source.entries)
        return entries

    @staticmethod
    def at_end(event: Any) -> bool:
        return not isinstance(event, AliasEvent | ScalarEvent | SequenceStartEvent | MappingStartEvent)


def _until(start: Span, end: Span) -> Span:
    return Span(start.file, start.line, start.column, end.end_line, end.end_column)
