"""What the cover says: what came in, what it adds up to, what to look at first, and the figures that its charts show.

Every sum and count is a formula over the sheets that follow, with its value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from selfeval_xl import numbers
from selfeval_xl.frames import Evaluations
from selfeval_xl.words import words

from .calls import Call, calls
from .navigation import Figure, Ways
from .parameters import defined, used

NUMERIC = (
    "computed_score",
    "reported_score",
    "score_gap",
    "original_budget",
    "final_budget",
    "actual",
    "execution_rate",
    "error",
)
DIGITS = 4
"""Decimals of a rate where no policy says how many."""
ANY_NUMBER = '">-1E+300"'


@dataclass(frozen=True)
class Tile:
    """One large figure: what it is, the figure with its style, and a line under it."""

    label: str
    figure: Figure
    style: str
    below: str


@dataclass(frozen=True)
class Cover:
    """The cover as plain data, but for its charts."""

    title: str
    lines: tuple[str, ...]
    tiles: tuple[Tile, ...]
    calls: tuple[Call, ...]


class Used(NamedTuple):
    """How many rows have a budget, an actual and both, and what these add up to."""

    budget: int
    actual: int
    both: int
    part_budget: float
    part_actual: float


def ranked(ways: Ways) -> pd.DataFrame:
    """The rows of 排名 as a frame, with `row`, its number counted from 0, and `label`, its form."""
    table = ways.tables["ranking"]
    frame = pd.DataFrame(
        {column.value: cells for column, cells in zip(table.sheet.columns, table.shown, strict=True)}, dtype=object
    )
    frame = frame.assign(**{name: pd.to_numeric(frame[name], errors="coerce") for name in NUMERIC})
    group = ways.group.reindex(table.index).to_numpy()
    return frame.assign(row=range(table.top, table.top + len(frame)), label=list(table.index), group=group)


def cover(evaluations: Evaluations, ways: Ways) -> Cover:
    """The cover of a batch."""
    rows, said = ranked(ways), ways.looks.cover.lines
    counted = rows["counted"].notna()
    years = rows.loc[counted, "fiscal_year"].dropna()
    year = None if years.empty else int(years.mode().iloc[-1])
    others = int((counted & (rows["fiscal_year"] != year)).sum()) if year is not None else 0
    line = said["sum"] + (said["other_years"].format(count=others, year=year) if others else "")
    tiles = (*_came_in(evaluations, ways, rows), *_money(ways, rows, year, _digits(evaluations, ways)), _told(evaluations, ways))
    return Cover(ways.looks.title, (line,), tiles, calls(ways, rows))


def _came_in(evaluations: Evaluations, ways: Ways, rows: pd.DataFrame) -> Iterator[Tile]:
    """How many departments and files."""
    said, kind = ways.looks.cover.lines, ways.looks.words["kind"]
    kinds, status = Counter(rows["kind"]), Counter(evaluations.files["status"])
    below = said["departments_below"].format(whole=kinds[kind["whole"]], project=kinds[kind["project"]])
    yield Tile(said["departments"], Figure(int(ways.group[ways.group >= 0].nunique())), "tile_count", below)
    below = said["files_below"].format(**{name: status[name] for name in words("status")})
    yield Tile(said["files"], Figure(len(evaluations.files)), "tile_count", below)


def _money(ways: Ways, rows: pd.DataFrame, year: int | None, digits: tuple[int, str]) -> Iterator[Tile]:
    """Budget, actual and rate of a year."""
    said = ways.looks.cover.lines
    budget, actual, rate, known = _totals(ways, rows, year, digits)
    label = said["of_year"].format(year=year) if year else ""
    yield Tile(label + said["budget"], budget, "tile_money", said["budget_below"].format(count=known.budget))
    yield Tile(label + said["actual"], actual, "tile_money", said["actual_below"].format(count=known.actual))
    parts = {"actual": f"{known.part_actual:,.2f}", "budget": f"{known.part_budget:,.2f}"}
    yield Tile(label + said["rate"], rate, "tile_rate", said["rate_below"].format(count=known.both, **parts))


def _told(evaluations: Evaluations, ways: Ways) -> Tile:
    """How many findings."""
    said, count = ways.looks.cover.lines, Counter(evaluations.findings["severity"])
    below = said["findings_below"].format(**{code: count[code] for code in words("severity")})
    return Tile(said["findings"], Figure(len(evaluations.findings), _rows_formula(ways)), "tile_count", below)


def _rows_formula(ways: Ways) -> str:
    """How many findings there are: as many as have a word for their severity."""
    parts = [f'COUNTIF({ways.area("findings", "severity")},"{word}")' for word in words("severity").values()]
    return "=" + "+".join(parts)


def _totals(ways: Ways, rows: pd.DataFrame, year: int | None, digits: tuple[int, str]) -> tuple[Figure, Figure, Figure, Used]:
    """Budget, actual and rate of the rows that are counted, of one year, and what each of them rests on.

    The rate is that of the rows that have both.
    """
    mine = rows[rows["counted"].notna() & (rows["fiscal_year"] == year if year is not None else True)]
    yes = ways.looks.words["counted"]["yes"]
    where = f'{ways.area("ranking", "counted")},"{yes}"'
    if year is not None:
        where += f",{ways.area('ranking', 'fiscal_year')},{year}"
    final, actual = ways.area("ranking", "final_budget"), ways.area("ranking", "actual")
    both = mine[["final_budget", "actual"]].notna().all(axis=1)
    sums = {name: _sum(mine[name]) for name in ("final_budget", "actual")}
    parts = {name: _sum(mine.loc[both, name]) for name in ("final_budget", "actual")}
    top = f"SUMIFS({actual},{where},{final},{ANY_NUMBER},{actual},{ANY_NUMBER})"
    low = f"SUMIFS({final},{where},{final},{ANY_NUMBER},{actual},{ANY_NUMBER})"
    ratio = numbers.ratio(pd.Series([parts["actual"] or 0.0]), pd.Series([parts["final_budget"] or 0.0]), digits[0]).iloc[0]
    rate = Figure(None if pd.isna(ratio) else float(ratio), f'=IF({low}=0,"",ROUND(ROUND({top}/{low},12),{digits[1]}))')
    figures = [Figure(sums[name], f"=SUMIFS({area},{where})") for name, area in (("final_budget", final), ("actual", actual))]
    known = [int(mine[name].notna().sum()) for name in ("final_budget", "actual")]
    return (
        figures[0],
        figures[1],
        rate,
        Used(known[0], known[1], int(both.sum()), parts["final_budget"] or 0.0, parts["actual"] or 0.0),
    )


def _digits(evaluations: Evaluations, ways: Ways) -> tuple[int, str]:
    """Decimals of the rate of the whole batch, and their formula: as many as the finest of its policies has."""
    found = used(evaluations)
    if not found:
        return DIGITS, str(DIGITS)
    names = [each["rate_places"] for each in defined(found, ways.looks).values()]
    return max(policy.rate_places.value or 0 for policy in found), f"MAX({','.join(names)})"


def _sum(wan: pd.Series) -> float | None:
    """A sum of amounts in 万元, exact to the 分; missing where there is none."""
    known = wan.dropna().astype(float)
    return float(numbers.to_fen(known * 10_000).sum() / 1_000_000) if len(known) else None
