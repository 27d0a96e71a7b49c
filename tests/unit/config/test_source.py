"""Reading YAML: values as Helm sees them, positions of everything, and every mistake of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcluster_config.source import Document, SetKind, SetOption, SourceFile, load
from vcluster_config.source.node import Scalar, dotted, plain, walk


def document(*texts: str, sets: tuple[SetOption, ...] = ()) -> Document:
    return load([SourceFile(f"{index}.yaml", text) for index, text in enumerate(texts)], sets)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("yes", True),
        ("Off", False),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("1_000", 1000),
        ("0644", 420),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.30", 1.3),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ('"no"', "no"),
        ("1.2.3", "1.2.3"),
        ("v1", "v1"),
        ("2001-01-01", "2001-01-01"),
        ("!!str 1", "1"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("08", 8.0),
        ("1" * 5000, "1" * 5000),
        ("1" * 310, "1" * 310),
        ("1E400", "1E400"),
        ("-1e400", "-1e400"),
    ],
)
def test_scalars_mean_what_helm_reads(text: str, value: object) -> None:
    assert plain(document(f"a: {text}").root) == {"a": value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", ("VC002", 2, 1)),
        ("a: 1\nb: 2\na: 3\n", ("VC003", 3, 1)),
        ("a: b: c\n", ("VC001", 1, 5)),
        ("a: [1,\n", ("VC001", 2, 1)),
        ("a: 1\n---\nb: 2\n", ("VC008", 2, 1)),
        ("- 1\n", ("VC011", 1, 1)),
        ("? [a]\n: 1\n", ("VC012", 1, 3)),
        ("a: *b\n", ("VC007", 1, 4)),
        ("a: &a [*a]\n", ("VC007", 1, 8)),
        ("a: !secret b\n", ("VC009", 1, 4)),
        ("a: \0\n", ("VC010", 1, 4)),
        ("a: .inf\n", ("VC006", 1, 4)),
        ("%YAML 1.5\n---\na: 1\n", ("VC001", 1, 1)),
        ("\r%YAML 1.5\r---\ra: 1\r", ("VC001", 2, 1)),
        ("%YAML 1." + "2" * 5000 + "\n---\n", ("VC001", 1, 1)),
        ('b: 1\na: ["\\U00110000"]\n', ("VC010", 2, 6)),
        ('a: "\\UFFFFFFFF"\n', ("VC010", 1, 5)),
        ("a: [-.Inf]\n", ("VC006", 1, 5)),
        ("a:\n- b: .NaN\n", ("VC006", 2, 6)),
        ("[" * 200, ("VC001", 1, 101)),
    ],
)
def test_mistakes_of_the_text_have_a_code_and_a_place(text: str, expected: tuple[str, int, int]) -> None:
    (found,) = document(text).diagnostics
    assert (found.code, found.span.line, found.span.column) == expected


def test_bytes_that_are_no_utf8_have_a_place() -> None:
    (found,) = load([SourceFile.decode("a.yaml", b"a: 1\nb: \xff\n")]).diagnostics
    assert (found.code, found.span.line, found.span.column) == ("VC010", 2, 4)


def test_escaped_pairs_are_one_character_and_halves_are_refused() -> None:
    assert plain(document(r'a: "\ud83d\ude00"').root) == {"a": "\N{GRINNING FACE}"}
    (found,) = document(r'a: "\ud83d"').diagnostics
    assert (found.code, found.span.column) == ("VC010", 4)


@pytest.mark.parametrize(
    ("value", "end"),
    [("[*x]", 7), ("[1, *x]", 10), ("{b: *x}", 10), ("{<<: *x}", 11), ("{b: 1, c: *x}", 16)],
)
def test_what_ends_with_an_alias_ends_behind_it(value: str, end: int) -> None:
    found = document(f"x: &x {{y: 1}}\na: {value}\n").find(("a",))
    assert found is not None
    assert found.span == ("0.yaml", 2, 4, 2, end)


def test_a_growing_alias_is_refused_before_it_is_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert [found.code for found in document("\n".join(lines)).diagnostics] == ["VC007"]


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("a: 'x\nb: 1\n", (1, 4), "a quote or bracket that opens here is never closed"),
        ("{a: b\n", (1, 1), "a quote or bracket that opens here is never closed"),
        ("a: [\n", (2, 1), "the text ends where a value belongs; close what was opened"),
        ("a: [b}\n", (1, 6), "a comma or ] belongs here, not }"),
        ("a: @x\n", (1, 4), "no plain text may begin with @; quote it"),
        ("a: 'it's'\n", (1, 8), "the value ends before this; quote all of it"),
        ("a: - b\n", (1, 4), "a list begins on the line below its key, not beside it"),
        ('a: "\\q"\n', (1, 6), r"\q means nothing in double quotes; write it in single quotes"),
        ("a: }\n", (1, 4), "} stands where a value belongs; quote text that begins with it"),
    ],
)
def test_a_syntax_error_speaks_of_the_text_and_not_of_the_parser(
    text: str, place: tuple[int, int], sentence: str
) -> None:
    (found,) = document(text).diagnostics
    assert (found.span.line, found.span.column) == place
    assert found.message == f"YAML syntax: {sentence}"


def test_where_a_broken_block_began_is_told() -> None:
    (found,) = document("a:\n - b\n\n c: d\n").diagnostics
    assert [(item.message, item.span.line) for item in found.related] == [("the list starts here", 2)]


def test_a_colon_without_a_space_is_recognised() -> None:
    (found,) = document("sync:{}\n").diagnostics
    assert [item.title for item in found.suggestions] == ["write a space behind each colon"]


def test_merge_keys_give_way_to_the_keys_beside_them() -> None:
    found = document("base: &b {x: 1, y: 2}\nuser: {<<: *b, y: 3}\n")
    assert plain(found.root) == {"base": {"x": 1, "y": 2}, "user": {"y": 3, "x": 1}}
    entry = found.entry(("user", "x"))
    assert entry is not None
    assert entry.merged_at is not None
    assert entry.key_span.line == 1
    assert entry.merged_at.line == 2


def test_positions_of_keys_and_values() -> None:
    found = document("a:\n  b: [1, {c: text}]\n")
    span = found.span(("a", "b", 1, "c"))
    assert (span.line, span.column, span.end_column) == (2, 14, 18)
    key = found.key_span(("a", "b"))
    assert (key.line, key.column, key.end_column) == (2, 3, 4)


def test_a_missing_path_points_at_what_is_around_it() -> None:
    found = document("a:\n  b: 1\n")
    assert found.span(("a", "x", "y")).line == 2
    assert found.span(("z",)).line == 1


def test_later_layers_win_and_every_layer_is_remembered() -> None:
    found = document("a: {b: 1, l: [1, 2]}\n", "a: {b: 2, l: [3]}\nn: null\n")
    assert plain(found.root) == {"a": {"b": 2, "l": [3]}, "n": None}
    assert [span.file for span in found.origins(("a", "b"))][:2] == ["0.yaml", "1.yaml"]
    assert found.span(("a", "b")).file == "1.yaml"


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("a.b=1", {"a": {"b": 1}}),
        ("a=true,b=null,c=", {"a": True, "b": None, "c": ""}),
        ("a=yes", {"a": "yes"}),
        ("a=0644", {"a": "0644"}),
        ("a=1.5", {"a": "1.5"}),
        ("a={x,2}", {"a": ["x", 2]}),
        ("a={}", {"a": []}),
        ("a={x},b=1", {"a": ["x"], "b": 1}),
        ("a[1].b=x", {"a": [None, {"b": "x"}]}),
        (r"a\.b/c=x\,y", {"a.b/c": "x,y"}),
    ],
)
def test_set_reads_as_helm_does(option: str, expected: object) -> None:
    assert plain(document(sets=(SetOption(SetKind.TYPED, option),)).root) == expected


def test_set_changes_one_item_and_keeps_the_rest() -> None:
    found = document("a: [{b: 1, c: 2}, {b: 3}]\n", sets=(SetOption(SetKind.TYPED, "a[0].b=9"),))
    assert plain(found.root) == {"a": [{"b": 9, "c": 2}, {"b": 3}]}
    assert found.span(("a", 0, "b")).file == "--set"


@pytest.mark.parametrize(
    ("option", "begin"),
    [
        ("", "--set, character 1: "),
        ("a", "--set, character 1: "),
        ("=1", "--set, character 1: "),
        ("a..b=1", "--set a..b=…, character 3: "),
        ("a[x]=1", "--set a[x]=…, character 2: "),
        ("a[99999]=1", "--set a[99999]=…, character 2: "),
        ("a={x", "--set a=…, character "),
        ("mysql://u:secret@h/d", "--set, character 1: "),
    ],
)
def test_malformed_set_options_are_findings_that_repeat_no_value(option: str, begin: str) -> None:
    (found,) = document(sets=(SetOption(SetKind.TYPED, option),)).diagnostics
    assert found.code == "VC013"
    assert found.message.startswith(begin)
    assert "secret" not in found.message


def test_set_string_json_file_and_literal() -> None:
    sets = (
        SetOption(SetKind.STRING, "a=1"),
        SetOption(SetKind.JSON, 'b={"x":[1,null]}'),
        SetOption(SetKind.FILE, "d=x,\ny: \\z"),
        SetOption(SetKind.LITERAL, "c=x,y=z"),
    )
    expected = {"a": "1", "b": {"x": [1, None]}, "d": "x,\ny: \\z", "c": "x,y=z"}
    assert plain(document(sets=sets).root) == expected


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e400"])
def test_set_json_takes_only_numbers_of_json(number: str) -> None:
    (found,) = document(sets=(SetOption(SetKind.JSON, f"a={number}"),)).diagnostics
    assert found.message == f"--set-json a=…, character 3: not JSON: {number} is no finite number"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("a", "b", 0, "c"), "a.b[0].c"),
        (("a", "x.y/z"), 'a."x.y/z"'),
        ((), ""),
    ],
)
def test_paths_are_dotted(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    found = document(text)
    assert all(item.span.line >= 1 and item.span.column >= 1 for item in found.diagnostics)


@given(st.binary())
def test_any_bytes_are_read_or_refused_with_a_place(raw: bytes) -> None:
    found = load([SourceFile.decode("x.yaml", raw)])
    assert all(item.span.line >= 1 for item in found.diagnostics)


@given(st.text(max_size=40))
def test_any_set_option_is_applied_or_refused(text: str) -> None:
    for kind in SetKind:
        found = document("a: {b: [1]}\n", sets=(SetOption(kind, text),))
        assert found.diagnostics or any(isinstance(node, Scalar) for _, node, _ in walk(found.root))
