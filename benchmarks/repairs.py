"""Whether a pencil could tell which figure was changed: every correction of one cell that makes all agree again.

A correction is one value in one cell, or two cells of a kind that are exchanged, after which every relation that held on
the clean form holds again. Its values are what the broken relations ask for, at the printed decimals, and what a usual
slip of the hand leaves: two neighbouring digits exchanged, a point moved by one place, 元 for 万元, a sign, a digit too
many or too few. The changed cell is determined where it is the only one that can be corrected, or the only one by a slip.
Nothing here knows the rules of the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import combinations, pairwise
from typing import Any

from .arithmetic import PLACE, RATE, Clean, Name, Relation, grade, rounded, scored

WAN = Decimal(10000)
WORDS = "按工程进度和合同约定支付。"
REASONS = ("deviation_reason", "reason")
_OWN = frozenset({"target", "achieved", "weight"})


def determined(found: Mapping[frozenset[Name], bool], change: Mapping[Name, Any]) -> bool:
    """Whether of all `repairs` only the change itself, or of all slips only the change, explains what it breaks."""
    truth = frozenset(change)
    by_slip = {cells for cells, slip in found.items() if slip}
    return set(found) == {truth} or by_slip == {truth}


def repairs(form: Clean, change: Mapping[Name, Any]) -> dict[frozenset[Name], bool]:
    """The cells whose correction makes every relation hold, and whether a slip explains it; the change itself among them."""
    now = {**form.figures, **change}
    broken = form.broken(change)
    found = {frozenset(change): _is_change_slip(form, change)}
    for name in _in_all(broken, now):
        for value in {*_asked(broken, name, now), *_slips(now.get(name))}:
            if value != now.get(name) and _holds(form, {name}, {**now, name: value}):
                cells = frozenset({name})
                found[cells] = found.get(cells, False) or slip(now.get(name), value)
    for one, other in _pairs(broken, now):
        if _holds(form, {one, other}, {**now, one: now[other], other: now[one]}):
            found[frozenset({one, other})] = True
    return found


def slip(stated: Any, right: Any) -> bool:
    """Whether a usual slip of the hand turns the right figure into the stated one."""
    if not isinstance(stated, Decimal) or not isinstance(right, Decimal):
        return False
    powers = (Decimal(10), 1 / Decimal(10), WAN, 1 / WAN)
    if stated == -right or any(stated in (right * power, rounded(right * power, PLACE)) for power in powers):
        return True
    one, other = (re.sub(r"\D", "", f"{value:f}") for value in (stated, right))
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if len(longer) == len(shorter) + 1:
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    turned = [one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)]
    return len(one) == len(other) and one != other and other in turned


def _is_change_slip(form: Clean, change: Mapping[Name, Any]) -> bool:
    if len(change) == 1:
        return all(slip(value, form.figures[name]) for name, value in change.items())
    return {form.figures[name] for name in change} == set(change.values())


def _in_all(broken: list[Relation], now: Mapping[Name, Any]) -> set[Name]:
    """Figures that take part in every broken relation, the reason of a row in those of its row."""
    every = [{*relation.names, *_reasons(relation, now)} for relation in broken]
    return set.intersection(*every) if every else set()


def _reasons(relation: Relation, now: Mapping[Name, Any]) -> Iterator[Name]:
    if relation.kind in {"reason", "score"}:
        yield from ((row, role) for row in {name[0] for name in relation.names} for role in REASONS if (row, role) in now)


def _holds(form: Clean, cells: set[Name], values: Mapping[Name, Any]) -> bool:
    """Whether all relations hold that the cells take part in."""
    rows = {row for row, role in cells if role in REASONS}
    mine = [one for one in form.relations if cells & set(one.names) or any(name[0] in rows for name in one.names)]
    try:
        return all(relation.holds(values) for relation in mine)
    except (InvalidOperation, ZeroDivisionError, TypeError):
        return False


def _slips(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Decimal) and value:
        yield from (value * 10, value / 10, value * WAN, value / WAN, -value)
        text = f"{value:f}"
        for one, other in pairwise(match.start() for match in re.finditer(r"\d", text)):
            turned = list(text)
            turned[one], turned[other] = turned[other], turned[one]
            yield Decimal("".join(turned))


def _pairs(broken: list[Relation], now: Mapping[Name, Any]) -> Iterator[tuple[Name, Name]]:
    """Figures of one kind of which every broken relation has one."""
    names = sorted({name for relation in broken for name in relation.names if isinstance(now.get(name), Decimal)})
    for one, other in combinations(names, 2):
        alike = one[1] == other[1] and now[one] != now[other]
        if alike and all({one, other} & set(relation.names) for relation in broken):
            yield one, other


# -- what a relation asks for --------------------------------------------------------------------------------------


def _asked(broken: Iterable[Relation], name: Name, now: Mapping[Name, Any]) -> Iterator[Any]:
    for relation in broken:
        for value in _of_relation(relation, name, now):
            if isinstance(value, Decimal):
                place = _place(name, now.get(name))
                yield from (rounded(value, place) + step * place for step in (-1, 0, 1))
            else:
                yield value


def _of_relation(relation: Relation, name: Name, now: Mapping[Name, Any]) -> Iterator[Any]:
    """The values that put one figure of a relation right."""
    if name[1] in REASONS:
        yield WORDS
    elif relation.gap is not None:
        gap, more = relation.gap(now), relation.gap({**now, name: now[name] + 1})
        yield now[name] - gap / (more - gap)
    elif relation.kind == "grade" and name == relation.names[0]:
        yield grade(now[relation.names[1]])
    elif isinstance(now.get(name), Decimal):
        try:
            yield from _quotients(relation, name, now)
        except (InvalidOperation, ZeroDivisionError):
            return


def _quotients(relation: Relation, name: Name, now: Mapping[Name, Any]) -> Iterator[Decimal]:
    figures = [now[each] for each in relation.names]
    at = relation.names.index(name)
    if relation.kind == "rate":
        stated, top, base = figures
        yield (top / base, stated * base, top / stated)[at]
    elif relation.kind == "difference rate":
        rate, _, amount, base = figures
        yield from ((amount - base) / base, now[name], base * (1 + rate), amount / (1 + rate))[at : at + 1]
    elif len(figures) == 4:  # noqa: PLR2004 (a score: its weight, and the two sides of its degree)
        score, weight, top, below = figures
        yield (scored(weight, top, below), score * below / top, score * below / weight, weight * top / score)[at]
        yield (weight, score, below, top)[at]
    elif len(figures) == 2:  # noqa: PLR2004 (one that must not exceed the other, or must reach it)
        yield figures[1 - at]


def _place(name: Name, value: Any) -> Decimal:
    """The last place of a figure as its kind is printed: its own for targets, achieved values and weights."""
    if name[1] in _OWN and isinstance(value, Decimal):
        return Decimal(1) if value == value.to_integral_value() else Decimal(1).scaleb(int(value.normalize().as_tuple().exponent))
    return RATE if name[1].endswith(("rate", "completion")) else PLACE
