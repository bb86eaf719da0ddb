"""The figures of a department, wherever in its file they stand, each with its cell: what its measures are made of.

A department is one place in arrays, so that a measure is worked out for the whole batch at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import frames
from selfeval_xl.policies import Policy

from . import wording
from .cases import AMOUNTS, Case
from .definitions import Term

TASKS = "tasks"
_OF_BUDGET = ("file", "sheet", "item", "side", "item_label", "part", "form_no", *AMOUNTS)
_OF_INDICATORS = (
    "file", "sheet", "cell", "level2", "level3", "part_of", "achieved_value", "achieved_unit", "unit", "task", "form_no",
)  # fmt: skip
_PLACE = ["sheet", "at"]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Book:
    """A batch by department.

    `groups` has one row for each department: its leading form, with `rate_places` of that form's policy. `forms`,
    `budget` and `indicators` have `at`, the place of their department in `groups`; budget has `half`, half of the last
    printed place in 元; indicators have `met`, whether they reached their target, missing where only a person can say.
    """

    groups: pd.DataFrame
    forms: pd.DataFrame
    budget: pd.DataFrame
    indicators: pd.DataFrame
    places: dict[str, pd.DataFrame]
    by_name: dict[tuple[str, str], npt.NDArray[np.intp]]
    """The rows of budget by ("item", code) and by ("name", label)."""

    def addresses(self, frame: str, rows: pd.DataFrame, column: str, *, printed: bool = True) -> Texts:
        """A1 address of each row's value, with its sheet; None where the form has no such cell, or with `printed` a blank one."""
        if rows.empty:
            return np.empty(0, dtype=object)
        place = pd.Series(self.places[frame][column].to_numpy()[rows.index])
        return self.qualified(rows, frames.addresses(place, printed=printed))

    def qualified(self, rows: pd.DataFrame, cells: Iterable[Any]) -> Texts:
        """Cells with their sheet where it is not the one on which the department's leading form begins."""
        own = self.groups["sheet"].to_numpy(object)[rows["at"].to_numpy()]
        told = [
            None if pd.isna(cell) else cell if name == here else f"{_quoted(name)}!{cell}"
            for cell, name, here in zip(cells, rows["sheet"], own, strict=True)
        ]
        return np.array([*told, None], dtype=object)[:-1]


@dataclass(frozen=True)
class Figure:
    """One figure of every department: `value`, its `cells`, `half` of its last printed place in 元, and what is `missing`."""

    value: Floats
    cells: Texts
    half: Floats
    missing: Texts


def book(cases: Sequence[Case]) -> Book:
    """The forms of a batch by department: those of one file, or of one department where a file has several.

    Project forms are left out: a project's rates are not its department's.
    """
    forms = pd.concat([case.forms.assign(rate_places=case.policy.rate_places.value or 0) for case in cases]).sort_index()
    forms = forms[forms["project"].isna()]
    name = forms["department"].fillna("").where(forms.groupby("file")["department"].transform("nunique") > 1, "")
    leading = forms.assign(name=name, other=forms["form"] != "standard").sort_values("other", kind="stable")
    first = pd.Series(leading.index, index=leading.index).groupby([leading["file"], leading["name"]]).transform("first")
    groups = forms.loc[sorted(first.unique())]
    at = first.map(pd.Series(range(len(groups)), index=groups.index))
    budget = pd.concat([case.budget[list(_OF_BUDGET)].assign(half=case.half_unit(case.budget) / 100) for case in cases])
    rows = [case.indicators[list(_OF_INDICATORS)].assign(met=_met(case.indicators, case.policy)) for case in cases]
    whole = _owned(budget, at)
    named = {
        (kind, str(name)): np.asarray(rows) for kind in ("item", "name") for name, rows in whole.groupby(kind).indices.items()
    }
    return Book(groups, forms.assign(at=at), whole, _owned(pd.concat(rows), at), dict(cases[0].places), named)


def figure(term: Term, columns: Sequence[str], whole: Book) -> Figure:
    """A term for every department. Where several printed rows have it, the one that has most of `columns` is taken."""
    if term.rows:
        return _counted(term, whole)
    if term.profile:
        frame, column, table, rows = "profile", term.profile, whole.forms, np.arange(len(whole.forms))
    else:
        frame, column, table, rows = "budget", term.column, whole.budget, _rows_of(term, whole)
    found = _blank(len(whole.groups), _said(term))
    if column and len(rows):
        wanting = np.sum([table[name].isna().to_numpy()[rows] for name in columns], axis=0)
        at = table["at"].to_numpy()[rows]
        best = np.lexsort((wanting, at))
        rows = rows[best[np.append(True, np.diff(at[best]) != 0)]]
        at, value = table["at"].to_numpy()[rows], table[column].to_numpy(float)[rows]
        there = ~np.isnan(value)
        found.value[at] = value
        found.half[at] = table["half"].to_numpy()[rows] if "half" in table else 0.0
        place = table[_PLACE]
        if there.any():
            found.cells[at[there]] = whole.addresses(frame, place.iloc[rows[there]], column)
            found.missing[at[there]] = None
        if not there.all():
            slots = whole.addresses(frame, place.iloc[rows[~there]], column, printed=False)
            found.missing[at[~there]] = [_said(term) + (f"（{slot}）" if slot else "") for slot in slots]
    return found


