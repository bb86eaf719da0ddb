"""Which form each row belongs to, and which policy rules that form.

Whose a row is, `ownership.owners` says. A batch is split into cases, one for each policy, so that every rule works on
whole columns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from selfeval_xl import frames, numbers, ownership, policies, specs
from selfeval_xl.policy_text import said

from .vocabulary import vocabulary

Where = tuple[str, str | None, str | None]
Row = Mapping[str, Any]
AMOUNTS = ("original_budget", "final_budget", "actual", "prior_budget", "prior_actual")
NO_FORM = -1
_USUAL_PLACES = 2  # 万元 and 亿元 are printed with two decimals


@dataclass(frozen=True)
class Wrong:
    """An amount that is wrong: the label of its row in budget, its column, what it should be in 元, how many say so.

    `slip` is what slip of the hand it looks like, where that is why it is named.
    """

    at: int
    column: str
    amount: float
    count: int
    slip: str = ""


@dataclass(frozen=True)
class Mark:
    """A wrong weight, target or achieved value: its frame, row label and column, what it should be, and why (in Chinese)."""

    frame: str
    at: int
    column: str
    value: float
    proof: str
    hint: str = ""


@dataclass(frozen=True)
class Case:
    """The forms of a batch that one policy rules, with their rows under the batch's own row labels.

    `forms` is profile plus `unit` (of its amounts) and `half_unit` (half of the last printed place, in 分; 0 where
    amounts are exact to the 分). `budget`, `indicators` and `texts` have `form_no`, the label of their row in `forms`.
    `wrong` has the amounts that the statements of their form show to be wrong (see culprits), `marks` the weights,
    targets and achieved values (see weights and sides).
    `execution` has the budget rows whose execution rate is scored, with the weight that counts (see scoring.execution_rows).
    """

    policy: policies.Policy
    forms: pd.DataFrame
    budget: pd.DataFrame
    indicators: pd.DataFrame
    texts: pd.DataFrame
    execution: pd.DataFrame
    scores: pd.DataFrame
    places: Mapping[str, pd.DataFrame]
    wrong: tuple[Wrong, ...] = ()
    marks: tuple[Mark, ...] = ()

    def where(self, frame: str, label: int, row: Row, *columns: str) -> Where:
        """(file, sheet, cell) of the first of `columns` that has a cell on the sheet, blank or not; else of the row."""
        cell = next(filter(None, (self.slot(frame, label, column) for column in columns)), None)
        place: list[str | None] = [None if pd.isna(row[key]) else str(row[key]) for key in ("sheet", "cell")]
        return str(row["file"]), place[0], cell or place[1]

    def slot(self, frame: str, label: int, column: str) -> str | None:
        """A1 address of a value's cell, blank or not; None where the form has no such cell."""
        place = int(self.places[frame][column].to_numpy()[label])
        return frames.a1(*frames.spot(place)) if place & 15 != frames.ABSENT else None

    def cited(self, text: str, frame: str, label: int, column: str) -> str:
        """A figure as a message says it, with the cell where it stands: 955.00(D15); bare where it has none."""
        filled = text and int(self.places[frame][column].to_numpy()[label]) & 15 == frames.VALUE
        return f"{text}({self.slot(frame, label, column)})" if filled else text

    def printed(self, frame: str, rows: pd.DataFrame, column: str) -> pd.Series:
        """Whether each row's form has a cell for `column` at all, blank or not."""
        places = self.places[frame][column].to_numpy()[rows.index]
        return pd.Series(places & 15 != frames.ABSENT, index=rows.index)

    def decimals_shown(self, frame: str, rows: pd.DataFrame, column: str) -> pd.Series:
        """With how many decimals of per cent a rate of each row is shown; missing where its cell shows no %."""
        return frames.decimals_shown(self.places[frame][column].reindex(rows.index))

    def unit(self, form_no: int) -> str:
        """Unit of a form's amounts; 元 for rows that belong to no form."""
        return str(self.forms["unit"].loc[form_no]) if form_no != NO_FORM else "元"

    def half_unit(self, rows: pd.DataFrame) -> pd.Series:
        """Half of the last printed place of each row's form, in 分."""
        return rows["form_no"].map(self.forms["half_unit"]).fillna(0.0)


def hits(table: pd.DataFrame, marked: pd.Series) -> Iterator[tuple[int, Row]]:
    """Label and values of each marked row: the few rows that become findings."""
    if not marked.any():  # the rule; turning even an empty frame into rows costs more than all the marking
        return
    chosen = table[marked]
    yield from zip(chosen.index, chosen.to_dict("records"), strict=True)


def row_of(table: pd.DataFrame, label: int | str) -> Row:
    """Values of one row."""
    at = table.index.get_loc(label)
    return {str(name): column.array[at] for name, column in table.items()}


