"""Which form each row belongs to, and which policy rules that form.

A row belongs to the form that begins on its own sheet; where none does, to the file's standard form, else to the first
form of the file. A batch is split into cases, one for each policy, so that every rule works on whole columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from selfeval_xl import frames, numbers, specs
from selfeval_xl.errors import SpecError

from .vocabulary import vocabulary

Where = tuple[str, str | None, str | None]
Row = Mapping[str, Any]
AMOUNTS = ("original_budget", "final_budget", "actual", "prior_budget", "prior_actual")
NO_FORM = -1
_USUAL_PLACES = 2  # 万元 and 亿元 are printed with two decimals


@dataclass(frozen=True)
class Case:
    """The forms of a batch that one policy rules, with their rows under the batch's own row labels.

    `forms` is profile plus `unit` (of its amounts) and `half_unit` (half of the last printed place, in 分; 0 where
    amounts are exact to the 分). `budget`, `indicators` and `texts` have `form_no`, the label of their row in `forms`.
    `execution` has the budget rows whose execution rate is scored, with the weight that counts (see scoring.execution_rows).
    """

    policy: specs.Policy
    forms: pd.DataFrame
    budget: pd.DataFrame
    indicators: pd.DataFrame
    texts: pd.DataFrame
    execution: pd.DataFrame
    scores: pd.DataFrame
    places: Mapping[str, pd.DataFrame]

    def where(self, frame: str, label: int, row: Row, *columns: str) -> Where:
        """(file, sheet, cell) of the first of `columns` that has a cell on the sheet, blank or not; else of the row."""
        cell = next(filter(None, (self.slot(frame, label, column) for column in columns)), None)
        place: list[str | None] = [None if pd.isna(row[key]) else str(row[key]) for key in ("sheet", "cell")]
        return str(row["file"]), place[0], cell or place[1]

    def slot(self, frame: str, label: int, column: str) -> str | None:
        """A1 address of a value's cell, blank or not; None where the form has no such cell."""
        place = int(self.places[frame][column].to_numpy()[label])
        return frames.a1(place >> 18, place >> 4 & 0x3FFF) if place & 15 != frames.ABSENT else None

    def printed(self, frame: str, rows: pd.DataFrame, column: str) -> pd.Series:
        """Whether each row's form has a cell for `column` at all, blank or not."""
        places = self.places[frame][column].to_numpy()[rows.index]
        return pd.Series(places & 15 != frames.ABSENT, index=rows.index)

    def unit(self, form_no: int) -> str:
        """Unit of a form's amounts; 元 for rows that belong to no form."""
        return str(self.forms["unit"].loc[form_no]) if form_no != NO_FORM else "元"

    def half_unit(self, rows: pd.DataFrame) -> pd.Series:
        """Half of the last printed place of each row's form, in 分."""
        return rows["form_no"].map(self.forms["half_unit"]).fillna(0.0)


def hits(table: pd.DataFrame, marked: pd.Series) -> Iterator[tuple[int, Row]]:
    """Label and values of each marked row: the few rows that become findings."""
    chosen = table[marked]
    yield from zip(chosen.index, chosen.to_dict("records"), strict=True)


def row_of(table: pd.DataFrame, label: int) -> Row:
    """Values of one row."""
    return dict(zip(table.columns, table.loc[[label]].to_numpy(object)[0].tolist(), strict=True))


def split(submissions: frames.Submissions, policy: str | None) -> tuple[Case, ...]:
    """The cases of a batch: one for each policy, or one for `policy`.

    Raises SpecError for an unknown policy id, listing the ids there are.
    """
    if policy is not None and policy not in specs.policies():
        raise SpecError(f"没有评分办法“{policy}”，可用的是：{'、'.join(specs.policies())}。")
    forms = submissions.profile
    budget = submissions.budget.assign(form_no=_form_numbers(submissions.budget, forms))
    indicators = submissions.indicators.assign(form_no=_form_numbers(submissions.indicators, forms))
    texts = submissions.texts.assign(form_no=_form_numbers(submissions.texts, forms))
    forms = forms.assign(policy=_policies(forms, policy), unit=_units(forms))
    forms = forms.assign(half_unit=_half_units(forms, budget))
    general = policy or choose(None, "").id
    ruled = {
        name: frame["form_no"].map(forms["policy"]).astype("str").fillna(general)
        for name, frame in (("budget", budget), ("indicators", indicators), ("texts", texts))
    }
    ids = sorted({*forms["policy"], *ruled["budget"], *ruled["indicators"], *ruled["texts"]}) or [general]
    return tuple(
        Case(
            policy=specs.policies()[name],
            forms=forms[forms["policy"] == name],
            budget=budget[ruled["budget"] == name],
            indicators=indicators[ruled["indicators"] == name],
            texts=texts[ruled["texts"] == name],
            execution=pd.DataFrame(),
            scores=pd.DataFrame(),
            places=submissions.places,
        )
        for name in ids
    )


