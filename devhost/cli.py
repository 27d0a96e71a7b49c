"""The commands; each is a few calls to Host, and every failure is one sentence followed by the log that shows it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any

import click

from devhost import addons, apt, gobuild, logpick, nodes, parts
from devhost.errors import HostError
from devhost.host import Host
from devhost.pins import GO_PARTS
from devhost.progress import Progress


def _explained(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except HostError as error:
            print(f"devhost: {error}", file=sys.stderr)
            sys.exit(1)

    return wrapper


@click.group()
@click.option("--name", default="main", show_default=True, envvar="DEVHOST_NAME", help="Which host.")
@click.option(
    "--index",
    type=int,
    default=None,
    envvar="DEVHOST_INDEX",
    help="Address block 0-49 of the host.  [default: 0 for main, else a free one]",
)
@click.pass_context
def main(context: click.Context, name: str, index: int | None) -> None:
    """Run a real Kubernetes on this machine, in namespaces of its own."""
    try:
        context.obj = Host(name, index)
    except HostError as error:
        raise click.UsageError(str(error)) from error


@main.command()
@click.pass_obj
@_explained
def up(host: Host) -> None:
    """Bring the host up; safe to repeat."""
    host.up()
    print(f"export KUBECONFIG={host.kubeconfig}")


@main.command()
@click.option("--keep", is_flag=True, help="Keep the state, so that the next up finds its objects again.")
@click.pass_obj
@_explained
def down(host: Host, keep: bool) -> None:
    """End the host and remove everything it made."""
    with Progress().step(f"host {host.plan.name} down"):
        host.down(keep=keep)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
@_explained
def status(host: Host, as_json: bool) -> None:
    """Show what runs. Exit code 1 when the host doesn't."""
    current = host.status()
    if as_json:
        print(json.dumps(asdict(current), indent=1))
    else:
        print(f"host {current.name} (index {current.index}): {'running' if current.running else 'not running'}")
        for title, value in (("kubeconfig", current.kubeconfig), ("audit log", current.audit_log)):
            print(f"  {title:<12} {value}")
        print(f"  {'registry':<12} {current.registry} ({len(current.images)} images)")
        for name, known in current.components.items():
            state = "ready" if known["ready"] else "not ready" if known["pid"] else "stopped"
            print(f"  {name:<26} {state:<10} restarts {known['restarts']}")
    sys.exit(0 if current.running else 1)


@main.command()
@click.pass_obj
def kubeconfig(host: Host) -> None:
    """Print the path of the administrator's kubeconfig."""
    print(host.kubeconfig)


@main.command()
@click.argument("part", nargs=-1)
@_explained
def build(part: tuple[str, ...]) -> None:
    """Build parts into the cache (all of them without an argument) and print their paths."""
    apt.ensure()
    unknown = set(part) - set(GO_PARTS)
    if unknown:
        raise HostError(f"no part {min(unknown)!r}; there are: {', '.join(GO_PARTS)}")
    wanted = [GO_PARTS[name] for name in part or GO_PARTS]
    progress = Progress()
    with progress.step("Kubernetes parts"):
        gobuild.ensure_all(wanted, progress.note)
    for each in wanted:
        print(gobuild.binary(each))


@main.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-t", "--tag", required=True, help="NAME[:TAG] under which pods find it.")
@click.option("-f", "--file", "dockerfile", type=click.Path(exists=True, path_type=Path), help="[DIRECTORY/Dockerfile]")
@click.option("--build-arg", multiple=True, help="KEY=VALUE")
@click.pass_obj
@_explained
def image(host: Host, directory: Path, tag: str, dockerfile: Path | None, build_arg: tuple[str, ...]) -> None:
    """Build a Dockerfile and push the image into the host's registry."""
    wrong = [argument for argument in build_arg if "=" not in argument]
    if wrong:
        raise HostError(f"--build-arg {wrong[0]!r}: expected KEY=VALUE")
    arguments = dict(argument.split("=", 1) for argument in build_arg)
    with Progress().step(f"image {tag}"):
        host.build_image(directory, dockerfile, tag, arguments)


@main.command()
@click.argument("source")
@click.option("-t", "--tag", required=True, help="NAME[:TAG] under which pods find it.")
@click.pass_obj
@_explained
def load(host: Host, source: str, tag: str) -> None:
    """Put an image archive, or an image buildah can reach, into the host's registry."""
    with Progress().step(f"image {tag}"):
        host.load_image(source, tag)


@main.command()
@click.argument("component")
@click.option("-n", "--lines", default=50, show_default=True)
@click.pass_obj
@_explained
def logs(host: Host, component: str, lines: int) -> None:
    """Print the end of a component's log."""
    path = host.plan.log(component)
    if not path.exists():
        known = sorted(log.stem for log in host.plan.logs.glob("*.log"))
        raise HostError(f"no log of {component!r}; there are: {', '.join(known) or 'none'}")
    print("\n".join(logpick.tail(path, lines)))


@main.command()
@click.argument("component")
@click.option("--grace", default=5.0, show_default=True, help="Seconds from SIGTERM to SIGKILL; 0 kills at once.")
@click.pass_obj
@_explained
def stop(host: Host, component: str, grace: float) -> None:
    """Stop a component until it is started again."""
    host.stop(component, grace=grace)


@main.command()
@click.argument("component")
@click.pass_obj
@_explained
def start(host: Host, component: str) -> None:
    """Start a component and wait until it is ready."""
    host.start(component)


@main.command()
@click.argument("name", type=click.Choice(addons.NAMES))
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--nodes", default=2, show_default=True, help="How many nodes kwok plays.")
@click.pass_obj
@_explained
def addon(host: Host, name: str, state: str, nodes: int) -> None:
    """Bring an add-on in, or take it out."""
    with Progress().step(f"{name} {state}"):
        addons.switch(host, name, on=state == "on", nodes=nodes)


@main.command()
@click.argument("action", type=click.Choice(["add", "remove"]))
@click.pass_obj
@_explained
def node(host: Host, action: str) -> None:
    """Add a second real node, or drain and remove it."""
    with Progress().step(f"second node: {action}"):
        nodes.add(host) if action == "add" else nodes.remove(host)


@main.command(name="path")
@click.argument("tool", type=click.Choice(["kubectl", "kubectl-old", "helm3", "helm4"]))
@_explained
def path_of(tool: str) -> None:
    """Print the path of a client binary, fetching or building it first."""
    print(parts.helm(int(tool[-1])) if tool.startswith("helm") else parts.kubectl(old=tool == "kubectl-old"))
