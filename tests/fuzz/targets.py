"""What is fuzzed: how an input for each part of the compiler is made, and what must hold for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zlib import crc32

from tests.fuzz import commands, editors, promises, seeds, texts, trees, values
from tests.fuzz.case import Broken, Case, raw
from vcluster_config.compile.yaml_out import dump
from vcluster_config.convert import legacy, modern
from vcluster_config.judged import judge
from vcluster_config.lint.check import Report, check
from vcluster_config.lint.render import render
from vcluster_config.model import validate
from vcluster_config.model.secret_paths import masked_sources
from vcluster_config.source.document import load
from vcluster_config.source.parse import SourceFile, parse
from vcluster_config.source.sets import SetKind, SetOption

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_KINDS: Final = tuple(SetKind)


class Target(NamedTuple):
    """``make`` draws the parts of an input; ``run`` says in a word how it went, or raises."""

    make: Callable[[Random], tuple[str, ...]]
    run: Callable[[Case], str]
    weight: int


def decoded(case: Case) -> list[SourceFile]:
    """Parts as layers."""
    return [SourceFile.decode(f"{index}.yaml", raw(part)) for index, part in enumerate(case.parts)]


def sampled(case: Case, one_in: int) -> bool:
    """Whether a costly promise is tried on this input; the input alone decides."""
    return crc32(repr(case).encode("ascii", "backslashreplace")) % one_in == 0


def judged(case: Case, files: list[SourceFile], options: tuple[SetOption, ...] = (), previous: Any = None) -> str:
    """Lint, and compile what was accepted."""
    report = judge(check(files, options, previous))
    promises.positions(report.diagnostics, report.document.sources)
    promises.order(report)
    if sampled(case, 8):
        promises.same(report, judge(check(files, options, previous)))
        promises.formats(report)
    if report.failed:
        return "refused"
    promises.output(report, thorough=sampled(case, 16))
    return "accepted"


def _file(random: Random) -> tuple[str, ...]:
    return (text(random),)


def text(random: Random) -> str:
    """A configuration in any state."""
    chance = random.random()
    if chance < 0.03:
        return texts.noise(random)
    if chance < 0.04:
        return texts.bomb(random)
    if chance < 0.05:
        return texts.long(random)
    if chance < 0.35:
        return texts.damage(random, random.choice(seeds.texts()))
    if chance < 0.7:
        return trees.written(random, trees.built(random))
    written = trees.written(random, trees.damaged(random))
    return texts.damage(random, written) if random.random() < 0.3 else written


def _run_file(case: Case) -> str:
    (file,) = decoded(case)
    said = judged(case, [file])
    promises.fixes(file, check([file]))
    return said


def _layers(random: Random) -> tuple[str, ...]:
    return tuple(text(random) for _ in range(random.choice((2, 2, 3))))


def _run_layers(case: Case) -> str:
    return judged(case, decoded(case))


def _option(random: Random) -> tuple[str, ...]:
    base = trees.written(random, trees.built(random)) if random.random() < 0.5 else "{}"
    return (base, random.choice(_KINDS), *(_assignment(random) for _ in range(random.choice((1, 1, 2)))))


def _assignment(random: Random) -> str:
    path, value = values.setting(random)
    spelled = "".join(f"[{step}]" if isinstance(step, int) else f".{step.replace('.', chr(92) + '.')}" for step in path)
    right = trees.written(random, value) if random.random() < 0.5 else str(value)
    option = f"{spelled.removeprefix('.')}={right}"
    if random.random() < 0.4:
        at = random.randrange(len(option) + 1)
        tokens = (
            *texts.TOKENS,
            "[0]",
            "[-1]",
            "[65537]",
            "[x]",
            ".",
            "=",
            ",",
            "{a,b}",
            "{",
            "\\",
            "\\,",
            "a=b,c[2]=d",
        )
        option = option[:at] + random.choice(tokens) + option[at + random.choice((0, 0, 1, 4)) :]
    return option


def _run_option(case: Case) -> str:
    base, kind, *options = case.parts
    file = SourceFile.decode("0.yaml", raw(base))
    shown = (raw(option).decode("utf-8", "replace") for option in options)
    return judged(case, [file], tuple(SetOption(SetKind(kind), option) for option in shown))


def _old(random: Random) -> tuple[str, ...]:
    tree: trees.Tree = trees.damaged(random) if random.random() < 0.2 else {}
    for _ in range(random.choice((1, 2, 4, 8))):
        path = tuple(random.choice(seeds.old_paths()).split("."))
        trees.put(tree, path, random.choice((values.anything(random), values.setting(random)[1], True, _flags(random))))
    return random.choice(("k3s", "k0s", "k8s")), trees.written(random, tree)


def _flags(random: Random) -> list[Any]:
    names = ("tls-san", "lease-duration", "node-selector", "translate-image", "sync-all-nodes", "service-account", "x")
    names += ("namespace-labels", "out-kube-config-secret", "enforce-toleration", "fake-kubelet-ips")
    values_ = ("=a,b", "=", "", "=1", "=a=b,c=d", "=x", "==")
    found: list[Any] = [f"--{random.choice(names)}{random.choice(values_)}" for _ in range(random.randrange(4))]
    return [*found, values.anything(random)] if random.random() < 0.2 else found


def _run_old(case: Case) -> str:
    distro, old = case.parts
    document = load([SourceFile.decode("values.yaml", raw(old))])
    if document.diagnostics:
        promises.positions(document.diagnostics, document.sources)
        return "refused"
    kept: Any = next(name for name in ("k8s", "k3s", "k0s") if name == distro)
    is_old = legacy.is_legacy(document)
    found: list[Any] = []
    if is_old:
        legacy.distro_of(document)
        tree, found = legacy.convert(document, kept)
    else:
        tree = modern.modernise(document)
    promises.positions(found, document.sources)
    render("full", found, masked_sources(document))
    written = SourceFile("converted.yaml", dump(tree))
    _, unread = parse(written)
    promises.holds("what was converted is YAML", not unread, f"{unread}\n{written.text}")
    return f"converted, {judged(case, [written])}"


def _upgrade(random: Random) -> tuple[str, ...]:
    before = trees.built(random)
    after = trees.built(random) if random.random() < 0.5 else {**before, **trees.built(random)}
    return trees.written(random, before), trees.written(random, after)


def _run_upgrade(case: Case) -> str:
    before, after = decoded(case)
    config, _ = validate(load([before]))
    return "no upgrade" if config is None else judged(case, [after], previous=config)


TARGETS: Final = {
    "file": Target(_file, _run_file, 60),
    "layers": Target(_layers, _run_layers, 7),
    "option": Target(_option, _run_option, 10),
    "old": Target(_old, _run_old, 8),
    "upgrade": Target(_upgrade, _run_upgrade, 5),
    "editor": Target(editors.make, editors.run, 8),
    "command": Target(commands.make, commands.run, 2),
}


def run(case: Case) -> str:
    """Run an input."""
    if case.target not in TARGETS:
        raise Broken("a kept input has a target", case.target)
    return TARGETS[case.target].run(case)


__all__ = ["TARGETS", "Report", "Target", "run"]
