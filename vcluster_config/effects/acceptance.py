"""Would an API server take these objects? Kubernetes' own schema, carried along, answers without a cluster.

Strict like ``kubectl --validate=strict``: a field that Kubernetes does not know is refused, where the server would drop
it without a word. Kinds of other groups (custom resources) have no schema here and are let through.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.effects.changes import FieldPath, spell
from vcluster_config.effects.rendered import Identity, Release, identity, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

    from vcluster_config.objects import Json

_HIDDEN: Final = frozenset({"Secret"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A field that would be refused; ``what`` ends the sentence that begins with it."""

    identity: Identity
    path: FieldPath
    what: str

    @property
    def sentence(self) -> str:
        """What a user is told, without a full stop."""
        return f"Kubernetes would refuse {self.identity}: {spell(self.path)} {self.what}"


@cache
def _schema() -> Json:
    packed = files("vcluster_config.effects").joinpath("objects.json.gz").read_bytes()
    schema: Json = json.loads(gzip.decompress(packed))
    return schema


def kubernetes_version() -> str:
    """Release whose schema this is."""
    return str(_schema()["version"])


def refusals(values: Mapping[str, Any], release: Release) -> Iterator[Refusal]:
    """Everything that an API server would refuse in what compiled values render."""
    for item in place(values, release):
        yield from refusals_of(item.content, identity(item.content, release))


def refusals_of(content: Json, who: Identity) -> Iterator[Refusal]:
    """Everything that an API server would refuse in one object."""
    validator = _validator(f"{content['apiVersion']}/{content['kind']}")
    if validator is not None:
        for error in validator.iter_errors(_without_nulls(content)):
            yield from _refusals(who, error)


@cache
def _validator(kind: str) -> Validator | None:
    from jsonschema import Draft7Validator

    schema = _schema()
    name = schema["kinds"].get(kind)
    if name is None:
        return None
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": schema["definitions"]})


def _refusals(who: Identity, error: ValidationError) -> Iterator[Refusal]:
    path = tuple(f"[{step}]" if isinstance(step, int) else step for step in error.absolute_path)
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        instance: Any = error.instance
        for key in sorted(instance.keys() - schema["properties"].keys()):
            yield Refusal(who, (*path, key), "is no field that Kubernetes knows")
    elif error.validator == "required":
        # One error for each missing key, whose message begins with it.
        yield Refusal(
            who, (*path, next(key for key in schema["required"] if error.message.startswith(repr(key)))), "is missing"
        )
    else:
        shown = "what it is" if who.kind in _HIDDEN else json.dumps(error.instance)[:60]
        yield Refusal(who, path, f"is {shown}, expected {_expected(error)}")


def _expected(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    if error.validator == "enum":
        return "one of " + ", ".join(word for word in wanted if word)
    if error.validator == "type":
        return " or ".join(wanted if isinstance(wanted, list) else [wanted])
    return "a quantity such as 500m or 4Gi" if error.validator == "pattern" else str(error.validator)


def _without_nulls(value: Any) -> Any:
    """Null means unset to Kubernetes."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
