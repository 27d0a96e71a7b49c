"""What goes wrong is told inside as on any cluster: in status, Events and by what refuses to go away."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import JSON, Kubectl
from tests.e2e.harness.vcluster import VirtualCluster

NAMESPACE = "troubles"
HOLD = "example.com/hold"
DISK = "example.com/disk"


@pytest.fixture(scope="module")
def troubles(shared: VirtualCluster) -> Kubectl:
    kubectl = shared.kubectl()
    kubectl.apply_workload("troubles.yaml")
    return kubectl.within(NAMESPACE)


def waiting(kubectl: Kubectl, pod: str) -> JSON:
    """Why the Pod's container does not run; {} when it does or ended."""
    statuses = kubectl.get(f"pod/{pod}")["status"].get("containerStatuses", ())
    return next((status["state"]["waiting"] for status in statuses if "waiting" in status["state"]), {})


def why(kubectl: Kubectl, pod: str) -> str:
    """The word for why the Pod's container does not run."""
    return str(waiting(kubectl, pod).get("reason", ""))


@pytest.mark.parametrize(
    ("target", "reason", "message"),
    [
        ("pod/no-image", "Failed", 'Failed to pull image "registry.example.com/not/there:1"'),
        ("pod/no-room", "FailedScheduling", "Insufficient cpu"),
        ("pod/no-config", "Failed", 'configmap "missing" not found'),
        ("pod/no-claim", "FailedScheduling", 'persistentvolumeclaim "missing" not found'),
        ("pod/patient", "FailedScheduling", "didn't match Pod's node affinity/selector"),
        ("persistentvolumeclaim/no-class", "ProvisioningFailed", '"missing" not found'),
        ("persistentvolumeclaim/no-consumer", "WaitForFirstConsumer", "waiting for first consumer"),
    ],
)
def test_describe_says_what_is_wrong(
    troubles: Kubectl, shared: VirtualCluster, target: str, reason: str, message: str
) -> None:
    def told() -> str:
        text = troubles("describe", target)
        return text if any(reason in line and message in line for line in text.splitlines()) else ""

    text = eventually(told, f"{reason} of {target} is told")
    assert host_words(text, shared) == set()


def host_words(text: str, shared: VirtualCluster) -> set[str]:
    """Words in ``text`` that only the host knows."""
    return {word for word in text.split() if f"-x-{NAMESPACE}-x-{shared.name}" in word or shared.namespace in word}


def test_states_are_those_of_the_kubelet_and_the_scheduler(troubles: Kubectl) -> None:
    eventually(lambda: why(troubles, "no-image") == "ImagePullBackOff", "pulling is given up for now")
    eventually(lambda: why(troubles, "no-config") == "CreateContainerConfigError", "the kubelet refuses")
    scheduled = '{.status.conditions[?(@.type=="PodScheduled")].reason}'
    troubles.wait(f"jsonpath={scheduled}=Unschedulable", "pod/no-room", "pod/no-claim", "pod/patient")


def test_messages_tell_names_and_uids_of_this_cluster(troubles: Kubectl, shared: VirtualCluster) -> None:
    troubles("run", "crashes", "--image=busybox:1.36", "--", "sh", "-c", "exit 1")
    full = f"crashes_{NAMESPACE}({troubles.get('pod/crashes')['metadata']['uid']})"
    eventually(lambda: full in troubles("events", "--for=pod/crashes"), "the Event about the back-off names the Pod")

    def told() -> bool:
        # A kubelet since 1.34 sleeps through the back-off and tells of it only in the moment when it starts anew.
        troubles.look("crashes")
        return full in waiting(troubles, "crashes").get("message", "")

    eventually(told, "so does the state of its container")
    troubles("delete", "pod/crashes", "--now")


def test_what_was_missing_mends_the_pod(troubles: Kubectl) -> None:
    troubles("create", "configmap", "missing")
    eventually(lambda: why(troubles, "no-config") != "CreateContainerConfigError", "the container is made")
    troubles("set", "image", "pod/no-image", "app=busybox:1.36")
    eventually(lambda: why(troubles, "no-image") not in {"ImagePullBackOff", "ErrImagePull"}, "the image is there")


@pytest.fixture
def labelled_node(shared: VirtualCluster) -> Iterator[str]:
    """A host node that gets the label for which a Pod waits, when the test asks for it."""
    if shared.host.devhost is None:
        pytest.skip("only nodes of our own host may be labelled")
    node = shared.host.devhost.node.name
    yield node
    shared.host.kubectl("label", "node", node, f"{DISK}-")


