"""What an API server does to objects of particular kinds: defaults, immutable fields, sub-resources.

Only what a syncer can run into; every rule here is compared with a real kube-apiserver by the differential test.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable
from itertools import islice
from typing import Any

from tests.sim.answers import invalid, not_served
from vcluster_syncer.clock import Random
from vcluster_syncer.kube.api import JSON

WITH_STATUS = {
    "pods", "services", "persistentvolumeclaims", "persistentvolumes", "nodes", "namespaces", "ingresses",
    "deployments", "statefulsets", "replicasets", "jobs", "customresourcedefinitions", "networkpolicies",
}  # fmt: skip
WITHOUT_GENERATION = {
    "services", "configmaps", "secrets", "endpoints", "events", "nodes", "namespaces", "persistentvolumeclaims",
    "persistentvolumes", "leases", "serviceaccounts", "storageclasses", "priorityclasses",
}  # fmt: skip
POD_MUTABLE = {"activeDeadlineSeconds", "tolerations", "schedulingGates"}
_NODE_INFO = (
    "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion", "kubeletVersion",
    "kubeProxyVersion", "operatingSystem", "architecture",
)  # fmt: skip
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
SERVICE_NETWORK = ipaddress.ip_network("10.96.0.0/16")
_CHOICE = 8  # addresses to choose from: few, so that both sides often give the same one to different Services


def default(plural: str, obj: JSON) -> None:
    """Fill in what the server fills in on every write."""
    if plural in _DEFAULTS:
        _DEFAULTS[plural](obj)


def prepare_create(plural: str, obj: JSON) -> None:
    """A status sent with a new object is dropped where status is a sub-resource."""
    if plural in WITH_STATUS and plural != "nodes":
        obj.pop("status", None)
    if plural == "nodes":
        taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
        obj.setdefault("spec", {}).setdefault("taints", []).append(taint)
    elif plural == "pods":
        obj["status"] = {"phase": "Pending", "qosClass": "BestEffort"}
        if obj.get("spec", {}).get("schedulingGates"):
            obj["status"]["conditions"] = [
                {
                    "type": "PodScheduled",
                    "status": "False",
                    "reason": "SchedulingGated",
                    "message": "Scheduling is blocked due to non-empty scheduling gates",
                }
            ]
        obj.get("spec", {}).pop("ephemeralContainers", None)
    elif plural == "services":
        obj["status"] = {"loadBalancer": {}}
    elif plural in {"persistentvolumeclaims", "persistentvolumes"}:
        obj["status"] = {"phase": "Pending"}
    elif plural == "namespaces":
        obj["status"] = {"phase": "Active"}
        obj.setdefault("spec", {})["finalizers"] = ["kubernetes"]
        obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = obj["metadata"]["name"]


def generation_grows(plural: str, old: JSON, new: JSON) -> bool:
    """Whether a change is one of the wanted state: of ``spec``, or of anything in kinds that have none."""
    if plural == "endpointslices":
        return old != new
    return bool(old.get("spec") != new.get("spec"))


def restrict(plural: str, subresource: str, old: JSON, new: JSON) -> JSON:
    """What a write through the object or one of its sub-resources may change of what was sent.

    Raises:
        NotFound: the kind has no such sub-resource.
    """
    if not subresource:
        if plural in WITH_STATUS:
            new = {**new, "status": old["status"]} if "status" in old else _without(new, "status")
        return new
    if subresource == "status" and plural in WITH_STATUS:
        kept = {**old, "metadata": dict(new["metadata"]), "status": new.get("status", {})}
        if plural == "pods":
            kept["metadata"]["ownerReferences"] = old["metadata"].get("ownerReferences", [])
        return kept
    if plural == "pods" and subresource == "ephemeralcontainers":
        return {**old, "spec": {**old["spec"], "ephemeralContainers": _additions(old, new)}}
    if plural == "pods" and subresource == "resize":
        resources = {container["name"]: container.get("resources", {}) for container in new["spec"]["containers"]}
        containers = [{**c, "resources": resources.get(c["name"], {})} for c in old["spec"]["containers"]]
        return {**old, "spec": {**old["spec"], "containers": containers}}
    raise not_served()


def _additions(old: JSON, new: JSON) -> list[JSON]:
    before, after = (obj["spec"].get("ephemeralContainers", []) for obj in (old, new))
    names = {container["name"] for container in after}
    if any(container["name"] not in names for container in before):
        raise invalid("Pod", old["metadata"]["name"], "spec.ephemeralContainers", "Forbidden: may not be removed")
    return list(after)


def _without(obj: JSON, field: str) -> JSON:
    return {name: value for name, value in obj.items() if name != field}


def validate_metadata(old: JSON, new: JSON) -> None:
    """Refuse another UID, and new finalizers on an object being deleted.

    Raises:
        Invalid: names the field.
    """
    before, after = (obj["metadata"].get("finalizers", []) for obj in (old, new))
    if new["metadata"].get("uid", old["metadata"]["uid"]) != old["metadata"]["uid"]:
        raise invalid(old["kind"], old["metadata"]["name"], "metadata.uid", "Invalid value: field is immutable")
    if "deletionTimestamp" in old["metadata"] and set(after) - set(before):
        message = "Forbidden: no new finalizers can be added if the object is being deleted"
        raise invalid(new["kind"], new["metadata"]["name"], "metadata.finalizers", message)


def validate_update(plural: str, old: JSON, new: JSON) -> None:
    """Refuse changes of immutable fields.

    Raises:
        Invalid: names the field.
    """
    check = _IMMUTABLE.get(plural)
    if check is not None:
        check(old, new)


def allocate_cluster_ip(obj: JSON, taken: set[str], random: Random) -> None:
    """Give a Service its address, by chance as the real allocator does, or refuse the one it asks for when taken."""
    spec = obj.setdefault("spec", {})
    if spec.get("type") == "ExternalName":
        return
    wanted = spec.get("clusterIP", "")
    if wanted and wanted != "None" and wanted in taken:
        raise invalid("Service", obj["metadata"]["name"], "spec.clusterIPs", f"{wanted} is already allocated")
    if not wanted:
        free = (address for address in map(str, SERVICE_NETWORK.hosts()) if address not in taken)
        wanted = random.choice(list(islice(free, _CHOICE)))
    spec["clusterIP"] = wanted
    spec["clusterIPs"] = [wanted]
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    spec.setdefault("internalTrafficPolicy", "Cluster")


def _default_pod(obj: JSON) -> None:
    spec = obj.setdefault("spec", {})
    for field, value in (
        ("restartPolicy", "Always"),
        ("dnsPolicy", "ClusterFirst"),
        ("schedulerName", "default-scheduler"),
        ("terminationGracePeriodSeconds", 30),
        ("enableServiceLinks", True),
        ("serviceAccountName", "default"),
        ("preemptionPolicy", "PreemptLowerPriority"),
        ("priority", 0),
    ):
        spec.setdefault(field, value)
    spec.setdefault("securityContext", {})
    spec.setdefault("serviceAccount", spec["serviceAccountName"])
    for container in (c for field in _CONTAINERS for c in spec.get(field, [])):
        container.setdefault("resources", {})
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        tagged = ":" in container.get("image", "").rsplit("/", 1)[-1]
        latest = container.get("image", "").endswith(":latest") or not tagged
        container.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
        for port in container.get("ports", []):
            port.setdefault("protocol", "TCP")
    if "tolerations" not in spec:
        spec["tolerations"] = [
            {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            for key in ("not-ready", "unreachable")
        ]


def _default_service(obj: JSON) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports", []):
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port["port"])
    if spec["type"] in {"NodePort", "LoadBalancer"}:
        spec.setdefault("externalTrafficPolicy", "Cluster")
        for number, port in enumerate(spec.get("ports", [])):
            port.setdefault("nodePort", 30000 + number)
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    for ingress in obj.get("status", {}).get("loadBalancer", {}).get("ingress", []):
        if "ip" in ingress:
            ingress.setdefault("ipMode", "VIP")


def _default_secret(obj: JSON) -> None:
    obj.setdefault("type", "Opaque")
    for name, text in obj.pop("stringData", {}).items():
        obj.setdefault("data", {})[name] = base64.b64encode(text.encode()).decode()


def _default_claim(obj: JSON) -> None:
    obj.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")


def _default_storage_class(obj: JSON) -> None:
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")


def _default_node(obj: JSON) -> None:
    status = obj.setdefault("status", {})
    status.setdefault("daemonEndpoints", {"kubeletEndpoint": {"Port": 0}})
    status.setdefault("nodeInfo", dict.fromkeys(_NODE_INFO, ""))
    if "capacity" in status:
        status.setdefault("allocatable", dict(status["capacity"]))


def _default_slice(obj: JSON) -> None:
    for endpoint in obj.get("endpoints") or []:
        endpoint.setdefault("conditions", {})


def _default_event(obj: JSON) -> None:
    obj.setdefault("source", {})
    obj.setdefault("reportingComponent", "")
    obj.setdefault("reportingInstance", "")


def _pod_immutable(old: JSON, new: JSON) -> None:
    if _fixed_part(old["spec"]) != _fixed_part(new["spec"]):
        raise invalid(
            "Pod", new["metadata"]["name"], "spec", "Forbidden: pod updates may not change fields other than…"
        )
    name, before, after = new["metadata"]["name"], old["spec"], new["spec"]
    deadline, shorter = before.get("activeDeadlineSeconds"), after.get("activeDeadlineSeconds")
    if deadline is not None and (shorter is None or shorter > deadline):
        raise invalid("Pod", name, "spec.activeDeadlineSeconds", "must be less than or equal to previous value")
    for number, gate in enumerate(after.get("schedulingGates", [])):
        if gate not in before.get("schedulingGates", []):
            raise invalid("Pod", name, f"spec.schedulingGates[{number}].name", "only deletion is allowed")
    if old["spec"].get("nodeName") and any(
        toleration not in new["spec"].get("tolerations", []) for toleration in old["spec"].get("tolerations", [])
    ):
        raise invalid("Pod", new["metadata"]["name"], "spec.tolerations", "Forbidden: only additions are allowed")


def _fixed_part(spec: JSON) -> Any:
    kept = {field: value for field, value in spec.items() if field not in POD_MUTABLE}
    for field in ("containers", "initContainers"):
        if field in kept:
            kept[field] = [dict(container, image="") for container in kept[field]]
    return kept


def _slice_immutable(old: JSON, new: JSON) -> None:
    if old["addressType"] != new.get("addressType"):
        raise invalid("EndpointSlice", new["metadata"]["name"], "addressType", "field is immutable")


def _service_immutable(old: JSON, new: JSON) -> None:
    before, after = old["spec"], new["spec"]
    if "ExternalName" in {before.get("type"), after.get("type")}:
        return
    if before.get("clusterIP") and before.get("clusterIP") != after.get("clusterIP"):
        raise invalid("Service", new["metadata"]["name"], "spec.clusterIPs[0]", "may not change once set")


def _data_immutable(old: JSON, new: JSON) -> None:
    name, kind = new["metadata"]["name"], new["kind"]
    if kind == "Secret" and old.get("type") != new.get("type"):
        raise invalid(kind, name, "type", f'Invalid value: "{new.get("type")}": field is immutable')
    if old.get("immutable"):
        for field in ("data", "binaryData", "immutable"):
            if old.get(field) != new.get(field):
                raise invalid(kind, name, field, "Forbidden: field is immutable when `immutable` is set")


def _claim_immutable(old: JSON, new: JSON) -> None:
    before, after = dict(old["spec"]), dict(new["spec"])
    for spec in (before, after):
        spec.pop("resources", None)
    if not before.get("volumeName"):
        before.pop("volumeName", None)
        after.pop("volumeName", None)
    if before != after:
        raise invalid("PersistentVolumeClaim", new["metadata"]["name"], "spec", "Forbidden: spec is immutable")


def _class_immutable(old: JSON, new: JSON) -> None:
    for field in ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"):
        if old.get(field) != new.get(field):
            raise invalid("StorageClass", new["metadata"]["name"], field, "Forbidden: updates are forbidden")


_DEFAULTS: dict[str, Callable[[JSON], None]] = {
    "pods": _default_pod,
    "services": _default_service,
    "secrets": _default_secret,
    "persistentvolumeclaims": _default_claim,
    "storageclasses": _default_storage_class,
    "events": _default_event,
    "nodes": _default_node,
    "endpointslices": _default_slice,
}
_IMMUTABLE: dict[str, Callable[[JSON, JSON], None]] = {
    "pods": _pod_immutable,
    "services": _service_immutable,
    "endpointslices": _slice_immutable,
    "secrets": _data_immutable,
    "configmaps": _data_immutable,
    "persistentvolumeclaims": _claim_immutable,
    "storageclasses": _class_immutable,
}
