"""What a Kubernetes version can do, where both sides must come to the same answer."""

from __future__ import annotations

import re
from typing import Final

_STATIC_ADMISSION_SINCE: Final = (1, 36)


def minor(version: str) -> tuple[int, int]:
    """Major and minor number of ``v1.36.3``, ``1.36`` or ``v1.32.1-k3s1``.

    Raises:
        ValueError: the text does not start with two numbers.
    """
    match = re.match(r"v?(\d+)\.(\d+)", version)
    if match is None:
        raise ValueError(f"{version!r} is no Kubernetes version such as v1.36.3")
    return int(match[1]), int(match[2])


def reads_admission_from_files(version: str) -> bool:
    """Whether the API server takes webhooks from files (KEP-5793; gate ManifestBasedAdmissionControlConfig)."""
    return minor(version) >= _STATIC_ADMISSION_SINCE
