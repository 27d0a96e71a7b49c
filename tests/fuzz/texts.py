"""Damages texts: single characters, tokens that mean something to YAML, and whole lines."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Final

from tests.fuzz import seeds

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_LONG: Final = 3000
TOKENS: Final = (
    *(
        "&a ",
        "*a",
        "<<: *a",
        "<<: [*a, *a]",
        "&a",
        "*",
        "!!str ",
        "!!binary ",
        "!!int ",
        "!!map ",
        "!x ",
        "! ",
        "!<x> ",
    ),
    *("- ", "? ", ": ", ":", "|\n", ">-\n", "|2-\n", "%YAML 1.1\n", "%TAG ! x\n", "---\n", "...\n", "--- ", "#", " #"),
    *("\t", "\r\n", "\r", "\0", "\ufeff", "\u2028", "\u2029", "\x85", "\xa0", "\x07", "\x7f", "\x1b[31m", "\udcff"),
    *(
        "\U0001f600",
        "\u202e",
        "e\u0301",
        "ß",
        "İ",
        "\uffff",
        "\ud7ff",
        "\\",
        '"\\ud83d"',
        '"\\ud83d\\ude00"',
        '"\\x00"',
        '"\\U00110000"',
        "%YAML 1.3\n",
        " .inf",
        " -.Inf",
        " .NaN",
        "9" * 40,
    ),
    *(
        "'",
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        "{{ .Values.x }}",
        "$(A)",
        "@release@",
        "`",
        "@",
        "%",
        "~",
        "null",
        "''",
        '""',
    ),
    *(
        "0644",
        "0o17",
        "0x1F",
        "0b1",
        "1_000",
        "1e999",
        "-1",
        "+1",
        ".5",
        "1.",
        ".inf",
        ".nan",
        "12:30:45",
        "2024-01-01",
    ),
    *("yes", "No", "on", "OFF", "true", '"true"', "y", "=", "<<", "<<: {}", "? [a]\n: b", "? {a: b}\n", "a: b: c"),
    *("# vcluster-config: ignore[VC101]", "# vcluster-config: ignore", "# vcluster-config: ignore[VC9,VC601] why"),
    *(
        "a" * _LONG,
        "9" * _LONG,
        "9" * 5000,
        "[" * 150,
        "{a: " * 150,
        "- " * 150,
        "\n" * 200,
        " " * 500,
        "&x [*x]",
        "#" * 99,
    ),
)


def damage(random: Random, text: str) -> str:
    """Change a text in one to five ways."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        text = random.choice(_WAYS)(random, text)
    return text[:20_000]


def noise(random: Random) -> str:
    """Bytes, or characters that YAML cares about."""
    size = random.randrange(60)
    if random.random() < 0.3:
        return random.randbytes(size).decode("utf-8", "surrogateescape")
    return "".join(random.choice("ab:- \n\t{}[]\"'#&*!|>%@,?\\01.~<") for _ in range(size))


def _insert(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(TOKENS) + text[at:]


def _replace(random: Random, text: str) -> str:
    start, end = _piece(random, text)
    return text[:start] + random.choice(TOKENS) + text[end:]


def _delete(random: Random, text: str) -> str:
    start, end = _piece(random, text)
    return text[:start] + text[end:]


def _repeat(random: Random, text: str) -> str:
    start, end = _piece(random, text)
    return text[:end] + text[start:end] * random.choice((1, 2, 20)) + text[end:]


def _flip_bit(random: Random, text: str) -> str:
    data = bytearray(text.encode("utf-8", "surrogateescape"))
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data.decode("utf-8", "surrogateescape")


def _piece(random: Random, text: str) -> tuple[int, int]:
    start = random.randrange(len(text) + 1)
    return start, min(len(text), start + random.choice((1, 2, 5, 20)))


def _lines(change: Callable[[Random, list[str], int], None]) -> Callable[[Random, str], str]:
    def way(random: Random, text: str) -> str:
        lines = text.split("\n")
        change(random, lines, random.randrange(len(lines)))
        return "\n".join(lines)

    return way


def _drop(random: Random, lines: list[str], at: int) -> None:
    del lines[at]


def _swap(random: Random, lines: list[str], at: int) -> None:
    other = random.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _double(random: Random, lines: list[str], at: int) -> None:
    lines.insert(random.randrange(len(lines) + 1), lines[at])


def _shift(random: Random, lines: list[str], at: int) -> None:
    lines[at] = lines[at].removeprefix("  ") if random.random() < 0.4 else random.choice((" ", "  ", "\t")) + lines[at]


def _cut(random: Random, lines: list[str], at: int) -> None:
    lines[at] = lines[at][: random.randrange(len(lines[at]) + 1)]


def _join(random: Random, lines: list[str], at: int) -> None:
    lines[at : at + 2] = [" ".join(lines[at : at + 2])]


def _comment(random: Random, lines: list[str], at: int) -> None:
    code = random.choice(("VC101", "VC102", "VC901", "VC601", "VC004", "VC003", "VC999", "", "VC101, VC901"))
    text = f"# vcluster-config: ignore[{code}] {random.choice(('', 'because'))}"
    if random.random() < 0.5:
        lines.insert(at, text)
    else:
        lines[at] += f" {text}"


def _borrow(random: Random, lines: list[str], at: int) -> None:
    other = random.choice(seeds.texts()).split("\n")
    start = random.randrange(len(other))
    lines[at:at] = other[start : start + random.choice((1, 3, 10))]


def _endings(random: Random, text: str) -> str:
    return text.replace("\n", random.choice(("\r\n", "\r", "\x85", "\n\n", "\u2028")))


def _start(random: Random, text: str) -> str:
    return random.choice(("\ufeff", "\ufeff\ufeff", "---\n", "%YAML 1.2\n---\n", "# \n", "\n")) + text


_WAYS: Final[tuple[Callable[[Random, str], str], ...]] = (
    *(_insert, _insert, _replace, _delete, _repeat, _flip_bit, _endings, _start),
    *(_lines(way) for way in (_drop, _swap, _double, _shift, _shift, _cut, _join, _comment, _borrow)),
)


UNITS = (
    "x",
    "é",
    " ",
    "[",
    "{",
    "- ",
    "? ",
    "a.",
    "'",
    '"',
    "\\",
    "#",
    "0",
    ":",
    "a: ",
    "&a ",
    "*a ",
    "!",
    "\t",
    "\udce1",
)


def long(random: Random) -> str:
    """One line of a single thing many times over, in a file that may be read or not."""
    begin = random.choice(("", "a: ", "value: ", "- ", "a: [", "# ", "sync: {toHost: {pods: {x: "))
    return begin + random.choice(UNITS) * random.choice((1_000, 10_000, 50_000)) + random.choice(("", "\n", "\nb: [\n"))


def bomb(random: Random) -> str:
    """Aliases of aliases, merges of merges, or the same without aliases."""
    width, depth = random.choice((2, 3, 9)), random.choice((2, 5, 17, 40))
    merged = random.random() < 0.5
    lines = ["a0: &a0 {x: 1}"]
    for level in range(1, depth):
        inner = ", ".join([f"*a{level - 1}"] * width)
        value = f"{{<<: [{inner}], k{level}: 1}}" if merged else f"[{inner}]"
        lines.append(f"a{level}: &a{level} {value}")
    text = "\n".join(lines) + "\n"
    return "external:\n" + indent(text, "  ") if random.random() < 0.5 else text
