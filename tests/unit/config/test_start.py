"""A command imports what its file needs and nothing else: half of a cold start is imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import sys
from vcluster_config.cli import main
sys.argv = ["vcluster-config", *sys.argv[1:]]
try:
    main()
except SystemExit:
    print("\\n".join(sys.modules), file=sys.stderr)
"""
MINIMAL = "controlPlane: {distro: {k8s: {enabled: true}}}\n"
CHOICES = MINIMAL + "sync: {toHost: {secrets: {all: true}}}\nserviceCIDR: 10.96.0.0/12\n"
STORE = "controlPlane: {backingStore: {etcd: {embedded: {enabled: true}}}}\n"
FOREIGN = {"jsonschema", "difflib", "importlib.resources", "subprocess", "tempfile", "xml.etree.ElementTree"}
OTHERS_WORK = {
    "vcluster_config.compile.build",
    "vcluster_config.effects",
    "vcluster_config.lsp",
    "vcluster_config.schema",
}
RARE = {
    f"vcluster_config.model.{name}"
    for name in ("admission", "experimental", "integrations", "plugins", "policies", "rbac", "sleep", "telemetry")
}


def imported(folder: Path, text: str, *command: str) -> set[str]:
    (folder / "vcluster.yaml").write_text(text)
    arguments = [sys.executable, "-c", _RUN, *command, "vcluster.yaml"]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("text", [MINIMAL, CHOICES])
def test_a_plain_file_is_linted_without_the_compiler(tmp_path: Path, text: str) -> None:
    found = imported(tmp_path, text, "lint")
    assert "vcluster_config.lint.check" in found
    assert not found & (FOREIGN | OTHERS_WORK | RARE | {"msgspec", "vcluster_config.compile"})


def test_choices_are_judged_without_building_objects(tmp_path: Path) -> None:
    found = imported(tmp_path, STORE, "lint")
    assert "vcluster_config.compile.resolve" in found
    assert not found & (FOREIGN | OTHERS_WORK | RARE)


def test_sections_are_imported_for_the_files_that_have_them(tmp_path: Path) -> None:
    found = imported(tmp_path, "plugins: {x: {image: nginx}}\npolicies: {limitRange: {enabled: true}}\n", "lint")
    assert found & RARE == {"vcluster_config.model.plugins", "vcluster_config.model.policies"}


def test_compiling_needs_no_schemas(tmp_path: Path) -> None:
    found = imported(tmp_path, MINIMAL, "compile")
    assert "vcluster_config.compile.build" in found
    assert not found & {"jsonschema", "importlib.resources", "subprocess", "vcluster_config.schema"}
