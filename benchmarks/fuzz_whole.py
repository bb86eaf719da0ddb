"""Damaged workbooks all the way: what is read from them goes through the rules and into a summary that opens again.

    python -m benchmarks.fuzz_whole [--first N] [--count N] [--batch N]

The damage is that of `benchmarks.fuzz`, done to its small workbooks; a filled standard workbook and a department's whole
report mostly get odd values in up to thirty cells, so that they are read and the rules have to cope with them. Input N is the
same on every machine. What is read from a batch of inputs is evaluated as one batch and written as one summary, which
calamine reads whole, and openpyxl every tenth; every number in it must be finite. A batch that fails is done again input by
input, so that the guilty one is named with its trace.
"""
# ruff: noqa: S311, T201 (damage, not secrets; a script that prints)

from __future__ import annotations

import argparse
import io
import re
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from math import isfinite
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import openpyxl
import python_calamine

import selfeval_xl as sx
from selfeval_xl.choice import choose
from selfeval_xl.frames import Records, build
from selfeval_xl.reader import read_workbook

from . import fuzz, workbooks

SECONDS, MEMORY = 180, 4_000_000_000  # of processor time a batch may take, of address space
EVERY_TENTH = 10
FRAMES = ("budget", "indicators", "scores", "measures")
LARGE = {"standard": workbooks.standard, "department": workbooks.department}
TOUCHED = ("xl/worksheets/", "xl/sharedStrings", "xl/styles")
"""Parts of a large workbook that are damaged: what is in the others is tried by the small ones."""
CELL = re.compile(rb"(?<=<v>)[^<]*(?=</v>)|(?<=<t>)[^<]*(?=</t>)")
ODD = tuple(text.encode() for text in (
    "0", "-0", "1", "-1", "100", "0.005", "-0.005", "1e308", "-1e308", "1e999", "1e-320", "nan", "inf", "9" * 20, "9" * 40,
    "1e15", "90071992547409.93", "99999", "2021", "1900", "", " ", "—", "/", "-", "'", "#DIV/0!", "#REF!", "=1+1", "@a", "{=1}",
    "_x0000_", "_x000D_", "&#x1F600;", "a&#10;b&#9;c", "≥100%", "≤-5", "100%", "1e400%", "第一季度", "2021-02-30", "年", "万元",
    "亿元", "单位：元", "合计", "其中：", "优", "是", "x" * 40_000, "示例县" * 100, "http://a/b", "０．５", "１００％", "½", "①",
    "\u202e倒", "\ufffe", "\u0338",
))  # fmt: skip
"""What is put into cells."""


