"""Value types of the dialect, so that a malformed quantity or address is found here and not in a crashing pod."""

from typing import Annotated, Any, Literal

from vcluster_config.model.kubernetes import KubeType
from vcluster_config.model.values import ValueType, auto_bool

StringMap = dict[str, str]

AutoBool = Annotated[Literal["auto"] | bool, auto_bool]
PullPolicy = Literal["", "Always", "IfNotPresent", "Never"]

Quantity = Annotated[
    str,
    ValueType(
        "quantity",
        "a Kubernetes quantity such as 500m, 2 or 4Gi",
        r"[+-]?(\d+|\d+\.\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?",
        ("500m", "4Gi"),
        numbers=True,
    ),
]
Quantities = dict[str, Quantity]

KubeObject = dict[str, Any]
Affinity = Annotated[KubeObject, KubeType("Affinity")]
Container = Annotated[KubeObject, KubeType("Container")]
EnvFromSource = Annotated[KubeObject, KubeType("EnvFromSource")]
EnvVar = Annotated[KubeObject, KubeType("EnvVar")]
IngressSpec = Annotated[KubeObject, KubeType("IngressSpec", partial=True)]
KubeLabelSelector = Annotated[KubeObject, KubeType("LabelSelector")]
Lifecycle = Annotated[KubeObject, KubeType("Lifecycle")]
MatchCondition = Annotated[KubeObject, KubeType("MatchCondition")]
PersistentVolumeClaim = Annotated[KubeObject, KubeType("PersistentVolumeClaim")]
PodSecurityContext = Annotated[KubeObject, KubeType("PodSecurityContext")]
PolicyRule = Annotated[KubeObject, KubeType("PolicyRule")]
Probe = Annotated[KubeObject, KubeType("Probe")]
ResourceRequirements = Annotated[KubeObject, KubeType("ResourceRequirements")]
RuleWithOperations = Annotated[KubeObject, KubeType("RuleWithOperations")]
ScopeSelector = Annotated[KubeObject, KubeType("ScopeSelector")]
SecurityContext = Annotated[KubeObject, KubeType("SecurityContext")]
ServiceSpec = Annotated[KubeObject, KubeType("ServiceSpec", partial=True)]
Toleration = Annotated[KubeObject, KubeType("Toleration")]
TopologySpreadConstraint = Annotated[KubeObject, KubeType("TopologySpreadConstraint")]
Volume = Annotated[KubeObject, KubeType("Volume")]
KubeVolumeMount = Annotated[KubeObject, KubeType("VolumeMount")]
