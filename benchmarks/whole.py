"""The whole run against what a bureau could use instead, side by side in one run; ratios with their spread.

    python -m benchmarks.whole                                  10, 100 and 1,000 workbooks, three rounds
    python -m benchmarks.whole --sizes 10000 --rounds 1 --without naive,full
    python -m benchmarks.whole --write                          docs/speed.md and its picture anew (needs matplotlib)

Each measurement is a process of its own that does one thing to one folder; a round does all of them in turn. Time is
that of the clock, from the start of the process to its end; readers are compared without the start of Python and the
import of libraries. Memory is the highest of the process and, with a pool, of its largest child. Measure on a machine
that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from . import batches
from .contenders import keep_cells

ROOT = Path(__file__).parent.parent
PAGE, PICTURE = ROOT / "docs" / "speed.md", ROOT / "docs" / "images" / "speed.png"
NAMES = {
    "ours": "selfeval-xl run（两个进程）",
    "ours_alone": "同上，一个进程",
    "ours_read": "其中：读取",
    "ours_read_two": "其中：读取（两个进程）",
    "ours_rule": "其中：读取＋核对",
    "ours_bare": "读取＋xlsxwriter 直接写同样的格子",
    "bare": "python-calamine 读成列表，别的不做",
    "full": "openpyxl 完整模式，只读",
    "savvy": "脚本：pandas＋calamine，一个汇总",
    "naive": "脚本：pandas＋openpyxl，固定地址",
}
INTRODUCTION = """每一行是单独的一个进程对同一个文件夹做一件事；同一轮里轮流做，比值在同一轮内算，括号里是各轮的最小和最大。
读取之间的比不含程序启动。机器：两个处理器核。比值可信，秒数因机器而异。
"""
PARTS = {"ours_read", "ours_read_two", "bare", "full"}
"""What is compared without the start of its process."""
TARGETS = (
    ("读取 ÷ calamine", "ours_read", "bare", "≤", 2.0),
    ("openpyxl ÷ 读取", "full", "ours_read", "≥", 30.0),
    ("固定地址脚本 ÷ 全程", "naive", "ours", "≥", 40.0),
    ("pandas＋calamine 脚本 ÷ 全程", "savvy", "ours", "≥", 2.5),
    ("全程（一个进程）÷（读取＋直接写）", "ours_alone", "ours_bare", "≤", 1.3),
    ("一个进程读取 ÷ 两个进程", "ours_read", "ours_read_two", "≥", 1.7),
)


@dataclass(frozen=True)
class Measured:
    """One thing done once: seconds of the process, seconds without its start, seconds of processor, highest memory in MB."""

    name: str
    size: int
    round: int
    wall: float
    work: float
    cpu: float
    peak: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print or write what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--without", default="")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--data", type=Path, default=Path(gettempdir()) / "selfeval_xl_benchmark", help="where the workbooks lie")
    chosen = parser.parse_args(arguments)
    names = [name for name in (chosen.only.split(",") if chosen.only else NAMES) if name not in chosen.without.split(",")]
    done: list[Measured] = []
    for size in map(int, chosen.sizes.split(",")):
        folder = chosen.data / str(size)
        batches.make(folder, size)
        for number in range(chosen.rounds):
            done += list(one_round(names, folder, size, number))
            print("\n".join(lines(done, size)), file=sys.stderr)  # noqa: T201 (a script)
    if chosen.write:
        PAGE.write_text(page(done), encoding="utf-8")
        draw(done)
    else:
        print("\n".join(targets(done)))  # noqa: T201 (a script)


def one_round(names: Iterable[str], folder: Path, size: int, number: int) -> Iterable[Measured]:
    """Everything done once to one folder, each in a process of its own."""
    with TemporaryDirectory() as scratch:
        for name in sorted(names, key=lambda name: name == "ours_bare"):  # it writes what `ours` has written
            output = Path(scratch) / f"{name}.xlsx"
            command = [sys.executable, "-m", "benchmarks.contenders", name, str(folder), str(output)]
            begun = time.perf_counter()
            told = subprocess.run(command, check=True, capture_output=True, cwd=ROOT)  # noqa: S603 (our own command)
            wall = time.perf_counter() - begun
            if name in {"ours", "ours_alone"}:
                keep_cells(output, folder)
            yield Measured(name, size, number, wall, **json.loads(told.stdout.splitlines()[-1]))


def lines(done: Iterable[Measured], size: int) -> list[str]:
    """A table of one size: seconds, milliseconds a workbook, memory, times as long as our own run."""
    mine = [one for one in done if one.size == size]
    head = ["| 做什么 | 秒 | 毫秒/本 | 处理器秒 | 内存 MB | 是全程的几倍 |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    return head + [_line(name, size, mine) for name in NAMES if any(one.name == name for one in mine)]


def _line(name: str, size: int, mine: list[Measured]) -> str:
    these = [one for one in mine if one.name == name]
    wall, cpu, peak = (statistics.median(getattr(one, what) for one in these) for what in ("wall", "cpu", "peak"))
    times = _spread(ratios(mine, name, "ours"))
    return f"| {NAMES[name]} | {wall:.2f} | {wall / size * 1000:.1f} | {cpu:.2f} | {peak:.0f} | {times} |"


def ratios(done: Iterable[Measured], over: str, under: str) -> list[float]:
    """How many times as long one thing took as another, in each round in which both were done."""
    parts = {over, under} <= PARTS
    walls = {(one.name, one.size, one.round): one.work if parts else one.wall for one in done}
    return [wall / walls[under, size, number] for (name, size, number), wall in walls.items() if name == over
            and (under, size, number) in walls]  # fmt: skip


def _spread(found: list[float]) -> str:
    if not found:
        return "—"
    middle = statistics.median(found)
    return f"{middle:.2f}" if len(found) == 1 else f"{middle:.2f}（{min(found):.2f}～{max(found):.2f}）"


def targets(done: list[Measured]) -> list[str]:
    """What was aimed at, and what came out, for the largest size at which both were measured."""
    rows = ["| 比 | 目标 | 测得 | 本数 |", "| --- | ---: | ---: | ---: |"]
    for title, over, under, sign, goal in TARGETS:
        sizes = [size for size in sorted({one.size for one in done}) if ratios((o for o in done if o.size == size), over, under)]
        if sizes:
            found = ratios((one for one in done if one.size == sizes[-1]), over, under)
            rows.append(f"| {title} | {sign} {goal:g} | {_spread(found)} | {sizes[-1]:,} |")
    return rows


def page(done: list[Measured]) -> str:
    """docs/speed.md."""
    libraries = "，".join(f"{name} {version(name)}" for name in ("pandas", "python-calamine", "openpyxl", "xlsxwriter"))
    machine = f"Python {platform.python_version()}，{libraries}"
    parts = [
        "# 快慢\n",
        "<!-- Written by python -m benchmarks.whole --write; do not edit. -->\n",
        INTRODUCTION,
        f"{machine}。\n",
        "![各种做法的用时](images/speed.png)\n",
        "## 与目标比\n",
        *targets(done),
    ]
    for size in sorted({one.size for one in done}):
        parts += [f"\n## {size:,} 本标准工作簿\n", *lines(done, size)]
    return "\n".join(parts) + "\n"


def draw(done: list[Measured]) -> None:
    """The picture of that page: seconds against workbooks, both by powers of ten."""
    import matplotlib as mpl  # noqa: PLC0415 (for this alone)

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    labels = {"ours": "selfeval-xl run", "savvy": "script: pandas + calamine", "naive": "script: pandas + openpyxl",
              "full": "openpyxl, reading only", "bare": "calamine, reading only"}  # fmt: skip
    figure, axes = plt.subplots(figsize=(7, 4), dpi=120)
    for (name, label), style in zip(labels.items(), ("-o", "--s", "-.^", ":v", ":x"), strict=True):
        sizes = sorted({one.size for one in done if one.name == name})
        walls = [statistics.median(one.wall for one in done if one.name == name and one.size == size) for size in sizes]
        axes.loglog(sizes, walls, style, label=label, color="#1F4E79" if name == "ours" else "#5F6B7A")
    axes.set_xlabel("workbooks")
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="major", color="#D3DAE2")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(PICTURE)


if __name__ == "__main__":
    main()