def main(arguments: list[str] | None = None) -> int:
    """Read, evaluate and write `count` inputs from number `first` on; 1 where any failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=640, help="how many inputs")
    parser.add_argument("--batch", type=int, default=64, help="how many are evaluated and written together")
    chosen = parser.parse_args(arguments)
    begun, told, failed, peak = time.perf_counter(), Counter[str](), 0, 0
    for first in range(chosen.first, chosen.first + chosen.count, chosen.batch):
        numbers = range(first, min(first + chosen.batch, chosen.first + chosen.count))
        for what in in_child(numbers, openpyxl_too=(first // chosen.batch) % EVERY_TENTH == 0):
            if isinstance(what, int):
                peak = max(peak, what)
            elif isinstance(what, Counter):
                told += what
            else:
                failed += 1
                print(what, flush=True)
        if sys.stderr.isatty() or (first - chosen.first) % (chosen.batch * 20) == 0:
            print(f"up to {numbers[-1]}", file=sys.stderr)
    print(f"inputs {chosen.first} to {chosen.first + chosen.count - 1}: {told['read']} read, {told['refused']} refused, "
          f"{told['rows']} rows, {failed} failures; {time.perf_counter() - begun:.0f} s, peak {peak / 1e6:.0f} MB")  # fmt: skip
    return int(failed > 0)


def in_child(numbers: range, *, openpyxl_too: bool) -> Iterator[Any]:
    """What became of a batch, done in a process of its own: failures in words, counts, and the memory that it took."""
    status, at = yield from fuzz.in_child(_child, numbers, openpyxl_too)
    if status:
        yield f"batch {numbers[0]} to {numbers[-1]} died with status {status}, at input {at}"


def _child(numbers: range, openpyxl_too: bool, mark: Any, sender: Any) -> None:  # noqa: FBT001 (of the process)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, resource.RLIM_INFINITY))
    told: Counter[str] = Counter()
    batch: dict[int, Records] = {}
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:  # noqa: S108 (a RAM disk)
        for number in numbers:
            mark[:] = number.to_bytes(8, "little")
            kind, data = made(number)
            path = Path(folder, f"{number}.{kind}")
            path.write_bytes(data)
            batch[number] = read_workbook(path, path.name, choose(None))
            told["read" if batch[number].rows["files"][0][3] == "read" else "refused"] += 1
            path.unlink()
        try:
            told["rows"] += through(list(batch.values()), Path(folder), openpyxl_too=openpyxl_too)
        except Exception as error:  # noqa: BLE001 (that is what is looked for)
            for number, records in batch.items():
                mark[:] = number.to_bytes(8, "little")
                if words := _alone(records, Path(folder)):
                    sender.send(f"{number}: {words}")
                    break
            else:
                sender.send(f"{numbers[0]} to {numbers[-1]}, together only: {_words(error)}")
        sender.send(told)
        sender.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    sender.close()


def _alone(records: Records, folder: Path) -> str:
    try:
        through([records], folder, openpyxl_too=True)
    except Exception as error:  # noqa: BLE001 (the same)
        return _words(error)
    return ""


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}\n{''.join(traceback.format_tb(error.__traceback__)[-4:])}"


def through(batch: list[Records], folder: Path, *, openpyxl_too: bool) -> int:
    """The batch evaluated, written and read again; gives the rows of its frames. Raises AssertionError for what is not finite."""
    evaluations = sx.evaluate(build(batch))
    for name in FRAMES:
        frame = getattr(evaluations, name)
        for column in frame.select_dtypes("float"):
            assert not np.isinf(frame[column]).any(), f"{name}.{column} is not finite"  # noqa: S101 (what is looked for)
    path = sx.write_summary(evaluations, folder / "汇总.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).to_python():
            assert all(isfinite(cell) for cell in row if isinstance(cell, float)), f"{name}: {row}"  # noqa: S101 (the same)
    if openpyxl_too:
        for sheet in openpyxl.load_workbook(path, read_only=True).worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass
    path.unlink()
    return len(evaluations.budget) + len(evaluations.indicators)


# -- inputs --------------------------------------------------------------------------------------------------------


def made(number: int) -> tuple[str, bytes]:
    """The ending and the bytes of an input: a quarter standard workbooks, a sixteenth whole reports, the others small."""
    large = "standard" if number % 4 == 1 else "department" if number % 16 == 2 else ""  # noqa: PLR2004 (shares)
    if not large:
        kind = fuzz.chosen(number // 2)
        return kind, fuzz.damaged(number, kind)
    random = Random(f"whole {number}")
    parts = dict(_parts(large))
    change = fuzz.mutated if random.random() < 1 / 4 else odd
    for _ in range(random.choice((1, 1, 2, 4))):
        part = random.choice([name for name in parts if name.startswith(TOUCHED)])
        parts[part] = change(parts[part], random)
    return "xlsx", fuzz.zipped(parts, zipfile.ZIP_STORED)


def odd(data: bytes, random: Random) -> bytes:
    """A part with odd values, or those of other cells, in up to thirty of its cells."""
    found = [one.span() for one in CELL.finditer(data)]
    chosen = sorted(random.sample(found, min(len(found), random.choice((1, 2, 5, 30)))), reverse=True)
    for first, last in chosen:
        other = random.choice(found)
        data = data[:first] + random.choice((random.choice(ODD), random.choice(ODD), data[other[0] : other[1]])) + data[last:]
    return data


@cache
def _parts(kind: str) -> tuple[tuple[str, bytes], ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        LARGE[kind](path, Random(1))
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return tuple((entry.filename, archive.read(entry)) for entry in archive.infolist())


if __name__ == "__main__":
    sys.exit(main())
