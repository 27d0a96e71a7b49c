"""``compile --check``: what Helm and Kubernetes would say to the output, as findings at the lines that caused it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from vcluster_config.compile import chart_folder
from vcluster_config.effects.acceptance import Refusal, kubernetes_version, refusals
from vcluster_config.effects.provenance import Search, Subject
from vcluster_config.effects.rendered import ANY_RELEASE, identity, render
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Severity, Span
from vcluster_config.source.node import Path as SettingPath
from vcluster_config.source.node import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vcluster_config.compile import CompiledChart
    from vcluster_config.lint.check import Report

_TIMEOUT: Final = 120


@dataclass(frozen=True)
class Check:
    """The output of one compilation, and the report that it came from."""

    report: Report
    chart: CompiledChart

    def findings(self, helms: Iterable[str]) -> Iterator[Diagnostic]:
        """Everything that is wrong with the output."""
        yield from self.values()
        yield from self.objects()
        for helm in helms:
            yield from self.helm(helm)

    def values(self) -> Iterator[Diagnostic]:
        """The schema that Helm will hold the values against."""
        from jsonschema import Draft7Validator

        schema = json.loads((chart_folder() / "values.schema.json").read_text(encoding="utf-8"))
        plain = json.loads(json.dumps(self.chart.values()))
        for error in Draft7Validator(schema).iter_errors(plain):
            yield self.finding(Code.OUTPUT_REFUSED, f"the chart refuses its values at {error.json_path}")

    def objects(self) -> Iterator[Diagnostic]:
        """Kubernetes' own schema."""
        values = self.chart.values()
        for found in refusals(values, ANY_RELEASE):
            yield self.finding(Code.OUTPUT_REFUSED, found.sentence, self.cause(found))

    def cause(self, refusal: Refusal) -> SettingPath:
        """The line behind a field, or behind its object when the field is missing."""
        for path in (refusal.path, ()):
            subject = Subject(refusal.identity, path)
            search = Search.of(self.report.document, self.chart.values(), subject, ANY_RELEASE)
            found = next(search.written(), None)
            if found is not None:
                return found.path
        return ()

    def helm(self, helm: str) -> Iterator[Diagnostic]:
        """``helm lint --strict`` and ``helm template``, whose objects must be those we think of."""
        with tempfile.TemporaryDirectory() as folder:
            values = str(self.chart.write_values(Path(folder)))
            options = ["--namespace", ANY_RELEASE.namespace, "--values", values]
            lint = _run(helm, "lint", "--strict", str(chart_folder()), *options)
            template = _run(helm, "template", ANY_RELEASE.name, str(chart_folder()), *options)
        for done in (lint, template):
            if done.returncode != 0:
                words = " ".join((done.stderr or done.stdout).split())
                yield self.finding(Code.OUTPUT_REFUSED, f"{helm} {done.args[1]}: {words}")
        if template.returncode == 0:
            yield from self.rendered(helm, template.stdout)

    def rendered(self, helm: str, text: str) -> Iterator[Diagnostic]:
        """What Helm rendered beside what Python rendered."""
        from ruamel.yaml import YAML

        theirs = {identity(item, ANY_RELEASE): item for item in YAML(typ="safe").load_all(text) if item}
        ours = render(self.chart.values(), ANY_RELEASE)
        for who in sorted(who for who in ours.keys() | theirs.keys() if ours.get(who) != theirs.get(who)):
            yield self.finding(Code.OUTPUT_REFUSED, f"{helm} renders {who} otherwise than it was compiled")

    def finding(self, code: Code, message: str, path: SettingPath = ()) -> Diagnostic:
        """A finding at a setting, or at the start of the file when no line is to blame."""
        document = self.report.document
        start = document.root.span
        span = document.span(path) if path else Span(start.file, 1, 1, 1, 2)
        return Diagnostic(code, Severity.ERROR, message, span, path=dotted(path))


def helms(given: tuple[str, ...]) -> list[str]:
    """The binaries to ask: those given, or ``helm`` when there is one."""
    found = [helm for helm in given or ("helm",) if shutil.which(helm)]
    missing = [helm for helm in given if helm not in found]
    if missing:
        raise click.UsageError(f"--helm {missing[0]}: there is no such program")
    return found


def summary(asked: list[str]) -> str:
    """What was checked, for people."""
    versions = [f"Helm {_run(helm, 'version', '--short').stdout.strip()}" for helm in asked]
    return ", ".join(["values schema", f"Kubernetes {kubernetes_version()}", *(versions or ["no Helm on PATH"])])


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(arguments, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise click.UsageError(f"{arguments[0]}: {error}") from error
