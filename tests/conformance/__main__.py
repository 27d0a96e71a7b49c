"""``make conformance``: Kubernetes' own conformance specs against a virtual cluster."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from devhost import gobuild, nodes
from devhost.pins import CONFORMANCE_TESTS
from tests.conformance import images, left_out
from tests.e2e.harness.host import resolve
from tests.e2e.harness.vcluster import VirtualCluster

PROBES: Final = "Probing container"
"""Specs that wait for minutes each."""
GROUPS: Final = {
    "network": (r"\[sig-network\]", ""),
    "node": (r"\[sig-node\]", PROBES),
    "probes": (rf"\[sig-node\] {PROBES}", ""),
    "storage": (r"\[sig-storage\]", ""),
    "apps and cli": (r"\[sig-(apps|cli)\]", ""),
    "api and others": (r"\[sig-(api-machinery|auth|instrumentation|scheduling|architecture)\]", ""),
}
"""Parts of the suite that run side by side: title, what is in it, and what of that is not."""
_CONFIG: Final = Path(__file__).parent / "vcluster.yaml"


@dataclass(frozen=True)
class Outcome:
    """How one part of the suite ended."""

    title: str
    counts: Counter[str]
    failed: tuple[str, ...]
    seconds: float


def run(kubeconfig: Path, title: str, focus: str, folder: Path) -> Outcome:
    """Run one part; its whole output lies in ``folder`` and so does the report that is read."""
    begin = time.monotonic()
    report = folder / title.replace(" ", "-")
    within, without = GROUPS[title]
    command = [
        str(gobuild.binary(CONFORMANCE_TESTS)),
        f"--kubeconfig={kubeconfig}",
        "--provider=skeleton",
        f"--report-dir={report}",
        "--ginkgo.no-color",
        "--ginkgo.v",
        "--ginkgo.timeout=3h",
        rf"--ginkgo.focus={within}.*{focus}.*\[Conformance\]",
        f"--ginkgo.skip={'|'.join(filter(None, (left_out.skipped(), without)))}",
    ]
    with report.with_suffix(".log").open("wb") as log:
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
    cases = [case for case in _cases(report) if case.get("status") != "skipped"]
    failed = tuple(case.get("name", "") for case in cases if case.get("status") != "passed")
    return Outcome(title, Counter(case.get("status", "") for case in cases), failed, time.monotonic() - begin)


def _cases(report: Path) -> list[ET.Element]:
    """Specs of a report; a part that could not even start has a failed one of its own."""
    files = sorted(report.glob("junit*.xml"))
    if not files:
        return [ET.Element("testcase", name=f"no report: see {report.with_suffix('.log')}", status="failed")]
    return [
        case
        for file in files
        for case in ET.parse(file).getroot().iter("testcase")  # noqa: S314 - ours
        if case.get("name", "").startswith("[It]") or case.get("status") == "failed"
    ]


def main(focus: str) -> int:
    """Bring up a host with two nodes, install, run all parts, say what failed."""
    host = resolve()
    assert host.devhost is not None, "conformance needs a host of its own: unset KUBECONFIG"
    gobuild.ensure_all([CONFORMANCE_TESTS], print)
    images.ensure(host.devhost)
    nodes.add(host.devhost)
    cluster = VirtualCluster(host, "conformance", "conformance", example=str(_CONFIG)).install()
    cluster.kubectl().within("kube-system").ready("deployment/coredns")
    folder = Path(tempfile.mkdtemp(prefix="vcluster-conformance-"))
    print(f"logs and reports: {folder}", flush=True)
    kubeconfig = cluster.kubectl().kubeconfig
    with ThreadPoolExecutor(len(GROUPS)) as pool:
        running = [pool.submit(run, kubeconfig, title, focus, folder) for title in GROUPS]
        outcomes = [each.result() for each in running]
    cluster.uninstall()
    for outcome in outcomes:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(outcome.counts.items())) or "no spec"
        print(f"{outcome.title}: {counts} in {outcome.seconds:.0f} s")
    for name, reason in (left_out.NOT_HERE | left_out.NOT_YET).items():
        print(f"left out: {name}: {reason}")
    failed = [name for outcome in outcomes for name in outcome.failed]
    for name in failed:
        print(f"FAILED {name}")
    return 1 if failed or not sum(outcome.counts["passed"] for outcome in outcomes) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("focus", nargs="?", default="", help="regular expression of specs [all]")
    sys.exit(main(parser.parse_args().focus))
