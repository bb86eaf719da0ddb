"""What is said of a figure of a 部门决算公开 table: where it stands, what it should be, and what slip it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from selfeval_xl.findings import Finding, finding

from . import accounts, wording
from .cases import Case, Row, Where, row_of
from .repair import Fix, Sum, slip
from .shifts import Slip

_FEW = 5
_TERMS = 6
_CELLS = 12
_WORTH_SAYING = 0.01  # of a gap, what rounding may explain of it


def where(case: Case, figures: pd.DataFrame, cell: int) -> Where:
    """(file, sheet, cell) of a figure."""
    at = int(figures["at"].loc[cell])
    return case.where("budget", at, row_of(case.budget, at), str(figures["column"].loc[cell]))


def unit(case: Case, figures: pd.DataFrame, cell: int) -> str:
    """The unit in which a figure is printed."""
    return case.unit(int(case.budget["form_no"].loc[int(figures["at"].loc[cell])]))


def money(case: Case, figures: pd.DataFrame, cell: int, fen: float | None = None) -> str:
    """A figure as its sheet prints it, or another amount in 分 in the same unit."""
    amount = float(figures["fen"].loc[cell]) if fen is None else fen
    return wording.money(amount / 100, unit(case, figures, cell))


def label(case: Case, figures: pd.DataFrame, cell: int) -> str:
    """The printed label of a figure's row, with its code."""
    at, code = int(figures["at"].loc[cell]), str(figures["code"].loc[cell])
    return f"{code} {case.budget['item_label'].loc[at]}".strip()


def field(case: Case, figures: pd.DataFrame, cell: int) -> str:
    """What a figure's column is called."""
    part = case.budget["part_label"].loc[int(figures["at"].loc[cell])]
    return wording.label("budget", str(figures["column"].loc[cell])) if pd.isna(part) else str(part)


def least(case: Case, figures: pd.DataFrame, cell: int, gap: float, tolerance: float) -> str:
    """A gap in words, with the least that it can be where rounding could explain a part of it worth saying."""
    size = f"{money(case, figures, cell, abs(gap))} {unit(case, figures, cell)}"
    if tolerance <= _WORTH_SAYING * abs(gap):
        return size
    return f"{size}，考虑四舍五入至少相差 {money(case, figures, cell, abs(gap) - tolerance)} {unit(case, figures, cell)}"


def formula(case: Case, figures: pd.DataFrame, addends: Sequence[int], result: str) -> str:
    """A sum with its result, each term with its cell; of many terms how many there are, and from where to where."""
    shown = [cell for cell in addends if figures["fen"].loc[cell] != 0]
    if len(shown) > _TERMS:
        ends = "～".join(str(where(case, figures, cell)[2]) for cell in (shown[0], shown[-1]))
        return f"{len(addends)} 项({ends})之和 {result}"
    return wording.worked([f"{money(case, figures, cell)}({where(case, figures, cell)[2]})" for cell in shown], result)


def wrong(case: Case, figures: pd.DataFrame, fix: Fix, other: Fix | None = None) -> Finding:
    """A figure that several sums show to be wrong; `other` is one that stands in its place."""
    stated, expected = money(case, figures, fix.cell), money(case, figures, fix.cell, fix.fen)
    its_unit = unit(case, figures, fix.cell)
    slipped_by = slip(stated, expected)
    hint = f"，像是{slipped_by}" if slipped_by else ""
    if other is not None:
        hint = wording.exchanged(label(case, figures, other.cell), where(case, figures, other.cell)[2])
    return finding(
        "tables.figure",
        where(case, figures, fix.cell),
        stated=f"{stated} {its_unit}",
        expected=f"{expected} {its_unit}",
        label=label(case, figures, fix.cell),
        field=field(case, figures, fix.cell),
        count=fix.sums,
        hint=hint,
    )


def slip_of(case: Case, figures: pd.DataFrame, fix: Fix, what: str) -> Finding:
    """A figure that one sum alone shows to be wrong, by the slip that it looks like."""
    stated, expected = money(case, figures, fix.cell), money(case, figures, fix.cell, fix.fen)
    its_unit = unit(case, figures, fix.cell)
    return finding(
        "parts.slip",
        where(case, figures, fix.cell),
        stated=f"{stated} {its_unit}",
        expected=f"{expected} {its_unit}",
        label=label(case, figures, fix.cell),
        field=field(case, figures, fix.cell),
        hint=f"，像是{what}",
    )


