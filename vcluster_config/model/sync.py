"""``sync``: what is copied between the virtual cluster and the host."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.sync_from_host import SyncFromHost
from vcluster_config.model.sync_to_host import SyncToHost


class Sync(Section):
    """What is copied between the virtual cluster and the host."""

    to_host: SyncToHost = section()
    """Kinds that flow from the virtual cluster to the host."""
    from_host: SyncFromHost = section()
    """Kinds that flow from the host into the virtual cluster."""
