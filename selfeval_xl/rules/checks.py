"""DO THE FIGURES AGREE: every check, in the order of the catalogue `data/findings.toml`.

A check is a function from a case to its findings. It marks rows by whole columns and walks only those that it marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from selfeval_xl.findings import Finding

from . import completeness, parts, points, prior, reasons, stated
from .cases import Case

RULES = ("completeness", "stated", "parts", "scores", "reasons")
"""Ids of the rules of this room, as the catalogue names them; the reader's are others."""

CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
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
)


def run(case: Case) -> Iterator[Finding]:
    """Findings of every check on a case."""
    for check in CHECKS:
        yield from check(case)
