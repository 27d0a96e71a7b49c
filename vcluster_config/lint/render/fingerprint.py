"""A name for a finding that survives moved lines, so that trackers do not report old findings as new."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vcluster_config.source.diagnostic import Diagnostic


def fingerprint(diagnostic: Diagnostic) -> str:
    """Hash of code, file and path; without a path, of the message too. A file's name need not be UTF-8."""
    parts = (diagnostic.code, diagnostic.span.file, diagnostic.path or diagnostic.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
