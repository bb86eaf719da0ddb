"""What `benchmarks.whole` measured, as docs/speed.md with its picture and as the figures of docs/scale.md."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .contenders import WAYS

COMMANDS = {
    "help": ("selfeval-xl --help", ("--help",), 0.25),
    "check": ("selfeval-xl check 一本工作簿", ("check", "samples/示例县教育局_2021.xlsx"), 1.0),
}
"""Small commands: how they are called on the page, their arguments, the seconds that they should take at most."""
TARGETS = (
    ("读取 ÷ calamine", "ours_read", "bare", "≤", 2.0),
    ("openpyxl ÷ 读取", "full", "ours_read", "≥", 30.0),
    ("固定地址脚本 ÷ 全程", "naive", "ours", "≥", 40.0),
    ("pandas＋calamine 脚本 ÷ 全程", "savvy", "ours", "≥", 2.5),
    ("全程（一个进程）÷（读取＋直接写）", "ours_alone", "ours_bare", "≤", 1.3),
    ("一个进程读取 ÷ 两个进程", "ours_read", "ours_read_two", "≥", 1.7),
)
MOST_MEMORY = 1_000.0  # MB
MOST_GROWTH = 1.1
PROVINCE, CORES = 100_000, 8
BEGIN, END = "<!-- measured: written by python -m benchmarks.whole --write -->", "<!-- end of what was measured -->"
INTRODUCTION = """重做：`python -m benchmarks.whole --write`，两个处理器核上约半个多小时；机器上不要同时做别的事。

每一行是单独的一个进程对同一个文件夹做一件事；同一轮里轮流做，比值在同一轮内算，括号里是各轮的最小和最大。
读取之间的比不含程序启动；“全程”就是命令行的 `selfeval-xl run --no-cache`。内存是主进程和各子进程同时占用的最高值。
每四本里有一本错了一个金额，所以有问题可报。机器：两个处理器核。比值可信，秒数因机器而异。
"""
STAGES = """自己的工作簿：`python -m benchmarks.stages 文件夹`。

