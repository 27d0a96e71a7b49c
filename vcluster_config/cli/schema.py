"""``schema``: the JSON schema for editors, exactly as it is checked in."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the draft-07 JSON schema of vcluster.yaml.

    Editors with a YAML language server read it by a first line such as
    `# yaml-language-server: $schema=vcluster.schema.json`.
    """
    from vcluster_config.schema.editor import editor_schema

    click.echo(json.dumps(editor_schema(), indent=2, ensure_ascii=False))
