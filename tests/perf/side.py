"""One API server as a benchmark sees it: a client with many connections, and how its pods are named on the host."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.harness.kubectl import Kubectl
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.http import HttpClient

CONNECTIONS = 100


@dataclass(frozen=True)
class Side:
    """Where work is posted (``client``), and where and under which name its host object appears."""

    label: str
    client: KubeClient
    kubectl: Kubectl
    namespace: str
    host: KubeClient
    host_namespace: str
    host_name: Callable[[str], str]


def connect(kubectl: Kubectl) -> KubeClient:
    """A client for the cluster that this kubectl talks to, with enough connections for a burst."""
    flat = json.loads(kubectl.raw("config", "view", "--raw", "--flatten", "--output=json"))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(flat, file)
        file.flush()
        access = kubeconfig.load(Path(file.name))
    return KubeClient(HttpClient(access, SystemClock(), pool_size=CONNECTIONS, user_agent="bench"))
