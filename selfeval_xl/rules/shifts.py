"""错行: rows of a table whose amounts stand beside other labels than their own, as a column that was pasted rows too high.

Held against a table of the same workbook with the same codes whose sums come out: where a run of rows prints, one after
the other, what that table prints n rows further down, the run has slipped by n rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

_SHORTEST = 3  # rows that must slip together
_MOST_ROWS = 600


@dataclass(frozen=True)
class Slip:
    """A run of rows that slipped, or the 合计 that was taken along.

    `first`, `last` and `source` are labels of figures: where it begins and ends, and the row whose amount the first one
    prints; `rows` is how far it slipped, `count` how many rows; `fen` what the first should be, where that is known.
    `sort` is slipped, wrapped (it begins again with the first rows of the table) or total.
    """

    no: int
    sort: str
    first: int
    last: int
    source: int
    rows: int
    count: int
    fen: float | None = None


def find(figures: pd.DataFrame, suspects: list[int]) -> list[Slip]:
    """The runs that slipped in the tables of `suspects`."""
    found = []
    for number in suspects:
        mine = _own(figures[figures["no"] == number])
        others = figures[(figures["file"] == mine["file"].iloc[0]) & ~figures["no"].isin(suspects) & (figures["code"] != "")]
        kinds = others.sort_values("kind", ascending=False, kind="stable")  # 支出决算表 before 收入决算表
        offers = [list(_runs(mine, _own(other))) for _, other in kinds.groupby("no", sort=False)]
        found += max(offers, key=lambda runs: sum(run.count for run in runs), default=[])
    return found


def _own(table: pd.DataFrame) -> pd.DataFrame:
    """The rows' own amounts of one column, in the order in which they are printed."""
    own = table[table["own"] & (table["column"] == table["column"].iloc[0])]
    ordered: pd.DataFrame = own.sort_values("at").head(_MOST_ROWS)
    return ordered


def _runs(mine: pd.DataFrame, other: pd.DataFrame) -> Iterator[Slip]:
    """The run of `mine` that prints the amounts of `other` rows further on, all its pieces taken together, and what follows."""
    total = mine[(mine["code"] == "") & mine["item"].isin(["total", "expenditure_total"])].index
    rows = mine.drop(total)
    codes, amounts = list(other["code"]), list(other["fen"])
    at = {code: place for place, code in enumerate(codes) if code}
    theirs = [at.get(code, -1) for code in rows["code"]]
    if sum(place >= 0 for place in theirs) < _SHORTEST:
        return
    printed = list(rows["fen"])
    taken = list(_matches(printed, theirs, amounts))
    again = _again(printed)
    runs = [run for run in taken if again is None or run[0] < again]
    if not runs:
        return
    number, labels = int(mine["no"].iloc[0]), [int(label) for label in rows.index]
    (first, _, offset), (last, length, _) = runs[0], runs[-1]
    source = int(other.index[theirs[first] + offset])
    count = sum(length for _, length, _ in runs)
    yield Slip(number, "slipped", labels[first], labels[last + length - 1], source, offset, count, amounts[theirs[first]])
    if again is not None:
        fen = amounts[theirs[again]] if theirs[again] >= 0 else None
        yield Slip(number, "wrapped", labels[again], labels[-1], labels[0], again, len(labels) - again, fen)
    if len(total) == 1:
        yield from _total(mine, rows, other, int(total[0]))


def _again(printed: list[float]) -> int | None:
    """The row from which on a table prints its own first rows again."""
    for row in range(_SHORTEST, len(printed) - _SHORTEST + 1):
        rest = printed[row:]
        if rest == printed[: len(rest)] and len(set(rest)) >= _SHORTEST:
            return row
    return None


def _total(mine: pd.DataFrame, rows: pd.DataFrame, other: pd.DataFrame, total: int) -> Iterator[Slip]:
    """合计, where it prints the amount of another row and a row prints what may be the true one."""
    stated = mine["fen"].loc[total]
    twin = other.index[(other["fen"] == stated) & (other["code"] != "")]
    largest = int(rows.sort_values("fen", kind="stable").index[-1])
    if len(twin) and rows["fen"].loc[largest] > stated:
        yield Slip(int(mine["no"].iloc[0]), "total", total, largest, int(twin[0]), 0, 1, float(rows["fen"].loc[largest]))


def _matches(printed: list[float], theirs: list[int], amounts: list[float]) -> Iterator[tuple[int, int, int]]:
    """(first row, length, offset) of the longest runs that print what stands `offset` rows further on, from the top."""
    row = 0
    while row < len(printed):
        best = (0, 0)
        if theirs[row] >= 0 and printed[row] and printed[row] != amounts[theirs[row]]:
            places = [place for place, amount in enumerate(amounts) if amount == printed[row] and place != theirs[row]]
            for place in places:
                length = _length(printed, row, amounts, place)
                nearer = abs(place - theirs[row]) < abs(best[1])
                if length > best[0] or (length == best[0] and nearer):
                    best = (length, place - theirs[row])
        if best[0] >= _SHORTEST:
            yield row, best[0], best[1]
            row += best[0]
        else:
            row += 1


def _length(printed: list[float], row: int, amounts: list[float], place: int) -> int:
    """How many rows from `row` on print the same as the other table from `place` on."""
    length = 0
    while row + length < len(printed) and place + length < len(amounts) and printed[row + length] == amounts[place + length]:
        length += 1
    return length
