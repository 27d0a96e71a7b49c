"""Objects that several scenarios make."""

from __future__ import annotations

from tests.e2e.harness.kubectl import JSON


def sleeper(name: str, **spec: object) -> JSON:
    """A Pod that says ``here`` and sleeps until it is asked to end."""
    container = {"name": "app", "image": "busybox:1.36", "command": ["sh", "-c", "echo here; sleep infinity"]}
    body = {"terminationGracePeriodSeconds": 1, "containers": [container], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": body}
