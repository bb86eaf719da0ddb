"""模板残留: what a sheet still says from the form or from another year or unit, where no value is read from it.

The choice of words left undone (减增加, 大小于), blanks for a name or year (XX局, 20XX年), a rate without its sign, the
unit or year of a heading that is not the form's, a note on what the figures include, and stages of 绩效管理 (目标编报,
自评) that give the same projects another amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple

from selfeval_xl import numbers
from selfeval_xl.findings import Finding, finding
from selfeval_xl.frames import Records, a1, names, read_columns, spot

from . import heads, values
from .grid import Grid

_HEAD_ROWS = 3
_SHOWN = 24
_OF_WHOM = re.compile(r"^(.{4,40}?)(?=20\d\d年?度?(?:部门|单位)?(?:决算|预算|整体|项目|绩效|财政|支出))")
_TITLE_YEAR = re.compile(
    r"(20\d\d)年?度(?!(?:决算|预算|支出|收入)(?:数|额|金额))(?=部门|单位|决算|预算|整体|项目|绩效|财政|支出|\)|$)"
)


def leftovers(records: Records, file: str, grids: Sequence[Grid]) -> Iterator[Finding]:
    """Findings on the texts of every sheet of a workbook whose rows are in `records`."""
    forms = [dict(zip(read_columns("profile"), row, strict=True)) for row in records.rows["profile"]]
    stated = set(_statements(records))
    for grid in grids:
        texts = [(row, column, text) for line in grid.lines() for (row, column), text in grid.texts(line) if len(text) > 1]
        for row, column, text in texts:
            if _is_left(text) and (grid.name, row, column) not in stated:
                yield _in_text((file, grid.name, a1(row, column)), text)
        yield from _stages(file, grid.name, texts)
        first = [(row, column, values.fold(text)) for row, column, text in texts if row < _HEAD_ROWS]
        yield from _of_another(file, grid, first, forms)


def _statements(records: Records) -> Iterator[tuple[str, int, int]]:
    """Cells of changes and shares in words that were read: the rules look at these, and know the amounts beside them."""
    at = read_columns("budget").index("sheet")
    wanted = [names("budget", placed=True).index(name) for name in ("change_text", "ratio_text", "completion_text")]
    for row, places in zip(records.rows["budget"], records.places["budget"], strict=True):
        yield from ((str(row[at]), *spot(places[one])) for one in wanted if places[one])


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each code with its pattern; what it finds stands in the group that the finding names."""
    return tuple(
        (code, re.compile(pattern)) for code, pattern in values.labels()["leftovers"].items() if isinstance(pattern, str)
    )


@cache
def _any() -> re.Pattern[str]:
    """A quick look: whether any pattern could hold."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in _patterns()))


@lru_cache(maxsize=50_000)
def _is_left(text: str) -> bool:
    """Whether any pattern holds."""
    return _any().search(values.fold(text)) is not None


def _in_text(where: tuple[str, str, str], text: str) -> Finding:
    folded = values.fold(text)
    code, found = next((code, found) for code, pattern in _patterns() if (found := pattern.search(folded)) is not None)
    start = max(0, found.start() - _SHOWN // 2)
    shown = folded if len(folded) <= 2 * _SHOWN else f"…{folded[start : found.end() + _SHOWN // 2]}…"
    return finding(f"leftover.{code}", where, stated=shown, words=found[0])


class _Stage(NamedTuple):
    """What one stage of 绩效管理 says of its projects: how many, and their money as printed and in 分."""

    label: str
    cell: str
    projects: str
    printed: str
    fen: int


@lru_cache(maxsize=50_000)
def _counted(text: str) -> re.Match[str] | None:
    """48个,7,589.42万元: how many projects, and their money."""
    return re.match(str(values.labels()["stages"]["amount"]), values.fold(text))


def _order(label: str) -> int | None:
    """Which stage a label names, counted from 0."""
    folded = values.fold(label)
    return next((at for at, name in enumerate(values.labels()["stages"]["names"]) if re.search(name, folded)), None)


def _stages(file: str, sheet: str, texts: list[tuple[int, int, str]]) -> Iterator[Finding]:
    """The last stage that names as many projects as the first, and another amount for them."""
    found: dict[int, _Stage] = {}
    told = [(at, said) for at, (_, _, text) in enumerate(texts) if (said := _counted(text)) is not None and at]
    for at, said in told:
        before, (row, column, _) = texts[at - 1][2], texts[at]
        order = _order(before)
        if order is not None:
            money = numbers.fen(said[2].replace(",", ""), said[3])[0]
            found.setdefault(order, _Stage(before.strip(), a1(row, column), said[1], f"{said[2]} {said[3]}", money))
    ordered = [found[order] for order in sorted(found)]
    moved = [stage for stage in ordered[1:] if stage.projects == ordered[0].projects and stage.fen != ordered[0].fen]
    if moved and ordered[0].fen:
        first, last = ordered[0], moved[-1]
        share = abs(numbers.round_fraction(Fraction(last.fen - first.fen, first.fen), 4))
        yield finding(
            "leftover.stages",
            (file, sheet, last.cell),
            stated=last.printed,
            expected=first.printed,
            label=last.label,
            first=first.label,
            cell=first.cell,
            count=first.projects,
            direction="多" if last.fen > first.fen else "少",
            gap=f"{float(share):.2%}",
        )


def _of_another(file: str, grid: Grid, first: list[tuple[int, int, str]], forms: list[dict[str, Any]]) -> Iterator[Finding]:
    """A heading with another unit's name, or with another year, than the form itself has."""
    own = next((form for form in forms if form["sheet"] == grid.name), None)
    if own is None:
        return
    for row, column, text in first:
        where = (file, grid.name, a1(row, column))
        whose = _OF_WHOM.search(text)
        department = values.fold(str(own["department"] or ""))
        if whose and department and _drifted(whose[1], department, str(own["implementing_unit"] or "")):
            yield finding("leftover.unit_name", where, stated=whose[1], expected=department, source="封面或表内")
        year = _TITLE_YEAR.search(text)
        if year and own["fiscal_year"] is not None and int(year[1]) != own["fiscal_year"]:
            yield finding("leftover.year", where, stated=year[1], expected=str(own["fiscal_year"]), source="表内")


def _drifted(printed: str, department: str, unit: str) -> bool:
    """Whether two names are meant to be the same and are not: one ends as the other does, without being it."""
    names = [department, values.fold(unit)] if unit else [department]
    if any(printed == name or printed in name or name in printed for name in names):
        return False
    return any(heads.common_end(printed, name) >= min(3, len(name), len(printed)) or printed[:2] == name[:2] for name in names)
