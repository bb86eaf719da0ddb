"""表样变动: how a form that was sent differs from the layout it was drawn from.

Nothing here keeps a figure from being read; it tells the bureau what a department did to the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from selfeval_xl.findings import Finding, finding
from selfeval_xl.frames import VALUE, a1
from selfeval_xl.specs import Block

from .anchors import Form, Table
from .rows import label_text
from .strips import Strip, strip
from .values import label, printed_label

_ADDED = {"budget": "money", "indicators": "points"}  # what a total adds up, by the table's frame
_MOST_NAMED = 8


def told(file: str, form: Form) -> Iterator[Finding]:
    """One info finding for each table that differs: headers, columns, rows or formulas; one for lost checks and protection."""
    for table in form.tables:
        changes = [*_headers(table), *_order(table), *_rows(table), *_typed_over(table)]
        if changes:
            where = (file, table.grid.name, a1(max(0, table.first_row - 1), table.columns[table.block.label_role]))
            yield finding("layout.drift", where, table=table.title, stated="；".join(changes))
    unchecked = dict.fromkeys(table.grid.name for table in form.tables if table.grid.validations == 0)
    if unchecked:
        yield finding("layout.unchecked", (file, None, None), stated="、".join(unchecked))
    open_sheets = dict.fromkeys(table.grid.name for table in form.tables if table.grid.protected is False)
    if open_sheets:
        yield finding("layout.unprotected", (file, None, None), stated="、".join(open_sheets))


def _typed_over(table: Table) -> Iterator[str]:
    """Formulas of a workbook of ours, in its hints and its total, in whose place something was typed."""
    formulas = table.grid.formulas
    if formulas is None:
        return
    lines, added = list(table.lines()), _ADDED.get(table.block.frame)
    summed = [column for column in table.block.columns if column.format == added and column.role in table.columns]
    total = next((row for row in range(table.last_row + 1, len(table.grid.rows)) if _is_total(table, row)), None)
    spots = [(line, at) for at in _hints(table) for line in lines]
    spots += [(total, table.columns[column.role]) for column in summed] if total is not None else []
    typed = [spot for spot in spots if spot not in formulas and table.grid.cell(*spot).state == VALUE]
    if typed:
        listed = "、".join(a1(*spot) for spot in typed[:_MOST_NAMED])
        yield f"{listed}{f' 等 {len(typed)} 格' if len(typed) > _MOST_NAMED else ''}的公式被填的内容代替"


def _hints(table: Table) -> Iterator[int]:
    """The columns of the layout's hints, by the two levels of their headers."""
    wanted = {tuple(map(label, column.header.split("/"))) for column in table.block.columns if column.formula}
    rows = range(max(0, table.first_row - 3), table.first_row)
    for at in range(max(table.columns.values()) + 1, max(map(len, table.grid.rows))):
        texts = [label(text) for row in rows if (text := table.grid.text(row, at))]
        if any(set(path) <= set(texts) for path in wanted):
            yield at


def _is_total(table: Table, row: int) -> bool:
    leading = range(table.columns[table.block.label_role] + 1)
    return bool(table.block.total) and any(label(table.grid.text(row, at)) == table.block.total for at in leading)


def _headers(table: Table) -> list[str]:
    """Headers that were typed in other words than the layout's."""
    above = strip(table.grid, max(0, table.first_row - 3), table.first_row - 1)
    return _reworded(above, table.block, tuple(table.columns.items()))


@lru_cache(maxsize=2_000)
def _reworded(above: Strip, block: Block, columns: tuple[tuple[str, int], ...]) -> list[str]:
    grid, at, found = above.grid(), dict(columns), []
    rows = range(above.top, len(grid.rows))
    for role, header, wanted, aliases in _accepted(block):
        if role in at:
            texts = [grid.text(row, at[role]) for row in rows]
            if wanted.isdisjoint(map(label, texts)):
                other = next((text for text in texts if label(text) in aliases), None)
                if other:
                    found.append(f"表头“{header}”写作“{printed_label(other)}”")
    return found


@lru_cache(maxsize=1_000)
def _accepted(block: Block) -> list[tuple[str, str, frozenset[str], frozenset[str]]]:
    """The columns of a table: role, header, its words as they are compared, and its other names."""
    return [
        (
            column.role,
            column.header,
            frozenset(map(label, (column.header.split("/")[-1], column.header.replace("/", "")))),
            frozenset(map(label, column.aliases)),
        )
        for column in block.columns
    ]


def _order(table: Table) -> Iterator[str]:
    """Columns that no longer stand in the layout's order."""
    wanted = [column.role for column in table.block.columns if column.role in table.columns]
    found = sorted(wanted, key=table.columns.__getitem__)
    if wanted != found:
        headers = {column.role: column.header.replace("/", "") for column in table.block.columns}
        moved = [headers[role] for role, other in zip(wanted, found, strict=True) if role != other]
        yield f"列的次序有变动：{'、'.join(moved)}"


def _rows(table: Table) -> Iterator[str]:
    """Printed rows that are gone, and names that the layout does not have; only where every row is printed."""
    names = _names(table.block)
    if not names or table.block.blank_rows or table.block.frame == "texts":
        return
    at = table.columns[table.block.label_role]
    found = {label(text): printed_label(text) for line in table.lines() if (text := label_text(table.grid, line, at))}
    gone = [row for row, accepted in names if accepted.isdisjoint(found)]
    known = {name for _, accepted in names for name in accepted}
    added = [text for name, text in found.items() if name not in known]
    if gone:
        yield f"少了这些行：{'、'.join(gone)}"
    if added:
        yield f"多了这些行：{'、'.join(added)}"


@lru_cache(maxsize=1_000)
def _names(block: Block) -> list[tuple[str, frozenset[str]]]:
    """The printed rows of a table, each with its names as they are compared."""
    return [(row.label, frozenset(map(label, (row.label, *row.aliases)))) for row in block.rows if row.label]
