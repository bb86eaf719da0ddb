"""What an accountant could see with a pencil: relations between the printed figures of a form, apart from the rules.

A relation holds or not at the printed precision: rates half-up at two decimals of per cent, scores at two decimals,
amounts within half of their last place for each figure. A change of a form is visible when a relation that held does
not hold any more. Figures are decimals, as printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

Name = tuple[str, str]
"""A figure of a form: its row, and what it is in that row."""
Values = Mapping[Name, Any]
PLACE = Decimal("0.01")
RATE = Decimal("0.0001")
FAR = Decimal("1.3")
GRADES = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"), (Decimal(0), "差"))


@dataclass(frozen=True)
class Relation:
    """Figures that must agree, and whether they do.

    `gap` is by how much they do not, where that is linear in each of them.
    """

    kind: str
    names: tuple[Name, ...]
    holds: Callable[[Values], bool]
    gap: Callable[[Values], Decimal] | None = None


@dataclass
class Clean:
    """A clean workbook: where each figure stands, what it is, and what must hold between them.

    `shapes` says how a figure is written where it is not written as a number: ≥{}批.
    """

    path: Path
    figures: dict[Name, Any]
    where: dict[Name, tuple[str, str]]
    shapes: dict[Name, str] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    sums: list[tuple[Name, tuple[Name, ...]]] = field(default_factory=list)
    unit: str = "万元"

    def relate(self, kind: str, names: Iterable[Name], holds: Callable[[Values], bool]) -> None:
        """Add a relation whose figures are all printed and that holds on the clean form."""
        relation = Relation(kind, tuple(names), holds)
        if all(self.figures.get(name) is not None for name in relation.names) and holds(self.figures):
            self.relations.append(relation)

    def balance(self, kind: str, names: Iterable[Name], gap: Callable[[Values], Decimal], slack: Decimal = Decimal(0)) -> None:
        """Add a relation that holds where `gap`, linear in each figure, is no more than `slack`."""
        before = len(self.relations)
        self.relate(kind, names, lambda v: abs(gap(v)) <= slack)
        if len(self.relations) > before:
            self.relations[-1] = replace(self.relations[-1], gap=gap)

    def broken(self, changed: Values) -> list[Relation]:
        """The relations that a change breaks; a figure that was taken away breaks none but those that ask for it."""
        now = {**self.figures, **changed}
        told = [relation for relation in self.relations if relation.kind == "reason" or not _blank(relation, now)]
        return [relation for relation in told if not relation.holds(now)]

    # -- what must hold -------------------------------------------------------------------------------------------

    def rate(self, at: Name, top: Name, base: Name) -> None:
        """A stated rate is top ÷ base."""
        self.relate("rate", (at, top, base), lambda v: not v[base] or rounded(v[top] / v[base], RATE) == v[at])

    def difference(self, at: Name, rate: Name, amount: Name, base: Name) -> None:
        """A stated difference is amount − base; its rate is that over the base, an unsigned decrease taken as one."""
        self.balance("difference", (at, amount, base), lambda v: v[at] - v[amount] + v[base], 3 * PLACE / 2)

        def fits(v: Values) -> bool:
            right = rounded((v[amount] - v[base]) / v[base], RATE) if v[base] else v[rate]
            return bool(v[rate] == right or (v[at] < 0 and v[rate] == -right))

        self.relate("difference rate", (rate, at, amount, base), fits)

    def sum(self, total: Name, parts: Iterable[Name]) -> None:
        """A total is the sum of its printed parts."""
        there = tuple(name for name in parts if isinstance(self.figures.get(name), Decimal))
        if not there or not isinstance(self.figures.get(total), Decimal):
            return
        before = len(self.relations)
        half = (len(there) + 1) * PLACE / 2
        self.balance("sum", (total, *there), lambda v: v[total] - sum(v[part] for part in there), half)
        if len(self.relations) > before:
            self.sums.append((total, there))

    def at_most(self, kind: str, name: Name, limit: Name) -> None:
        """One figure does not exceed another."""
        self.relate(kind, (name, limit), lambda v: v[name] <= v[limit])

    def score(self, row: str, top: Name, below: Name) -> None:
        """A score is weight × degree, up to the weight; less may be taken where the target was far exceeded.

        So it may where the target was met and a reason is given: a deduction that is explained is no arithmetic.
        """
        score, weight, told = (row, "reported_score"), (row, "weight"), (row, "deviation_reason")

        def fits(v: Values) -> bool:
            if not v[below]:
                return True
            free = v[top] / v[below] >= FAR or (v[top] >= v[below] and bool(v.get(told)))
            return bool(v[score] <= v[weight] if free else scored(v[weight], v[top], v[below]) == v[score])

        self.relate("score", (score, weight, top, below), fits)

    def reason(self, at: Name, top: Name, below: Name, least: Decimal) -> None:
        """Where top ÷ below stays under `least`, a reason is given."""
        self.relate("reason", (top, below), lambda v: not v[below] or v[top] / v[below] >= least or bool(v.get(at)))

    def grade(self, at: Name, score: Name) -> None:
        """A grade is that of its score."""
        self.relate("grade", (at, score), lambda v: grade(v[score]) == v[at])

    def total(self, total: Name, rows: list[str]) -> None:
        """The total is the sum of the scores, the weights sum to 100, no score exceeds its weight."""
        scores, weights = [(row, "reported_score") for row in rows], [(row, "weight") for row in rows]
        self.balance("total score", (total, *scores), lambda v: v[total] - sum(v[name] for name in scores))
        self.points("weights", weights, Decimal(100))
        for score, weight in zip(scores, weights, strict=True):
            self.at_most("score", score, weight)

    def points(self, kind: str, weights: Iterable[Name], whole: Decimal) -> None:
        """Weights make up the points of the form, or those that are printed with a level."""
        names = tuple(weights)
        self.balance(kind, names, lambda v: sum((v[name] for name in names), Decimal(0)) - whole)


def _blank(relation: Relation, values: Values) -> bool:
    return any(not isinstance(values.get(name), Decimal | str) for name in relation.names)


def rounded(value: Decimal, place: Decimal) -> Decimal:
    """Half-up, as an accountant rounds."""
    return value.quantize(place, ROUND_HALF_UP)


def cut(value: Decimal, place: Decimal) -> Decimal:
    """Cut off, as a spreadsheet's TRUNC does."""
    return value.quantize(place, ROUND_DOWN)


def scored(weight: Decimal, top: Decimal, below: Decimal) -> Decimal:
    """weight × top ÷ below, up to the weight."""
    return rounded(min(weight, weight * top / below), PLACE)


def grade(score: Decimal) -> str:
    """The grade of a score."""
    return next(name for least, name in GRADES if score >= least or name == "差")
