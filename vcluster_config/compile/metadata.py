"""Labels and annotations of everything the chart places, merged so that no key can appear twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.compile.version import VERSION
from vcluster_config.objects import Metadata
from vcluster_config.placeholders import RELEASE

if TYPE_CHECKING:
    from collections.abc import Mapping

SELECTOR: Final[dict[str, str]] = {"app": "vcluster", "release": RELEASE}
STANDARD: Final[dict[str, str]] = {**SELECTOR, "chart": f"vcluster-{VERSION}", "heritage": "Helm"}


def metadata(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    shared_annotations: Mapping[str, str] | None = None,
) -> Metadata:
    """Own annotations win over shared ones; the standard labels win over the user's, because selectors need them."""
    return Metadata(
        name=name,
        labels={**(labels or {}), **STANDARD},
        annotations={**(shared_annotations or {}), **(annotations or {})},
    )
