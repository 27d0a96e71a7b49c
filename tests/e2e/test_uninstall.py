"""Scenario 7: an uninstalled virtual cluster leaves nothing of ours on the host, cluster-scoped objects included."""

from __future__ import annotations

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl

NAME = "gone"
# Written by the host's own controllers into every namespace, or about objects that are gone.
_FOREIGN = ("configmap/kube-root-ca.crt", "serviceaccount/default", "event/", "event.events.k8s.io/")


def test_nothing_is_left(install: Install) -> None:
    cluster = install(NAME, "e2e-uninstall", example="quickstart.yaml")
    kubectl = cluster.kubectl()
    kubectl.apply_workload("shop.yaml")
    kubectl.within("shop").ready("deployment/web")
    assert labelled(cluster.host.kubectl), "the search finds what is there"
    cluster.uninstall()
    eventually(lambda: labelled(cluster.host.kubectl) == [], "nothing carries our labels", timeout=90)
    eventually(lambda: in_namespace(cluster.host_kubectl) == kept(), "the namespace is empty", timeout=90)


def test_what_was_kept_comes_back_with_pods_that_trust_the_new_control_plane(install: Install) -> None:
    """A new installation has a new authority; several, because pods that start at once read it only once."""
    for round_ in range(3):
        cluster = install(NAME, "e2e-uninstall", example="quickstart.yaml")
        kubectl = cluster.kubectl()
        kubectl.within("kube-system").ready("deployment/coredns")
        if round_ == 0:
            kubectl("create", "configmap", "kept", "--from-literal=word=here")
        assert kubectl.get("configmap/kept")["data"] == {"word": "here"}
        cluster.uninstall()


def kept() -> list[str]:
    """The volume of the datastore stays by its retention policy."""
    return [f"persistentvolumeclaim/data-{NAME}-0"]


def labelled(kubectl: Kubectl) -> list[str]:
    """Objects of every kind in every namespace with a label of this virtual cluster."""
    selectors = (
        f"vcluster.loft.sh/managed-by in ({NAME},e2e-uninstall-x-{NAME})",
        f"vcluster.loft.sh/belongs-to={NAME}",
        f"vcluster-name={NAME}",
        f"app=vcluster,release={NAME}",
    )
    found = [line for selector in selectors for line in _list(kubectl, "--all-namespaces", f"--selector={selector}")]
    return sorted(set(found) - set(kept()))


def in_namespace(kubectl: Kubectl) -> list[str]:
    """Objects of every kind in one namespace."""
    return sorted(name for name in _list(kubectl) if not name.startswith(_FOREIGN))


def _list(kubectl: Kubectl, *scope: str) -> list[str]:
    """Namespaced and cluster-scoped kinds; pods' metrics are no objects."""
    kinds = kubectl("api-resources", "--verbs=list,delete", "--output=name").split()
    if not scope:
        kinds = kubectl("api-resources", "--verbs=list,delete", "--namespaced", "--output=name").split()
    return kubectl("get", ",".join(kinds), *scope, "--output=name", "--ignore-not-found").split()
