"""Figures in words: each piece of a draft with the cells that it came from.

A figure is told as the department stated it, and as computed only where it stated none; what is missing is said to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from selfeval_xl.numbers import round_fraction

from .report_looks import CHANGE_PLACES, Column, Report, Row, fill

Cell = tuple[str, str]
"""Sheet and A1 address."""
AMOUNTS = ("original_budget", "final_budget", "actual")
ENDS = "。；;．. \n"


class Piece(NamedTuple):
    """A stretch of text, the cells that it tells of, and whether it is there at all."""

    text: str
    cells: tuple[Cell, ...] = ()
    there: bool = True


@dataclass(frozen=True)
class Part:
    """What a report is written from: the rows of one department's forms in one file, the leading form's first."""

    file: str
    profile: pd.DataFrame
    budget: pd.DataFrame
    indicators: pd.DataFrame
    texts: pd.DataFrame
    findings: pd.DataFrame
    cells: dict[str, pd.DataFrame]


def figure(row: Row, column: Column, part: Part, report: Report) -> Piece:
    """What a column says of a row of money."""
    found = rows_of(row, part)
    if found.empty:
        said_of = report.change.unknown if column.kind == "change" else report.missing
        return Piece(_phrase(said_of, column, report), there=False)
    at = next((at for at in found.index if found.loc[at, list(column.columns)].notna().any()), found.index[0])
    value, _ = _first(found.loc[at], column.columns)
    cells = cells_of(part, "budget", at, [*column.columns, *column.rates])
    if column.kind == "change":
        return Piece(_change(found.loc[at], value, column, report), cells, there=value is not None)
    if value is None:
        return Piece(report.missing, cells, there=False)
    return Piece(said(value, column.kind, report) + (report.unit if column.kind == "money" else ""), cells)


def rows_of(row: Row, part: Part) -> pd.DataFrame:
    """The rows that may hold a figure: of the first item that there is, forms in order, those with an amount first."""
    budget = part.budget
    found = budget[budget["side"].fillna("").isin(row.sides) & budget["part"].isna()]
    found = next((rows for item in row.items if not (rows := found[found["item"] == item]).empty), found.iloc[:0])
    blank = found[list(AMOUNTS)].isna().all(axis=1)
    return found.loc[blank.sort_values(kind="stable").index]


def _change(row: pd.Series, amount: Any, column: Column, report: Report) -> str:
    """A change in words: direction and amount, direction and rate; without a rate where there is nothing to compare with."""
    words = report.change
    if amount is None:
        return _phrase(words.unknown, column, report)
    if amount == 0:
        return _phrase(words.same, column, report)
    rate, _ = _first(row, column.rates)
    way = words.up if amount > 0 else words.down
    places = {"way": way, "amount": _money(abs(amount), report) + report.unit}
    if rate is None and row[column.base] == 0:
        return _phrase(words.no_rate, column, report, **places)
    told = report.missing if rate is None else _rate(abs(rate), report)
    rate_way = way if rate is None or rate == 0 else words.up if rate > 0 else words.down
    return _phrase(words.known, column, report, **places, rate_way=rate_way, rate=told)


def _phrase(phrase: str, column: Column, report: Report, **places: str) -> str:
    """A phrase of a change; a place that does not belong to it stays empty."""
    return fill(phrase, **{**dict.fromkeys(CHANGE_PLACES, ""), "than": column.than, "missing": report.missing, **places})


# -- values into words ---------------------------------------------------------------------------------------------


def _first(row: pd.Series, columns: Sequence[str]) -> tuple[Any, str]:
    """The first value that is there, and its column."""
    return next(((row[name], name) for name in columns if pd.notna(row[name])), (None, ""))


def said(value: Any, kind: str, report: Report) -> str:
    """A value as money without its unit, as a rate, or as it is."""
    if kind == "money":
        return _money(value, report)
    if kind == "rate":
        return _rate(value, report)
    return ended(value) if isinstance(value, str) else number(float(value))


def _money(yuan: float, report: Report) -> str:
    return _decimals(Fraction(repr(float(yuan))) / report.scale, report.decimals)


def _rate(ratio: float, report: Report) -> str:
    return _decimals(Fraction(repr(float(ratio))) * 100, report.decimals) + "%"


def _decimals(value: Fraction, places: int) -> str:
    """A number with exactly so many decimals, half-up, without a detour through float."""
    whole = round_fraction(value, places)
    digits = f"{abs(whole.numerator) * 10**places // whole.denominator:0{places + 1}}"
    sign = "-" if whole < 0 else ""
    return f"{sign}{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else f"{sign}{digits}"


def number(value: float) -> str:
    """A plain number, without decimals that say nothing."""
    return _decimals(Fraction(repr(value)), 2).rstrip("0").rstrip(".")


def ended(text: str) -> str:
    """A text without blanks around it and without its full stop: the sentence that it stands in has one."""
    return text.strip().rstrip(ENDS)


def cells_of(part: Part, frame: str, at: Any, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Where values stand, or should stand: their sheet and address."""
    slots = part.cells[frame]
    sheet = str(slots.loc[at, "sheet"])
    found = [slots.loc[at, column] for column in columns if column in slots]
    return tuple((sheet, address) for address in found if isinstance(address, str))
