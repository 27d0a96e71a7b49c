"""The restricted Pod Security Standard as a list of complaints.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted includes baseline).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SECCOMP = {"RuntimeDefault", "Localhost"}


def restricted(spec: dict[str, Any]) -> list[str]:
    """Everything about a pod spec that the standard forbids."""
    pod = spec.get("securityContext", {})
    found = [f"pod: {key}" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
    found += [f"volume {item['name']}" for item in spec.get("volumes", []) if not VOLUMES & set(item)]
    found += ["pod: sysctls"] if pod.get("sysctls") else []
    for container in (*spec.get("initContainers", []), *spec["containers"]):
        own = container.get("securityContext", {})
        found += [f"{container['name']}: {complaint}" for complaint in _container(container, own, {**pod, **own})]
    return found


def _container(container: dict[str, Any], own: dict[str, Any], effective: dict[str, Any]) -> Iterator[str]:
    capabilities = own.get("capabilities", {})
    checks = {
        "privileged": not own.get("privileged"),
        "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
        "capabilities.drop": "ALL" in capabilities.get("drop", []),
        "capabilities.add": set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"},
        "runAsNonRoot": effective.get("runAsNonRoot") is True,
        "runAsUser": effective.get("runAsUser") != 0,
        "seccompProfile": effective.get("seccompProfile", {}).get("type") in SECCOMP,
        "procMount": own.get("procMount", "Default") == "Default",
        "hostPort": not any(port.get("hostPort") for port in container.get("ports", [])),
    }
    yield from (name for name, passes in checks.items() if not passes)
