"""Objects that fit their schema and break a rule, each beside one that is right; a real API server judges both."""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]
SELECTOR: Json = {"matchLabels": {"a": "b"}}
CLAIM: Json = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
HTTP: Json = {"httpGet": {"port": 80}}
BACKEND: Json = {"service": {"name": "a", "port": {"number": 80}}}
KEY: Json = {"name": "a", "key": "b"}


class Case(NamedTuple):
    """An object of a type that is refused at a path, and the same mended."""

    type: str
    wrong: Json
    path: str
    right: Json


def _spread(**fields: Any) -> Json:
    return {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", **fields}


def _ports(*ports: Json, **fields: Any) -> Json:
    return {
        "selector": {"a": "b"},
        "ports": [{"port": 80 + number, **port} for number, port in enumerate(ports)],
    } | fields


def _container(**fields: Any) -> Json:
    return {"name": "extra", "image": "busybox", **fields}


def _claim(**fields: Any) -> Json:
    return {"metadata": {"name": "data"}, "spec": CLAIM, **fields}


def _rule(**fields: Any) -> Json:
    return {"verbs": ["get"], **fields}


def _path(**fields: Any) -> Json:
    return {"path": "/", "pathType": "Prefix", "backend": BACKEND, **fields}


CASES: tuple[Case, ...] = (
    Case("Toleration", {"key": "a", "operator": "Exists", "value": "b"}, "value", {"key": "a", "operator": "Exists"}),
    Case("Toleration", {"operator": "Equal", "value": "a"}, "operator", {"operator": "Exists"}),
    Case("Toleration", {"value": "a"}, "", {"key": "b", "value": "a"}),
    Case("Toleration", {"key": "a b", "value": "a"}, "key", {"key": "a/b", "value": "a"}),
    Case("Toleration", {"key": "a", "value": "b c"}, "value", {"key": "a", "value": "b.c"}),
    Case(
        "Toleration",
        {"key": "a", "tolerationSeconds": 9, "effect": "NoSchedule"},
        "tolerationSeconds",
        {"key": "a", "tolerationSeconds": 9, "effect": "NoExecute"},
    ),
    Case(
        "NodeSelectorRequirement",
        {"key": "a", "operator": "In"},
        "values",
        {"key": "a", "operator": "In", "values": ["b"]},
    ),
    Case(
        "NodeSelectorRequirement",
        {"key": "a", "operator": "Exists", "values": ["b"]},
        "values",
        {"key": "a", "operator": "Exists"},
    ),
    Case(
        "NodeSelectorRequirement",
        {"key": "a", "operator": "Gt", "values": ["1", "2"]},
        "values",
        {"key": "a", "operator": "Gt", "values": ["1"]},
    ),
    Case(
        "NodeSelectorRequirement",
        {"key": "a b", "operator": "Exists"},
        "key",
        {"key": "a.b", "operator": "Exists"},
    ),
    Case(
        "LabelSelectorRequirement",
        {"key": "a", "operator": "NotIn", "values": []},
        "values",
        {"key": "a", "operator": "NotIn", "values": ["b"]},
    ),
    Case(
        "LabelSelectorRequirement",
        {"key": "a", "operator": "DoesNotExist", "values": ["b"]},
        "values",
        {"key": "a", "operator": "DoesNotExist"},
    ),
    Case("LabelSelector", {"matchLabels": {"a": "b c"}}, "matchLabels.a", SELECTOR),
    Case(
        "NodeSelector",
        {"nodeSelectorTerms": []},
        "nodeSelectorTerms",
        {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]},
    ),
    Case(
        "NodeSelectorTerm",
        {"matchFields": [{"key": "metadata.namespace", "operator": "In", "values": ["a"]}]},
        "matchFields[0].key",
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]},
    ),
    Case(
        "NodeSelectorTerm",
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a", "b"]}]},
        "matchFields[0].values",
        {"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["a"]}]},
    ),
    Case("PodAffinityTerm", {"topologyKey": "", "labelSelector": SELECTOR}, "topologyKey", {"topologyKey": "zone"}),
    Case(
        "PodAffinityTerm",
        {"topologyKey": "zone", "matchLabelKeys": ["c"]},
        "matchLabelKeys",
        {"topologyKey": "zone", "matchLabelKeys": ["c"], "labelSelector": SELECTOR},
    ),
    Case("PodAffinityTerm", {"topologyKey": "zone", "namespaces": ["A"]}, "namespaces[0]", {"topologyKey": "zone"}),
    Case("TopologySpreadConstraint", _spread(topologyKey=""), "topologyKey", _spread()),
    Case("TopologySpreadConstraint", _spread(minDomains=0), "minDomains", _spread(minDomains=1)),
    Case(
        "TopologySpreadConstraint",
        _spread(minDomains=1, whenUnsatisfiable="ScheduleAnyway"),
        "minDomains",
        _spread(minDomains=1),
    ),
    Case(
        "TopologySpreadConstraint",
        _spread(matchLabelKeys=["c"]),
        "matchLabelKeys",
        _spread(matchLabelKeys=["c"], labelSelector=SELECTOR),
    ),
    Case("Probe", {}, "", HTTP),
    Case("Probe", {**HTTP, "tcpSocket": {"port": 80}}, "tcpSocket", HTTP),
    Case("Probe", {**HTTP, "periodSeconds": -1}, "periodSeconds", {**HTTP, "periodSeconds": 1}),
    Case(
        "Probe",
        {**HTTP, "terminationGracePeriodSeconds": 0},
        "terminationGracePeriodSeconds",
        {**HTTP, "terminationGracePeriodSeconds": 1},
    ),
    Case("HTTPGetAction", {"port": "80"}, "port", {"port": "http"}),
    Case(
        "HTTPGetAction",
        {"port": 80, "httpHeaders": [{"name": "a b", "value": "c"}]},
        "httpHeaders[0].name",
        {"port": 80, "httpHeaders": [{"name": "a-b", "value": "c"}]},
    ),
    Case("TCPSocketAction", {"port": "http_port"}, "port", {"port": "http-port"}),
    Case("ExecAction", {"command": []}, "command", {"command": ["true"]}),
    Case("LifecycleHandler", {}, "", {"sleep": {"seconds": 1}}),
    Case("LifecycleHandler", {"exec": {"command": ["a"]}, "httpGet": {"port": 1}}, "httpGet", {"httpGet": {"port": 1}}),
    Case("SleepAction", {"seconds": -1}, "seconds", {"seconds": 1}),
    Case(
        "EnvVar",
        {"name": "A", "value": "b", "valueFrom": {"secretKeyRef": KEY}},
        "valueFrom",
        {"name": "A", "valueFrom": {"secretKeyRef": KEY}},
    ),
    Case("EnvVar", {"name": "A=B", "value": "b"}, "name", {"name": "A", "value": "b"}),
    Case("EnvVar", {"name": "", "value": "b"}, "name", {"name": "1.a-b", "value": "b"}),
    Case("EnvVarSource", {}, "", {"fieldRef": {"fieldPath": "status.podIP"}}),
    Case("EnvVarSource", {"secretKeyRef": KEY, "configMapKeyRef": KEY}, "configMapKeyRef", {"secretKeyRef": KEY}),
    Case(
        "EnvVarSource",
        {"fieldRef": {"fieldPath": "spec.containers"}},
        "fieldRef.fieldPath",
        {"fieldRef": {"fieldPath": "metadata.labels['a']"}},
    ),
    Case("SecretKeySelector", {"key": "a"}, "name", KEY),
    Case("ConfigMapKeySelector", {"name": "a", "key": ""}, "key", KEY),
    Case("ResourceFieldSelector", {"resource": "cpu"}, "resource", {"resource": "limits.cpu"}),
    Case("EnvFromSource", {"prefix": "A_"}, "", {"prefix": "A_", "secretRef": {"name": "a"}}),
    Case(
        "EnvFromSource",
        {"secretRef": {"name": "a"}, "configMapRef": {"name": "a"}},
        "configMapRef",
        {"configMapRef": {"name": "a"}},
    ),
    Case("SecretEnvSource", {"optional": True}, "name", {"name": "a"}),
    Case("ConfigMapEnvSource", {}, "name", {"name": "a"}),
    Case("Container", {"name": "extra"}, "image", _container()),
    Case("Container", _container(name="Extra"), "name", _container()),
    Case(
        "Container",
        _container(ports=[{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]),
        "ports[1].name",
        _container(ports=[{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "b"}]),
    ),
    Case(
        "Container",
        _container(ports=[{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9}]),
        "ports[1].hostPort",
        _container(ports=[{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9, "protocol": "UDP"}]),
    ),
    Case(
        "Container",
        _container(volumeMounts=[{"name": "extra", "mountPath": "/a"}, {"name": "extra", "mountPath": "/a"}]),
        "volumeMounts[1].mountPath",
        _container(volumeMounts=[{"name": "extra", "mountPath": "/a"}, {"name": "extra", "mountPath": "/b"}]),
    ),
    Case(
        "Container",
        _container(livenessProbe={**HTTP, "successThreshold": 2}),
        "livenessProbe.successThreshold",
        _container(readinessProbe={**HTTP, "successThreshold": 2}),
    ),
    Case(
        "Container",
        _container(startupProbe={**HTTP, "successThreshold": 2}),
        "startupProbe.successThreshold",
        _container(startupProbe={**HTTP, "successThreshold": 1}),
    ),
    Case(
        "Container",
        _container(readinessProbe={**HTTP, "terminationGracePeriodSeconds": 9}),
        "readinessProbe.terminationGracePeriodSeconds",
        _container(livenessProbe={**HTTP, "terminationGracePeriodSeconds": 9}),
    ),
    Case(
        "Container",
        _container(volumeMounts=[{"name": "extra", "mountPath": "/a", "mountPropagation": "Bidirectional"}]),
        "volumeMounts[0].mountPropagation",
        _container(volumeMounts=[{"name": "extra", "mountPath": "/a", "mountPropagation": "HostToContainer"}]),
    ),
    Case("ContainerPort", {"containerPort": 1, "name": "Http"}, "name", {"containerPort": 1, "name": "http"}),
    Case("ContainerPort", {"containerPort": 1, "name": "1"}, "name", {"containerPort": 1, "name": "a1"}),
    Case(
        "SecurityContext",
        {"privileged": True, "allowPrivilegeEscalation": False},
        "allowPrivilegeEscalation",
        {"privileged": True},
    ),
    Case(
        "SecurityContext",
        {"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": False},
        "allowPrivilegeEscalation",
        {"capabilities": {"add": ["NET_ADMIN"]}, "allowPrivilegeEscalation": False},
    ),
    Case("SecurityContext", {"runAsUser": -1}, "runAsUser", {"runAsUser": 1}),
    Case("SecurityContext", {"runAsGroup": 2**31}, "runAsGroup", {"runAsGroup": 2**31 - 1}),
    Case("PodSecurityContext", {"fsGroup": -1}, "fsGroup", {"fsGroup": 0}),
    Case("PodSecurityContext", {"supplementalGroups": [-1]}, "supplementalGroups[0]", {"supplementalGroups": [1]}),
    Case(
        "PodSecurityContext",
        {"sysctls": [{"name": "net.a", "value": "1"}, {"name": "net.a", "value": "2"}]},
        "sysctls[1].name",
        {"sysctls": [{"name": "net.a", "value": "1"}, {"name": "net.b", "value": "2"}]},
    ),
    Case("SeccompProfile", {"type": "Localhost"}, "localhostProfile", {"type": "Localhost", "localhostProfile": "a"}),
    Case(
        "SeccompProfile",
        {"type": "RuntimeDefault", "localhostProfile": "a"},
        "localhostProfile",
        {"type": "RuntimeDefault"},
    ),
    Case("AppArmorProfile", {"type": "Localhost"}, "localhostProfile", {"type": "Localhost", "localhostProfile": "a"}),
    Case("Volume", {"name": "A"}, "name", {"name": "a"}),
    Case(
        "Volume",
        {"name": "a", "emptyDir": {}, "configMap": {"name": "a"}},
        "configMap",
        {"name": "a", "configMap": {"name": "a"}},
    ),
    Case("VolumeMount", {"name": "extra", "mountPath": ""}, "mountPath", {"name": "extra", "mountPath": "/a"}),
    Case(
        "VolumeMount",
        {"name": "extra", "mountPath": "/a", "subPath": "../b"},
        "subPath",
        {"name": "extra", "mountPath": "/a", "subPath": "b"},
    ),
    Case(
        "VolumeMount",
        {"name": "extra", "mountPath": "/a", "subPath": "b", "subPathExpr": "c"},
        "subPathExpr",
        {"name": "extra", "mountPath": "/a", "subPathExpr": "c"},
    ),
    Case(
        "VolumeMount",
        {"name": "extra", "mountPath": "/a", "recursiveReadOnly": "Enabled"},
        "recursiveReadOnly",
        {"name": "extra", "mountPath": "/a", "recursiveReadOnly": "Enabled", "readOnly": True},
    ),
    Case("ConfigMapVolumeSource", {}, "name", {"name": "a"}),
    Case("ConfigMapVolumeSource", {"name": "a", "defaultMode": 644}, "defaultMode", {"name": "a", "defaultMode": 420}),
    Case(
        "ConfigMapVolumeSource",
        {"name": "a", "items": [{"key": "a", "path": "../a"}]},
        "items[0].path",
        {"name": "a", "items": [{"key": "a", "path": "b/a"}]},
    ),
    Case(
        "ConfigMapProjection",
        {"name": "a", "items": [{"key": "a", "path": "a", "mode": 777}]},
        "items[0].mode",
        {"name": "a", "items": [{"key": "a", "path": "a", "mode": 511}]},
    ),
    Case("SecretVolumeSource", {}, "secretName", {"secretName": "a"}),
    Case("SecretProjection", {}, "name", {"name": "a"}),
    Case(
        "VolumeProjection",
        {"secret": {"name": "a"}, "configMap": {"name": "a"}},
        "configMap",
        {"configMap": {"name": "a"}},
    ),
    Case("DownwardAPIVolumeFile", {"path": "a"}, "", {"path": "a", "fieldRef": {"fieldPath": "metadata.name"}}),
    Case("ServiceAccountTokenProjection", {"path": "a", "expirationSeconds": 9}, "expirationSeconds", {"path": "a"}),
    Case("ServiceAccountTokenProjection", {"path": "/a"}, "path", {"path": "a", "expirationSeconds": 600}),
    Case("HostPathVolumeSource", {"path": "/a/../b"}, "path", {"path": "/a..b"}),
    Case("NFSVolumeSource", {"path": "a", "server": "b"}, "path", {"path": "/a", "server": "b"}),
    Case("PersistentVolumeClaimVolumeSource", {"claimName": ""}, "claimName", {"claimName": "a"}),
    Case("EphemeralVolumeSource", {}, "volumeClaimTemplate", {"volumeClaimTemplate": {"spec": CLAIM}}),
    Case("PersistentVolumeClaimSpec", {**CLAIM, "accessModes": []}, "accessModes", CLAIM),
    Case("PersistentVolumeClaimSpec", {"accessModes": ["ReadWriteOnce"]}, "resources", CLAIM),
    Case("PersistentVolumeClaimSpec", {**CLAIM, "resources": {"limits": {}}}, "resources.requests", CLAIM),
    Case(
        "PersistentVolumeClaimSpec",
        {**CLAIM, "resources": {"requests": {"storage": "0Gi"}}},
        "resources.requests.storage",
        CLAIM,
    ),
    Case(
        "PersistentVolumeClaimSpec",
        {**CLAIM, "accessModes": ["ReadWriteOncePod", "ReadOnlyMany"]},
        "accessModes",
        {**CLAIM, "accessModes": ["ReadWriteOncePod"]},
    ),
    Case("PersistentVolumeClaimSpec", {**CLAIM, "storageClassName": "A"}, "storageClassName", CLAIM),
    Case("PersistentVolumeClaim", {"metadata": {"name": "data"}}, "spec", _claim()),
    Case("PersistentVolumeClaim", {"spec": CLAIM}, "metadata", _claim()),
    Case("PolicyRule", _rule(verbs=[], apiGroups=[""], resources=["pods"]), "verbs", _rule(nonResourceURLs=["/a"])),
    Case("PolicyRule", _rule(resources=["pods"]), "apiGroups", _rule(apiGroups=[""], resources=["pods"])),
    Case("PolicyRule", _rule(apiGroups=[""]), "resources", _rule(apiGroups=[""], resources=["pods"])),
    Case(
        "PolicyRule",
        _rule(apiGroups=[""], resources=["pods"], nonResourceURLs=["/a"]),
        "resources",
        _rule(nonResourceURLs=["/a"]),
    ),
    Case("ServiceSpec", _ports({"name": "a"}, {}), "ports[1].name", _ports({"name": "a"}, {"name": "b"})),
    Case("ServiceSpec", _ports({"name": "a"}, {"name": "a"}), "ports[1].name", _ports({})),
    Case(
        "ServiceSpec",
        _ports({"name": "a"}, {"name": "b", "port": 80}),
        "ports[1].port",
        _ports({"name": "a"}, {"name": "b", "port": 80, "protocol": "UDP"}),
    ),
    Case("ServiceSpec", _ports({"nodePort": 30123}), "ports[0].nodePort", _ports({"nodePort": 30123}, type="NodePort")),
    Case(
        "ServiceSpec",
        _ports({}, externalTrafficPolicy="Local"),
        "externalTrafficPolicy",
        _ports({}, externalTrafficPolicy="Local", type="LoadBalancer"),
    ),
    Case(
        "ServiceSpec",
        _ports({}, loadBalancerSourceRanges=["10.0.0.0/8"], type="NodePort"),
        "loadBalancerSourceRanges",
        _ports({}, loadBalancerSourceRanges=["10.0.0.0/8"], type="LoadBalancer"),
    ),
    Case(
        "ServiceSpec",
        _ports({}, loadBalancerClass="a/b"),
        "loadBalancerClass",
        _ports({}, loadBalancerClass="a/b", type="LoadBalancer"),
    ),
    Case(
        "ServiceSpec",
        _ports({}, allocateLoadBalancerNodePorts=False),
        "allocateLoadBalancerNodePorts",
        _ports({}, allocateLoadBalancerNodePorts=False, type="LoadBalancer"),
    ),
    Case(
        "ServiceSpec",
        _ports({}, healthCheckNodePort=30124, type="LoadBalancer"),
        "healthCheckNodePort",
        _ports({}, healthCheckNodePort=30124, type="LoadBalancer", externalTrafficPolicy="Local"),
    ),
    Case("ClientIPConfig", {"timeoutSeconds": 0}, "timeoutSeconds", {"timeoutSeconds": 1}),
    Case("ClientIPConfig", {"timeoutSeconds": 86401}, "timeoutSeconds", {"timeoutSeconds": 86400}),
    Case("ServicePort", {"port": 80, "name": "A"}, "name", {"port": 80, "name": "a"}),
    Case("ServicePort", {"port": 80, "targetPort": "80"}, "targetPort", {"port": 80, "targetPort": "http"}),
    Case("IngressRule", {"host": "a b"}, "host", {"host": "*.a.b"}),
    Case("HTTPIngressRuleValue", {"paths": []}, "paths", {"paths": [_path()]}),
    Case("HTTPIngressPath", _path(path="a"), "path", _path()),
    Case(
        "HTTPIngressPath",
        {"pathType": "Exact", "backend": BACKEND},
        "path",
        {"pathType": "ImplementationSpecific", "backend": BACKEND},
    ),
    Case("IngressBackend", {}, "", BACKEND),
    Case("IngressServiceBackend", {"name": "a"}, "port", {"name": "a", "port": {"number": 80}}),
    Case(
        "IngressServiceBackend",
        {"name": "a", "port": {"number": 80, "name": "http"}},
        "port.name",
        {"name": "a", "port": {"name": "http"}},
    ),
    Case("IngressTLS", {"hosts": ["A"]}, "hosts[0]", {"hosts": ["a"]}),
    Case(
        "ScopedResourceSelectorRequirement",
        {"scopeName": "BestEffort", "operator": "In", "values": ["a"]},
        "operator",
        {"scopeName": "BestEffort", "operator": "Exists"},
    ),
    Case(
        "ScopedResourceSelectorRequirement",
        {"scopeName": "PriorityClass", "operator": "In"},
        "values",
        {"scopeName": "PriorityClass", "operator": "In", "values": ["a"]},
    ),
    Case(
        "ScopedResourceSelectorRequirement",
        {"scopeName": "PriorityClass", "operator": "Exists", "values": ["a"]},
        "values",
        {"scopeName": "PriorityClass", "operator": "Exists"},
    ),
    Case(
        "RuleWithOperations",
        {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]},
        "operations",
        {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]},
    ),
    Case(
        "RuleWithOperations",
        {"apiGroups": ["*", "a"], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]},
        "apiGroups",
        {"apiGroups": ["*"], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]},
    ),
)
UNKNOWN_QUOTAS = ("cpus", "request.cpu", "limits.storage", "limits.hugepages-2Mi", "nvidia.com/", "count", "Pods")
QUOTAS = (
    *("cpu", "pods", "requests.storage", "limits.ephemeral-storage", "services.nodeports", "requests.hugepages-2Mi"),
    *("requests.nvidia.com/gpu", "count/deployments.apps", "gold.storageclass.storage.k8s.io/requests.storage"),
)
BEYOND_THE_SERVER = (
    Case(
        "SecurityContext", {"runAsNonRoot": True, "runAsUser": 0}, "runAsUser", {"runAsNonRoot": True, "runAsUser": 1}
    ),
    Case("PodSecurityContext", {"runAsNonRoot": True, "runAsUser": 0}, "runAsUser", {"runAsUser": 0}),
)
"""What the API server takes and the kubelet does not."""
