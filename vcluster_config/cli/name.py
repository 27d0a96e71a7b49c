"""``name``: what a virtual object is called on the host, and back."""

from __future__ import annotations

import click

from vcluster_config.cli import EXIT_FINDINGS


@click.command("name")
@click.argument("name")
@click.option("--vcluster", required=True, help="Name of the virtual cluster, which is that of its release.")
@click.option("-n", "--namespace", default="default", show_default=True, help="Virtual namespace of the object.")
@click.option("--cluster-scoped", metavar="HOST-NAMESPACE", help="NAME has no namespace; give that of the release.")
@click.option("--back", is_flag=True, help="NAME is a host name: show the virtual one.")
def command(name: str, vcluster: str, namespace: str, cluster_scoped: str | None, back: bool) -> None:
    """Translate NAME into its name on the host, or with --back into the virtual one."""
    from vcluster_contract.names import cluster_scoped_host_name, host_name

    if back:
        click.echo(_virtual(name, vcluster, cluster_scoped))
    elif cluster_scoped is not None:
        click.echo(cluster_scoped_host_name(name, cluster_scoped, vcluster))
    else:
        click.echo(host_name(name, namespace, vcluster))


def _virtual(name: str, vcluster: str, host_namespace: str | None) -> str:
    """Undo a translation; a shortened name cannot be undone, but its object says what it was."""
    middle = f"-x-{host_namespace}-x-{vcluster}" if host_namespace is not None else f"-x-{vcluster}"
    start = "vcluster-" if host_namespace is not None else ""
    if not (name.startswith(start) and name.endswith(middle)) or len(name) <= len(start) + len(middle):
        click.echo(
            f"{name} is shortened or not of virtual cluster {vcluster}; its annotations "
            "vcluster.loft.sh/object-namespace and vcluster.loft.sh/object-name say what it is",
            err=True,
        )
        raise SystemExit(EXIT_FINDINGS)
    inner = name[len(start) : -len(middle)]
    if host_namespace is not None:
        return inner
    virtual, separator, namespace = inner.rpartition("-x-")
    return f"{namespace}/{virtual}" if separator else inner
