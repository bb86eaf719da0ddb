"""DO THE FIGURES AGREE: every check, in the order of the catalogue `data/findings.toml`.

A check is a function from a case to its findings. It marks rows by whole columns and walks only those that it marked.
`data/checks.toml` says of each what it looks at; the frame `checks` says what became of it (see ledger).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl import frames
from selfeval_xl.findings import Finding, NotRun, catalogue
from selfeval_xl.policies import Param, Policy

from . import (
    between,
    completeness,
    culprits,
    ledger,
    listing,
    mending,
    narrative,
    parts,
    plausible,
    points,
    prior,
    reasons,
    residue,
    sayings,
    sides,
    stated,
    sums,
    tables,
    units,
    weights,
    years,
)  # fmt: skip
from .cases import Case, form_numbers

RULES = (
    "completeness", "stated", "parts", "tables", "narrative", "years", "scores", "reasons", "measures", "plausible", "residue",
    "between",
)  # fmt: skip
"""Ids of the rules of this room, as the catalogue names them; the reader's are others."""

POLICY = "policy."
"""How the catalogue says that a finding's basis stands in the policy."""

Check = Callable[[Case], Iterator[Finding | NotRun]]

CHECKS: tuple[Check, ...] = (
    completeness.profile,
    completeness.budget,
    completeness.indicators,
    stated.amounts_and_rates,
    stated.execution_rates,
    stated.completions,
    culprits.figures,
    weights.figures,
    sides.figures,
    parts.totals,
    prior.totals,
    parts.breakdowns,
    listing.spent,
    points.rows,
    points.weighted_twice,
    points.execution,
    sums.totals,
    sums.weights,
    sums.levels,
    sums.stated_grades,
    reasons.indicators,
    reasons.execution,
    tables.accounts_tables,
    narrative.statements,
    sayings.sums,
    sayings.compared,
    sayings.costs,
    reasons.over_execution,
    units.slips,
    units.indicators,
    plausible.directions,
    plausible.rates,
    plausible.copied,
    plausible.scopes,
    residue.texts,
    residue.errors,
)

ON_MENDED = frozenset({
    stated.amounts_and_rates, stated.execution_rates, stated.completions, parts.totals, parts.breakdowns,
    prior.totals, points.rows,
    points.execution, sums.totals, sums.weights, sums.levels, reasons.indicators, reasons.execution, reasons.over_execution,
    plausible.rates,
})  # fmt: skip
"""Checks of what depends on other figures: they see what a wrong one should be, which the `figures` checks have told."""

BATCH: tuple[Check, ...] = (
    years.prior,
    years.reported,
    years.projects,
    between.texts,
    between.figures,
    between.projects,
    between.full_marks,
)
"""Checks between the departments of a batch: they see all its forms at once."""


def name_of(check: Check) -> str:
    """The id of a check in the catalogue: points.rows."""
    return f"{check.__module__.rpartition('.')[2]}.{check.__name__}"


def run(cases: Sequence[Case], whole: Case, read: pd.DataFrame) -> tuple[list[ledger.Entries], pd.DataFrame]:
    """What every check told, by its id, on each case and on the `whole` batch, and the reader's findings that stay.

    Every finding has its basis. Where one finding is the cause of others in its row or form (`covers` and `covers_form`
    in the catalogue), those are left out, whether a rule told them or the reader (`read`).
    """
    told: list[ledger.Entries] = [
        (name_of(check), [_with_basis(entry, case.policy) for entry in check(sound if check in ON_MENDED else case)])
        for case, sound, checks in (*(_with_wrong(case) for case in cases), (whole, whole, BATCH))
        for check in checks
    ]
    made = [(name, entry) for name, entries in told for entry in entries]
    places = [(entry.file, entry.sheet, entry.cell, entry.code if isinstance(entry, Finding) else None) for _, entry in made]
    columns = ["file", "sheet", "cell", "code"]
    every = pd.concat([frames.table("findings", places, columns), read[columns]], ignore_index=True)
    stays = ~_covered(every, whole.forms)
    kept: dict[str, list[Finding | NotRun]] = {name: [] for name, _ in told}
    for (name, entry), stay in zip(made, stays, strict=False):
        if stay:
            kept[name].append(entry)
    return list(kept.items()), read[stays[len(made) :]]


def _covered(found: pd.DataFrame, forms: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether another finding of each one's row or form is its cause."""
    rows = found["sheet"].fillna("") + found["cell"].str.replace("[A-Z]", "", regex=True).fillna("")
    covered = np.zeros(len(found), dtype=bool)
    for where, name in ((rows, "covers"), (form_numbers(found, forms), "covers_form")):
        keys = list(zip(found["file"], where, found["code"], strict=True))
        causes = {code: getattr(entry, name) for code, entry in catalogue().items() if getattr(entry, name)}
        told = {(*key[:2], code) for key in keys for code in causes.get(key[2], ())}
        covered |= np.array([key in told for key in keys], dtype=bool)
    return covered


def _with_wrong(case: Case) -> tuple[Case, Case, tuple[Check, ...]]:
    """A case with its wrong figures, the same with what they should be, and its checks."""
    known = replace(case, wrong=culprits.find(case))
    sound = mending.amounts(known)
    heavy = weights.find(sound)
    marks = (*heavy, *sides.find(sound, heavy))
    return replace(known, marks=marks), mending.marks(replace(sound, marks=marks)), CHECKS


def _with_basis(entry: Finding | NotRun, policy: Policy) -> Finding | NotRun:
    """A finding with the 文号 of the policy, or what it names as the source of one of its numbers, for policy.NAME."""
    if isinstance(entry, NotRun) or entry.basis is None or not entry.basis.startswith(POLICY):
        return entry
    source: Param[Any] | str = getattr(policy, entry.basis.removeprefix(POLICY))
    return replace(entry, basis=source if isinstance(source, str) else source.basis)
