"""部门整体支出的共性指标 (财预〔2013〕53号): 预算完成率, 结转结余率, “三公经费”控制率 and so on, one row each for a department.

What a measure is made of stands in `data/measures.toml`. The figures of a department may stand on several forms of its
file (决算 tables, 基础数据表); each figure keeps its cell. A measure is the first of its definitions whose figures are
all there and whose denominator is not zero; otherwise it is listed as not computable, with what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import frames, numbers
from selfeval_xl.findings import Finding, finding

from . import wording
from .cases import Case, hits
from .definitions import GENERAL, Definition, Term, called, definitions, folded
from .figures import Book, Figure, Floats, Texts, book, figure

COMPUTED, NOT_COMPUTABLE = "computed", "not_computable"
_SAME = 1e-9
_LEAST_DIGITS = 2  # a rate printed as 58% is judged at whole per cent
_PERCENT = 100
_AT_MOST_A_RATIO = 2  # a stated value without % up to this is taken for a ratio, 0.9835


@dataclass(frozen=True)
class Outcome:
    """A definition worked out for every department: the two sides, the ratio, and what is missing for it.

    `slack` is what rounding of the printed amounts can explain; `filled` whether any of its figures is there.
    """

    definition: Definition
    numerator: Figure
    denominator: Figure
    value: Floats
    exact: Floats
    slack: Floats
    missing: Texts
    filled: npt.NDArray[np.bool_]


def measures(cases: Sequence[Case]) -> tuple[pd.DataFrame, list[Finding]]:
    """The frame `measures`, and findings where an indicator called like a measure states another value.

    Ratios are rounded half-up at the policy's places; amounts are 元. Departments whose forms hold no amount and no
    number of persons that any measure needs have no rows.
    """
    whole = book(cases)
    if whole.groups.empty:
        return frames.table("measures", [], frames.names("measures")), []
    figures: dict[Any, Figure] = {}
    outcomes = [_outcome(entry, whole, figures) for entry in definitions()]
    stated = _stated(whole)
    counted = [outcome.filled for outcome in outcomes if outcome.definition.unit != "项"]
    table = _chosen(outcomes, whole)
    table = table[np.logical_or.reduce(counted)[table["at"].to_numpy()]]
    first = stated.drop_duplicates(["at", "measure"])[["at", "measure", "stated", "stated_cell"]]
    table = table.merge(first, on=["at", "measure"], how="left")
    found = list(_findings(whole, outcomes, stated, table))
    return table[list(frames.names("measures"))], found


# -- working out ---------------------------------------------------------------------------------------------------


def _outcome(entry: Definition, whole: Book, figures: dict[Any, Figure]) -> Outcome:
    """One definition; `figures` holds those that others have looked up before."""
    terms: dict[Term, Figure] = {}
    for term in (together := (*entry.numerator, *entry.denominator)):
        row = [other for other in together if (other.item, other.labels) == (term.item, term.labels)]
        columns = tuple(sorted({other.column or other.profile for other in row}))
        key = replace(term, minus=False), columns
        terms[term] = figures[key] = figures[key] if key in figures else figure(*key, whole)
    top, below = (_side([(term, terms[term]) for term in side]) for side in (entry.numerator, entry.denominator))
    if entry.absolute:
        top = Figure(np.abs(top.value), top.cells, top.half, top.missing)
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.where(below.value == 0, np.nan, top.value / below.value)
    value, all_places = np.full(len(exact), np.nan), whole.groups["rate_places"].to_numpy()
    for places in np.unique(all_places):
        mine = all_places == places
        value[mine] = numbers.ratios(top.value[mine], below.value[mine], int(places))
    missing = _beside([top.missing, below.missing], "、")
    missing[below.value == 0] = f"分母（{entry.formula.rpartition('÷')[2]}）为 0，没有基数"
    with np.errstate(divide="ignore", invalid="ignore"):
        slack = np.nan_to_num((top.half + np.abs(exact) * below.half) / np.abs(below.value), posinf=0.0)
    filled = np.logical_or.reduce([~np.isnan(found.value) for found in terms.values()])
    return Outcome(entry, top, below, value, exact, slack, missing, filled)


def _side(terms: Sequence[tuple[Term, Figure]]) -> Figure:
    """The sum of some figures, exact to the 分; missing where one of them is."""
    fen = [numbers.to_fen(found.value) * (-1 if term.minus else 1) for term, found in terms]
    value = np.sum(fen, axis=0) / _PERCENT
    cells = _beside([found.cells for _, found in terms], ",")
    missing = _beside([found.missing for _, found in terms], "、")
    cells[np.isnan(value)] = None
    return Figure(value, cells, np.sum([found.half for _, found in terms], axis=0), missing)


def _beside(columns: Sequence[Texts], mark: str) -> Texts:
    """The texts of some columns, row by row, as `_listed` joins them."""
    if len(columns) == 1:  # one text alone is listed already
        return columns[0].copy()
    return np.array([*(_listed(parts, mark) for parts in zip(*columns, strict=True)), None], dtype=object)[:-1]


def _listed(parts: Iterable[str | None], mark: str) -> str | None:
    """Texts joined by `mark`, each once; nothing where there is none."""
    return mark.join(dict.fromkeys(piece for part in parts if part for piece in part.split(mark))) or None


def _chosen(outcomes: Sequence[Outcome], whole: Book) -> pd.DataFrame:
    """One row for each department and measure that applies to it: the first definition that can be worked out."""
    entries, size = [outcome.definition for outcome in outcomes], len(whole.groups)
    order = {name: at for at, name in enumerate(dict.fromkeys(entry.id for entry in entries))}
    form, of_forms = whole.forms["form"].to_numpy(object), whole.forms["at"].to_numpy()
    applies = [np.isin(np.arange(size), of_forms[np.isin(form, entry.forms)]) | (entry.region == GENERAL) for entry in entries]
    which, at = np.nonzero(applies)
    known = ~np.isnan(np.array([outcome.value for outcome in outcomes])[which, at])
    rank = np.where(known, 0, 2000) + np.array([1000 * (entry.region == GENERAL) for entry in entries])[which] + which
    by_measure = np.array([order[entry.id] for entry in entries])[which]
    sorted_rows = np.lexsort((rank, by_measure, at))
    which, at, known, by_measure = (column[sorted_rows] for column in (which, at, known, by_measure))
    best = np.append(True, (np.diff(at) != 0) | (np.diff(by_measure) != 0))
    which, at, known = which[best], at[best], known[best]

    def of_entry(name: str) -> list[str]:
        return [str(getattr(entries[one], name)) for one in which]

    def of_outcome(values: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = np.array(list(values))[which, at]
        return found

    table = pd.DataFrame({
        "at": at, "measure": of_entry("id"), "name": of_entry("name"), "value": of_outcome(one.value for one in outcomes),
        "numerator": of_outcome(one.numerator.value for one in outcomes),
        "denominator": of_outcome(one.denominator.value for one in outcomes), "unit": of_entry("unit"),
        "numerator_cells": pd.Series(of_outcome(one.numerator.cells for one in outcomes), dtype=object),
        "denominator_cells": pd.Series(of_outcome(one.denominator.cells for one in outcomes), dtype=object),
        "sense": of_entry("sense"), "status": np.where(known, COMPUTED, NOT_COMPUTABLE),
        "missing": pd.Series(of_outcome(one.missing for one in outcomes), dtype="str").where(~known),
        "formula": of_entry("formula"), "basis": of_entry("source"),
    })  # fmt: skip
    keys = whole.groups[["file", "sheet", "cell", "form"]].iloc[at]
    return table.assign(**{str(name): keys[name].to_numpy() for name in keys})


# -- stated against computed ---------------------------------------------------------------------------------------


def _stated(whole: Book) -> pd.DataFrame:
    """Indicators called like a measure that state a value: with `measure`, `stated` (ratio) and `stated_cell`."""
    rows = whole.indicators[whole.indicators["achieved_value"].notna()]
    names = {name: called().get(folded(name)) for name in rows["level3"].dropna().unique()}
    measure = pd.Series([names.get(name) for name in rows["level3"].tolist()], dtype="str", index=rows.index)
    rows = rows.assign(measure=measure, unit=rows["achieved_unit"].fillna(rows["unit"]))
    rows = rows[rows["measure"].notna() & (rows["unit"].isna() | (rows["unit"] == "%"))]
    ratio = rows["unit"].isna() & (rows["achieved_value"].abs() <= _AT_MOST_A_RATIO)
    percent = numbers.half_up(rows["achieved_value"] / _PERCENT, 8)
    return rows.assign(
        stated=rows["achieved_value"].where(ratio, percent),
        stated_cell=whole.addresses("indicators", rows, "achieved_value"),
    )


def _findings(whole: Book, outcomes: Sequence[Outcome], stated: pd.DataFrame, table: pd.DataFrame) -> Iterator[Finding]:
    """Each stated value that fits none of the measure's definitions, where its own can be worked out."""
    if stated.empty:
        return
    known = table[table["status"] == COMPUTED].set_index(["at", "measure"])
    judged = {outcome.definition.id for outcome in outcomes if outcome.definition.judged}
    fits = ~stated["measure"].isin(judged).to_numpy()
    measure, ratio, at = (stated[name].to_numpy() for name in ("measure", "stated", "at"))
    for outcome in outcomes:
        mine = measure == outcome.definition.id
        if mine.any():
            fits[mine] |= _fits(pd.Series(ratio[mine]), outcome, at[mine])
    for _, row in hits(stated, pd.Series(~fits, index=stated.index)):
        if (row["at"], row["measure"]) not in known.index:
            continue
        told = known.loc[row["at"], row["measure"]]
        unit = str(whole.groups["unit"].iloc[row["at"]]) if told["unit"] == "元" else str(told["unit"])
        top, below = (_figure(told[side], unit) for side in ("numerator", "denominator"))
        yield finding(
            "measure.stated",
            (row["file"], row["sheet"], str(row["stated_cell"]).rpartition("!")[2]),
            stated=wording.stated_rate(row["stated"]),
            expected=wording.rate(told["value"]),
            basis=told["basis"],
            label=row["level3"],
            formula=told["formula"],
            figures=f"{top}÷{below} {unit}",
            cells=_listed([told["numerator_cells"], told["denominator_cells"]], ","),
        )


def _fits(stated: pd.Series, outcome: Outcome, at: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Whether a stated ratio is the quotient, at its own decimals and within what rounding of the amounts explains.

    A ratio that was cut off instead of rounded fits as well: that is no other figure.
    """
    exact = outcome.exact[at]
    digits = np.maximum(numbers.decimals(stated, 6), _LEAST_DIGITS)
    fits: npt.NDArray[np.bool_] = np.abs(stated.to_numpy() - exact) < 10.0**-digits + outcome.slack[at] + _SAME
    return fits


def _figure(value: float, unit: str) -> str:
    return wording.money(value, unit) if unit in numbers.FEN else wording.number(value)
