"""Value types of the dialect, so that a malformed quantity or address is found here and not in a crashing pod."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le

from vcluster_config.model import grammars
from vcluster_config.model.kubernetes import QUANTITY as KUBERNETES_QUANTITY
from vcluster_config.model.kubernetes import KubeType
from vcluster_config.model.values import ValueType, auto_bool

AutoBool = Annotated[Literal["auto"] | bool, auto_bool]
PullPolicy = Literal["", "Always", "IfNotPresent", "Never"]

_LABEL = grammars.DNS_LABEL
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_HOST = r"([A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])"
_KEY = rf"({_SUBDOMAIN}/)?{grammars.QUALIFIED}"


def _optional(kind: ValueType) -> ValueType:
    return replace(kind, empty=True)


QUANTITY = ValueType(
    "quantity",
    "a Kubernetes quantity such as 500m, 2 or 4Gi",
    KUBERNETES_QUANTITY,
    ("500m", "4Gi"),
    numbers=True,
)
CIDR = ValueType("cidr", "a network such as 10.0.0.0/8", r"[0-9a-fA-F:.]+/[0-9]{1,3}", ("10.0.0.0/8",), grammars.cidr)
ADDRESS = ValueType("ip", "an IP address such as 8.8.8.8", r"[0-9a-fA-F:.]+", ("1.1.1.1",), grammars.address)
DURATION = ValueType(
    "duration",
    "a duration such as 90m or 1h30m",
    r"[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+)",
    ("1h30m", "90s"),
)
CRON = ValueType("cron", 'a cron expression such as "0 20 * * 1-5"', r"\S.*", ("0 20 * * *",), grammars.cron)
TIME_ZONE = ValueType(
    "timezone", "an IANA time zone such as Europe/Berlin", r"[A-Za-z0-9+_/-]+", ("Europe/Berlin",), grammars.time_zone
)
DNS_LABEL = ValueType("dns-label", "a name of lower-case letters, digits and hyphens", _LABEL, ("my-name",))
DNS_NAME = ValueType(
    "dns-name",
    "lower-case letters, digits, hyphens and dots",
    rf"(?=.{{1,253}}$){_SUBDOMAIN}",
    ("name",),
)
HOST_NAME = ValueType(
    "host-name",
    "a host name such as api.example.com",
    rf"(?=.{{1,253}}$)(\*\.)?{_SUBDOMAIN}",
    ("api.example.com",),
)
SERVER = ValueType(
    "url", "a URL with https:// or http://", r"https?://[^\s/?#]+([/?#]\S*)?", ("https://api.example.com",)
)
HTTPS = ValueType("url", "a URL with https://", r"https://[^\s/?#]+([/?#]\S*)?", ("https://hooks.example.com/check",))
HOST_PORT = ValueType(
    "host-port",
    "a host and port such as etcd.example.com:2379",
    rf"(https?://)?{_HOST}:[0-9]{{1,5}}(,(https?://)?{_HOST}:[0-9]{{1,5}})*",
    ("etcd.example.com:2379",),
    grammars.endpoints,
)
REGISTRY = ValueType(
    "registry",
    "a registry such as registry.example.com",
    rf"{_HOST}(:[0-9]+)?(/[a-z0-9._/-]*)?",
    ("registry.k8s.io",),
)
REPOSITORY = ValueType(
    "repository", "a repository such as team/image", r"[a-z0-9]+([._/:-]+[a-z0-9]+)*(@sha256)?", ("team/image",)
)
TAG = ValueType(
    "tag",
    "a tag such as v1.2.3",
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?",
    ("v1.35.2",),
)


class ImageType(ValueType):
    """An image reference; since v0.27 the dialect also takes its parts, which are joined."""

    def parse(self, value: object) -> str | int | float:
        """Return the joined reference."""
        if isinstance(value, dict) and value.keys() <= {"registry", "repository", "tag"} and value.get("repository"):
            name = "/".join(str(value[key]) for key in ("registry", "repository") if value.get(key))
            value = f"{name}:{value['tag']}" if value.get("tag") else name
        return super().parse(value)


IMAGE = ImageType(
    "image",
    "an image reference such as registry.example.com/team/image:v1",
    r"[A-Za-z0-9][A-Za-z0-9._:/-]*(@sha256:[0-9a-f]{64})?",
    ("registry.example.com/team/image:v1",),
    grammars.image,
)
VERSION = ValueType(
    "version",
    "a Kubernetes version such as v1.35.2",
    r"v?1\.[0-9]{1,9}(\.[0-9]{1,9})?([-+][A-Za-z0-9_.+-]+)?",
    ("v1.35.2",),
)
TOLERATION = ValueType(
    "toleration",
    "a toleration as key=value:Effect, key:Effect, key or *",
    r"[^\s:=]*(=[^\s:=]*)?(:[A-Za-z]*)?",
    ("dedicated=tenants:NoSchedule",),
    grammars.toleration,
)
DATA_SOURCE = ValueType(
    "data-source",
    "a connection such as mysql://user:password@tcp(host:3306)/name or postgres://user:password@host:5432/name",
    r"\S+",
    ("mysql://user:password@tcp(host:3306)/name",),
    grammars.data_source,
)
SERVICE = ValueType(
    "service", "a Service as name or namespace/name", rf"({_LABEL}/)?{_LABEL}", ("namespace/name", "name")
)
BASE64 = ValueType("base64", "base64 text", r"[A-Za-z0-9+/\s]+={0,2}\s*", ("LS0tLS1CRUdJTi0tLS0t",))
LABEL_KEY = ValueType("label-key", "a label key such as example.com/name", _KEY, ("example.com/name",))
LABEL_VALUE = ValueType(
    "label-value",
    "at most 63 letters, digits, dots, hyphens and underscores",
    grammars.LABEL_VALUE,
    ("value",),
)
CRD_NAME = ValueType(
    "crd-name", "plural.group such as certificates.cert-manager.io", rf"{_LABEL}(\.{_LABEL})+", ("things.example.com",)
)


class NumberOrWord(ValueType):
    """Kubernetes' IntOrString, whose text is never a number; digits in quotes become what they mean."""

    def parse(self, value: object) -> str | int | float:
        """Return the number, or the word."""
        found = super().parse(value)
        return int(found) if isinstance(found, str) and found.isdigit() else found