# -- where a figure may stand --------------------------------------------------------------------------------------


def _rows_of(term: Term, whole: Book) -> npt.NDArray[np.intp]:
    """The printed rows of budget that a term may be taken from: of its item, or called by one of its labels."""
    keys = [("item", term.item)] if term.item else [("name", label) for label in term.labels]
    found = np.sort(np.concatenate([np.empty(0, dtype=np.intp), *(whole.by_name[key] for key in keys if key in whole.by_name)]))
    return found[whole.budget["side"].iloc[found].isin([term.side, ""]).to_numpy()] if term.side and len(found) else found


def _counted(term: Term, whole: Book) -> Figure:
    """How many indicators of a kind there are, or have reached their target; missing where one cannot be told."""
    rows = whole.indicators
    if term.rows == TASKS:
        rows = rows[rows["task"]]
    else:
        rows = rows[~rows["task"] & rows["level2"].isin([term.rows, term.rows.removesuffix("指标")])]
    size = len(whole.groups)
    found = _blank(size, f"“{term.name}”")
    if rows.empty:
        return found
    at, met = rows["at"].to_numpy(), rows["met"].to_numpy(float)
    count = np.bincount(at, minlength=size).astype(float)
    open_rows = np.bincount(at[np.isnan(met)], minlength=size)
    reached = np.bincount(at, weights=np.nan_to_num(met), minlength=size)
    known = (count > 0) & ((open_rows == 0) | (not term.met))
    found.value[known] = (reached if term.met else count)[known]
    shown = rows[(met == 1) | (reached[at] == 0)] if term.met else rows
    told = pd.Series(whole.qualified(shown, shown["cell"]), index=shown.index, dtype="object").groupby(shown["at"]).agg(_ranges)
    told = told[known[told.index.to_numpy()]]
    found.cells[told.index.to_numpy()] = told.to_numpy(object)
    found.missing[known] = None
    for group in np.flatnonzero((count > 0) & ~known):
        found.missing[group] = f"{open_rows[group]} 项“{term.name}”是否完成（没有可比的数，由人判断）"
    return found


def _blank(size: int, missing: str) -> Figure:
    return Figure(np.full(size, np.nan), np.full(size, None), np.zeros(size), np.full(size, missing, dtype=object))


def _said(term: Term) -> str:
    """What a missing figure is called: “支出合计”全年预算数."""
    if not term.column:
        return f"“{term.name}”"
    return f"“{term.name}”{term.field or wording.label('budget', term.column)}"


def _met(rows: pd.DataFrame, policy: Policy) -> pd.Series:
    """Whether each indicator reached its target: by its completion, or by the words of the policy's highest level."""
    met = (rows["completion"] >= 1).astype(float).where(rows["completion"].notna())
    said = rows["achieved_text"].fillna(rows["progress"])
    for at, level in enumerate(sorted(policy.levels.value or (), key=lambda level: -level.high)):
        met = met.mask(rows["completion"].isna() & said.isin(level.words), float(at == 0))
    return met


def _owned(rows: pd.DataFrame, at: pd.Series) -> pd.DataFrame:
    """The rows that belong to a department, as a measure looks for them: whole rows only, in the order of the sheet."""
    place = rows["form_no"].map(at)
    rows = rows[place.notna()].assign(at=place.dropna().astype(np.intp)).sort_index()
    if "level3" in rows:
        return rows[rows["part_of"].isna()]
    rows = rows[rows["part"].isna()]
    return rows.assign(side=rows["side"].fillna(""), name=rows["item_label"].fillna("").map(_bare).where(rows["item"].isna(), ""))


def _bare(label: str) -> str:
    """A row's label without 其中, its number and blanks."""
    return re.sub(r"^(其中[:：])?([一二三四五六七八九十\d]+[、.．])?|\s", "", label)


@cache
def _quoted(sheet: Any) -> str:
    """A sheet's name as a formula writes it."""
    plain = re.fullmatch(r"[^\W\d]\w*", str(sheet))
    return str(sheet) if plain else "'" + str(sheet).replace("'", "''") + "'"


def _ranges(cells: Iterable[str]) -> str:
    """Cells in order as a list, neighbours in a column as a range: 绩效指标!D6:D8,绩效指标!D12."""
    runs: list[list[Any]] = []
    for cell in cells:
        head, row = re.fullmatch(r"(.*?)(\d+)", cell).groups()  # type: ignore[union-attr]
        if runs and runs[-1][0] == head and runs[-1][2] == int(row) - 1:
            runs[-1][2] = int(row)
        else:
            runs.append([head, int(row), int(row)])
    return ",".join(f"{head}{low}" + (f":{head.rpartition('!')[2]}{high}" if high > low else "") for head, low, high in runs)
