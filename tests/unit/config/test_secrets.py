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


@pytest.mark.parametrize("key", ["dataSourc", "x", "connector"])
def test_credentials_of_a_url_are_shown_nowhere_even_under_a_wrong_key(key: str) -> None:
    given = f"{{{key}: 'mysql://u:{SECRET}@tcp(db)/x', enabled: a}}"
    report = lint(f"controlPlane: {{backingStore: {{database: {{external: {given}}}}}}}")
    for form in FORMATS:
        assert SECRET not in render(form, report.diagnostics, masked_sources(report.document))


@pytest.mark.parametrize(
    "line", [f"  token: {SECRET}: x", f"  'password': [{SECRET}", f"  dataSource {SECRET}\n  a: b"]
)
def test_a_line_that_is_no_yaml_shows_no_secret(line: str) -> None:
    report = lint(f"a:\n{line}\n")
    assert report.failed
    assert SECRET not in render("full", report.diagnostics, masked_sources(report.document))
