"""The measurements of benchmarks/ in small: their tables from made-up figures, their workbooks and processes; never a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import selfeval_xl as sx
from benchmarks import batches, contenders, processes, speed, stages, whole
from benchmarks.speed import Measured

DONE = [
    Measured(name, size, number, wall, work, wall, peak)
    for number in range(2)
    for name, size, wall, work, peak in (
        ("help", 1, 0.1 + number / 10, 0.1, 30),
        ("ours", 100, 4.0, 4.0, 200),
        ("ours", 1_000, 22.0 + number, 22.0, 290),
        ("ours", 10_000, 211.5, 211.5, 1_190),
        ("ours_read", 1_000, 12.0, 10.0, 150),
        ("bare", 1_000, 2.1, 2.0, 20),
        ("naive", 1_000, 220.0, 219.0, 0),
    )
]  # fmt: skip


def test_a_table_has_a_line_for_each_way_that_was_measured() -> None:
    """Medians of the rounds, times as long as our own run with the spread; memory that was not seen is a dash."""
    table = speed.lines(DONE, 1_000)
    assert "| selfeval-xl run（两个进程） | 22.50 | 22.5 | 22.50 | 290 | 1.00（1.00～1.00） |" in table
    assert "| 脚本：pandas＋openpyxl，固定地址 | 220.00 | 220.0 | 220.00 | — | 9.78（9.57～10.00） |" in table
    assert len(table) == 2 + 4


def test_what_is_too_slow_for_a_size_is_named() -> None:
    """A way that was left out above its largest batch stands under the table; one that nobody asked for does not."""
    assert "固定地址" in speed.lines(DONE, 10_000)[-1]
    assert "固定地址" not in "".join(speed.lines(DONE, 100))


def test_targets_are_held_against_the_largest_size() -> None:
    """Readers are compared without the start of Python; commands, memory and growth have lines of their own."""
    rows = speed.targets(DONE)
    assert "| 读取 ÷ calamine | ≤ 2 | 5.00（5.00～5.00） | 1,000 |" in rows
    assert "| selfeval-xl --help，秒 | ≤ 0.25 | 0.15（0.10～0.20） | 1 |" in rows
    assert "| 全程最高内存，MB | ≤ 1,000 | 1,190 | 10,000 |" in rows
    assert "| 每多一本的时间，与前一段之比 | ≤ 1.1 | 1.02 | 10,000 |" in rows
    assert not any("pandas＋calamine 脚本" in row for row in rows)


def test_growth_is_told_a_workbook_more() -> None:
    """What a workbook more costs leaves out the start of the program, which a small batch feels most."""
    assert speed.growth(DONE)[2:] == [
        "| 100 | 4.00 | 40.0 | — | 200 | — |",
        "| 1,000 | 22.50 | 22.5 | 20.6 | 290 | 100 |",
        "| 10,000 | 211.50 | 21.1 | 21.0 | 1,190 | 100 |",
    ]


def test_a_province_is_worked_out_from_what_was_measured() -> None:
    """The working stands beside each figure."""
    rows = "\n".join(speed.province(DONE))
    assert "10.0 ms a workbook, of 1,000 | 100,000 × 10.0 ms = 17 minutes; ÷ 8 cores = 2 minutes" in rows
    assert "1,190 MB + 90,000 × 100 KB = 10.2 GB" in rows
    assert "again" not in rows


def test_only_what_stands_between_the_marks_is_written_anew() -> None:
    """The words around a table stay."""
    page = f"before\n{speed.BEGIN}\nold\n{speed.END}\nafter\n"
    assert speed.between(page, ["new"]) == f"before\n{speed.BEGIN}\nnew\n{speed.END}\nafter\n"


def test_the_page_on_scale_has_a_place_for_the_figures(root: Path) -> None:
    """Both marks stand there once."""
    text = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    assert (text.count(speed.BEGIN), text.count(speed.END)) == (1, 1)


def test_the_picture_has_plain_numbers(tmp_path: Path) -> None:
    """Sizes and seconds are written out: 10, not a power of it."""
    pytest.importorskip("matplotlib", reason="draws the picture of docs/speed.md")
    speed.draw(DONE, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<!-- 10,000 -->" in text
    assert "mathdefault" not in text


def test_stages_are_shares_of_the_whole() -> None:
    """The five modules of checks that take longest have a line, the others are the rest of the checks."""
    seconds = stages.ordered(stages.Counter({stages.READING: 5.0, **{f"核对：{name}": float(name) for name in range(1, 8)}}))
    assert seconds[stages.RULING] == 1 + 2
    assert [name for name in seconds if name not in stages.STAGES] == [f"核对：{name}" for name in (7, 6, 5, 4, 3)]
    assert "| 读取：其余 | 5.00 | 500.00 | 15.2% |" in speed.stages(seconds, 10)


def test_small_batches_are_measured_more_often() -> None:
    """A spread where it is cheap, one round where it takes minutes."""
    assert [whole.rounds(size) for size in (10, 100, 1_000, 10_000)] == [5, 3, 2, 1]


def test_every_way_can_be_started() -> None:
    """Each has its function, the whole run is the command itself, and what it needs before has one too."""
    assert contenders.WAYS.keys() - contenders.CONTENDERS.keys() == {"ours"}
    assert {way.before for way in contenders.WAYS.values()} - {""} <= contenders.CONTENDERS.keys()
    assert {name for _, *pair, _, _ in speed.TARGETS for name in pair} <= contenders.WAYS.keys()


# -- workbooks and processes -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six workbooks of two drawn ones, those at 3 and 5 with a wrong amount."""
    folder = tmp_path_factory.mktemp("batch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "BASES", 2)
        batches.make(folder, 6, seed=WITH_WRONG)
    return folder


WITH_WRONG = 4
"""A seed by which some of six workbooks have a wrong amount and others have none."""


def test_workbooks_of_a_batch_are_clean_but_for_slips(batch: Path) -> None:
    """Each has other content and figures, so that no department looks like another; a slipped point is told."""
    evals = sx.evaluate(sx.read(batch))
    assert evals.files["sha256"].is_unique
    assert evals.profile["department"].is_unique
    told = evals.findings.groupby("file").size()
    assert 0 < len(told) < 6
    assert set(evals.findings["severity"]) == {"error"}


def test_it_is_measured_where_the_time_goes(batch: Path) -> None:
    """Every stage is met in a run of few workbooks, and the program is as it was afterwards."""
    before = sx.read
    seconds = stages.measure(batch)
    assert sx.read is before
    assert [name for name in stages.STAGES if not seconds[name] > 0] == []


def test_a_contender_reads_the_batch(batch: Path, tmp_path: Path) -> None:
    """The script by fixed addresses ranks the departments."""
    assert contenders.main("savvy", batch, tmp_path / "a.xlsx") > 0
    assert (tmp_path / "a.xlsx").stat().st_size > 5_000


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="memory of other processes is read from /proc")
def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    """A child's memory counts, and so does its processor time; what was printed is given."""
    child = "import time; held = bytearray(60_000_000); time.sleep(0.6)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True); print('done')"
    usage = processes.used([sys.executable, "-c", parent], tmp_path)
    assert usage.printed == "done\n"
    assert usage.peak > 60
    assert usage.cpu > 0
    assert os.getpid() in processes.family(os.getpid())


def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    """Nothing is measured of what did not work."""
    with pytest.raises(RuntimeError, match="no such thing"):
        processes.used([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)
