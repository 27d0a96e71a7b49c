"""Scenario 6, second half: all calls of the suite are inside the compiled RBAC. Runs after everything else."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import UNUSED
from tests.e2e.harness.audit import Usage


@pytest.fixture(scope="module")
def seen(usages_until_now: list[Usage]) -> list[Usage]:
    if not usages_until_now:
        pytest.skip("no scenario has run before")
    return usages_until_now


def test_no_call_was_outside_the_compiled_rights(seen: list[Usage]) -> None:
    assert [call for usage in seen for call in usage.calls if call.forbidden] == []
    assert {usage.cluster: usage.used - usage.granted for usage in seen if usage.used - usage.granted} == {}


def test_rights_that_nobody_used_are_named(seen: list[Usage], request: pytest.FixtureRequest) -> None:
    granted = frozenset[tuple[str, str, str]]().union(*(usage.granted for usage in seen))
    used = frozenset[tuple[str, str, str]]().union(*(usage.used for usage in seen))
    unused = [f"{verb} {resource}{'.' if group else ''}{group}" for group, resource, verb in sorted(granted - used)]
    request.config.stash[UNUSED] = unused
    assert used & granted
