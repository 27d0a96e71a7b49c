"""Short ways from a few settings to compiled objects, so that tests show only what they are about."""

from __future__ import annotations

import json
from typing import Any

from vcluster_config.compile import CompiledChart, compile_config
from vcluster_config.lint.check import check
from vcluster_config.model import Config
from vcluster_config.source.parse import SourceFile
from vcluster_contract import config as contract
from vcluster_contract import layout


def compiled(settings: dict[str, Any] | None = None) -> CompiledChart:
    return compile_config(Config.model_validate(settings or {}))


def values(settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """As a YAML reader would see them: lists instead of tuples."""
    plain: dict[str, Any] = json.loads(json.dumps(compiled(settings).values()))
    return plain


def syncer_config(settings: dict[str, Any] | None = None) -> contract.SyncerConfig:
    data = values(settings)["configSecret"]["stringData"]
    return contract.decode(data[layout.SYNCER_CONFIG_KEY].encode())


def pod_spec(settings: dict[str, Any] | None = None) -> dict[str, Any]:
    found = values(settings)
    workload = found.get("statefulSet") or found["deployment"]
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def container(name: str, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    spec = pod_spec(settings)
    return next(item for item in (*spec["initContainers"], *spec["containers"]) if item["name"] == name)


def setting(path: str, value: Any) -> dict[str, Any]:
    """``a.b.c`` to nested mappings."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def compiled_from(text: str) -> CompiledChart:
    """Through the pipeline that the command line takes."""
    report = check([SourceFile.decode("vcluster.yaml", text.encode())])
    assert report.config is not None
    return compile_config(report.config)
