"""Texts to start from: everything that we show to users, and every setting turned once."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tests.unit.config.flipping import flip, leaves
from vcluster_config.convert.legacy_table import COMMON, COMPONENTS, ISOLATION, SINGLE_PROCESS
from vcluster_config.schema.pages import page
from vcluster_config.source.codes import Code

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2secret"
_BLOCK = re.compile(r"^( *)```yaml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_PITFALLS = f"""\
controlPlane:
  backingStore:
    database: {{external: {{enabled: yes, dataSource: "postgres://user:{SECRET}@db.example.com/name"}}}}
  distro:
    k3s: {{enabled: "true", token: {SECRET}}}
  statefulSet:
    highAvailability: {{replicas: "3"}}
    env:
    - {{name: A, value: {SECRET}}}
    - name: B
      value: 0644
    labels: {{a: yes, b: 1.20, c: 0x10}}
sync: &sync
  toHost: {{pods: {{enabled: on}}, ingresses: {{enabled: no}}}}
"""


@cache
def texts() -> tuple[str, ...]:
    """Examples, pages, guides and a file full of pitfalls."""
    files = [*sorted((ROOT / "examples").glob("*.yaml")), ROOT / "tests/unit/config/data/golden/vcluster.yaml"]
    found = [path.read_text(encoding="utf-8") for path in files if path.name != "app.yaml"]
    found += [text for code in Code for name, text in sorted(page(code).examples.items()) if name != "Option"]
    for guide in sorted((ROOT / "docs").glob("*.md")):
        found += [dedent(block) for _, block in _BLOCK.findall(guide.read_text(encoding="utf-8"))]
    return (*found, _PITFALLS, "", "{}", "sync:\n")


@cache
def trees() -> tuple[dict[str, Any], ...]:
    """The texts that are mappings, as plain values."""
    found = []
    for text in texts():
        try:
            value = YAML(typ="safe", pure=True).load(text)
            found.append(json.loads(json.dumps(value)))
        except (YAMLError, TypeError, ValueError):
            continue
    return tuple(tree for tree in found if isinstance(tree, dict) and tree)


@cache
def flips() -> tuple[dict[str, Any], ...]:
    """For every setting, a file that turns it in a context where it could matter."""
    return tuple(json.loads(flip(place).after) for place in leaves())


@cache
def keys() -> tuple[str, ...]:
    """Every key of the dialect."""
    return tuple(dict.fromkeys(step for place in leaves() for step in place.path if step[0] not in "<["))


@cache
def old_paths() -> tuple[str, ...]:
    """Settings of v0.19 values."""
    rows = (*COMMON, *COMPONENTS, *SINGLE_PROCESS, *ISOLATION)
    more = ("syncer.extraArgs", "openshift.enable", "isolation.enabled", "etcd.disabled", "scheduler.disabled")
    return (*dict.fromkeys(row.old for row in rows), *more, "sync.fake-nodes.enabled")
