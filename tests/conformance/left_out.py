"""Which conformance specs are left out, and why: what the host of the tests cannot show, and what we do not do yet."""

from __future__ import annotations

from typing import Final

NOT_HERE: Final = {
    r"\[Serial\]|\[Slow\]|\[Disruptive\]": "takes the whole cluster for itself, or long",
    r"Aggregator": "needs an image that nothing here builds: sample-apiserver",
    r"Update Demo": "needs an image that nothing here builds: nautilus",
    r"AllowPrivilegeEscalation": "needs an image that nothing here builds: nonewprivs",
    r"ImageVolume": "containerd of Debian 12 mounts no images",
    r"should support sysctls": "the host of the tests shields its sysctls",
    r"consumable (via the environment|as environment variable names)": "Debian's busybox drops names with a hyphen",
}
"""Regular expression of names, and what is missing."""

NOT_YET: Final = {
    r"should schedule a Pod requesting a RuntimeClass": "runtime classes are not synced yet",
    r"should mount an API token into pods": "the host's scheduler chooses the node after the token was asked for",
}
"""Regular expression of names, and where we fall short."""


def skipped() -> str:
    """One regular expression for all of them."""
    return "|".join((*NOT_HERE, *NOT_YET))
