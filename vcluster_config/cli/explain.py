"""``explain``: the page about a code, or everything about a setting, without a network."""

from __future__ import annotations

import re

import click


@click.command("explain")
@click.argument("subject", metavar="CODE|PATH")
def command(subject: str) -> None:
    """Explain a diagnostic CODE such as VC101, or a setting's PATH such as sync.toHost.pods.enabled."""
    if re.fullmatch(r"(?i)vc\d{3}", subject):
        click.echo(_code(subject.upper()), nl=False)
    else:
        click.echo(_path(subject))


def _code(name: str) -> str:
    from vcluster_config.schema.pages import page
    from vcluster_config.source.codes import Code

    if name not in {code.value for code in Code}:
        raise click.UsageError(f"there is no code {name}; all codes are in docs/reference/codes.md")
    return page(Code(name)).text


def _path(path: str) -> str:
    from vcluster_config.model.shape import spell
    from vcluster_config.model.suggest import closest, other_places
    from vcluster_config.schema import settings

    place = settings.find(path)
    if place is None:
        *parents, last = path.split(".")
        near = other_places(last, tuple(parents)) or [closest(path, settings.every_path()) or ""]
        advice = f"did you mean {near[0]}?" if near[0] else f"settings start with {', '.join(settings.top_level())}"
        raise click.UsageError(f"there is no setting {path}; {advice}")
    lines = [path, *(f"  {label}: {text}" for label, text in settings.facts(place))]
    below = [f"    {spell(child.path)}: {settings.text_of(child)}" for child in settings.children(place)]
    return "\n".join([*lines, *(["  settings below:", *below] if below else [])])
