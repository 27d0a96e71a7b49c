"""The typed form of a ``vcluster.yaml``: every key, its type and its default."""

from vcluster_config.model.control_plane.distro import DistroK0s, DistroK3s, DistroK8s
from vcluster_config.model.root import Config
from vcluster_config.model.shared import Image
from vcluster_config.model.validation import validate

__all__ = ["Config", "DistroK0s", "DistroK3s", "DistroK8s", "Image", "validate"]
