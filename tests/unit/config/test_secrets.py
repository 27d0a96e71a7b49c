"""No output ever shows a secret."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint
from vcluster_config.lint.render import FORMATS, render
from vcluster_config.model.secret_paths import masked_sources

SECRET = "hunter2secret"
TEXT = f"""
controlPlane:
  backingStore:
    database:
      external:
        enabled: sure
        dataSource: mysql://{SECRET}@tcp(db:3306)/x
  distro:
    k3s: {{token: [{SECRET}], enabled: "{SECRET}x"}}
  statefulSet:
    env: {{value: {SECRET}}}
"""


def test_secret_values_are_blotted_out_of_the_source() -> None:
    text = masked_sources(lint(TEXT).document)["vcluster.yaml"]
    assert f"dataSource: {'*' * len(f'mysql://{SECRET}@tcp(db:3306)/x')}\n" in text


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_shows_a_data_source(form: str) -> None:
    report = lint(f"""
        controlPlane:
          backingStore: {{database: {{external: {{dataSource: {SECRET}, enabled: maybe}}}}}}
        """)
    assert report.diagnostics
    assert SECRET not in render(form, report.diagnostics, masked_sources(report.document))
