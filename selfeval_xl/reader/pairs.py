"""Amounts that stand beside their names, without a header: 预算数 | 50 | 执行数 | 48, and forms that only set targets."""

from __future__ import annotations

from selfeval_xl.frames import BLANK, a1

from . import values
from .grid import Grid
from .rows import Output, put
from .sheets import Place, Sheet, text_places
from .vocabulary import AMOUNTS, general, heading, is_fund, item, words

_MEASURES = {*AMOUNTS, "reported_execution_rate", "weight", "reported_score"}
_MOST_BLANK = 2
_Pairs = dict[str, tuple[Place, Place]]


def add_funds(out: Output, sheet: Sheet, unit: str) -> None:
    """Amounts beside their names on a sheet without a table of amounts."""
    inside = {row for region in sheet.regions for row in range(region.band.top, region.last + 1)}
    pairs: _Pairs = {}
    for line in sheet.grid.lines():
        own = _pairs(sheet.grid, line, unit) if line not in inside else {}
        pairs = own or (pairs if _repeats(sheet.grid, line, pairs) else {})
        if pairs:
            _add_pairs(out, sheet.grid, line, pairs, unit)
            continue
        for at, text in text_places(sheet.grid, line):
            if at[0] == line and is_fund(text):
                _add_fund(out, sheet.grid, at, unit)


def _pairs(grid: Grid, line: int, unit: str) -> _Pairs:
    """What a row of names and values says: for each amount or rate the cells of both; empty without two amounts."""
    known = general().headers["budget"]
    found: _Pairs = {}
    for at, text in text_places(grid, line):
        role, spot = known.get(heading(text)), _right_of(grid, at)
        if at[0] == line and role in _MEASURES and heading(text) not in words("neutral"):
            found.setdefault(role, (at, spot))
    amounts = [role for role, (_, spot) in found.items() if role in AMOUNTS and _is_amount(grid, spot, unit)]
    return found if len(amounts) > 1 else {}


def _right_of(grid: Grid, at: Place) -> Place:
    """The cell of a value: right of its name, over a blank column or two that were put in."""
    first = grid.span(*at)[3] + 1
    spots = [(at[0], column) for column in range(first, min(first + _MOST_BLANK + 1, len(grid.rows[at[0]])))]
    return next((spot for spot in spots if grid.cell(*spot).state != BLANK), (at[0], first))


def _is_amount(grid: Grid, spot: Place, unit: str) -> bool:
    return values.amount(grid.cell(*spot), unit)[0] is not None


def _repeats(grid: Grid, line: int, pairs: _Pairs) -> bool:
    """Whether a row below names the same part beside each amount: 其中：财政拨款 | 40 | 其中：财政拨款 | 40."""
    names = {values.fold(grid.text(line, at[1])) for role, (at, _) in pairs.items() if role in AMOUNTS}
    return len(names) == 1 and names != {""}


def _add_pairs(out: Output, grid: Grid, line: int, pairs: _Pairs, unit: str) -> None:
    first = min(at for role, (at, _) in pairs.items() if role in AMOUNTS)
    at = (line, first[1])
    text = grid.text(*at)
    row = out.row(grid, "budget", values.printed_label(text))
    for role, (named, value) in pairs.items():
        spot = (line, value[1])
        own = grid.text(*named)
        put(row, role, grid.cell(*spot), spot, _unit_in(own) or unit, percent="%" in own)
    code = "total" if at == first else item(text)
    record = {"file": out.file, "sheet": grid.name, "cell": a1(*at), "item": code, "item_label": row.label}
    out.records.add("budget", {**record, "table": values.fold(grid.name), **row.values}, row.places)


def _unit_in(text: str) -> str | None:
    """The unit in the brackets of a name."""
    return next((unit for unit in ("万元", "亿元", "元") if values.fold(text).rstrip(":").endswith(f"({unit})")), None)


def _add_fund(out: Output, grid: Grid, at: Place, unit: str) -> None:
    line, text = at[0], grid.text(*at)
    spot = (line, grid.span(*at)[3] + 1)
    while spot[1] < len(grid.rows[line]) - 1 and grid.cell(*spot).state == BLANK:
        spot = (line, grid.span(*spot)[3] + 1)
    if not _is_amount(grid, spot, unit):
        return
    row = out.row(grid, "budget", values.printed_label(text))
    put(row, "original_budget", grid.cell(*spot), spot, unit)
    own = {"file": out.file, "sheet": grid.name, "cell": a1(*at), "item": item(text), "item_label": row.label}
    out.records.add("budget", {**own, "table": values.fold(grid.name), **row.values}, row.places)
