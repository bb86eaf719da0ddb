"""How long reading takes, as ratios in one run: bare calamine to lists, our grids, whole records, and openpyxl in full mode.

    python -m benchmarks.reading [--count 40] [--rounds 5] [--without-openpyxl]

The ways take turns on the same few files, so that a busy machine disturbs all alike; CPU time of one process, the median
of all turns and its spread (the middle half).
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import python_calamine

from selfeval_xl.choice import choose
from selfeval_xl.reader import intake, read_workbook
from selfeval_xl.reader.grid import grids

from .workbooks import KINDS, make

Way = Callable[[Path], object]
TURN = 10  # files
WARM = 3  # files that each way reads before the clock runs
_FEW = 4  # files a turn of a slow way


def bare(path: Path) -> None:
    """python-calamine to lists, nothing else."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def grid(path: Path) -> None:
    """Our grids: limits, checksums, merged ranges, errors, formulas without a result, number formats."""
    grids(intake.admit(intake.read_bytes(path)))


def records(path: Path) -> None:
    """Everything: records with addresses, states and findings."""
    read_workbook(path, path.name, choose(None))


def full(path: Path) -> None:
    """openpyxl in full mode."""
    openpyxl.load_workbook(path, data_only=True)


def measure(paths: Sequence[Path], ways: dict[str, Way], rounds: int) -> dict[str, list[float]]:
    """Milliseconds a file of each turn, by way."""
    for way in ways.values():
        for path in paths[:WARM]:
            way(path)
    turns: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for at in range(WARM, len(paths), TURN):
            for name, way in ways.items():
                some = paths[at : at + (_FEW if name == "full" else TURN)]
                begun = time.process_time()
                for path in some:
                    way(path)
                turns[name].append((time.process_time() - begun) * 1000 / len(some))
    return turns


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table, a line for each kind of workbook and way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=40, help="workbooks of each kind")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-openpyxl", action="store_true", help="it takes most of the time")
    chosen = parser.parse_args(arguments)
    ways: dict[str, Way] = {"bare": bare, "grid": grid, "records": records}
    ways |= {} if chosen.without_openpyxl else {"full": full}
    print("workbooks   way       ms/file  middle half     × bare")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            turns = measure(make(Path(folder) / kind, kind, chosen.count, chosen.seed), ways, chosen.rounds)
            first = statistics.median(turns["bare"])
            for name, found in turns.items():
                low, middle, high = statistics.quantiles(found, n=4)
                print(f"{kind:11} {name:8} {middle:8.2f}  {low:6.2f}–{high:6.2f}  {middle / first:8.2f}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
