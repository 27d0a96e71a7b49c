"""The schema of the chart's values, generated from the plan, so that an edited values file fails before it renders.

Run as a module it prints the schema. Keys of a raw vcluster.yaml are let through: the chart answers them with one
sentence that helps, where a schema could only list them as unexpected.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

from vcluster_config.compile.plan import Plan
from vcluster_config.model import Config


def values_schema() -> str:
    """JSON Schema draft-07, the dialect that Helm 3 and 4 both check."""
    _, definitions = msgspec.json.schema_components([Plan], ref_template="#/definitions/{name}")
    plan: dict[str, Any] = definitions.pop("Plan")
    required = [key for key in plan.pop("required") if key != "compiledValuesVersion"]
    raw = dict.fromkeys(sorted(_dialect_keys()), True)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **plan,
        "properties": {**plan["properties"], "global": True, **raw},
        "dependencies": {"compiledValuesVersion": required},
        "definitions": definitions,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _dialect_keys() -> set[str]:
    return {field.alias or name for name, field in Config.model_fields.items()}


if __name__ == "__main__":
    sys.stdout.write(values_schema())
