"""Tells who may want to know that an API server does not let us follow a resource: its kind is off meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from vcluster_contract.kinds import SERVICES, Resource
from vcluster_syncer.kube.errors import ApiError
from vcluster_syncer.sync.api import Recorder
from vcluster_syncer.sync.conditions import Conditions
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.sync.services import KUBERNETES
from vcluster_syncer.sync.tally import SideName

Handler = Callable[[Resource, ApiError | None], None]


def handler(side: SideName, recorder: Recorder, conditions: Conditions, instruments: Instruments) -> Handler:
    """What a cache of ``side`` calls when it is refused (with the answer) and when it is let in again (with None).

    The Event is on the Service ``default/kubernetes``, as it concerns no object in particular.
    """

    def report(resource: Resource, error: ApiError | None) -> None:
        instruments.refused.set(0 if error is None else 1, resource.plural, side)
        message = ""
        if error is not None:
            message = (
                f"the {side} API server does not let the syncer list and watch {resource.plural}, so they are not "
                f"synced: apply the RBAC that the compiler wrote for this configuration ({error.message})"
            )
            recorder.event(SERVICES, KUBERNETES, "", type="Warning", reason="SyncError", message=message)
        conditions.set(f"Watching/{side}/{resource.plural}", error is None, message)

    return report
