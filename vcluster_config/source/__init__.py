"""Reads YAML layers so that every value still knows the file, line and column it came from."""

from vcluster_config.source.diagnostic import Diagnostic, Severity, Span
from vcluster_config.source.document import Document, load
from vcluster_config.source.parse import SourceFile
from vcluster_config.source.sets import SetKind, SetOption

__all__ = ["Diagnostic", "Document", "SetKind", "SetOption", "Severity", "SourceFile", "Span", "load"]
