"""Valid files, each broken in one place, and whether the one finding is there and leads back.

``python -m tests.unit.config.mutations`` prints the rates.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.unit.config.linting import lint
from vcluster_config.compile.yaml_out import dump
from vcluster_config.model import Config
from vcluster_config.schema.pages import page
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Entry, Items, Mapping, Node, Scalar, walk
from vcluster_config.source.node import Path as SettingPath

ROOT = Path(__file__).resolve().parents[3]
QUIET = {Code.NO_EFFECT, Code.NO_EFFECT_YET, Code.REPLACED_KEY, Code.EMPTY_SECTION}
FREE = {"quota", "limits", "requests", "default", "defaultRequest", "annotations", "labels", "spec", "binariesVolume"}
FREE |= {"scopeSelector", "nodeSelector", "global", "external", "values"}
KUBERNETES = """\
controlPlane:
  statefulSet:
    scheduling:
      tolerations:
        - key: dedicated
          operator: Equal
          effect: NoSchedule
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: zone
          whenUnsatisfiable: ScheduleAnyway
          nodeTaintsPolicy: Honor
    security:
      podSecurityContext:
        fsGroup: 7
        fsGroupChangePolicy: OnRootMismatch
    sidecarContainers:
      - name: a
        image: b
        imagePullPolicy: IfNotPresent
        livenessProbe:
          httpGet:
            path: /healthz
            port: 8080
            scheme: HTTPS
        volumeMounts:
          - name: c
            mountPath: /c
  service:
    spec:
      type: NodePort
      externalTrafficPolicy: Cluster
