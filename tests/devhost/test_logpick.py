"""A failed start must show the line that says why."""

from pathlib import Path

import pytest

from devhost.logpick import explain, pick, tail

KLOG = [
    'I1124 20:38:01.1 47 server.go:1] "Starting"',
    'E1124 20:38:02.1 47 run.go:72] "command failed" err="listen tcp :6443: bind: address already in use"',
    'I1124 20:38:02.2 47 trace.go:1] "Done"',
]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (KLOG, KLOG[1]),
        (
            [*KLOG, "F1124 20:38:03.0 47 a.go:1] out", "E1124 20:38:04.0 47 b.go:1] later"],
            "F1124 20:38:03.0 47 a.go:1] out",
        ),
        (["Error: unknown flag: --nope", "Usage:", "  kubelet [flags]"], "Error: unknown flag: --nope"),
        (
            ["start", "panic: metric-resolution too small", "", "goroutine 1 [running]:"],
            "panic: metric-resolution too small",
        ),
        (
            ['{"level":"warn","msg":"a"}', '{"level":"fatal","msg":"b"}', '{"level":"error","msg":"c"}'],
            '{"level":"fatal","msg":"b"}',
        ),
        (['time="…" level=error msg="no cni"', 'time="…" level=info msg="x"'], 'time="…" level=error msg="no cni"'),
        (["one", "two", "  "], "two"),
        ([], ""),
    ],
)
def test_pick(lines: list[str], expected: str) -> None:
    assert pick(lines) == expected


def test_the_tail_of_a_long_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {number}\n" for number in range(50_000)))
    assert tail(log, 2) == ["line 49998", "line 49999"]


def test_explain_leads_with_the_line_that_matters(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("\n".join(KLOG))
    assert explain(log).splitlines()[0].strip() == KLOG[1]


def test_explain_says_when_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert explain(tmp_path / "none.log").endswith("is empty")
