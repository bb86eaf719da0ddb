"""模板残留: the wrong year at the beginning of a narrative, another unit's name or self-name in it, formulas over blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from selfeval_xl import frames
from selfeval_xl.findings import Finding, NotRun, finding

from .cases import Case, Row, hits
from .lexicon import lexicon, prompts

_SHOWN = 16
_SUBJECT = 24  # characters within which a sentence names whom it is about
_SELF = re.compile(r"我(局|办|委|厅|院|校|站|所|馆|中心)(?!长|公室|主任)")
_YEAR = re.compile(r"^[(（]?(20\d\d)年")


def texts(case: Case) -> Iterator[Finding | NotRun]:
    """Every narrative of a form, for what was left in it from last year or from another unit's report.

    Prompts of the form are told of while reading (cell.prompt).
    """
    rows = case.texts[case.texts["text"].notna()]
    prompt = rows["text"].str.contains(prompts(), regex=True)
    words = lexicon().texts
    own = rows[~prompt & rows["section"].isin(words.reported)]
    yield from _years(case, own[own["section"].isin(words.year)])
    yield from _self_names(case, own)
    yield from _other_departments(case, own)


def _years(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """A narrative that begins with another year than the form's, and does not come to speak of the form's at all."""
    year = rows["form_no"].map(case.forms["fiscal_year"])
    said = rows["text"].str.extract(_YEAR, expand=False)
    named = [pd.notna(own) and str(own) in text for own, text in zip(year, rows["text"], strict=True)]
    other = said.notna() & year.notna() & ~pd.Series(named, index=rows.index, dtype=bool)
    for _, row in hits(rows.assign(said=said, year=year), other):
        yield finding("residue.year", _where(row), stated=row["said"], expected=str(int(row["year"])), text=_short(row["text"]))


def _self_names(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """我办 in the report of a 局: taken over from another unit."""
    department = rows["form_no"].map(case.forms["implementing_unit"].fillna(case.forms["department"])).astype("str")
    owner = rows["form_no"].map(case.forms["department"]).astype("str")
    said = rows["text"].str.findall(_SELF)
    marked = said.astype(bool) & department.notna()
    for _, row in hits(rows.assign(said=said, department=department, owner=owner), marked):
        endings = lexicon().self
        names = [str(name) for name in (row["department"], row["owner"]) if pd.notna(name)]
        known = {word for word, ends in endings.items() if any(name.endswith(ends) for name in names)}
        strange = [word for word in dict.fromkeys(row["said"]) if word not in known]
        if known and strange and not known & set(row["said"]):
            yield finding("residue.self_name", _where(row), stated=f"我{strange[0]}", expected=names[0], text=_short(row["text"]))


def _other_departments(case: Case, rows: pd.DataFrame) -> Iterator[Finding]:
    """The full name of another department of the batch where a text names its subject, and its own name nowhere."""
    departments = case.forms["department"].dropna().unique()
    names = [str(name) for name in departments if len(str(name)) > len("示例局")]
    if not names:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    own = rows["form_no"].map(case.forms["department"]).astype("str")
    found = rows["text"].str.slice(0, _SUBJECT).str.extract(f"({pattern.pattern})", expand=False)
    for _, row in hits(rows.assign(found=found, own=own), found.notna() & own.notna() & (found != own)):
        mine = str(row["own"])
        if mine not in row["text"] and row["found"] not in mine and mine not in row["found"]:
            yield finding("residue.department", _where(row), stated=row["found"], expected=mine, text=_short(row["text"]))


def _short(text: str) -> str:
    folded = re.sub(r"\s+", "", text)
    return folded[:_SHOWN] + ("…" if len(folded) > _SHOWN else "")


def _where(row: Row) -> tuple[str, str | None, str | None]:
    return str(row["file"]), row["sheet"], row["cell"]


def errors(case: Case) -> Iterator[Finding]:
    """执行率 that is an error value in a row without any money: what a formula gives that divides by nothing.

    Where a budget or an amount is there, or another cell of the row is an error value too, the error is one.
    """
    places = case.places["budget"].loc[case.budget.index]
    error = places["reported_execution_rate"] & 15 == frames.ERROR
    if not error.any():
        return
    rows, places = case.budget[error], places[error]
    alone = (places & 15 == frames.ERROR).sum(axis=1) == 1
    money = ["original_budget", "final_budget", "actual"]
    empty = (rows[money].isna() | (rows[money] == 0)).all(axis=1) & (places[money] & 15 != frames.UNREADABLE).all(axis=1)
    for at, row in hits(rows, alone & empty):
        where = case.where("budget", at, row, "reported_execution_rate")
        yield finding("base.error", where, label=row["item_label"])
