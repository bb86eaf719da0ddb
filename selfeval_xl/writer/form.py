"""Where everything of a form stands: a layout worked out to cells, without Excel and without a drop of ink.

`plan` turns each sheet of a layout into printed cells, input cells and helper formulas at fixed places; `template.py`
draws them, `filling.py` finds the input cells by meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from selfeval_xl.specs import Block, Format, Layout, Sheet, TableColumn, TableRow

from .form_cells import FIELDS, Area, Cell, Key, Line, SheetPlan
from .hints import Note, Parts, Ratio, Sum

PARTS = "parts"
"""The formula of a helper column that compares totals with their parts; other helper columns read `role ÷ role`."""


def plan(layout: Layout, field_widths: tuple[float, ...], line_width: float) -> tuple[SheetPlan, ...]:
    """Every sheet of a layout, worked out to cells."""
    tables = {(sheet.name, block.title): block for sheet, block in layout.tables()}
    plans = tuple(_sheet(sheet, tables, field_widths, line_width) for sheet in layout.sheets)
    fields = {
        cell.role: (drawn.sheet.name, cell) for drawn in plans for cell in drawn.cells if cell.key and cell.key.table == FIELDS
    }
    for drawn in plans:
        drawn.cells = [_note(cell, layout, fields) if cell.style == "note" else cell for cell in drawn.cells]
    return plans


def _note(cell: Cell, layout: Layout, fields: Mapping[str, tuple[str, Cell]]) -> Cell:
    """A note with its {name} and {version} filled in, and one {role} that repeats what a field holds."""
    text = cell.text.replace("{name}", layout.name).replace("{version}", layout.version)
    for role, (sheet, source) in fields.items():
        before, found, after = text.partition(f"{{{role}}}")
        if found:
            return replace(cell, text=text, helper=Note(before, sheet, (source.row, source.column), after))
    return replace(cell, text=text)


def _sheet(
    sheet: Sheet, tables: Mapping[tuple[str, str], Block], field_widths: tuple[float, ...], line_width: float
) -> SheetPlan:
    drawn = SheetPlan(sheet)
    blocks = [tables.get((sheet.name, block.title), block) if block.kind == "table" else block for block in sheet.blocks]
    drawn.printed = max([_printed(block) for block in blocks], default=1)
    drawn.cells.append(Cell(0, 0, "title", sheet.title, across=drawn.printed))
    if sheet.note:
        drawn.cells.append(Cell(1, 0, "note", sheet.note, across=drawn.printed))
    drawn.next_row = 2 if sheet.note else 1
    drawn.freeze = (drawn.next_row, 0)
    for at, block in enumerate(blocks):
        drawn.next_row += 1 if at else 0
        widths = field_widths
        if block.kind == "table":
            _table(drawn, block, alone=len(blocks) == 1)
            widths = tuple(column.width for column in block.columns)
        elif block.kind == "fields":
            _fields(drawn, block)
        else:
            _lines(drawn, block)
            widths = (line_width,)
        for column, width in enumerate(widths):
            drawn.widths[column] = max(width, drawn.widths.get(column, 0))
    return drawn


def _printed(block: Block) -> int:
    """Columns that belong on paper; automatic hints on the right do not."""
    if block.kind == "table":
        return sum(not column.formula for column in block.columns)
    return 2 if block.kind == "fields" else 1


def _section(drawn: SheetPlan, block: Block) -> None:
    drawn.cells.append(Cell(drawn.next_row, 0, "section", block.title, across=drawn.printed))
    drawn.next_row += 1


def _lines(drawn: SheetPlan, block: Block) -> None:
    _section(drawn, block)
    for text in block.lines:
        drawn.cells.append(Cell(drawn.next_row, 0, "line", text, format="long"))
        drawn.next_row += 1


def _fields(drawn: SheetPlan, block: Block) -> None:
    _section(drawn, block)
    inputs = {}
    for entry in block.fields:
        row, style = drawn.next_row, "required" if entry.required else "input"
        drawn.cells.append(Cell(row, 0, "label", entry.label, "label"))
        inputs[entry.role] = Cell(row, 1, style, entry.default, entry.format, entry.role, Key(FIELDS, "", entry.role))
        drawn.areas.append(Area(entry, (row, 1), (row, 1)))
        drawn.next_row += 1
    drawn.cells += inputs.values()
    drawn.lines.append(Line(FIELDS, "", inputs))


def _table(drawn: SheetPlan, block: Block, *, alone: bool) -> None:
    top = drawn.next_row
    _section(drawn, block)
    depth = max(column.header.count("/") for column in block.columns) + 1
    drawn.cells += header(block.columns, drawn.next_row, depth)
    first = drawn.next_row + depth
    rows = [(spec, at) for spec in block.rows for at in range(spec.repeat)]
    last = first + len(rows) + block.blank_rows - 1
    for row, (spec, at) in enumerate(rows, first):
        _row(drawn, block, row, (spec, at))
    for row in range(first + len(rows), last + 1):
        _row(drawn, block, row, (TableRow(), 0))
    for at, column in enumerate(block.columns):
        if column.format != "label" and not column.formula:
            drawn.areas.append(Area(column, (first, at), (last, at)))
    drawn.cells += parts_checks(block, first)
    drawn.next_row = last + 1
    if block.total:
        drawn.cells += total_row(block, first, last)
        drawn.next_row += 1
    if alone:
        drawn.heads = (top, first - 1)
        drawn.freeze = (first, _label_column(block) + 1)


def header(columns: tuple[TableColumn, ...], top: int, depth: int) -> Iterator[Cell]:
    """Header cells of a table: 上/下 under one another, equal upper headers merged, short paths merged down."""
    for upper, group in groupby(enumerate(columns), key=lambda entry: entry[1].header.split("/")[0]):
        members = list(group)
        first, column = members[0]
        style = "helper_header" if column.formula else "header"
        if "/" not in column.header:
            for at, entry in members:
                yield Cell(top, at, "helper_header" if entry.formula else "header", entry.header, down=depth)
            continue
        yield Cell(top, first, style, upper, across=len(members))
        for at, entry in members:
            yield Cell(top + 1, at, style, entry.header.split("/", 1)[1], down=depth - 1)


def _row(drawn: SheetPlan, block: Block, row: int, entry: tuple[TableRow, int]) -> None:
    spec, at = entry
    mine = [line.row for line in drawn.lines if line.table == block.title]
    name: str | int = (spec.label if not at else f"{spec.label}#{at + 1}") if spec.label else len(mine) + 1
    inputs, label_at = {}, _label_column(block)
    for column, shape in enumerate(block.columns):
        cell = Cell(row, column, "input", format=shape.format, role=shape.role)
        if column == label_at and spec.label:
            style = "strong" if spec.strong else "label"
            if not at:
                drawn.cells.append(replace(cell, style=style, text=spec.label, down=spec.repeat, indent=spec.indent))
        elif shape.formula == PARTS:
            continue  # see parts_checks
        elif shape.formula:
            drawn.cells.append(replace(cell, style="helper", helper=_ratio(block, shape, row)))
        elif shape.role in spec.locked:
            drawn.cells.append(replace(cell, style="closed"))
        elif not shape.role:
            drawn.cells.append(cell)
        else:
            inputs[shape.role] = replace(cell, text=spec.values.get(shape.role, ""), key=Key(block.title, name, shape.role))
    drawn.cells += inputs.values()
    drawn.lines.append(Line(block.title, name, inputs, spec))


def _label_column(block: Block) -> int:
    return next(at for at, column in enumerate(block.columns) if column.role == block.label_role)


def _ratio(block: Block, shape: TableColumn, row: int) -> Ratio:
    """The rate that a helper column `actual ÷ final_budget` shows in a row."""
    roles = [column.role for column in block.columns]
    top, base = (roles.index(name.strip()) for name in shape.formula.split("÷"))
    return Ratio((row, top), (row, base))


def parts_checks(block: Block, first: int) -> Iterator[Cell]:
    """The helper cells that compare each total row with the rows one step further in beneath it."""
    amounts = tuple(
        (column.header, at)
        for at, column in enumerate(block.columns)
        if column.format == "money" and not column.role.startswith("reported_")
    )
    rows = [spec for spec in block.rows for _ in range(spec.repeat)] + [TableRow()] * block.blank_rows
    for at in (at for at, column in enumerate(block.columns) if column.formula == PARTS):
        for place in range(len(rows)):
            beneath = tuple(first + below for below in _beneath(rows, place))
            helper = Parts(first + place, beneath, amounts) if beneath else None
            yield Cell(first + place, at, "helper", format=block.columns[at].format, helper=helper)


def _beneath(rows: Sequence[TableRow], place: int) -> Iterator[int]:
    """Rows one step further in than the row at `place`, up to the next row that is not beneath it."""
    for below in range(place + 1, len(rows)):
        if rows[below].indent <= rows[place].indent:
            return
        if rows[below].indent == rows[place].indent + 1:
            yield below


def total_row(block: Block, first: int, last: int) -> Iterator[Cell]:
    """合计: amounts of a list of projects, or weights and scores of a list of indicators, added up automatically."""
    added: Format = "money" if block.frame == "budget" else "points"
    label_at = _label_column(block)
    yield Cell(last + 1, 0, "total", block.total, "label", across=label_at + 1)
    for at, column in enumerate(block.columns):
        if at > label_at and not column.formula:
            helper = Sum((first, at), (last, at)) if column.format == added else None
            yield Cell(last + 1, at, "total", format=column.format, helper=helper)