def split(submissions: frames.Submissions, policy: str | os.PathLike[str] | None) -> tuple[Case, ...]:
    """The cases of a batch: one for each policy, or one for `policy`, an id or the path of a policy's file.

    Raises SpecError for an unknown id, listing the ids there are, and for a file that is missing or broken.
    """
    own = None if policy is None else policies.find(policy)
    known = {**policies.policies(), **({own.id: own} if own else {})}
    forms = submissions.profile
    budget = submissions.budget.assign(form_no=form_numbers(submissions.budget, forms))
    indicators = submissions.indicators.assign(form_no=form_numbers(submissions.indicators, forms))
    indicators = indicators.assign(task=is_task(indicators))
    texts = submissions.texts.assign(form_no=form_numbers(submissions.texts, forms))
    forms = forms.assign(policy=_policies(forms, own), unit=_units(forms))
    forms = forms.assign(half_unit=_half_units(forms, budget))
    indicators["fiscal_year"] = indicators["form_no"].map(forms["fiscal_year"]).astype(float)
    general = own.id if own else choose(None, "").id
    ruled = {
        name: frame["form_no"].map(forms["policy"]).astype("str").fillna(general)
        for name, frame in (("budget", budget), ("indicators", indicators), ("texts", texts))
    }
    ids = sorted({*forms["policy"], *ruled["budget"], *ruled["indicators"], *ruled["texts"]}) or [general]
    return tuple(
        Case(
            policy=known[name],
            forms=_where(forms, forms["policy"] == name),
            budget=_where(budget, ruled["budget"] == name),
            indicators=_where(indicators, ruled["indicators"] == name),
            texts=_where(texts, ruled["texts"] == name),
            execution=pd.DataFrame(),
            scores=pd.DataFrame(),
            places=submissions.places,
        )
        for name in ids
    )


def _where(table: pd.DataFrame, mine: pd.Series) -> pd.DataFrame:
    """The rows of a policy; all of them, as a rule, which need not be copied."""
    return table if mine.all() else table[mine]


def joined(cases: Sequence[Case]) -> Case:
    """All cases as one, for what concerns the whole batch; the first one's policy stands for the others."""
    frames_of = ("forms", "budget", "indicators", "texts", "execution", "scores")
    if len(cases) == 1:
        return cases[0]
    parts = {name: pd.concat([getattr(case, name) for case in cases]).sort_index() for name in frames_of[:-1]}
    return replace(cases[0], **parts, scores=pd.concat([case.scores for case in cases]))


def choose(year: int | None, form: str, owner: str = "") -> policies.Policy:
    """The policy for a form of a fiscal year that `owner` filled in: its department and unit, as printed.

    * A policy that names forms rules only those; one that names regions only owners whose own name has the word (the
      name of a county seldom tells the province); one for a tier only owners whose name shows it. What cannot be told
      fits none of these: the general policy, which names nothing, is for all.
    * Of those that fit, one for a region comes before one for a form, that before one for a tier, before the general
      one; then the newest that covers the year. Where none covers it, or it is missing, years are left out of account.
    * A policy that is not `automatic` is never chosen: it rules where it is asked for by name.
    """
    fitting = [
        entry
        for entry in policies.policies().values()
        if entry.automatic
        and (not entry.forms or form in entry.forms)
        and (not entry.regions or any(word in owner for word in entry.regions))
        and entry.tier in {"", tier(owner)}
    ]
    dated = [entry for entry in fitting if year is not None and entry.first_year <= year <= entry.last_year]
    return max(
        dated or fitting, key=lambda entry: (*map(bool, (entry.regions, entry.forms, entry.tier)), entry.first_year, entry.id)
    )


def tier(owner: str) -> str:
    """县级, 市级, 省级 or 中央 by the last such word in a department's name; empty where there is none.

    A city at county level is called 市 as well and is told to be 市级.
    """
    words = dict(said("level_words"))
    for word in words.pop("not_levels"):
        owner = owner.replace(word, "省" if word == "自治区" else "")
    last = {name: max(owner.rfind(word) + len(word) if word in owner else 0 for word in found) for name, found in words.items()}
    best = max(last, key=lambda name: last[name])
    return best if last[best] else ""


def is_task(indicators: pd.DataFrame) -> pd.Series:
    """重点工作任务: rows that carry no weight and take no part in scores; a case has worked it out, as its column `task`."""
    if "task" in indicators:
        return indicators["task"]
    tasks = vocabulary().task_tables
    return indicators["table"].isin(tasks) | indicators["level1"].isin(tasks)


def is_project(budget: pd.DataFrame) -> pd.Series:
    """Rows of a list of projects, one project a row, but for its total."""
    return budget["table"].isin(vocabulary().project_tables) & budget["item"].isna() & budget["part"].isna()


def form_numbers(rows: pd.DataFrame, forms: pd.DataFrame) -> pd.Series:
    """Label in `forms` of the form that each row of (file, sheet) belongs to; NO_FORM where there is none."""
    return pd.Series(ownership.owners(rows, forms), index=rows.index)


def _policies(forms: pd.DataFrame, own: policies.Policy | None) -> pd.Series:
    if own is not None:
        return pd.Series(own.id, index=forms.index, dtype="str")
    years = [None if pd.isna(year) else int(year) for year in forms["fiscal_year"]]
    owners = forms["department"].fillna("") + " " + forms["implementing_unit"].fillna("")
    keys = list(zip(years, forms["form"].fillna(""), owners, strict=True))
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
    finest = np.full(len(budget), 1e15)
    for column in AMOUNTS:
        amounts = np.nan_to_num(numbers.to_fen(budget[column].to_numpy(float)))
        for power in range(11, 0, -1):
            loose = (np.fmod(amounts, 10.0**power) != 0) & (finest > 10.0 ** (power - 1))
            finest[loose] = 10.0 ** (power - 1)
    place = pd.Series(finest, index=budget.index).groupby(budget["form_no"]).min().reindex(forms.index).fillna(1e15)
    coarsest = size.where(size == numbers.FEN["元"], size / 10**_USUAL_PLACES)
    place = pd.concat([place, coarsest], axis=1).min(axis=1)
    return (place / 2).where(place > 1, 0.0)