"""
SWAPS = (
    ("sync.toHost.ingresses", "sync.fromHost"),
    ("sync.toHost.networkPolicies", "sync.fromHost"),
    ("sync.fromHost.nodes", "sync.toHost"),
    ("sync.fromHost.ingressClasses", "sync.toHost"),
    ("sync.fromHost.events", "sync.toHost"),
    ("controlPlane.statefulSet", ""),
    ("controlPlane.backingStore", "controlPlane.statefulSet"),
    ("controlPlane.coredns", "networking"),
    ("controlPlane.distro", ""),
    ("controlPlane.proxy", "networking"),
    ("controlPlane.serviceMonitor", "integrations"),
    ("controlPlane.statefulSet.highAvailability", "controlPlane"),
    ("controlPlane.statefulSet.persistence", "controlPlane"),
    ("controlPlane.statefulSet.scheduling", "controlPlane"),
    ("policies.networkPolicy", "networking"),
    ("policies.resourceQuota", ""),
    ("policies.limitRange", "controlPlane"),
    ("policies.podSecurityStandard", ""),
    ("networking.resolveDNS", "controlPlane"),
    ("networking.replicateServices", ""),
    ("integrations.metricsServer", "controlPlane"),
    ("integrations.certManager", ""),
    ("experimental.multiNamespaceMode", ""),
    ("rbac.clusterRole", "policies"),
)


@dataclass(frozen=True)
class Mutation:
    """A text with one mistake; ``meant`` is what a suggestion has to say, empty when there is nothing to guess."""

    kind: str
    text: str
    line: int
    meant: str
    what: str


@dataclass(frozen=True)
class Verdict:
    """Whether one finding, and only one, stands on the line, and whether it leads back."""

    mutation: Mutation
    found: tuple[str, ...]
    alone: bool
    understood: bool


def every_default() -> Iterator[str]:
    """Files that write every default out, a part of the dialect in each, so that linting one is quick."""
    data = json.loads(Config.model_validate({}).model_dump_json(by_alias=True))
    for optional in ("global", "external", "plugins", "plugin"):
        data.pop(optional)
    data["controlPlane"]["statefulSet"].pop("dnsConfig")
    for top, section in data.items():
        for key, value in section.items() if isinstance(section, dict) else ():
            yield dump({top: {key: value}})


@cache
def corpus() -> tuple[str, ...]:
    """Valid files: every default, the examples, what pages show as right, Kubernetes objects."""
    examples = [path.read_text() for path in sorted((ROOT / "examples").glob("*.yaml")) if path.stem != "app"]
    pages = [page(code).examples["Right"] for code in Code if "Right" in page(code).examples]
    return tuple(text for text in (KUBERNETES, *every_default(), *examples, *pages) if findings(text) == [])


def findings(text: str) -> list[tuple[str, int, str]]:
    """Code, line, and all that is offered as a way out, of findings that valid files do not have."""
    return [
        (found.code, found.span.line, " ".join([*(item.title for item in found.suggestions), found.expected]))
        for found in lint(text).diagnostics
        if found.code not in QUIET
    ]


def judge(mutation: Mutation) -> Verdict:
    """Lint the broken text."""
    found = findings(mutation.text)
    alone = [line for _, line, _ in found] == [mutation.line]
    words = found[0][2] if found else ""
    return Verdict(mutation, tuple(code for code, _, _ in found), alone, alone and mutation.meant in words)


def mutations() -> Iterator[Mutation]:
    """Every mutation of the corpus; a path is mutated in one file only."""
    seen: set[SettingPath] = set()
    for text in corpus():
        for path, node, entry in _keys(text):
            if path not in seen:
                yield from _renamed(text, path, entry, len(seen))
                yield from _retyped(text, path, node, entry)
            seen.add(path)
        yield from _misspelled_words(text)
        yield from _dropped(text)
    yield from _swapped()


def _keys(text: str) -> list[tuple[SettingPath, Node, Entry]]:
    document = lint(text).document
    return [
        (path, node, entry)
        for path, node, entry in walk(document.root)
        if entry is not None and entry.key.isalnum() and not any(str(step) in FREE for step in path[:-1])
    ]


def _slips(key: str) -> tuple[str, ...]:
    swapped = key[:-2] + key[-1] + key[-2]
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in key)
    return swapped, key[:1] + key[2:], key + key[-1], key[0] + key, key.lower(), snake, snake.replace("_", "-")


def _renamed(text: str, path: SettingPath, entry: Entry, number: int) -> Iterator[Mutation]:
    slips = [slip for slip in _slips(entry.key) if slip != entry.key and len(entry.key) > 3]
    for slip in slips[number % 3 :: 3]:
        broken = _at(text, entry.key_span.line, entry.key_span.column, entry.key, slip)
        yield Mutation("rename", broken, entry.key_span.line, entry.key, f"{path} {slip}")


def _retyped(text: str, path: SettingPath, node: Node, entry: Entry) -> Iterator[Mutation]:
    line, what = entry.key_span.line, f"{path}"
    if not isinstance(node, Scalar) or node.span.line != line or node.value is None:
        return
    column = node.span.column
    if isinstance(node.value, bool):
        meant = f"write {node.text} without quotes"
        yield Mutation("retype", _at(text, line, column, node.text, f"'{node.text}'"), line, meant, what)
    elif isinstance(node.value, int) and path[-1] != "port":  # a port may be a name
        yield Mutation("retype", _at(text, line, column, node.text, f"'{node.text}'"), line, "", what)
    if not (isinstance(node.value, str) and path[-1] in FREE):
        yield Mutation("retype", _at(text, line, column, _written(text, node), "{surely: wrong}"), line, "", what)


def _misspelled_words(text: str) -> Iterator[Mutation]:
    """A word of a closed set, misspelled; whether a set is closed is told by a nonsense word."""
    for path, node, entry in _keys(text):
        word = node.value if isinstance(node, Scalar) else None
        if not isinstance(word, str) or len(word) < 4 or not word.isalpha():
            continue
        line, column = node.span.line, node.span.column
        nonsense = _at(text, line, column, word, "Qqqqqqq")
        if [code for code, _, _ in findings(nonsense)] == [Code.NOT_ONE_OF]:
            broken = _at(text, line, column, word, word[:-2] + word[-1] + word[-2])
            yield Mutation("word", broken, line, word, f"{path} {entry.key}")


def _dropped(text: str) -> Iterator[Mutation]:
    """A needed key gone: the finding stands where its mapping starts, and says what to add."""
    lines = text.split("\n")
    for path, node, entry in _keys(text):
        simple = isinstance(node, Scalar) and node.span.line == entry.key_span.line
        first = lines[entry.key_span.line - 1].lstrip().startswith("- ")
        if not simple or first or not any(isinstance(step, int) for step in path):
            continue
        without = "\n".join(lines[: entry.key_span.line - 1] + lines[entry.key_span.line :])
        found = findings(without)
        if any(code == Code.MISSING_KEY for code, _, _ in found):
            yield Mutation("drop", without, _start(text, path[:-1]), f"add {entry.key}:", f"{path}")


def _start(text: str, path: SettingPath) -> int:
    document = lint(text).document
    node = document.find(path)
    assert isinstance(node, Mapping | Items)
    return document.key_span(path).line if isinstance(path[-1], str) else node.span.line


def _swapped() -> Iterator[Mutation]:
    """A section at a place where it does not belong."""
    for path, wrong in SWAPS:
        *_, key = path.split(".")
        parents = wrong.split(".") if wrong else []
        lines = [f"{'  ' * depth}{parent}:" for depth, parent in enumerate(parents)]
        text = "\n".join([*lines, f"{'  ' * len(parents)}{key}: {{}}", ""])
        yield Mutation("swap", text, len(parents) + 1, path, f"{path} below {wrong or 'the root'}")


def _written(text: str, node: Scalar) -> str:
    return text.split("\n")[node.span.line - 1][node.span.column - 1 : node.span.end_column - 1]


def _at(text: str, line: int, column: int, old: str, new: str) -> str:
    lines = text.split("\n")
    before, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    assert rest.startswith(old), (rest, old)
    lines[line - 1] = before + new + rest[len(old) :]
    return "\n".join(lines)


def rates(verdicts: list[Verdict]) -> dict[str, tuple[int, int, int]]:
    """By kind: how many mutations, how many with one finding on the line, how many understood."""
    kinds = dict.fromkeys(verdict.mutation.kind for verdict in verdicts)
    return {
        kind: (
            sum(verdict.mutation.kind == kind for verdict in verdicts),
            sum(verdict.mutation.kind == kind and verdict.alone for verdict in verdicts),
            sum(verdict.mutation.kind == kind and verdict.understood for verdict in verdicts),
        )
        for kind in kinds
    }


def table(verdicts: list[Verdict]) -> str:
    """The rates as text."""
    lines = [
        f"{kind:8} {count:5}, one finding on the line {alone / count:6.1%}, understood {understood / count:6.1%}"
        for kind, (count, alone, understood) in rates(verdicts).items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    judged = [judge(mutation) for mutation in mutations()]
    sys.stdout.write(table(judged) + "\n")
    for verdict in judged:
        if not verdict.understood:
            sys.stdout.write(
                f"  {verdict.mutation.kind} {verdict.mutation.what}: {verdict.found} alone={verdict.alone}\n"
            )
