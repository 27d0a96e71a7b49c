"""What a real API server would refuse is refused without one, at the line that caused it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.chart.variants import CHOICES
from tests.unit.compile.compiling import compiled
from tests.unit.effects.configs import RELEASE
from vcluster_config.cli import cli
from vcluster_config.effects.acceptance import refusals
from vcluster_config.schema.objects import extract, pack

BROKEN = """\
controlPlane: {statefulSet: {labels: {a: b}}}
experimental:
  deploy:
    host:
      manifests: |
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replica: 1
          selector: {matchLabels: {app: web}}
          template:
            spec:
              containers:
              - {name: web, image: busybox, imagePullPolicy: Sometimes, ports: [{containerPort: many}]}
              - {image: busybox, resources: {limits: {memory: lots}}}
"""


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_compiled_fits_the_schema_of_kubernetes(choice: str) -> None:
    assert list(refusals(compiled(CHOICES[choice]).values(), RELEASE)) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "broken.yaml").write_text(BROKEN)
    (tmp_path / "good.yaml").write_text("sync: {toHost: {secrets: {all: true}}}\n")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["compile", *arguments])


def test_each_refused_field_is_a_finding_at_its_cause(folder: Path) -> None:
    done = run("broken.yaml", "--check", "-o", "out")
    assert done.exit_code == 1
    for sentence in (
        "Deployment/web: spec.replica is no field that Kubernetes knows",
        'spec.template.spec.containers[0].imagePullPolicy is "Sometimes", expected one of Always',
        'spec.template.spec.containers[0].ports[0].containerPort is "many", expected integer',
        "spec.template.spec.containers[1].name is missing",
        'spec.template.spec.containers[1].resources.limits.memory is "lots", expected a quantity',
    ):
        assert sentence in done.output
    assert "broken.yaml:5:18" in done.output
    assert not (folder / "out").exists()


def test_a_good_file_is_written_after_the_check(folder: Path) -> None:
    done = run("good.yaml", "--check", "-o", "out")
    assert done.exit_code == 0, done.output
    assert "checked: values schema, Kubernetes v1." in done.output
    assert (folder / "out" / "values.yaml").is_file()


def test_a_helm_that_refuses_is_a_finding(folder: Path) -> None:
    helm = folder / "helm"
    helm.write_text("#!/bin/sh\necho 'Error: no' >&2\nexit 1\n")
    helm.chmod(0o755)
    done = run("good.yaml", "--check")
    assert done.exit_code == 1
    assert "lint: Error: no" in done.output
    assert "template: Error: no" in done.output


def test_a_helm_that_renders_something_else_is_a_finding(folder: Path) -> None:
    helm = folder / "other"
    helm.write_text("#!/bin/sh\necho '{kind: Service, apiVersion: v1, metadata: {name: extra}}'\n")
    helm.chmod(0o755)
    done = run("good.yaml", "--check", "--helm", "./other")
    assert done.exit_code == 1
    assert "renders Service/extra otherwise than it was compiled" in done.output


def test_a_helm_that_is_not_there_is_wrong_usage(folder: Path) -> None:
    assert run("good.yaml", "--check", "--helm", "./nowhere").exit_code == 2


def test_the_schema_is_trimmed_from_openapi_and_packed_the_same_each_time() -> None:
    text = {"type": "string", "description": "words", "enum": ["A"]}
    schemas: dict[str, Any] = {
        "io.x.Thing": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": text,
                "size": {"allOf": [{"$ref": "#/components/schemas/io.x.Size"}], "default": {}},
                "metadata": {"type": "object"},
            },
            "x-kubernetes-group-version-kind": [{"group": "x.io", "version": "v1", "kind": "Thing"}],
        },
        "io.x.Size": {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
        "io.x.Unused": text,
    }
    found = extract("v1", [{"components": {"schemas": schemas}}])
    assert found["kinds"] == {"x.io/v1/Thing": "io.x.Thing"}
    assert set(found["definitions"]) == {"io.x.Thing", "io.x.Size"}
    thing = found["definitions"]["io.x.Thing"]
    assert thing["properties"]["name"] == {"type": "string", "enum": ["", "A"]}
    assert thing["properties"]["size"] == {"$ref": "#/definitions/io.x.Size"}
    assert thing["additionalProperties"] is False
    assert json.loads(gzip.decompress(pack(found))) == found
    assert pack(found) == pack(json.loads(json.dumps(found)))
