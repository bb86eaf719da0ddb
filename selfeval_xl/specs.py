"""Layouts: what their TOML files may hold, and the shipped ones by id."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from .errors import SpecError
from .frames import columns
from .loading import by_id, data_files, load

Format = Literal[
    "text", "long", "money", "rate", "points", "number", "whole", "year", "date", "helper_rate", "helper_text", "label"
]
FrameName = Literal["profile", "budget", "indicators", "texts"]
READ_TOGETHER = {
    "profile": frozenset[str](),
    "budget": frozenset({"item_label", "part", "ignored"}),
    "indicators": frozenset({"target", "achieved", "ignored"}),  # one cell into text, operator, value and unit
    "texts": frozenset({"label", "text", "text.note"}),
}
"""Roles of a frame that are not simply one of its placed columns."""


# -- layouts: one file draws a form and reads it back -------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A label with its value beside it. `role` is a column of profile, or text:SECTION."""

    label: str
    role: str
    format: Format = "text"
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    prompt: str = ""
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class TableColumn:
    """A column of a table. `header` is its printed path from the top, joined by /; an empty `role` is never read."""

    header: str
    role: str = ""
    format: Format = "text"
    width: float = 12
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    prompt: str = ""
    formula: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row whose label is printed. `code` is an item or a section; `locked` names roles that stay closed."""

    label: str = ""
    code: str = ""
    side: Literal["", "收入", "支出"] = ""
    indent: int = 0
    aliases: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    repeat: int = 1
    strong: bool = False


@dataclass(frozen=True, eq=False)
class Block:
    """One table, or one list of fields, or lines of text, one under another on a sheet."""

    kind: Literal["fields", "table", "lines"]
    title: str = ""
    frame: FrameName = "profile"
    label_role: str = ""
    fields: tuple[Field, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    columns_like: str = ""
    rows: tuple[TableRow, ...] = ()
    blank_rows: int = 0
    total: str = ""
    lines: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a form."""

    name: str
    title: str
    note: str = ""
    blocks: tuple[Block, ...] = ()
    landscape: bool = True


@dataclass(frozen=True, eq=False)
class Layout:
    """A form edition: its id, where it comes from, and its sheets.

    A form that is drawn from its layout has `sheets`. An edition that is only read is known by words in its title
    (`titles`, one of them) and printed words that it always has (`marks`, all of them); `headers` gives those of its
    headers that mean something of their own there, as frame.column.
    """

    id: str
    name: str
    version: str
    document: str
    amount_unit: Literal["元", "万元", "亿元"]
    sheets: tuple[Sheet, ...] = ()
    titles: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    first_year: int = 2000
    last_year: int = 2100

    def tables(self) -> tuple[tuple[Sheet, Block], ...]:
        """Every table of the form with its sheet, columns that refer to another table's filled in."""
        return _tables(self)

    def fields(self) -> tuple[Field, ...]:
        """Every field of the form."""
        return tuple(entry for sheet in self.sheets for block in sheet.blocks for entry in block.fields)


@lru_cache(maxsize=500)  # layouts that come from another process are new each time
def _tables(layout: Layout) -> tuple[tuple[Sheet, Block], ...]:
    found = [(sheet, block) for sheet in layout.sheets for block in sheet.blocks if block.kind == "table"]
    by_title = {block.title: block for _, block in found}
    return tuple(
        (sheet, dataclasses.replace(block, columns=by_title[block.columns_like].columns) if block.columns_like else block)
        for sheet, block in found
    )


# -- loading -------------------------------------------------------------------------------------------------------


@cache
def layouts() -> Mapping[str, Layout]:
    """Every shipped layout by its id. Raises SpecError for a broken one, or one whose roles are not known."""
    return by_id(load_layout(path) for path in data_files("forms"))


def load_layout(path: Path) -> Layout:
    """One layout. Raises SpecError as `load` does, and for a role or a table that there is not."""
    layout = load(path, Layout)
    _check_roles(layout, path.name)
    return layout


def _check_roles(layout: Layout, where: str) -> None:
    """Refuse a role that no frame has a column for, and a table that refers to none."""
    for header, name in layout.headers.items():
        frame, _, role = name.partition(".")
        if frame not in {"budget", "indicators"} or role not in _allowed(frame):
            raise SpecError(f"{where}：headers 中“{header}”为“{name}”，应为 budget. 或 indicators. 加列名，如 budget.actual。")
    titles = [block.title for sheet in layout.sheets for block in sheet.blocks]
    for sheet in layout.sheets:
        for block in sheet.blocks:
            if block.columns_like and block.columns_like not in titles:
                raise SpecError(f"{where}：columns_like 为“{block.columns_like}”，没有这张表，可用的是 {'、'.join(titles)}。")
            allowed = _allowed(block.frame)
            for role in [one.role for one in block.fields] + [column.role for column in block.columns]:
                if role and role not in allowed and not role.startswith("text:"):
                    raise SpecError(f"{where}：不认识的 role “{role}”，“{block.title}”可用的是 {'、'.join(sorted(allowed))}。")


def _allowed(frame: str) -> set[str]:
    placed = {column.column for column in columns() if column.frame == frame and column.placed}
    return placed | READ_TOGETHER[frame]
