"""``name``: what a virtual object is called on the host, and back."""

from __future__ import annotations

import json

import click

from vcluster_config.cli import EXIT_FINDINGS


@click.command("name")
@click.argument("name", metavar="[NAMESPACE/]NAME|HOST-NAME")
@click.option("--vcluster", required=True, help="Name of the virtual cluster, which is that of its release.")
@click.option("-n", "--namespace", default="default", show_default=True, help="Virtual namespace of the object.")
@click.option("--cluster-scoped", metavar="HOST-NAMESPACE", help="NAME has no namespace; give that of the release.")
@click.option("--back", is_flag=True, help="Take the name for a host name even when it does not look like one.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(name: str, vcluster: str, namespace: str, cluster_scoped: str | None, back: bool, form: str) -> None:
    """Translate a virtual name into its name on the host, or a host name into the virtual one.

    A name that ends with -x-VCLUSTER is a host name.
    """
    from vcluster_config.effects.naming import to_host

    if back or (name.endswith(f"-x-{vcluster}") and cluster_scoped is None):
        found = _virtual(name, vcluster, cluster_scoped)
        direction = {"host": name, "virtual": found}
    else:
        given, slash, rest = name.partition("/")
        space, own = (given, rest) if slash else (namespace, name)
        found = [to_host(own, "" if cluster_scoped is not None else space, vcluster, cluster_scoped or "")]
        direction = {"virtual": own if cluster_scoped is not None else f"{space}/{own}", "host": found[0]}
    click.echo(json.dumps({"format_version": 1, **direction}) if form == "json" else "\n".join(found))


def _virtual(name: str, vcluster: str, host_namespace: str | None) -> list[str]:
    """Undo a translation; a shortened name cannot be undone, but its object says what it was."""
    from vcluster_config.effects.naming import to_host, to_virtual

    found = to_virtual(name, vcluster)
    if host_namespace is not None:
        found = [item for item in found if "/" not in item and to_host(item, "", vcluster, host_namespace) == name]
    if not found:
        click.echo(
            f"{name} is shortened or not of virtual cluster {vcluster}; its annotations "
            "vcluster.loft.sh/object-namespace and vcluster.loft.sh/object-name say what it is",
            err=True,
        )
        raise SystemExit(EXIT_FINDINGS)
    return found