def choose(year: int | None, form: str) -> specs.Policy:
    """The policy for a form and fiscal year: one that names the form before a general one, then the newest.

    Where no policy covers the year, or the year is missing, the years are left out of account.
    """
    fitting = [entry for entry in specs.policies().values() if not entry.forms or form in entry.forms]
    fitting = fitting or list(specs.policies().values())
    dated = [entry for entry in fitting if year is not None and entry.first_year <= year <= entry.last_year]
    return max(dated or fitting, key=lambda entry: (bool(entry.forms), entry.first_year, entry.id))


def is_task(indicators: pd.DataFrame) -> pd.Series:
    """重点工作任务: rows that carry no weight and take no part in scores."""
    tasks = vocabulary().task_tables
    return indicators["table"].isin(tasks) | indicators["level1"].isin(tasks)


def is_project(budget: pd.DataFrame) -> pd.Series:
    """Rows of a list of projects, one project a row, but for its total."""
    return budget["table"].isin(vocabulary().project_tables) & budget["item"].isna() & budget["part"].isna()


def _form_numbers(rows: pd.DataFrame, forms: pd.DataFrame) -> pd.Series:
    numbered = forms[["file", "sheet", "form"]].assign(form_no=forms.index)
    exact = numbered.drop_duplicates(["file", "sheet"]).set_index(["file", "sheet"])["form_no"]
    main = numbered.assign(other=numbered["form"] != "standard").sort_values("other", kind="stable")
    by_file = main.drop_duplicates("file").set_index("file")["form_no"]
    on_sheet = exact.reindex(pd.MultiIndex.from_frame(rows[["file", "sheet"]])).to_numpy(float)
    in_file = rows["file"].map(by_file).to_numpy(float)
    found = np.where(np.isnan(on_sheet), in_file, on_sheet)
    return pd.Series(np.where(np.isnan(found), NO_FORM, found).astype(np.int64), index=rows.index)


def _policies(forms: pd.DataFrame, policy: str | None) -> pd.Series:
    if policy is not None:
        return pd.Series(policy, index=forms.index, dtype="str")
    years = [None if pd.isna(year) else int(year) for year in forms["fiscal_year"]]
    keys = list(zip(years, forms["form"].fillna(""), strict=True))
    chosen = {key: choose(*key).id for key in set(keys)}
    return pd.Series([chosen[key] for key in keys], index=forms.index, dtype="str")


def _units(forms: pd.DataFrame) -> pd.Series:
    """Unit of each form's amounts: as the sheet says, else as the layout has it, else 元."""
    usual = {layout.id: layout.amount_unit for layout in specs.layouts().values()}
    units = forms["amount_unit"].where(forms["amount_unit"].isin(list(numbers.FEN)), forms["form"].map(usual))
    return units.astype("str").fillna("元")


def _half_units(forms: pd.DataFrame, budget: pd.DataFrame) -> pd.Series:
    """Half of the last place that a form prints, in 分: taken from the digits of all its amounts together."""
    size = forms["unit"].map(numbers.FEN).astype(float)
    amounts = numbers.to_fen(budget[list(AMOUNTS)])
    finest = pd.Series(1e15, index=budget.index)
    for power in range(11, 0, -1):
        loose = ((amounts % 10.0**power) != 0) & amounts.notna()
        finest = finest.mask(loose.any(axis=1) & (finest > 10.0 ** (power - 1)), 10.0 ** (power - 1))
    place = finest.groupby(budget["form_no"]).min().reindex(forms.index).fillna(1e15)
    coarsest = size.where(size == numbers.FEN["元"], size / 10**_USUAL_PLACES)
    place = pd.concat([place, coarsest], axis=1).min(axis=1)
    return (place / 2).where(place > 1, 0.0)
