"""Safe fixes mend what they promise, come to rest, and change nothing else."""

from __future__ import annotations

import pytest

from tests.unit.config.golden import FOLDER
from tests.unit.config.linting import lint
from vcluster_config.lint.fix import apply, edits_of, encoded, safe_edits
from vcluster_config.schema.pages import page
from vcluster_config.source import Span
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Edit

TEXTS = {code.value: page(code).examples["Wrong"] for code in Code if "Wrong" in page(code).examples}
TEXTS["golden"] = (FOLDER / "vcluster.yaml").read_text()


def fixed(text: str) -> str:
    for _ in range(10):
        after = apply(text, safe_edits(lint(text).diagnostics))
        if after == text:
            return text
        text = after
    pytest.fail("the fixes never come to rest")


@pytest.mark.parametrize("name", TEXTS)
def test_fixes_come_to_rest_and_leave_nothing_they_could_mend(name: str) -> None:
    text = fixed(TEXTS[name])
    assert safe_edits(lint(text).diagnostics) == []
    before, after = lint(TEXTS[name]), lint(text)
    assert len(after.diagnostics) <= len(before.diagnostics) or before.failed


@pytest.mark.parametrize("name", TEXTS)
def test_unsafe_fixes_come_to_rest_and_keep_safe_ones_first(name: str) -> None:
    text = TEXTS[name]
    for _ in range(10):
        edits = edits_of(lint(text).diagnostics, unsafe=True)
        assert set(safe_edits(lint(text).diagnostics)) <= set(edits)
        if apply(text, edits) == text:
            break
        text = apply(text, edits)
    else:
        pytest.fail("the fixes never come to rest")


def test_fixes_keep_comments_and_layout() -> None:
    before = "sync:   # first\n  toHost: {serviceAccounts: {enabled: yes}}  # second\n\n\n# last\n"
    assert fixed(before) == before.replace("yes", "true")


def test_edits_that_overlap_wait_for_the_next_round() -> None:
    inner, outer = Edit(Span("x", 1, 2, 1, 3), "B"), Edit(Span("x", 1, 1, 1, 5), "whole")
    assert apply("abcd\n", [inner, outer]) == "aBcd\n"


def test_edits_on_several_lines_are_applied_from_the_end() -> None:
    edits = [Edit(Span("x", 1, 1, 1, 2), "long"), Edit(Span("x", 2, 1, 3, 2), "C")]
    assert apply("a\nb\nc\n", edits) == "long\nC\n"


@pytest.mark.parametrize("break_", ["\n", "\r"])
def test_lines_are_counted_as_the_reader_counts_them(break_: str) -> None:
    before = break_.join(["sync:", "  toHost:", "    # \x85 \u2028", "    pods: {enabled: yes}", ""])
    assert fixed(before) == before.replace("yes", "true")


def test_a_byte_order_mark_inside_a_line_goes_before_anything_is_edited_there() -> None:
    assert fixed("sync: {\ufefftoHost: {pods: {enabled: yes}}}\n") == "sync: {toHost: {pods: {enabled: true}}}\n"


def test_a_file_keeps_its_byte_order_mark_and_line_endings() -> None:
    assert encoded("a\nb\n", like=b"\xef\xbb\xbfx\r\n") == b"\xef\xbb\xbfa\r\nb\r\n"
    assert encoded("a\nb\n", like=b"x\n") == b"a\nb\n"


@pytest.mark.parametrize("word", ["on", "no", "true", "y"])
def test_a_word_where_text_belongs_is_quoted(word: str) -> None:
    before = f"controlPlane: {{statefulSet: {{labels: {{a: {word}}}}}}}\n"
    assert fixed(before) == before.replace(f"a: {word}", f'a: "{word}"')


@pytest.mark.parametrize("value", ['!!map "0"', '!!int "1"', "!!int 1", "!!float 1.30"])
def test_no_quotes_are_put_around_a_tag(value: str) -> None:
    report = lint(f"controlPlane: {{distro: {{k8s: {{version: {value}}}}}}}\n")
    assert report.failed
    assert safe_edits(report.diagnostics) == []