一个进程里读取、核对、写汇总，按处理器时间计，不含程序启动；每一段都不含它里面另外列出的段。
读取超出 calamine 的部分，用在它不做的事上：校验和、限额、错误值、没有结果的公式、数字格式、原单元格地址、
空白和零的区分，以及认表和组成数据框。
"""


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


def write(docs: Path, done: list[Measured], stages: list[str]) -> None:
    """Both pages and the picture."""
    (docs / "speed.md").write_text(page(done, stages), encoding="utf-8")
    scale = docs / "scale.md"
    scale.write_text(between(scale.read_text(encoding="utf-8"), province(done)), encoding="utf-8")
    draw(done, docs / "images" / "speed.png")


def page(done: list[Measured], stages: list[str]) -> str:
    """docs/speed.md."""
    libraries = "，".join(f"{name} {version(name)}" for name in ("pandas", "python-calamine", "openpyxl", "xlsxwriter"))
    parts = [
        "# 快慢\n",
        "<!-- Written by python -m benchmarks.whole --write; do not edit. -->\n",
        INTRODUCTION,
        f"Python {platform.python_version()}，{libraries}。\n",
        "![各种做法的用时](images/speed.png)\n",
        "## 与目标比\n",
        *targets(done),
        "\n## 随本数增长\n",
        "每多一本：与上一行相比，多出的时间和内存除以多出的本数，程序启动不算在内。\n",
        *growth(done),
        "\n## 时间用在哪里\n",
        STAGES,
        *stages,
    ]
    for size in sizes(done):
        parts += [f"\n## {size:,} 本标准工作簿\n", *lines(done, size)]
    return "\n".join(parts) + "\n"


# -- tables --------------------------------------------------------------------------------------------------------


def sizes(done: Iterable[Measured], name: str = "") -> list[int]:
    """The sizes at which anything was measured, or one way, from small to large."""
    return sorted({one.size for one in done if (one.name == name if name else one.name in WAYS)})


def middle(done: Iterable[Measured], name: str, size: int, what: str = "wall") -> float:
    """The median of all rounds."""
    return statistics.median(getattr(one, what) for one in done if (one.name, one.size) == (name, size))


def lines(done: Iterable[Measured], size: int) -> list[str]:
    """A table of one size: seconds, milliseconds a workbook, memory, times as long as our own run; and what was not done."""
    mine = [one for one in done if one.size == size]
    there = {one.name for one in mine}
    head = ["| 做什么 | 秒 | 毫秒/本 | 处理器秒 | 内存 MB | 是全程的几倍 |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    table = head + [_line(name, size, mine) for name in WAYS if name in there]
    left = [way.title for name, way in WAYS.items() if name not in there and size > way.most]
    return table + ([f"\n本数多，没有做：{'；'.join(left)}。"] if left else [])


def _line(name: str, size: int, mine: list[Measured]) -> str:
    wall, cpu, peak = (middle(mine, name, size, what) for what in ("wall", "cpu", "peak"))
    times = _spread(ratios(mine, name, "ours"))
    memory = f"{peak:.0f}" if peak else "—"
    return f"| {WAYS[name].title} | {wall:.2f} | {wall / size * 1000:.1f} | {cpu:.2f} | {memory} | {times} |"


def ratios(done: Iterable[Measured], over: str, under: str) -> list[float]:
    """How many times as long one thing took as another, in each round in which both were done."""
    parts = WAYS[over].part and WAYS[under].part
    walls = {(one.name, one.size, one.round): one.work if parts else one.wall for one in done}
    return [wall / walls[under, size, number] for (name, size, number), wall in walls.items() if name == over
            and (under, size, number) in walls]  # fmt: skip


def _spread(found: list[float]) -> str:
    if not found:
        return "—"
    half = statistics.median(found)
    return f"{half:.2f}" if len(found) == 1 else f"{half:.2f}（{min(found):.2f}～{max(found):.2f}）"


def targets(done: list[Measured]) -> list[str]:
    """What was aimed at, and what came out, for the largest size at which it was measured."""
    rows = ["| 什么 | 目标 | 测得 | 本数 |", "| --- | ---: | ---: | ---: |"]
    for title, over, under, sign, goal in TARGETS:
        both = [size for size in sizes(done) if ratios((o for o in done if o.size == size), over, under)]
        if both:
            found = ratios((one for one in done if one.size == both[-1]), over, under)
            rows.append(f"| {title} | {sign} {goal:g} | {_spread(found)} | {both[-1]:,} |")
    for name, (title, _, most) in COMMANDS.items():
        if seconds := [one.wall for one in done if one.name == name]:
            rows.append(f"| {title}，秒 | ≤ {most:g} | {_spread(seconds)} | 1 |")
    mine = sizes(done, "ours")
    if mine:
        peak = middle(done, "ours", mine[-1], "peak")
        rows.append(f"| 全程最高内存，MB | ≤ {MOST_MEMORY:,.0f} | {peak:,.0f} | {mine[-1]:,} |")
    if len(mine) > 2:  # noqa: PLR2004 (two steps from one size to the next)
        first, *_, last = _steps(done, "wall")[-2:]
        rows.append(f"| 每多一本的时间，与前一段之比 | ≤ {MOST_GROWTH:g} | {last / first:.2f} | {mine[-1]:,} |")
    return rows


def growth(done: list[Measured]) -> list[str]:
    """How time and memory of the whole run grow with the batch: linear where a workbook more costs what it did before."""
    rows = ["| 本数 | 秒 | 毫秒/本 | 每多一本，毫秒 | 内存 MB | 每多一本，KB |", "| ---: | ---: | ---: | ---: | ---: | ---: |"]
    more = zip(["—", *(f"{each * 1000:.1f}" for each in _steps(done, "wall"))],
               ["—", *(f"{each * 1000:.0f}" for each in _steps(done, "peak"))], strict=True)  # fmt: skip
    for size, (time, memory) in zip(sizes(done, "ours"), more, strict=False):
        wall, peak = middle(done, "ours", size), middle(done, "ours", size, "peak")
        rows.append(f"| {size:,} | {wall:.2f} | {wall / size * 1000:.1f} | {time} | {peak:,.0f} | {memory} |")
    return rows


def _steps(done: list[Measured], what: str) -> list[float]:
    """What a workbook more costs, from each size to the next."""
    mine = sizes(done, "ours")
    found = [middle(done, "ours", size, what) for size in mine]
    return [(found[at + 1] - found[at]) / (mine[at + 1] - mine[at]) for at in range(len(mine) - 1)]


def stages(seconds: Mapping[str, float], size: int) -> list[str]:
    """Where the time of one process goes: each stage's seconds for so many workbooks, and its share."""
    whole = sum(seconds.values())
    rows = [f"| {size:,} 本 | 秒 | 毫秒/本 | 占全程 |", "| --- | ---: | ---: | ---: |"]
    rows += [f"| {name} | {one:.2f} | {one / size * 1000:.2f} | {one / whole:.1%} |" for name, one in seconds.items()]
    return [*rows, f"| 合计 | {whole:.2f} | {whole / size * 1000:.2f} | {1:.0%} |"]


