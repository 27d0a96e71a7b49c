"""Whole commands on files, as a user runs them: they end with one of their exit codes and never with a trace."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.testing import CliRunner

from tests.fuzz import seeds, trees, values
from tests.fuzz.case import Case, raw
from tests.fuzz.promises import holds
from vcluster_config.cli import cli
from vcluster_config.lint.render import FORMATS
from vcluster_config.source.codes import Code

if TYPE_CHECKING:
    from random import Random

_CODES: Final = {0, 1, 2}


def make(random: Random) -> tuple[str, ...]:
    """Two files, and the arguments, in which ``OLD`` and ``NEW`` stand for them."""
    first = trees.written(random, trees.built(random))
    second = trees.written(random, trees.damaged(random) if random.random() < 0.2 else trees.built(random))
    return (first, second, *_arguments(random))


def _arguments(random: Random) -> tuple[str, ...]:
    path, _ = values.setting(random)
    spelled = ".".join(str(step) for step in path)
    kinds = (
        "StatefulSet.spec.replicas",
        "Role",
        "ConfigMap",
        "Secret/x",
        "notes",
        "Service.spec",
        spelled,
        "x..y[",
        "",
    )
    return random.choice(
        (
            ("lint", "OLD", "--format", random.choice(FORMATS), "--select", random.choice(("VC", "VC1", "x"))),
            ("lint", "OLD", "NEW", "--fix", "--max-warnings", "0"),
            ("lint", "OLD", "-f", "NEW", "--diff"),
            ("lint", "OLD", "--fix", "--unsafe-fixes"),
            ("lint", "OLD", "--security"),
            ("lint", "NEW", "--previous", "OLD"),
            ("compile", "OLD"),
            ("compile", "OLD", "--cost"),
            ("why", "OLD", spelled),
            ("diff", "OLD", "NEW", "--format", random.choice(("text", "json", "markdown"))),
            ("why", "OLD", random.choice(kinds), "--format", random.choice(("text", "json"))),
            ("rbac", "OLD"),
            ("convert", "OLD", "--distro", random.choice(("k8s", "k3s", "k0s"))),
            ("explain", random.choice((*Code, *seeds.keys(), spelled, values.text(random)))),
        )
    )


def run(case: Case) -> str:
    """Run the command in a folder of its own."""
    first, second, *arguments = case.parts
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        names = {"OLD": Path(folder) / "old.yaml", "NEW": Path(folder) / "new.yaml"}
        names["OLD"].write_bytes(raw(first))
        names["NEW"].write_bytes(raw(second))
        result = CliRunner().invoke(cli, [str(names.get(word, word)) for word in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    holds("a command ends with one of its exit codes", result.exit_code in _CODES, str(result.exit_code))
    holds(
        "a command that fails says why",
        bool(result.output) or result.exit_code == 0 or arguments[0] == "diff",
        "silence",
    )
    return f"{arguments[0]} {result.exit_code}"
