"""The node API, through which the virtual API server reaches logs, exec, attach, port-forward and figures of pods."""

from vcluster_syncer.kubelet.metrics_api import registration, withdraw
from vcluster_syncer.kubelet.serving import Serving, serve

__all__ = ["Serving", "registration", "serve", "withdraw"]