def test_a_claim_deleted_before_it_was_bound_is_made_anew(
    troubles: Kubectl, shared: VirtualCluster, labelled_node: str
) -> None:
    first = troubles.get("persistentvolumeclaim/patient")
    assert first["status"]["phase"] == "Pending"
    troubles("delete", "persistentvolumeclaim/patient")
    host = shared.host_kubectl
    eventually(
        lambda: shared.translated("patient", NAMESPACE) not in host.names("persistentvolumeclaims"), "it is gone"
    )
    troubles.apply_workload("troubles.yaml")
    shared.host.kubectl("label", "node", labelled_node, f"{DISK}=fast")
    troubles.wait("condition=Ready", "pod/patient")
    troubles.wait("jsonpath={.status.phase}=Bound", "persistentvolumeclaim/patient")
    assert troubles.get("persistentvolumeclaim/patient")["metadata"]["uid"] != first["metadata"]["uid"]


def claim(name: str) -> JSON:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def pod(name: str, *, claimed: str = "") -> JSON:
    container: JSON = {"name": "app", "image": "busybox:1.36", "command": ["sleep", "infinity"]}
    spec: JSON = {"terminationGracePeriodSeconds": 1, "containers": [container]}
    if claimed:
        container["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claimed}}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def hold(kubectl: Kubectl, target: str, finalizers: list[str]) -> None:
    kubectl("patch", target, "--type=merge", f"--patch={json.dumps({'metadata': {'finalizers': finalizers}})}")


def test_a_claim_in_use_stays_until_its_pod_is_gone(troubles: Kubectl, shared: VirtualCluster) -> None:
    troubles.apply(claim("used"), pod("user", claimed="used"))
    troubles.wait("condition=Ready", "pod/user")
    troubles("delete", "persistentvolumeclaim/used", "--wait=false")
    assert "Terminating" in troubles("describe", "persistentvolumeclaim", "used")
    assert troubles.sh("user", "echo kept > /data/word && cat /data/word") == "kept"
    troubles("delete", "pod/user")
    troubles.wait("delete", "persistentvolumeclaim/used")
    host = shared.host_kubectl
    eventually(lambda: shared.translated("used", NAMESPACE) not in host.names("persistentvolumeclaims"), "it is gone")


def test_a_namespace_stays_as_long_as_something_holds_it(shared: VirtualCluster) -> None:
    kubectl = shared.kubectl().within("stuck")
    kubectl("create", "namespace", "stuck")
    eventually(lambda: kubectl.apply(pod("held")) or True, "the account is there")
    kubectl("create", "configmap", "held")
    kubectl.wait("condition=Ready", "pod/held")
    for target in ("pod/held", "configmap/held"):
        hold(kubectl, target, [HOLD])
    kubectl("delete", "namespace", "stuck", "--wait=false")
    host_pod = shared.translated("held", "stuck")
    eventually(lambda: host_pod not in shared.host_kubectl.names("pods"), "nothing runs any more")
    assert "Terminating" in kubectl("get", "namespace", "stuck")
    assert kubectl.get("pod/held")["metadata"]["deletionTimestamp"]
    hold(kubectl, "pod/held", [])
    kubectl.wait("condition=NamespaceFinalizersRemaining", "namespace/stuck")
    assert f"{HOLD} in 1 resource instances" in kubectl("describe", "namespace", "stuck")
    hold(kubectl, "configmap/held", [])
    kubectl.wait("delete", "namespace/stuck")


def test_what_the_host_holds_is_waited_for_and_named(troubles: Kubectl, shared: VirtualCluster) -> None:
    host, bodies = shared.host_kubectl, (pod("heir"), claim("heir"))
    translated = shared.translated("heir", NAMESPACE)
    held = {f"{kind}/heir": f"{kind}/{translated}" for kind in ("pod", "persistentvolumeclaim")}

    def uids() -> set[str]:
        return {host.get(target)["metadata"]["uid"] for target in held.values()}

    troubles.apply(*bodies)
    troubles.wait("condition=Ready", "pod/heir")
    before = eventually(uids, "both are on the host")
    for virtual, target in held.items():
        hold(host, target, [HOLD])
        troubles("delete", virtual)
    troubles.apply(*bodies)
    for virtual in held:
        # The Events about an object's former self are listed for its name too, but none of those knows the finalizer.
        eventually(
            lambda name=virtual: HOLD in troubles("events", f"--for={name}"),
            f"an Event says what holds the former {virtual}",
            timeout=90,
        )
    assert uids() == before
    for target in held.values():
        hold(host, target, [])
    eventually(lambda: not uids() & before, "their heirs take their places", timeout=90)
    troubles.wait("condition=Ready", "pod/heir")
