"""Sections that become parts of Kubernetes objects keep the rules for those."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint

NETWORK = "policies: {{networkPolicy: {{workload: {{ingress: [{}]}}}}}}"
INGRESS = "policies.networkPolicy.workload.ingress[0]"
MOUNTS = "controlPlane: {{statefulSet: {{persistence: {{addVolumeMounts: [{}]}}}}}}"
MOUNT = "controlPlane.statefulSet.persistence.addVolumeMounts[0]"
HOOKS = "policies: {{centralAdmission: {{validatingWebhooks: [{{webhooks: [{}]}}]}}}}"
HOOK = "policies.centralAdmission.validatingWebhooks[0].webhooks"
URL = 'clientConfig: {url: "https://hooks.example.com"}'
SELECTED = "from: [{{podSelector: {{matchExpressions: [{}]}}}}]"
SELECTOR = f"{INGRESS}.from[0].podSelector.matchExpressions[0]"
INIT = "controlPlane: {{statefulSet: {{initContainers: [{{name: a, image: b, {}}}]}}}}"
SPREADS = "controlPlane: {{statefulSet: {{scheduling: {{topologySpreadConstraints: [{0}DoNotSchedule}}, {0}{1}}}]}}}}}}"
SPREAD = "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: "
CLAIM = "persistence: {{volumeClaim: {{accessModes: {}}}}}"


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        (NETWORK.format("{from: [{}]}"), "VC218", f"{INGRESS}.from[0]"),
        (
            NETWORK.format("{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}"),
            "VC218",
            f"{INGRESS}.from[0].ipBlock",
        ),
        (NETWORK.format("{ports: [{endPort: 90}]}"), "VC218", f"{INGRESS}.ports[0].endPort"),
        (NETWORK.format("{ports: [{port: http, endPort: 90}]}"), "VC218", f"{INGRESS}.ports[0].endPort"),
        (NETWORK.format("{ports: [{port: 90, endPort: 80}]}"), "VC104", f"{INGRESS}.ports[0].endPort"),
        (NETWORK.format(f"{{{SELECTED.format('{key: a, operator: In}')}}}"), "VC105", f"{SELECTOR}.values"),
        (
            NETWORK.format(f"{{{SELECTED.format('{key: a, operator: Exists, values: [b]}')}}}"),
            "VC218",
            f"{SELECTOR}.values",
        ),
        (MOUNTS.format("{mountPath: /a}"), "VC105", f"{MOUNT}.name"),
        (MOUNTS.format("{name: config}"), "VC105", f"{MOUNT}.mountPath"),
        (MOUNTS.format("{name: config, mountPath: /a, subPath: ../b}"), "VC104", f"{MOUNT}.subPath"),
        (MOUNTS.format("{name: config, mountPath: /a, subPath: b, subPathExpr: c}"), "VC218", f"{MOUNT}.subPathExpr"),
        (HOOKS.format(f"{{{URL}}}"), "VC105", f"{HOOK}[0]"),
        (HOOKS.format(f"{{name: a, {URL}}}, {{name: a, {URL}}}"), "VC218", f"{HOOK}[1].name"),
        (HOOKS.format(f"{{name: a, sideEffects: Some, {URL}}}"), "VC103", f"{HOOK}[0].sideEffects"),
        (
            INIT.format("livenessProbe: {httpGet: {port: 80}}"),
            "VC218",
            "controlPlane.statefulSet.initContainers[0].livenessProbe",
        ),
        (
            SPREADS.format(SPREAD, "DoNotSchedule"),
            "VC218",
            "controlPlane.statefulSet.scheduling.topologySpreadConstraints[1]",
        ),
        ("controlPlane: {statefulSet: {dnsPolicy: None}}", "VC218", "controlPlane.statefulSet.dnsPolicy"),
        (
            f"controlPlane: {{statefulSet: {{{CLAIM.format('[]')}}}}}",
            "VC218",
            "controlPlane.statefulSet.persistence.volumeClaim.accessModes",
        ),
        (
            f"controlPlane: {{statefulSet: {{{CLAIM.format('[ReadWriteOncePod, ReadWriteOnce]')}}}}}",
            "VC218",
            "controlPlane.statefulSet.persistence.volumeClaim.accessModes",
        ),
        (
            "rbac: {role: {extraRules: [{nonResourceURLs: [/a], verbs: [get]}]}}",
            "VC218",
            "rbac.role.extraRules[0].nonResourceURLs",
        ),
    ],
)
def test_a_part_that_would_be_refused_is_found(text: str, code: str, path: str) -> None:
    assert [(found.code, found.path) for found in lint(text).diagnostics] == [(code, path)]


@pytest.mark.parametrize(
    "text",
    [
        INIT.format("restartPolicy: Always, livenessProbe: {httpGet: {port: 80}}"),
        SPREADS.format(SPREAD, "ScheduleAnyway"),
        NETWORK.format("{from: [{namespaceSelector: {}, podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}]}"),
        NETWORK.format("{ports: [{port: 80, endPort: 90}, {port: http}, {protocol: UDP}]}"),
        NETWORK.format(f"{{{SELECTED.format('{key: a, operator: In, values: [b]}')}}}"),
        MOUNTS.format("{name: config, mountPath: /a, subPath: b}"),
        HOOKS.format(f"{{name: a, sideEffects: NoneOnDryRun, {URL}}}, {{name: b, {URL}}}"),
        "controlPlane: {statefulSet: {dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1]}}}",
        f"controlPlane: {{statefulSet: {{{CLAIM.format('[ReadWriteOncePod]')}}}}}",
        "rbac: {clusterRole: {extraRules: [{nonResourceURLs: [/a], verbs: [get]}]}}",
    ],
)
def test_a_part_that_is_right_is_taken(text: str) -> None:
    assert lint(text).diagnostics == []
