"""Patience at start: right after an installation the host may not yet know our role, or answer at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.kube.errors import ApiError, Conflict, Forbidden, ServerError, TooManyRequests, Unreachable

if TYPE_CHECKING:
    from vcluster_syncer.clock import Clock

PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.2
_PASSING: Final = (Conflict, Forbidden, ServerError, TooManyRequests, Unreachable)


async def patiently(attempt: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Repeat ``attempt`` while it fails for reasons that can pass by themselves.

    Raises:
        BootstrapError: it still failed after ``PATIENCE_SECONDS``, or for a reason that stays.
    """
    end = clock.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await attempt()
        except _PASSING as error:
            if clock.monotonic() >= end:
                raise BootstrapError(explain(error)) from error
        except ApiError as error:
            raise BootstrapError(explain(error)) from error
        await clock.sleep(_PAUSE_SECONDS)


def explain(error: Exception) -> str:
    """One sentence for the operator."""
    if isinstance(error, Forbidden):
        return f"the host API server refuses the control plane's ServiceAccount: {error.message}"
    if isinstance(error, Unreachable):
        return f"the host API server gives no answer; check network policies and the node: {error}"
    return f"the host API server answered with an error: {error}"
