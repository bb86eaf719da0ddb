"""Room 2, the rules: what happened, what it is worth, and whether the figures agree.

    submissions → cases (one for each policy) → measures → scores → checks → measures of departments → Evaluations

Everything is computed beside what was reported and never over it.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Sequence

import pandas as pd

from selfeval_xl import frames
from selfeval_xl.findings import Finding, catalogue
from selfeval_xl.frames import Evaluations, Submissions

from . import checks, department, ledger, measures, scoring, totals
from .cases import Case, joined, split
from .ledger import catalogue as check_catalogue

__all__ = ["check_catalogue", "evaluate"]


def evaluate(submissions: Submissions, policy: str | os.PathLike[str] | None = None) -> Evaluations:
    """核算: the same rows, wider by the computed columns of columns.csv, with `scores`, every finding and the `checks`.

    Amounts are 元, rates ratios, scores points. `policy` is for every form: the id of a shipped policy, or the path of a
    TOML file of your own; by default each form has the policy for its region, edition and fiscal year, else the general
    one. Evaluating twice gives the same.

    Raises SpecError for an unknown policy id, listing the ids there are, and for a file that is missing or broken,
    naming the key and what was allowed. Source of the rules: the policy's `document`.
    """
    read = _as_read(submissions)
    cases = [_score(_measure(case)) for case in split(read, policy)]
    whole = joined(cases)
    told, kept = checks.run(cases, whole, read.findings)
    found = [entry for _, made in told for entry in made if isinstance(entry, Finding)]
    departments, unlike = department.measures(cases)
    scores = whole.scores.sort_values("form_no", kind="stable")
    return Evaluations(
        files=read.files,
        profile=read.profile,
        budget=_typed("budget", whole.budget),
        indicators=_typed("indicators", whole.indicators),
        texts=read.texts,
        findings=_ordered(kept, [*found, *unlike]),
        places=read.places,
        scores=_typed("scores", scores.reset_index(drop=True)),
        measures=_typed("measures", departments),
        checks=ledger.table(whole, told, kept),
        policies={case.policy.id: case.policy for case in cases},
        sources=read.sources,
    )


def _as_read(submissions: Submissions) -> Submissions:
    """What the reader gave, without anything that an earlier evaluation added."""
    findings = submissions.findings
    return Submissions(
        files=submissions.files,
        profile=_reported("profile", submissions),
        budget=_reported("budget", submissions),
        indicators=_reported("indicators", submissions),
        texts=submissions.texts,
        findings=findings[~findings["rule"].isin(checks.RULES)],
        places=submissions.places,
        sources=submissions.sources,
    )


def _reported(frame: str, submissions: Submissions) -> pd.DataFrame:
    whole: pd.DataFrame = getattr(submissions, frame)
    return whole[list(frames.read_columns(frame))].reset_index(drop=True)


def _measure(case: Case) -> Case:
    computed = measures.budget(case.budget, case.policy.rate_places.value or 0)
    indicators = scoring.indicators(case.indicators, case.policy)
    return dataclasses.replace(case, budget=case.budget.join(computed), indicators=case.indicators.join(indicators))


def _score(case: Case) -> Case:
    chosen = dataclasses.replace(case, execution=scoring.execution_rows(case))
    scored = dataclasses.replace(chosen, budget=case.budget.join(scoring.execution_columns(chosen)))
    return dataclasses.replace(scored, scores=totals.scores(scored))


def _typed(frame: str, table: pd.DataFrame) -> pd.DataFrame:
    """The frame's columns in order, each in its declared dtype."""
    dtypes = {c.column: c.dtype for c in frames.columns() if c.frame == frame}
    table = table[list(dtypes)]
    other = {name: dtypes[str(name)] for name, now in table.dtypes.items() if str(now) != dtypes[str(name)]}
    return table.astype(other) if other else table


def _ordered(read: pd.DataFrame, found: Sequence[Finding]) -> pd.DataFrame:
    """All findings by file, sheet and place on the sheet, those without a place first."""
    columns = frames.names("findings")
    added = frames.table("findings", [tuple(getattr(entry, name) for name in columns) for entry in found], columns)
    every = pd.concat([read[list(columns)], added], ignore_index=True)
    order = {code: at for at, code in enumerate(catalogue())}
    keys = [_sort_key(row, order) for row in every[["file", "sheet", "cell", "code", "message"]].itertuples(index=False)]
    at = sorted(range(len(keys)), key=keys.__getitem__)
    return _typed("findings", every.iloc[at].reset_index(drop=True))


def _sort_key(row: tuple[str, ...], order: dict[str, int]) -> tuple[str, str, int, int, int, str]:
    file, sheet, cell, code, message = ("" if pd.isna(value) else value for value in row)
    letters, digits = re.fullmatch(r"([A-Z]*)(\d*).*", cell, re.DOTALL).groups()  # type: ignore[union-attr]
    return file, sheet, int(digits or 0), frames.column_number(letters), order.get(code, len(order)), message
