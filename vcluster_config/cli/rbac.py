"""``rbac``: every right the control plane will have on the host, with the setting that needs it."""

from __future__ import annotations

from typing import Any

import click

from vcluster_config.cli import inputs
from vcluster_config.cli.compiling import checked, compiled


@click.command("rbac")
@inputs.file_argument
@inputs.overlays
def command(file: str, overlay: tuple[str, ...], **values: tuple[str, ...]) -> None:
    """Show the rules that FILE makes necessary, and which settings need each."""
    plan = compiled(checked([file, *overlay], values)).values()
    for key, title in (("role", "in the namespace of the release"), ("clusterRole", "in the whole host")):
        role = plan.get(key)
        if role is None:
            click.echo(f"{title}: nothing")
            continue
        click.echo(f"{title} ({role['kind']} {role['metadata']['name']}):")
        for rule in role["rules"]:
            click.echo(_line(rule))


def _line(rule: dict[str, Any]) -> str:
    resources = [
        f"{resource}.{group}" if group else resource
        for group in rule.get("apiGroups", [""])
        for resource in rule.get("resources", rule.get("nonResourceURLs", []))
    ]
    verbs = ", ".join(rule["verbs"])
    return f"  {', '.join(resources)}: {verbs}  # {', '.join(_reasons(resources)) or 'the control plane itself'}"


def _reasons(resources: list[str]) -> list[str]:
    from vcluster_contract.kinds import CATALOGUE

    names = {resource.partition(".")[0] for resource in resources}
    return [kind.switch for kind in CATALOGUE if names & {rule.resource.partition(".")[0] for rule in kind.host_rules}]
