"""Filling the standard workbook by meaning: a department's figures to the cells where they belong.

`values` holds what to fill in, in the words of the layout, never an address::

    {
        "fields": {"department": "示例县教育局", "fiscal_year": 2021},
        "tables": {
            "预算执行情况": [{"label": "收入合计", "original_budget": 769.21}],
            "绩效指标": [{"level1": "产出指标", "level2": "数量指标", "level3": "培训场次", "target": 58}],
        },
    }

Fields go by role. A row of a table with printed labels goes to the row of its `label` (and `side`, where two rows
share a label); a repeated label takes its rows from the top. A row without `label` goes to the first free row whose
pre-printed words (such as 一级指标, 二级指标) are its own, else to the first free row that is quite blank. Texts are
written as text, numbers as numbers, dates as dates; None is left blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from selfeval_xl.errors import SelfEvalError
from selfeval_xl.specs import TableRow

from .form_cells import FIELDS, Cell, Line, SheetPlan
from .hints import Note

Filled = dict[tuple[str, int, int], Any]
"""What stands in each input cell, by sheet name, row and column counted from 0."""


def fill(plans: Iterable[SheetPlan], values: Mapping[str, Any]) -> Filled:
    """Every input cell that is not blank. Raises SelfEvalError for a table, row or role that the form does not have."""
    lines = [(plan.sheet.name, line) for plan in plans for line in plan.lines]
    filled: Filled = {}
    for sheet, line in lines:
        for cell in line.inputs.values():
            if cell.text:
                filled[sheet, cell.row, cell.column] = cell.text
    _known("栏目", values, {FIELDS, "tables"}, "values")
    _fill_fields(filled, lines, values.get(FIELDS, {}))
    for table, rows in values.get("tables", {}).items():
        mine = [(sheet, line) for sheet, line in lines if line.table == table]
        _known("表", [table], {line.table for _, line in lines} - {FIELDS}, "模板")
        _fill_table(filled, mine, rows)
    return filled


def _fill_fields(filled: Filled, lines: list[tuple[str, Line]], values: Mapping[str, Any]) -> None:
    cells = {role: (sheet, cell) for sheet, line in lines if line.table == FIELDS for role, cell in line.inputs.items()}
    _known("栏目", values, cells, "各单项")
    for role, value in values.items():
        _put(filled, *cells[role], value)


def _fill_table(filled: Filled, lines: list[tuple[str, Line]], rows: Iterable[Mapping[str, Any]]) -> None:
    taken: set[str | int] = set()
    for row in rows:
        sheet, line = _find(lines, row, taken)
        taken.add(line.row)
        contents = {role: value for role, value in row.items() if role not in {"label", "side"}}
        _known("栏目", contents, line.inputs, f"“{line.table}”的“{line.row}”行")
        for role, value in contents.items():
            _put(filled, sheet, line.inputs[role], value)


def _find(lines: list[tuple[str, Line]], row: Mapping[str, Any], taken: set[str | int]) -> tuple[str, Line]:
    """The row of the form that a row of values belongs to."""
    free = [(sheet, line) for sheet, line in lines if line.row not in taken]
    if "label" in row:
        fitting = [(sheet, line) for sheet, line in free if _labelled(line, row)]
    else:
        fitting = [(sheet, line) for sheet, line in free if line.spec and line.spec.values and _pre_printed(line, row)]
        fitting = fitting or [(sheet, line) for sheet, line in free if line.spec == TableRow()]
    if fitting:
        return fitting[0]
    table = lines[0][1].table
    named = "、".join(str(line.row) for _, line in free) or "没有"
    if "label" in row:
        raise SelfEvalError(f"“{table}”没有空着的“{row['label']}”行（{row.get('side') or '不分收支'}），还可填的行：{named}。")
    raise SelfEvalError(f"“{table}”只有 {len(lines)} 行，填不下更多的行。请在表样中增加 blank_rows。")


def _labelled(line: Line, row: Mapping[str, Any]) -> bool:
    return line.spec is not None and line.spec.label == row["label"] and row.get("side", line.spec.side) == line.spec.side


def _pre_printed(line: Line, row: Mapping[str, Any]) -> bool:
    return line.spec is not None and all(row.get(role) == word for role, word in line.spec.values.items())


def _put(filled: Filled, sheet: str, cell: Cell, value: Any) -> None:
    if value is None:
        filled.pop((sheet, cell.row, cell.column), None)
    else:
        filled[sheet, cell.row, cell.column] = value


def _known(kind: str, names: Iterable[str], allowed: Iterable[str], where: str) -> None:
    for name in names:
        if name not in allowed:
            raise SelfEvalError(f"{where}中没有{kind}“{name}”，可填的是：{'、'.join(map(str, allowed))}。")


def shown(drawn: SheetPlan, filled: Filled) -> Iterator[tuple[Cell, Any]]:
    """Every cell of a sheet with what stands in it: printed words, what was filled in, results of helper formulas."""
    here = {(row, column): value for (sheet, row, column), value in filled.items() if sheet == drawn.sheet.name}
    for cell in drawn.cells:
        if isinstance(cell.helper, Note):
            yield cell, cell.helper.result(filled.get((cell.helper.sheet, *cell.helper.place)))
        elif cell.helper:
            yield cell, cell.helper.result(here)
        elif cell.key:
            yield cell, here.get((cell.row, cell.column))
        else:
            yield cell, cell.text
