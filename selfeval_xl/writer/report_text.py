"""A draft as plain data: its paragraphs and tables, made of pieces that know the cells that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from selfeval_xl import frames

from .report_figures import AMOUNTS, Part, Piece, cells_of, ended, figure, rows_of, said
from .report_looks import NAME, PLACE, Report, Row, Table, TableColumn, fill

NUMERALS = "一二三四五六七八九十"
LABEL = "level3"
PRINTED_IN = {"target": ("target_text", "target_value"), "achieved": ("achieved_text", "achieved_value")}
RATIOS = frozenset(c.column for c in frames.columns() if c.kind == "ratio")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in one of the styles; the pieces of its `lead` come first, in the style of a lead."""

    style: str
    pieces: tuple[Piece, ...]
    lead: str = ""


@dataclass(frozen=True)
class Grid:
    """A table under its caption: for each row a piece for each column."""

    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Piece, ...], ...]


def told(part: Part, report: Report) -> Iterator[Paragraph | Grid]:
    """The title and every block of the report, in order."""
    yield Paragraph("title", _filled(report.title, part, report))
    yield Paragraph("subtitle", _filled(report.subtitle, part, report))
    waiting: Paragraph | None = None
    for block in report.blocks:
        if block.only_with and not _place(block.only_with, part, report)[0].there:
            continue
        if block.without and _place(block.without, part, report)[0].there:
            continue
        pieces = _filled(block.text, part, report)
        if block.continues and waiting is not None:
            waiting = Paragraph(waiting.style, waiting.pieces + pieces, waiting.lead)
            continue
        if waiting is not None:
            yield waiting
        waiting = None if block.kind == "table" else Paragraph(block.kind, pieces, block.lead)
        if block.kind == "table":
            yield from _table(report.tables[block.table], part, report)
    if waiting is not None:
        yield waiting


# -- places in a text ----------------------------------------------------------------------------------------------


def _filled(text: str, part: Part, report: Report) -> tuple[Piece, ...]:
    """A text with its places filled in; what a department typed is never read as a place."""
    pieces = PLACE.split(text)
    found = [_place(piece, part, report) if at % 2 else (Piece(piece),) for at, piece in enumerate(pieces)]
    return tuple(piece for several in found for piece in several if piece.text)


def _place(name: str, part: Part, report: Report) -> tuple[Piece, ...]:
    if name in report.texts:
        return _texts(name, part, report)
    if name in report.fields:
        return (_field(report.fields[name], part, report),)
    row, _, column = name.partition(".")
    return (figure(report.rows[row], report.columns[column], part, report),)


def _field(columns: Sequence[str], part: Part, report: Report) -> Piece:
    """A field of the form: the first column that has it, on the first form that has it."""
    for column in columns:
        for at in part.profile.index[part.profile[column].notna()]:
            return Piece(said(part.profile.loc[at, column], "text", report), cells_of(part, "profile", at, [column]))
    return Piece(report.missing, cells_of(part, "profile", part.profile.index[0], columns), there=False)


def _texts(name: str, part: Part, report: Report) -> tuple[Piece, ...]:
    """A narrative section: its texts one after another, a piece for each, without the full stop of the last one."""
    rows = part.texts[part.texts["section"] == report.texts[name].section]
    found = [(ended(text), (sheet, cell)) for text, sheet, cell in zip(rows["text"], rows["sheet"], rows["cell"], strict=True)]
    found = [(text, cell) for text, cell in found if text]
    if not found:
        return (Piece(report.missing, there=False),)
    counted = report.texts[name].listed and 1 < len(found) <= len(NUMERALS)
    before = [f"{NUMERALS[at]}是" if counted else "" for at in range(len(found))]
    last = len(found) - 1
    return tuple(
        Piece(first + text + ("" if at == last else "。"), (cell,))
        for at, (first, (text, cell)) in enumerate(zip(before, found, strict=True))
    )


# -- tables --------------------------------------------------------------------------------------------------------


def _table(table: Table, part: Part, report: Report) -> Iterator[Paragraph | Grid]:
    """A table, or where it would have no rows the words for what is missing."""
    make = _money_rows if table.rows == "budget" else _indicator_rows
    rows = tuple(make(table, part, report))
    caption = fill(table.caption, unit=report.unit)
    if rows:
        yield Grid(caption, table.columns, rows)
    else:
        yield Paragraph("text", (Piece(f"{caption}：{report.missing}", there=False),))


def _money_rows(table: Table, part: Part, report: Report) -> Iterator[tuple[Piece, ...]]:
    for name in table.names:
        found = rows_of(report.rows[name], part)
        if found.empty or found[list(AMOUNTS)].isna().to_numpy().all():
            continue
        label = Piece(name, ((found["sheet"].iloc[0], found["cell"].iloc[0]),))
        yield tuple(
            label if NAME in column.value else _money_cell(column, report.rows[name], part, report) for column in table.columns
        )


def _money_cell(column: TableColumn, row: Row, part: Part, report: Report) -> Piece:
    pieces = [figure(row, report.columns[value], part, report) for value in column.value]
    piece = next((piece for piece in pieces if piece.there), pieces[0])
    return piece._replace(text=piece.text.removesuffix(report.unit) if piece.there else column.missing or report.missing)


def _indicator_rows(table: Table, part: Part, report: Report) -> Iterator[tuple[Piece, ...]]:
    level = part.indicators["level1"].fillna("")
    wanted = level.isin(table.level1) if table.level1 else ~level.isin(table.not_level1)
    rows = part.indicators[wanted]
    for at in rows.index:
        yield tuple(_indicator_cell(rows.loc[at], column, part, report) for column in table.columns)


def _indicator_cell(row: pd.Series, column: TableColumn, part: Part, report: Report) -> Piece:
    cells = cells_of(part, "indicators", row.name, [one for name in column.value for one in PRINTED_IN.get(name, (name,))])
    if LABEL in column.value:
        cells = ((row["sheet"], row["cell"]),)
    texts = [said(row[name], "rate" if name in RATIOS else "text", report) for name in column.value if pd.notna(row[name])]
    if not texts:
        return Piece(column.missing or report.missing, cells, there=False)
    if not column.join:
        return Piece(texts[0], cells)
    return Piece(column.join.join(one for one in texts if not any(one in other for other in texts if other != one)), cells)
