"""Checks a document against the model and reports every problem at once, each at its place."""

from pydantic import ValidationError

from vcluster_config.model.prepare import Preparation
from vcluster_config.model.root import Config
from vcluster_config.model.value_problems import from_error
from vcluster_config.source.diagnostic import Diagnostic, Severity, in_order
from vcluster_config.source.document import Document


def validate(document: Document) -> tuple[Config | None, list[Diagnostic]]:
    """Return the configuration, or None when a value cannot be used, and everything found.

    Unknown keys are errors but do not hide the rest: a configuration without them is still returned, so that rules
    across fields can be checked too.
    """
    preparation = Preparation()
    data = preparation.section(Config, document.root, ())
    found = [*document.diagnostics, *preparation.diagnostics]
    try:
        config: Config | None = Config.model_validate(data)
    except ValidationError as error:
        config = None
        found += [from_error(item, document) for item in error.errors(include_url=False, include_input=False)]
    return config, in_order(found)


def has_errors(diagnostics: list[Diagnostic]) -> bool:
    """Whether compilation must not go on."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
