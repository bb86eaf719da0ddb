"""What a cell says that no figure does: prompts of the form that were left, signs that were misread, figures out of sight.

Looked at once a file, over what was read of it, so that one cause is one finding however many cells it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from selfeval_xl.findings import Finding, finding
from selfeval_xl.frames import VALUE, Records, a1, columns, names, read_columns, spot

from . import quantities
from .grid import Grid

_MOST_NAMED = 8  # cells that a message lists
_MOST_LINES = 12  # hidden rows or columns that it lists
_PROMPTED = ("level3", "target_text", "achieved_text")
_Written = tuple[str, Mapping[str, Any], tuple[int, int], str]
"""The column of a text of an indicator, its row, its cell and the text."""


def told(records: Records, file: str, grids: Sequence[Grid]) -> Iterator[Finding]:
    """The findings of a file's sheets."""
    at = read_columns("indicators").index("sheet"), read_columns("texts").index("sheet")
    written = {row[one] for frame, one in zip(("indicators", "texts"), at, strict=True) for row in records.rows[frame]}
    for grid in grids:
        if grid.name in written:
            texts = list(_written(records, grid))
            yield from _prompts(records, file, grid, texts)
            yield from _damaged(file, grid, texts)
        if grid.hidden or grid.hidden_rows or grid.hidden_columns:
            yield from _hidden(records, file, grid)


# -- prompts and damaged signs -------------------------------------------------------------------------------------


def _prompts(records: Records, file: str, grid: Grid, written: Sequence[_Written]) -> Iterator[Finding]:
    """One finding for each kind of place in which the form's own prompts stand, naming the cells."""
    left: dict[str, list[tuple[str, str]]] = {}
    for column, row, at, text in written:
        # 定性 | 好坏 | 好: the scale of what was achieved is a good target; where 好坏 was achieved, that is told
        if column == "target_text" and quantities.is_scale(text) and row["achieved_text"]:
            continue
        if quantities.is_placeholder(text, name=column == "level3"):
            left.setdefault(_titles()[column], []).append((a1(*at), text))
    for line in records.rows["texts"]:
        said = dict(zip(read_columns("texts"), line, strict=True))
        if said["sheet"] == grid.name and quantities.is_prompt(said["text"]):
            left.setdefault("文字部分", []).append((said["cell"], said["text"]))
    for field, spots in left.items():
        listed = "、".join(f"{cell}“{text.strip()}”" for cell, text in spots[:_MOST_NAMED])
        more = f" 等 {len(spots)} 处" if len(spots) > _MOST_NAMED else ""
        yield finding("cell.prompt", (file, grid.name, spots[0][0]), field=field, stated=listed + more)


def _damaged(file: str, grid: Grid, written: Sequence[_Written]) -> Iterator[Finding]:
    """Targets and achieved values with a sign that was misread, each at its cell."""
    for column, row, at, text in written:
        if column == "level3":
            continue
        where, label = (file, grid.name, a1(*at)), row["level3"] or "（无名称）"
        if quantities.is_damaged(text):
            yield finding("cell.damaged", where, label=label, field=_titles()[column], stated=text)
        elif quantities.seems_damaged(label, text):
            bound = f"≥{text.strip()[1:]}"
            yield finding("cell.doubtful", where, label=label, field=_titles()[column], stated=text, expected=bound)


def _written(records: Records, grid: Grid) -> Iterator[_Written]:
    """The names, targets and achieved values of a sheet's indicators, with their cells."""
    for row, places in _rows(records, "indicators", grid):
        for column in _PROMPTED:
            at = spot(places[column])
            text = grid.text(*at) if column == "level3" else row[column]
            if text and places[column]:
                yield column, row, at, text


def _rows(records: Records, frame: str, grid: Grid) -> Iterator[tuple[Mapping[str, Any], Mapping[str, int]]]:
    """The rows that were read of a sheet, each with its places."""
    wanted, placed = read_columns(frame), names(frame, placed=True)
    at = wanted.index("sheet")
    for values, places in zip(records.rows[frame], records.places[frame], strict=True):
        if values[at] == grid.name:
            yield dict(zip(wanted, values, strict=True)), dict(zip(placed, places, strict=True))


@cache
def _titles() -> Mapping[str, str]:
    return {column.column: column.label for column in columns() if column.frame == "indicators"}


# -- out of sight --------------------------------------------------------------------------------------------------


def _hidden(records: Records, file: str, grid: Grid) -> Iterator[Finding]:
    """One finding for a sheet of which hidden rows, hidden columns or the whole hold figures that were read."""
    seen: set[tuple[int, int]] = set()
    for frame in ("budget", "indicators"):
        for row, places in _rows(records, frame, grid):
            figures = [code for name, code in places.items() if code & 15 == VALUE and _is_figure(row[name])]
            seen |= {spot(code) for code in figures}
    lines = {line for line, _ in seen if line in grid.hidden_rows}
    across = {column for _, column in seen if column in grid.hidden_columns}
    spots = sorted(spot for spot in seen if grid.hidden or spot[0] in lines or spot[1] in across)
    if not spots:
        return
    rows = _listed([str(line + 1) for line in sorted(lines)])
    letters = _listed([a1(0, column)[:-1] for column in sorted(across)])
    parts = ["整张工作表"] * grid.hidden + [f"第 {rows} 行"] * bool(rows) + [f"{letters} 列"] * bool(letters)
    yield finding("layout.hidden", (file, grid.name, a1(*spots[0])), stated="、".join(parts), count=len(spots))


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and value != 0


def _listed(names_: Sequence[str]) -> str:
    return "、".join(names_[:_MOST_LINES]) + (f" 等 {len(names_)} " if len(names_) > _MOST_LINES else "")
