"""Checks a document against the model and reports every problem at once, each at its place."""

from dataclasses import dataclass

from vcluster_config.model.build import Builder, Built
from vcluster_config.model.root import Config
from vcluster_config.model.value_problems import from_error
from vcluster_config.source.diagnostic import Diagnostic, in_order
from vcluster_config.source.document import Document
from vcluster_config.source.node import Path


@dataclass(frozen=True, slots=True)
class Validated:
    """A configuration in which defaults stand in for unusable values, the paths of those, and everything found.

    ``binding`` are the findings without which nobody would know that something of the file was not used.
    """

    config: Config
    unusable: tuple[Path, ...]
    diagnostics: list[Diagnostic]
    binding: frozenset[Diagnostic]


def validate_partially(document: Document, built: Built | None = None) -> Validated:
    """Validate; the configuration is always there, so that rules across fields can judge the rest of the file.

    Whoever validates almost the same tree again and again hands over what was ``built`` so far.
    """
    builder = Builder(built={} if built is None else built)
    config = builder.section(Config, document.root, ())
    values = [from_error(bad.path, bad.error, document) for bad in builder.bad]
    unusable = tuple(bad.path for bad in builder.bad)
    found = in_order([*document.diagnostics, *builder.diagnostics, *values])
    return Validated(config, unusable, found, frozenset([*document.diagnostics, *values]))


def validate(document: Document) -> tuple[Config | None, list[Diagnostic]]:
    """Return the configuration, or None when a value cannot be used, and everything found."""
    validated = validate_partially(document)
    for name in Config.model_fields:
        getattr(validated.config, name)  # complete what is filled in on demand
    return None if validated.unusable else validated.config, validated.diagnostics
