"""The whole run against what a bureau could use instead, side by side in one run; ratios with their spread.

    python -m benchmarks.whole --write                          docs/speed.md, its picture and the figures of docs/scale.md
                                                                anew (needs matplotlib): half an hour on two cores
    python -m benchmarks.whole                                  the same, printed only
    python -m benchmarks.whole --sizes 10,100 --rounds 1 --only ours,savvy

Measured are 10, 100, 1,000 and 10,000 workbooks, small batches more often than large ones. Each measurement is a process of
its own that does one thing to one folder; a round does all of them in turn. Ways that would take hours are left out above the
size that `contenders.WAYS` has for them. Time is that of the clock, from the start of the process to its end; readers are
compared without the start of Python and the import of libraries. Memory is that of a process and its children together.
Measure on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from . import batches, speed
from .contenders import WAYS
from .processes import used
from .speed import COMMANDS, Measured

ROOT = Path(__file__).parent.parent
SIZES = "10,100,1000,10000"
ROUNDS = ((10, 5), (100, 3), (1_000, 2))
"""So many rounds up to a size; one beyond."""
STARTS = 9
"""Times that a command of less than a second is started."""
PROFILED = 1_000
"""Workbooks of the largest batch of which it is measured where the time goes."""
_CLI = (sys.executable, "-m", "selfeval_xl")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print or write what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--rounds", type=int, help="rounds of every size")
    parser.add_argument("--only", default="")
    parser.add_argument("--without", default="")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--data", type=Path, default=Path(gettempdir()) / "selfeval_xl_measured", help="where the workbooks lie")
    chosen = parser.parse_args(arguments)
    names = [name for name in (chosen.only.split(",") if chosen.only else WAYS) if name not in chosen.without.split(",")]
    sizes = sorted(map(int, chosen.sizes.split(",")))
    folders = {size: chosen.data / str(size) for size in sizes}
    for size, folder in folders.items():
        batches.make(folder, size)
    done = list(commands())
    for size, folder in folders.items():
        for number in range(chosen.rounds or rounds(size)):
            done += one_round(names, folder, size, number)
            _tell(speed.lines(done, size))
    profiled = max((size for size in sizes if size <= PROFILED), default=sizes[0])
    stages = speed.stages(json.loads(_module("stages", str(folders[profiled]), "--json")), profiled)
    if chosen.write:
        speed.write(ROOT / "docs", done, stages)
    else:
        print("\n".join([*speed.targets(done), "", *speed.growth(done), "", *stages]))  # noqa: T201 (a script)


def rounds(size: int) -> int:
    """How often a batch is measured: often enough for a spread where that is cheap."""
    return next((times for most, times in ROUNDS if size <= most), 1)


def one_round(names: Iterable[str], folder: Path, size: int, number: int) -> Iterable[Measured]:
    """Everything done once to one folder, each in a process of its own; what is too slow for its size is left out."""
    with TemporaryDirectory() as scratch:
        for name in names:
            way, output = WAYS[name], str(Path(scratch) / f"{name}.xlsx")
            if size > way.most:
                continue
            if way.before and not number:
                _module("contenders", way.before, str(folder), output)
            command = (*_CLI, "run", str(folder), "-o", output, "--no-cache")
            if name != "ours":
                command = (sys.executable, "-m", "benchmarks.contenders", name, str(folder), output)
            usage = used(command, ROOT)
            work = usage.wall if name == "ours" else json.loads(usage.printed)
            yield Measured(name, size, number, usage.wall, work, usage.cpu, usage.peak)


def commands() -> Iterable[Measured]:
    """The small commands by turns, each some times after it was started once, so that its files are at hand."""
    for number in range(-1, STARTS):
        for name, (_, arguments, _) in COMMANDS.items():
            usage = used((*_CLI, *arguments), ROOT)
            if number >= 0:
                yield Measured(name, 1, number, usage.wall, usage.wall, usage.cpu, usage.peak)


def _module(name: str, *arguments: str) -> str:
    return used((sys.executable, "-m", f"benchmarks.{name}", *arguments), ROOT).printed


def _tell(lines: Iterable[str]) -> None:
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201 (a script)


if __name__ == "__main__":
    main()
