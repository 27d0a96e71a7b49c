"""Extra volumes that control-plane workloads can carry."""

from vcluster_config.model.base import Section
from vcluster_config.model.shared import VolumeMount
from vcluster_config.model.types import Volume


class Volumes(Section):
    """Extra volumes and where they are mounted."""

    add_volumes: list[Volume] = []
    """Extra volumes of the pod."""
    add_volume_mounts: list[VolumeMount] = []
    """Extra mounts of the main container."""
