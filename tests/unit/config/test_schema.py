"""The editor schema is generated from the model, current, complete, and agrees with the linter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.unit.config.linting import lint
from vcluster_config.schema.__main__ import generated
from vcluster_config.schema.editor import editor_schema
from vcluster_config.source.node import plain

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = editor_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
GENERATED = generated()


@pytest.mark.parametrize("name", GENERATED)
def test_generated_files_are_current(name: str) -> None:
    assert (ROOT / name).read_text() == GENERATED[name], "run: make schemas"


def test_schema_is_draft_07() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_nearly_every_leaf_carries_description_and_default() -> None:
    leaves = list(_leaves(SCHEMA))
    described = [schema for schema in leaves if schema.get("description") and "default" in schema]
    assert len(described) >= 0.95 * len(leaves)
    assert all(schema.get("description") for schema in leaves)


def test_closed_sets_are_enums() -> None:
    properties = SCHEMA["properties"]
    policies = properties["policies"]["properties"]
    assert policies["podSecurityStandard"]["enum"] == ["", "privileged", "baseline", "restricted"]
    assert "auto" in policies["limitRange"]["properties"]["enabled"]["enum"]


def test_replaced_keys_say_what_to_write_instead() -> None:
    assert "networking.serviceCIDR" in SCHEMA["properties"]["serviceCIDR"]["deprecationMessage"]


EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.yaml") if "\nkind:" not in path.read_text())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_fit_the_schema_and_lint_without_errors(path: Path) -> None:
    report = lint(path.read_text())
    assert not report.failed, [found.message for found in report.diagnostics]
    VALIDATOR.validate(plain(report.document.root))


@pytest.mark.parametrize(
    "text",
    [
        "sync: {toHost: {ingress: {}}}",
        "sync: {toHost: {pods: {enabled: 'true'}}}",
        "policies: {podSecurityStandard: strict}",
        "policies: {limitRange: {enabled: sometimes}}",
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 5Gb}}}}",
        "controlPlane: {statefulSet: {labels: {'a b': x}}}",
        "sync: {toHost: {pods: {patches: [{expression: x}]}}}",
        "networking: {advanced: {clusterDomain: 'Not A Domain'}}",
    ],
)
def test_what_the_linter_refuses_the_schema_refuses(text: str) -> None:
    report = lint(text)
    assert report.failed
    assert list(VALIDATOR.iter_errors(plain(report.document.root)))


def test_a_file_with_every_default_written_out_fits() -> None:
    from vcluster_config.model import Config

    data = json.loads(Config.model_validate({}).model_dump_json(by_alias=True))
    VALIDATOR.validate(data)


def _leaves(schema: Any) -> Any:
    for child in schema.get("properties", {}).values():
        if "properties" in child:
            yield from _leaves(child)
        else:
            yield child
    for child in schema.get("definitions", {}).values():
        yield from _leaves(child)
