"""``release:NAMESPACE/NAME`` in place of a file: what runs now, read through kubectl."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from vcluster_config.cli.tools import kubectl
from vcluster_config.source.parse import SourceFile

if TYPE_CHECKING:
    from vcluster_config.effects.rendered import Release
    from vcluster_config.objects import Json

_PREFIX: Final = "release:"


class FileOrRelease(click.Path):
    """A file, ``-``, or ``release:NAMESPACE/NAME``."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, allow_dash=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Let releases pass; files must exist."""
        if is_release(str(value)):
            namespace, slash, name = str(value).removeprefix(_PREFIX).partition("/")
            if not (namespace and slash and name) or "/" in name:
                self.fail(f"{value}: expected release:NAMESPACE/NAME", param, ctx)
            return value
        return super().convert(value, param, ctx)


PREVIOUS: Final = FileOrRelease()


def is_release(name: str) -> bool:
    """Whether an argument names a release."""
    return name.startswith(_PREFIX)


def release(name: str) -> Release:
    """Name and namespace of ``release:NAMESPACE/NAME``."""
    from vcluster_config.effects.rendered import Release

    namespace, _, release_name = name.removeprefix(_PREFIX).partition("/")
    return Release(release_name, namespace)


def values(name: str) -> Json:
    """Values of the release as Helm recorded them: compiled ones, or a raw vcluster.yaml of a chart that reads it.

    Raises:
        click.UsageError: kubectl fails, or there is no such release.
    """
    from vcluster_config.effects import installed

    wanted = release(name)
    selector = f"owner=helm,name={wanted.name}"
    try:
        found = json.loads(
            kubectl("get", "secrets", f"--namespace={wanted.namespace}", f"--selector={selector}", "--output=json")
        )
        return installed.values(installed.newest(found, wanted.name, wanted.namespace))
    except installed.NotInstalled as error:
        raise click.UsageError(f"{name}: {error}") from error


def source(name: str) -> SourceFile:
    """The release as a layer that can be checked: what was written, or what the compiled values tell."""
    from vcluster_config.effects import installed

    found = values(name)
    if installed.COMPILED in found:
        try:
            found = installed.settings(found)
        except (KeyError, TypeError, ValueError) as error:
            raise click.UsageError(f"{name} holds values of another version; give its vcluster.yaml instead") from error
    return SourceFile(name, json.dumps(found))