# -- a province ----------------------------------------------------------------------------------------------------


def province(done: list[Measured]) -> list[str]:
    """What a hundred thousand workbooks would take, worked out from what was measured, with the working."""
    rows = ["| what | measured | 100,000 workbooks |", "| --- | --- | --- |"]
    for what, name, more in (
        ("reading, one core", "ours_read", f"; ÷ {CORES} cores = {{core}}"),
        ("reading again what did not change, one core", "ours_again", ""),
        ("reading and rules, one core", "ours_rule", ""),
        ("the whole run, two cores", "ours", ""),
    ):
        if found := sizes(done, name):
            each = middle(done, name, found[-1], "work" if WAYS[name].part else "wall") / found[-1]
            told = more.format(core=_duration(PROVINCE * each / CORES))
            working = f"{PROVINCE:,} × {each * 1000:.1f} ms = {_duration(PROVINCE * each)}{told}"
            rows.append(f"| {what} | {each * 1000:.1f} ms a workbook, of {found[-1]:,} | {working} |")
    mine = sizes(done, "ours")
    if len(mine) > 1:
        last, more = middle(done, "ours", mine[-1], "peak"), _steps(done, "peak")[-1]
        whole = last + (PROVINCE - mine[-1]) * more
        working = f"{last:,.0f} MB + {PROVINCE - mine[-1]:,} × {more * 1000:.0f} KB = {whole / 1000:.1f} GB: in batches instead"
        rows.append(
            f"| memory of the whole run | {last:,.0f} MB for {mine[-1]:,}, {more * 1000:.0f} KB a workbook more | {working} |"
        )
    return rows


def _duration(seconds: float) -> str:
    return f"{seconds / 60:,.0f} minutes" if seconds >= 120 else f"{seconds:,.0f} s"  # noqa: PLR2004 (two minutes)


def between(text: str, rows: Iterable[str]) -> str:
    """A page with other rows between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return "\n".join([before + BEGIN, *rows, END]) + rest.partition(END)[2]


# -- a picture -----------------------------------------------------------------------------------------------------


def draw(done: list[Measured], path: Path) -> None:
    """Seconds against workbooks, both by powers of ten and written out."""
    import matplotlib as mpl  # noqa: PLC0415 (for this alone)

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter, LogLocator  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7.5, 4.5), dpi=120)
    for name, way in WAYS.items():
        if way.label and (found := sizes(done, name)):
            walls = [middle(done, name, size) for size in found]
            wide = 2.2 if name == "ours" else 1.2
            axes.loglog(found, walls, f"{way.line}{way.mark}", label=way.label, color=way.color, linewidth=wide)
    axes.set_xticks(sizes(done), [f"{size:,}" for size in sizes(done)])
    axes.yaxis.set_major_locator(LogLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.minorticks_off()
    axes.set_xlabel("workbooks")
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="major", color="#D3DAE2")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
