"""核对清单: every check on every form, with what it found, or why it could not run.

`data/checks.toml` names each check, says what it looks at, and which columns it needs. A check ran on a form where one
row at least has all of them; else the ledger says which are not on the form, and which were left blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import frames
from selfeval_xl.findings import Finding, NotRun
from selfeval_xl.loading import load

from .cases import Case, form_numbers

OK, FOUND, NOT_RUN = "ok", "found", "not_run"
Entries = tuple[str, Sequence[Finding | NotRun]]
_FILLED, _BLANK, _ABSENT = range(3)


@dataclass(frozen=True)
class Check:
    """One check: its function (module.name), name, what it looks at, basis, and the columns (frame.column) that it needs.

    `rule` is given instead of a function's name where the reader makes the check: the rule of its findings.
    """

    id: str
    title: str
    looks_at: str
    basis: str = ""
    needs: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Everything in checks.toml, with the words for what is wanting."""

    words: Mapping[str, str]
    checks: tuple[Check, ...]


@cache
def shipped() -> Catalogue:
    """The shipped checks.toml. Raises SpecError naming the key and what was allowed."""
    return load(Path(str(files("selfeval_xl").joinpath("data/checks.toml"))), Catalogue)


@cache
def catalogue() -> Mapping[str, Check]:
    """Every check by its id."""
    return {check.id: check for check in shipped().checks}


def table(whole: Case, entries: Sequence[Entries], read: pd.DataFrame) -> pd.DataFrame:
    """The frame `checks`, by form and in the order of the catalogue.

    `whole` has every form of the batch, `entries` what each check told, `read` the reader's findings.
    """
    keys = pd.DataFrame({"check": list(catalogue()), "title": [check.title for check in catalogue().values()]})
    forms = whole.forms.sort_index()
    rows = forms[["file", "sheet", "cell"]].assign(form_no=forms.index).merge(keys, how="cross")
    index = pd.MultiIndex.from_frame(rows[["form_no", "check"]])
    found, told = _counted(forms, entries, read)
    filling = {frame: _filling(whole, frame, columns) for frame, columns in _needed(catalogue().values()).items()}
    wanting: dict[tuple[int, str], str] = {}
    for check in catalogue().values():
        for form_no, reason in _wanting(forms.index, filling, check).items():
            wanting[form_no, check.id] = reason
    reasons = [told.get(key, wanting.get(key)) for key in index]
    rows["found"] = found.reindex(index, fill_value=0).to_numpy()
    rows["reason"] = pd.Series(reasons, index=rows.index, dtype="str").where(rows["found"] == 0)
    silent = rows["reason"].notna()
    rows["status"] = np.select([rows["found"] > 0, silent], [FOUND, NOT_RUN], OK)
    dtypes = {c.column: c.dtype for c in frames.columns() if c.frame == "checks"}
    return rows[list(dtypes)].astype(dtypes)


def _counted(
    forms: pd.DataFrame, entries: Sequence[Entries], read: pd.DataFrame
) -> tuple[pd.Series, Mapping[tuple[int, str], str]]:
    """How many findings each form has of each check, and why checks said that they had nothing to go by."""
    rows: list[tuple[str, str | None, str | None, str, str | None]] = [
        (entry.file, entry.sheet, entry.cell, name, entry.reason if isinstance(entry, NotRun) else None)
        for name, made in entries
        for entry in made
    ]
    by_rule = {check.rule: check.id for check in catalogue().values() if check.rule}
    own = read[read["rule"].isin(list(by_rule))]
    rows += [(row["file"], row["sheet"], row["cell"], by_rule[row["rule"]], None) for row in own.to_dict("records")]
    told = pd.DataFrame(rows, columns=["file", "sheet", "cell", "check", "reason"], dtype="str")
    told["form_no"] = form_numbers(told, forms)
    silent = told["reason"].notna()
    found = told[~silent].groupby(["form_no", "check"]).size()
    reasons = told[silent].drop_duplicates(["form_no", "check", "reason"]).groupby(["form_no", "check"])["reason"].agg("；".join)
    return found, dict(zip(reasons.index.to_list(), reasons, strict=True))


@dataclass(frozen=True)
class _Filling:
    """What the rows of a frame have in `columns`.

    `form` is the place of each row's form, `filled` (rows × columns) what has a value, `best` (forms × columns) the best
    state of each column on a form, -1 where the form has no row.
    """

    columns: Sequence[str]
    form: npt.NDArray[np.intp]
    filled: npt.NDArray[np.bool_]
    best: npt.NDArray[np.int_]


def _needed(checks: Iterable[Check]) -> dict[str, list[str]]:
    """The columns that checks need, each once, by frame."""
    by_frame: dict[str, list[str]] = {}
    for need in dict.fromkeys(need for check in checks for need in check.needs):
        frame, _, column = need.partition(".")
        by_frame.setdefault(frame, []).append(column)
    return by_frame


def _filling(case: Case, frame: str, columns: Sequence[str]) -> _Filling:
    forms = case.forms.sort_index().index
    rows: pd.DataFrame = case.forms.assign(form_no=case.forms.index) if frame == "profile" else getattr(case, frame)
    form = forms.get_indexer(pd.Index(rows["form_no"]))
    rows, form = rows[form >= 0], form[form >= 0]
    filled = np.column_stack([rows[name].notna() for name in columns])
    printed = np.column_stack([_printed(case, frame, rows, name) for name in columns])
    states = np.where(filled, _FILLED, np.where(printed, _BLANK, _ABSENT))
    best = np.full((len(forms), len(columns)), -1)
    for state in (_ABSENT, _BLANK, _FILLED):
        row, column = np.nonzero(states == state)
        best[form[row], column] = state
    return _Filling(columns, form, filled, best)


def _wanting(forms: pd.Index, filling: Mapping[str, _Filling], check: Check) -> dict[int, str]:
    """By form why a check had nothing to go by, where that is so; of several frames the first that says so."""
    reasons: dict[int, str] = {}
    for frame, columns in _needed([check]).items():
        found = filling[frame]
        at = [found.columns.index(name) for name in columns]
        wants = np.full(len(forms), fill_value=True)
        wants[found.form[found.filled[:, at].all(axis=1)]] = False
        best = [tuple(states) for states in found.best[wants][:, at].tolist()]
        said = {states: _said(frame, columns, states) for states in set(best)}
        reasons = {form_no: said[states] for form_no, states in zip(forms[wants], best, strict=True)} | reasons
    return reasons


def _printed(case: Case, frame: str, rows: pd.DataFrame, column: str) -> pd.Series:
    if frame in case.places and column in case.places[frame]:
        return case.printed(frame, rows, column)
    return pd.Series(data=True, index=rows.index)


def _said(frame: str, columns: Sequence[str], states: tuple[int, ...]) -> str:
    """Why nothing could be checked, from the best state of each column on the form."""
    words = shipped().words
    if min(states) < _FILLED:
        return words[frame]
    labels = {c.column: c.label.removesuffix("(填报)") for c in frames.columns() if c.frame == frame}
    worst = max(states)
    named = "、".join(f"“{labels[name]}”" for name, state in zip(columns, states, strict=True) if state == worst)
    return words[("apart", "blank", "absent")[worst]].format(columns=named)
