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


@pytest.mark.parametrize(
    "text",
    [
        f"controlPlane: {{backingStore: {{database: {{external: {{password: {SECRET}}}}}}}}}",
        f"controlPlane: {{distro: {{k3s: {{token: [{SECRET}]}}}}}}",
        f"Token: {{a: {SECRET}}}",
        f"kubeConfig: |\n  x\n  {SECRET}\n",
    ],
)
def test_a_secret_is_blotted_out_wherever_its_key_stands(text: str) -> None:
    report = lint(text)
    assert report.failed
    for form in FORMATS:
        assert SECRET not in render(form, report.diagnostics, masked_sources(report.document))
    assert SECRET not in masked_sources(report.document)["vcluster.yaml"]


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


@pytest.mark.parametrize(
    "value",
    [
        f"|\n      apiVersion: v1\n      {SECRET}: {{\n",
        f">-\n        x\n\n        {SECRET}\n \ty\n",
        f"\n      {SECRET}\n  other: [\n",
        f"|\n{SECRET}\nother: [\n",
        f'"x\n      {SECRET}\n',
    ],
)
@pytest.mark.parametrize("key", ["kubeConfig", "- value", "'password'"])
def test_what_stands_below_a_secret_key_is_not_shown_when_the_file_cannot_be_read(key: str, value: str) -> None:
    report = lint(f"env:\n  {key}: {value}")
    assert report.failed
    assert SECRET not in masked_sources(report.document)["vcluster.yaml"]


def test_lines_behind_a_secret_are_shown_again() -> None:
    text = masked_sources(lint("a:\n- value: |\n    x\n- name: b\n  # c\n  d: [\n").document)["vcluster.yaml"]
    assert text == "a:\n- value:**\n    *\n- name: b\n  # c\n  d: [\n"
