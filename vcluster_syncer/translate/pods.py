"""A virtual pod as a host pod: everything not named here is the user's and copied as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from vcluster_contract import markers, names
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.pod_affinity import MatchingNamespaces, host_affinity, host_topology_spread
from vcluster_syncer.translate.pod_applied import applied_spec
from vcluster_syncer.translate.pod_dns import host_aliases, host_dns, pod_hostname
from vcluster_syncer.translate.pod_env import Environment, KeysOf, host_container
from vcluster_syncer.translate.pod_hosts import rewrites_hosts, with_rewritten_hosts
from vcluster_syncer.translate.pod_metadata import pod_metadata
from vcluster_syncer.translate.pod_scheduling import (
    host_node_selector,
    host_priority,
    host_runtime_class,
    host_tolerations,
)
from vcluster_syncer.translate.pod_volumes import host_volumes
from vcluster_syncer.translate.scope import Scope
from vcluster_syncer.translate.service_env import Variable, api_server_variables

_REPLACED: Final = frozenset(
    {
        "serviceAccount",
        "subdomain",
        "overhead",
        "priority",
        "priorityClassName",
        "preemptionPolicy",
        "runtimeClassName",
        # Only the sub-resource may add them.
        "ephemeralContainers",
    }
)
# A scheduler inside has weighed them; on the node the kubelet would check them against the host's labels.
_DECIDED: Final = frozenset({"affinity", "nodeSelector", "schedulingGates", "topologySpreadConstraints"})


class PodInputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a host pod depends on besides its virtual pod."""

    kube_ip: str
    """ClusterIP of host Service NAME."""
    dns_ip: str
    """Host ClusterIP of the virtual DNS Service; empty when the pod does not use it."""
    namespace_labels: Mapping[str, str]
    service_variables: tuple[Variable, ...]
    """Variables of the Services in the pod's namespace."""
    keys_of: KeysOf
    matching_namespaces: MatchingNamespaces


def host_pod(scope: Scope, pod: JSON, inputs: PodInputs) -> JSON:
    """The host pod for the virtual ``pod``, which is left as it is; parts that are equal are shared."""
    metadata = pod_metadata(scope, pod, inputs.namespace_labels, applied_spec(scope, pod["spec"]))
    spec = _host_spec(scope, pod, inputs)
    if rewrites_hosts(scope, pod):
        spec = with_rewritten_hosts(scope, pod, spec)
        metadata["annotations"][markers.HOSTS_REWRITTEN] = "true"
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def host_ephemeral_containers(scope: Scope, pod: JSON, inputs: PodInputs) -> list[JSON]:
    """Host form of the ephemeral containers, which are added to a running pod."""
    env = _environment(scope, pod, inputs)
    return [host_container(env, container) for container in pod["spec"].get("ephemeralContainers") or ()]


def _host_spec(scope: Scope, pod: JSON, inputs: PodInputs) -> JSON:
    source = pod["spec"]
    namespace = pod["metadata"]["namespace"]
    result = {field: value for field, value in source.items() if field not in _REPLACED}
    result |= {
        "serviceAccountName": _service_account(scope, namespace, source),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "hostname": pod_hostname(pod),
        "hostAliases": host_aliases(scope, source, inputs.kube_ip),
        "tolerations": host_tolerations(scope, source.get("tolerations") or ()),
    }
    result |= host_dns(scope, namespace, source, inputs.dns_ip)
    result |= host_priority(scope, source)
    result |= host_runtime_class(scope, source)
    result |= _host_lists(scope, pod, inputs)
    if scope.config.virtual_scheduler:
        return {field: value for field, value in result.items() if field not in _DECIDED}
    selector = host_node_selector(scope, source)
    if selector:
        result["nodeSelector"] = selector
    if source.get("affinity"):
        result["affinity"] = host_affinity(scope, namespace, source["affinity"], inputs.matching_namespaces)
    return result


def _host_lists(scope: Scope, pod: JSON, inputs: PodInputs) -> JSON:
    source = pod["spec"]
    env = _environment(scope, pod, inputs)
    result: dict[str, Any] = {}
    for field in ("initContainers", "containers"):
        if source.get(field):
            result[field] = [host_container(env, container) for container in source[field]]
    if source.get("volumes"):
        result["volumes"] = host_volumes(scope, pod)
    if source.get("imagePullSecrets"):
        result["imagePullSecrets"] = [_pull_secret(scope, env.namespace, item) for item in source["imagePullSecrets"]]
    if source.get("topologySpreadConstraints"):
        result["topologySpreadConstraints"] = host_topology_spread(scope, pod)
    return result


def _environment(scope: Scope, pod: JSON, inputs: PodInputs) -> Environment:
    links = inputs.service_variables if pod["spec"].get("enableServiceLinks", True) else ()
    injected = dict(links) | dict(api_server_variables(inputs.kube_ip))
    return Environment(scope, pod["metadata"]["namespace"], tuple(sorted(injected.items())), inputs.keys_of)


def _service_account(scope: Scope, namespace: str, spec: JSON) -> str:
    if scope.config.to_host.service_accounts.enabled:
        return scope.host_key(Key(namespace, spec.get("serviceAccountName") or "default")).name
    return scope.config.workload_service_account or names.workload_service_account(scope.vcluster)


def _pull_secret(scope: Scope, namespace: str, reference: JSON) -> JSON:
    name = reference.get("name")
    return {**reference, "name": scope.host_key(Key(namespace, name)).name} if name else reference
