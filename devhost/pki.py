"""Makes the host's certificates, as a kubeadm cluster has them (https://kubernetes.io/docs/setup/best-practices/certificates/)."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from devhost.components import Node
from devhost.errors import HostError
from devhost.plan import Plan

DAYS = "3650"


@dataclass(frozen=True)
class Leaf:
    """One certificate: file name, the CA that signs it, X.509 subject, names it serves (none for a client)."""

    name: str
    ca: str
    subject: str
    sans: tuple[str, ...] = ()


def leaves(plan: Plan, nodes: tuple[Node, ...]) -> tuple[Leaf, ...]:
    """Every leaf certificate of a host with the given nodes."""
    api_sans = (
        "DNS:kubernetes",
        "DNS:kubernetes.default",
        "DNS:kubernetes.default.svc",
        "DNS:kubernetes.default.svc.cluster.local",
        "DNS:localhost",
        "IP:127.0.0.1",
        f"IP:{plan.node_ip}",
        f"IP:{plan.api_service_ip}",
    )
    fixed = (
        Leaf("apiserver", "ca", "/CN=kube-apiserver", api_sans),
        Leaf("apiserver-kubelet-client", "ca", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
        Leaf("front-proxy-client", "front-proxy-ca", "/CN=front-proxy-client"),
        Leaf("admin", "ca", "/O=system:masters/CN=kubernetes-admin"),
        Leaf("controller-manager", "ca", "/CN=system:kube-controller-manager"),
        Leaf("scheduler", "ca", "/CN=system:kube-scheduler"),
        Leaf("kube-proxy", "ca", "/CN=system:kube-proxy"),
    )
    return (*fixed, *(leaf for node in nodes for leaf in _node(plan, node)))


def _node(plan: Plan, node: Node) -> tuple[Leaf, Leaf]:
    subject = f"/O=system:nodes/CN=system:node:{node.name}"
    sans = (f"DNS:{node.name}", f"IP:{plan.address(node.number)}", "IP:127.0.0.1")
    return Leaf(f"kubelet-{node.name}", "ca", subject), Leaf(f"kubelet-serving-{node.name}", "ca", subject, sans)


def create(plan: Plan, nodes: tuple[Node, ...]) -> None:
    """Writes what is missing of the CAs, leaves and the service-account key pair into `plan.pki`."""
    plan.pki.mkdir(parents=True, exist_ok=True)
    for ca in ("ca", "front-proxy-ca"):
        _issue(plan.pki, ca, f"/CN=devhost-{ca}", ("-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"))
    for leaf in leaves(plan, nodes):
        _issue(plan.pki, leaf.name, leaf.subject, _leaf_options(plan.pki, leaf))
    if not (plan.pki / "sa.pub").exists():
        _openssl("genrsa", "-out", str(plan.pki / "sa.key"), "2048")
        _openssl("rsa", "-in", str(plan.pki / "sa.key"), "-pubout", "-out", str(plan.pki / "sa.pub"))


def _leaf_options(pki: Path, leaf: Leaf) -> tuple[str, ...]:
    usage = "serverAuth" if leaf.sans else "clientAuth"
    options = [
        *("-CA", str(pki / f"{leaf.ca}.crt"), "-CAkey", str(pki / f"{leaf.ca}.key")),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature"),
        *("-addext", f"extendedKeyUsage={usage}"),
    ]
    if leaf.sans:
        options += ["-addext", f"subjectAltName={','.join(leaf.sans)}"]
    return tuple(options)


def _issue(pki: Path, name: str, subject: str, options: tuple[str, ...]) -> None:
    certificate = pki / f"{name}.crt"
    if certificate.exists():
        return
    _openssl(
        *("req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha256"),
        *("-days", DAYS, "-subj", subject, "-keyout", str(pki / f"{name}.key")),
        *("-out", str(pki / f"{name}.tmp"), *options),
    )
    (pki / f"{name}.tmp").rename(certificate)


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostError(f"openssl {arguments[0]} failed for {arguments[-1]}", done.stderr.strip()[-1000:])
