"""DO THE FIGURES AGREE: every check, in the order of the catalogue `data/findings.toml`.

A check is a function from a case to its findings. It marks rows by whole columns and walks only those that it marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from selfeval_xl.findings import Finding, NotRun
from selfeval_xl.specs import Param, Policy

from . import completeness, narrative, parts, points, prior, reasons, sayings, stated, tables, years
from .cases import Case

RULES = ("completeness", "stated", "parts", "scores", "reasons", "tables", "narrative", "years")
"""Ids of the rules of this room, as the catalogue names them; the reader's are others."""

POLICY = "policy."
"""How the catalogue says that a finding's basis stands in the policy."""

CHECKS: tuple[Callable[[Case], Iterator[Finding | NotRun]], ...] = (
    completeness.profile,
    completeness.budget,
    completeness.indicators,
    stated.amounts_and_rates,
    stated.execution_rates,
    stated.completions,
    parts.totals,
    prior.totals,
    parts.breakdowns,
    points.rows,
    points.execution,
    points.totals,
    points.grades_and_scores,
    reasons.indicators,
    reasons.execution,
    tables.accounts_tables,
    narrative.statements,
    sayings.sums,
    sayings.compared,
    sayings.costs,
    years.prior,
    years.reported,
    years.projects,
)


def run(case: Case) -> Iterator[Finding]:
    """Findings of every check on a case, each with its basis."""
    for check in CHECKS:
        for found in check(case):
            if isinstance(found, Finding):
                yield replace(found, basis=_basis(found.basis, case.policy))


def _basis(name: str | None, policy: Policy) -> str | None:
    """The 文号 of the policy, or what it names as the source of one of its numbers, for policy.NAME."""
    if name is None or not name.startswith(POLICY):
        return name
    entry: Param[Any] | str = getattr(policy, name.removeprefix(POLICY))
    return entry if isinstance(entry, str) else entry.basis
