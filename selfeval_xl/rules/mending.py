"""The case as it would be with the figures that are shown to be wrong put right, for the checks that depend on them.

So one wrong figure is told once, and not by each sum, rate and score that follows from it.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from . import measures, scoring, totals
from .cases import AMOUNTS, Case


def amounts(case: Case) -> Case:
    """The case with what its wrong amounts should be."""
    if not case.wrong:
        return case
    columns = {column: case.budget[column].copy() for column in AMOUNTS}
    for wrong in case.wrong:
        columns[wrong.column][columns[wrong.column].index == wrong.at] = wrong.amount
    right = case.budget.assign(**columns)
    sound = replace(case, budget=right.assign(**measures.budget(right, case.policy.rate_places.value or 0)))
    return replace(sound, budget=sound.budget.assign(computed_score=scoring.execution_columns(sound)["computed_score"]))


def marks(case: Case) -> Case:
    """The case with what its wrong weights, targets and achieved values should be, and the scores of their forms anew."""
    if not case.marks:
        return case
    indicators, budget, execution = case.indicators.copy(), case.budget.copy(), case.execution.copy()
    for mark in case.marks:
        for table in (budget, execution) if mark.frame == "budget" else (indicators,):
            table.loc[mark.at, mark.column] = mark.value
    labels = sorted({mark.at for mark in case.marks if mark.frame == "indicators"})
    if labels:
        scored = scoring.indicators(indicators.loc[labels], case.policy)
        indicators.loc[labels, list(scored.columns)] = scored
    sound = replace(case, indicators=indicators, budget=budget, execution=execution)
    sound = replace(sound, budget=budget.assign(computed_score=scoring.execution_columns(sound)["computed_score"]))
    forms = {int((budget if mark.frame == "budget" else indicators)["form_no"].loc[mark.at]) for mark in case.marks}
    part = replace(
        sound,
        forms=case.forms[case.forms.index.isin(forms)],
        budget=sound.budget[sound.budget["form_no"].isin(forms)],
        indicators=indicators[indicators["form_no"].isin(forms)],
        execution=execution[execution["form_no"].isin(forms)],
    )
    anew = totals.scores(part)
    kept = case.scores[~case.scores["form_no"].isin(forms)]
    return replace(sound, scores=pd.concat([kept, anew], ignore_index=True) if len(kept) else anew)