def uneven(case: Case, figures: pd.DataFrame, one: Sum, fixed: dict[int, float]) -> Finding:
    """A sum that fails and that no single figure explains."""
    gap = one.gap(fixed)
    expected = money(case, figures, one.whole, fixed[one.whole] - gap)
    its_unit = unit(case, figures, one.whole)
    hint = slip(money(case, figures, one.whole), expected)
    return finding(
        "parts.total",
        where(case, figures, one.whole),
        stated=f"{money(case, figures, one.whole)} {its_unit}",
        expected=f"{expected} {its_unit}",
        label=label(case, figures, one.whole),
        field=field(case, figures, one.whole),
        formula=formula(case, figures, one.addends, f"{expected} {its_unit}"),
        gap=least(case, figures, one.whole, gap, one.tolerance) + (f"，像是{hint}" if hint else ""),
    )


def tail(case: Case, figures: pd.DataFrame, row: Row, addends: list[int]) -> Finding:
    """A sum that differs by what rounding line by line explains, or else by what cutting off does."""
    cell, gap = int(row["whole"]), float(row["gap"])
    expected = money(case, figures, cell, float(figures["fen"].loc[cell]) - gap)
    its_unit = unit(case, figures, cell)
    return finding(
        "parts.rounding" if abs(gap) <= row["tolerance"] else "parts.truncated",
        where(case, figures, cell),
        stated=f"{money(case, figures, cell)} {its_unit}",
        expected=f"{expected} {its_unit}",
        label=label(case, figures, cell),
        field=field(case, figures, cell),
        formula=formula(case, figures, addends, f"{expected} {its_unit}"),
        gap=f"{money(case, figures, cell, abs(gap))} {its_unit}",
    )


def unlisted(case: Case, figures: pd.DataFrame, row: Row, addends: list[int]) -> Finding:
    """A narrative list whose items do not make up its total: of budgets a part may not be listed, of actuals none."""
    cell, gap = int(row["whole"]), float(row["gap"])
    open_end = gap > 0 and figures["column"].loc[cell] != "actual"
    its_unit = unit(case, figures, cell)
    expected = f"{money(case, figures, cell, float(figures['fen'].loc[cell]) - gap)} {its_unit}"
    return finding(
        "narrative.unlisted" if open_end else "narrative.items",
        where(case, figures, cell),
        stated=f"{money(case, figures, cell)} {its_unit}",
        expected=expected,
        label=label(case, figures, cell),
        field=field(case, figures, cell),
        count=len(addends),
        gap=least(case, figures, cell, gap, float(row["tolerance"])),
    )


def slipped(case: Case, figures: pd.DataFrame, one: Slip) -> Finding:
    """Rows whose amounts belong to other labels."""
    file, sheet, cell = where(case, figures, one.first)
    last = where(case, figures, one.last)[2]
    own = str(figures["kind"].loc[one.first])
    source = accounts.table_name(str(figures["kind"].loc[one.source]))
    return finding(
        f"tables.{one.sort}",
        (file, sheet, cell),
        stated=f"{money(case, figures, one.first)} {unit(case, figures, one.first)}",
        expected=None if one.fen is None else f"{money(case, figures, one.first, one.fen)} {unit(case, figures, one.first)}",
        table=accounts.table_name(own) or str(sheet),
        source=source,
        label=label(case, figures, one.first),
        other=label(case, figures, one.source),
        last=last,
        count=one.count,
        direction="下" if one.rows > 0 else "上",
        rows=abs(one.rows),
    )


def few_or_all(case: Case, found: Sequence[Finding], code: str, largest: float = 0.0) -> Iterator[Finding]:
    """Findings of one kind in one table: one by one where they are few, else one that lists their cells."""
    if len(found) <= _FEW:
        yield from found
        return
    yield together(case, found, code, largest)


def together(case: Case, found: Sequence[Finding], code: str, largest: float) -> Finding:
    """Many findings of one kind in one table as one, at the first of their cells."""
    first = found[0]
    cells = [one.cell or "" for one in found]
    listed = "、".join(cells[:_CELLS]) + (f"等 {len(cells)} 处" if len(cells) > _CELLS else "")
    form = case.forms[(case.forms["file"] == first.file) & (case.forms["sheet"] == first.sheet)]
    its_unit = str(form["unit"].iloc[0]) if len(form) else "元"
    return finding(
        code,
        (first.file, first.sheet, first.cell),
        stated=first.stated,
        expected=first.expected,
        count=len(found),
        cells=listed,
        gap=f"{wording.money(largest / 100, its_unit)} {its_unit}",
        example=first.message.partition("：")[2],
    )
