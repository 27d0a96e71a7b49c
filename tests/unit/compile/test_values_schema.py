"""The chart's schema is current, accepts what we compile and refuses what was edited into nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.unit.compile.compiling import setting, values
from vcluster_config.compile import chart_folder
from vcluster_config.compile.values_schema import values_schema
from vcluster_config.model import Config

VALIDATOR = Draft7Validator(json.loads(values_schema()))


def test_the_checked_in_schema_is_current() -> None:
    assert (chart_folder() / "values.schema.json").read_text() == values_schema(), "run `make schemas`"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        setting("sync.fromHost.nodes.enabled", True),
        setting("controlPlane.statefulSet.persistence.volumeClaim.enabled", False),
        setting("controlPlane.advanced.virtualScheduler.enabled", True),
    ],
)
def test_compiled_values_pass(settings: dict[str, Any]) -> None:
    VALIDATOR.validate(values(settings))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("configSecret.kind", "ConfigMap"),
        ("statefulSet.spec.replicas", "1"),
        ("statefulSet.spec.template.spec.contaners", []),
        ("roles", {}),
        ("compiledValuesVersion", 2),
    ],
)
def test_edited_values_fail(path: str, value: Any) -> None:
    edited = values()
    place = edited
    *parents, last = path.split(".")
    for key in parents:
        place = place[key]
    place[last] = value
    assert not VALIDATOR.is_valid(edited)


def test_values_without_the_configuration_fail() -> None:
    assert not VALIDATOR.is_valid({"compiledValuesVersion": 1})


def test_a_raw_configuration_reaches_the_sentence_of_the_chart() -> None:
    raw = {field.alias or name: {} for name, field in Config.model_fields.items()}
    assert VALIDATOR.is_valid(raw)


def test_the_chart_names_every_key_of_a_raw_configuration() -> None:
    guard = (chart_folder() / "templates" / "guard.yaml").read_text()
    keys = {field.alias or name for name, field in Config.model_fields.items()}
    assert all(f'"{key}"' in guard for key in keys - {"global"})
