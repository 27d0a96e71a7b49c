"""Value types of the dialect, so that a malformed quantity or address is found here and not in a crashing pod."""

from typing import Annotated, Any, Literal

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
Affinity = KubeObject
Container = KubeObject
EnvVar = KubeObject
IngressSpec = KubeObject
PersistentVolumeClaim = KubeObject
PodSecurityContext = KubeObject
PolicyRule = KubeObject
ScopeSelector = KubeObject
SecurityContext = KubeObject
ServiceSpec = KubeObject
Toleration = KubeObject
TopologySpreadConstraint = KubeObject
Volume = KubeObject
