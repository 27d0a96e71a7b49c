"""Every code has a page whose wrong example yields exactly that code and whose right example does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from vcluster_config.cli.compiling import known_automatic
from vcluster_config.lint import check
from vcluster_config.lint.host import Host, apis_of, minor_of
from vcluster_config.model import validate
from vcluster_config.schema.pages import page
from vcluster_config.source import SetKind, SetOption, SourceFile, load
from vcluster_config.source.codes import Code

NOT_OF_THE_LINTER = {Code.LAYER_UNREADABLE, Code.NOT_COMPILED, Code.NOT_CONVERTED, Code.OUTPUT_REFUSED}
CODES = [code for code in Code if code not in NOT_OF_THE_LINTER]


def codes(example: str, code: Code) -> list[Code]:
    examples = page(code).examples
    option = examples.get("Option", "").strip().removeprefix("--set ") if example == "Wrong" else ""
    previous = None
    if "Installed" in examples:
        previous, _ = validate(load([SourceFile("installed.yaml", examples["Installed"])]))
        assert previous is not None
    sets = [SetOption(SetKind.TYPED, option)] if option else []
    around = host(examples, example)
    report = check(
        [SourceFile("vcluster.yaml", examples[example])], sets, previous, around, security=code is Code.NOT_HARDENED
    )
    return [found.code for found in known_automatic(report, around).diagnostics]


def host(examples: dict[str, str], example: str) -> Host | None:
    """The cluster of the block ``Host``, or of ``Enough`` for the right example when there is one."""
    block = examples.get("Enough" if example == "Right" and "Enough" in examples else "Host")
    if block is None:
        return None
    version, _, apis = block.removeprefix("version ").partition("\n")
    return Host(minor_of(version), apis_of(apis) if apis.strip() else None)


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_yields_the_code(code: Code) -> None:
    assert code in codes("Wrong", code)


@pytest.mark.parametrize("code", CODES)
def test_the_right_example_does_not_yield_the_code(code: Code) -> None:
    assert code not in codes("Right", code)


@pytest.mark.parametrize("code", Code)
def test_a_page_says_what_and_why(code: Code) -> None:
    found = page(code)
    assert found.title
    assert len(found.text.split("\n\n")[1]) > 40


def test_every_page_is_of_a_code() -> None:
    folder = Path(__file__).resolve().parents[3] / "vcluster_config" / "lint" / "pages"
    assert {path.stem for path in folder.glob("*.md")} == {code.value for code in Code}
