"""Where the time of a run goes: seconds of processor of each stage, of one process that reads, checks and writes.

    python -m benchmarks.stages FOLDER [--make N] [--json]

The functions that `STAGES` names are timed where they are called; time within one of them that another of them takes is
counted for the other only. What none of them takes is the rest of reading, of the rules or of writing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import selfeval_xl as sx
from selfeval_xl import frames, reader, rules
from selfeval_xl.reader import anchors, intake, ooxml, package, remarks
from selfeval_xl.rules import checks, department, ledger
from selfeval_xl.writer import book, summary

from . import batches
from .speed import stages as table

READING, RULING, WRITING = "读取：其余", "核对：其余", "写汇总：其余"
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "读取：打开、解压、校验和、限额": ((intake, "read_bytes"), (intake, "admit"), (package.Package, "part")),
    "读取：逐单元格扫描（错误值、公式、数字格式）": ((ooxml, "_look"),),
    "读取：calamine": ((ooxml, "_fill"),),
    "读取：其余格子": ((reader, "grids"),),
    "读取：认表和表头": ((anchors, "find"),),
    "读取：记录、地址、状态": ((reader, "add_form"), (reader, "add_sheets")),
    "读取：没有认出的内容等提示": ((reader, "hazards"), (remarks, "told"), (reader, "leftovers")),
    "读取：组成数据框": ((frames, "_built"), (frames, "_joined")),
    READING: ((sx, "read"),),
    "核对：分政策、执行率、得分": ((rules, "split"), (rules, "_measure"), (rules, "_score"), (rules, "joined")),
    "核对：找出错的那一格": ((checks, "_with_wrong"),),
    "核对：部门指标和核对清单": ((department, "measures"), (ledger, "table")),
    RULING: ((sx, "evaluate"),),
    "写汇总：各表的行": ((summary, "tables"), (summary, "forms"), (summary, "ways"), (summary, "inner")),
    "写汇总：部门页的内容": ((summary, "dossiers"), (summary, "told")),
    "写汇总：各格的内容，画各表": ((summary, "draw"), (summary, "finish"), (summary, "draw_cover")),
    "写汇总：画部门页": ((summary, "draw_dossiers"),),
    "写汇总：合成文件、压缩": ((book, "_close"),),
    WRITING: ((sx, "write_summary"),),
}
SHOWN = 5
"""Modules of checks that the table names, those that take longest."""


class Clock:
    """Seconds of processor by stage; the innermost stage that is under way has them."""

    def __init__(self) -> None:
        self.seconds = Counter[str]()
        self._open: list[str] = []
        self._at = time.process_time()

    def within(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed; what it gives piece by piece is made at once."""

        @wraps(work)
        def timed(*arguments: Any, **options: Any) -> Any:
            self._charge()
            self._open.append(stage)
            try:
                made = work(*arguments, **options)
                return iter(list(made)) if isinstance(made, Iterator) else made
            finally:
                self._charge()
                self._open.pop()

        return timed

    def _charge(self) -> None:
        now = time.process_time()
        if self._open:
            self.seconds[self._open[-1]] += now - self._at
        self._at = now


def measure(folder: Path) -> dict[str, float]:
    """Seconds of each stage for the workbooks of a folder."""
    clock = Clock()
    with ExitStack() as stack, TemporaryDirectory() as scratch:
        for stage, places in STAGES.items():
            for home, name in places:
                stack.enter_context(mock.patch.object(home, name, clock.within(stage, getattr(home, name))))
        _time_checks(clock, stack)
        sx.write_summary(sx.evaluate(sx.read(folder)), Path(scratch) / "汇总.xlsx")
    return ordered(clock.seconds)


def _time_checks(clock: Clock, stack: ExitStack) -> None:
    """Every check, by its module."""
    timed = {check: clock.within(_of_check(check), check) for check in (*checks.CHECKS, *checks.BATCH)}
    for name in ("CHECKS", "BATCH"):
        stack.enter_context(mock.patch.object(checks, name, tuple(timed[check] for check in getattr(checks, name))))
    mended = frozenset(timed[check] for check in checks.ON_MENDED)
    stack.enter_context(mock.patch.object(checks, "ON_MENDED", mended))


def _of_check(check: checks.Check) -> str:
    return f"核对：{check.__module__.rpartition('.')[2]}"


def ordered(seconds: Counter[str]) -> dict[str, float]:
    """The stages in the order of a run; of the checks those that take longest by name, the others with the rest."""
    named = [name for name, _ in seconds.most_common() if name not in STAGES]
    found = {name: seconds[name] for name in STAGES}
    found[RULING] += sum(seconds[name] for name in named[SHOWN:])
    before = list(found)[: list(found).index(RULING)]
    order = [*before, *named[:SHOWN], *(name for name in found if name not in before)]
    return {name: seconds[name] if name in named else found[name] for name in order}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or the seconds for another program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--make", type=int, default=0, help="make so many workbooks in the folder first")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.make:
        batches.make(chosen.folder, chosen.make)
    seconds = measure(chosen.folder)
    told = json.dumps(seconds) if chosen.json else "\n".join(table(seconds, len(list(chosen.folder.iterdir()))))
    print(told)  # noqa: T201 (a script)


if __name__ == "__main__":
    main()
