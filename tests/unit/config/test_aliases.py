"""A finding about an aliased value shows where it is written and where it is used."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint


@pytest.mark.parametrize(
    ("text", "line", "used"),
    [
        ("sync:\n  toHost:\n    pods: &p {enabled: 'true'}\n    services: *p\n", 3, (4, 5)),
        ("sync:\n  toHost:\n    pods: &p {enabled: 'true'}\n    services:\n      <<: *p\n", 3, (5, 11)),
        ("sync:\n  toHost:\n    pods: {enabled: &v 'true'}\n    services: {enabled: *v}\n", 3, (4, 16)),
    ],
)
def test_both_places_are_shown(text: str, line: int, used: tuple[int, int]) -> None:
    own, other = sorted(lint(text).diagnostics, key=lambda item: item.path)
    assert (own.path, own.related) == ("sync.toHost.pods.enabled", ())
    assert (other.path, other.span.line) == ("sync.toHost.services.enabled", line)
    (related,) = other.related
    assert (related.message, (related.span.line, related.span.column)) == ("used here, through an alias", used)


def test_values_without_an_alias_stay_alone() -> None:
    (found,) = lint("sync: {toHost: {pods: {enabled: 'true'}}} # a * is no alias\n").diagnostics
    assert found.related == ()


@pytest.mark.parametrize(
    ("text", "title", "applicability"),
    [
        ("sync: {toHost: {ingresses: true}}\n", "write {enabled: true}", "safe"),
        ("controlPlane: {coredns: false}\n", "write {enabled: false}", "safe"),
        (
            "sync: {toHost: {customResources: [a.b.c]}}\n",
            "write names as keys, and below each what belongs to it, instead of a list",
            "needs-input",
        ),
    ],
)
def test_the_meant_mapping_is_offered(text: str, title: str, applicability: str) -> None:
    (found,) = lint(text).diagnostics
    assert [(item.title, item.applicability) for item in found.suggestions] == [(title, applicability)]


@pytest.mark.parametrize("text", ["controlPlane: true\n", "sync: {toHost: {pods: enabled}}\n"])
def test_nothing_is_guessed_where_nothing_fits(text: str) -> None:
    (found,) = lint(text).diagnostics
    assert found.suggestions == ()