COUNT_OR_PERCENT = NumberOrWord(
    "count-or-percent",
    "a number or a percentage such as 1 or 50%",
    r"[0-9]{1,9}|(100|[0-9]{1,2})%",
    ("50%",),
    numbers=True,
    keep=True,
)
PORT = NumberOrWord(
    "port",
    "a port from 1 to 65535, or its name with a letter in it",
    r"[0-9]{1,5}|(?=[-0-9]*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?",
    ("http",),
    grammars.port,
    numbers=True,
    keep=True,
)

Quantity = Annotated[str, QUANTITY]
Quantities = dict[str, Quantity]
StringMap = dict[str, str]
Labels = dict[Annotated[str, LABEL_KEY], Annotated[str, LABEL_VALUE]]
Annotations = dict[Annotated[str, LABEL_KEY], str]
CrdName = Annotated[str, CRD_NAME]
Cidr = Annotated[str, CIDR]
_INT32 = Le(2**31 - 1)
Count = Annotated[int, Ge(0), _INT32]
Positive = Annotated[int, Ge(1), _INT32]
Replicas = Annotated[int, Ge(0), Le(1000)]
"""Pods of a workload; more is a slip that would fill a host, and each member of an etcd is told all others."""
Members = Annotated[int, Ge(1), Le(1000)]
PortNumber = Annotated[int, Ge(1), Le(65535)]
NodePort = Annotated[int, Ge(0), Le(65535)]

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

OptionalAddress = Annotated[str, _optional(ADDRESS)]
OptionalCidr = Annotated[str, _optional(CIDR)]
OptionalCron = Annotated[str, _optional(CRON)]
OptionalDataSource = Annotated[str, _optional(DATA_SOURCE)]
OptionalDnsName = Annotated[str, _optional(DNS_NAME)]
OptionalDuration = Annotated[str, _optional(DURATION)]
OptionalHostName = Annotated[str, _optional(HOST_NAME)]
OptionalHostPort = Annotated[str, _optional(HOST_PORT)]
OptionalImage = Annotated[str, _optional(IMAGE)]
OptionalLabel = Annotated[str, _optional(DNS_LABEL)]
OptionalRegistry = Annotated[str, _optional(REGISTRY)]
OptionalRepository = Annotated[str, _optional(REPOSITORY)]
OptionalServer = Annotated[str, _optional(SERVER)]
OptionalService = Annotated[str, _optional(SERVICE)]
OptionalTag = Annotated[str, _optional(TAG)]
OptionalTimeZone = Annotated[str, _optional(TIME_ZONE)]
OptionalVersion = Annotated[str, _optional(VERSION)]
