"""What every part of the configuration has in common: closed, frozen, strict, and built only when first used."""

from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

_UPPER: Final = {
    "ca": "CA",
    "cd": "CD",
    "cidr": "CIDR",
    "dns": "DNS",
    "id": "ID",
    "ip": "IP",
    "rbac": "RBAC",
    "sa": "SA",
    "sans": "SANs",
    "tls": "TLS",
    "urls": "URLs",
}


def to_camel(name: str) -> str:
    """Spell an attribute as the dialect does: ``resolve_dns`` is ``resolveDNS``."""
    head, *rest = name.strip("_").split("_")
    return head + "".join(_UPPER.get(word, word.capitalize()) for word in rest)


class Section(BaseModel):
    """A mapping of the configuration with a fixed set of keys.

    Building validators is deferred: only the root's is ever built, because sections take their defaults from an
    empty mapping that the root validates in place.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
        defer_build=True,
    )


def section() -> Any:
    """Default of a field that is itself a section: all of that section's defaults."""
    return {}


@dataclass(frozen=True)
class Lazy:
    """Marks a section whose module is imported only when a file or a reader uses it."""

    module: str
    name: str

    def load(self) -> type[Section]:
        """The section's class."""
        section: type[Section] = getattr(import_module(self.module), self.name)
        return section

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self.load())


def lazy(module: str, name: str) -> Any:
    """Annotation of a lazily imported section."""
    return Annotated[Any, Lazy(f"vcluster_config.model.{module}", name)]
