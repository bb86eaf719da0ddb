"""What the draft of a report says and how it looks: `data/report.toml`, or a file of one's own, as frozen dataclasses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from selfeval_xl.errors import SpecError
from selfeval_xl.frames import names
from selfeval_xl.loading import load
from selfeval_xl.numbers import FEN

PLACE = re.compile(r"\{([^{}]*)\}")
NAME = "name"
"""In a table of money: the name of the row itself."""
CHANGE_PLACES = frozenset({"than", "way", "amount", "rate_way", "rate", "missing"})
OWN = frozenset({"target", "achieved"})
"""What a table of indicators has beside the columns of its frame: target and achievement as a person reads them."""


def fill(text: str, **values: str) -> str:
    """A text with its places filled in, once: a value that looks like a place stays as it is."""
    return PLACE.sub(lambda found: values[found[1]], text)


@dataclass(frozen=True)
class Text:
    """A narrative section; a `listed` one is told as 一是…二是… where it has several texts."""

    section: str
    listed: bool = False


@dataclass(frozen=True)
class Row:
    """A row of money: item codes in order of preference, on one of the `sides` ("" where a table has none)."""

    items: tuple[str, ...]
    sides: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """What is told of a row: the first of `columns` that has a value; a change has `rates`, a `base`, and its name `than`."""

    kind: Literal["money", "rate", "text", "change"]
    columns: tuple[str, ...]
    rates: tuple[str, ...] = ()
    base: str = ""
    than: str = ""


@dataclass(frozen=True)
class Change:
    """How a change is said: words of direction, and a phrase for each case."""

    up: str
    down: str
    known: str
    no_rate: str
    same: str
    unknown: str


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph (or the rest of the one before it), or a table; only where a value is there, or is not."""

    kind: Literal["heading", "text", "table"] = "text"
    lead: str = ""
    text: str = ""
    table: str = ""
    only_with: str = ""
    without: str = ""
    continues: bool = False


@dataclass(frozen=True)
class TableColumn:
    """A column of a table, in a share of the width: the first of `value` that is there, or with `join` all of them.

    `merge` makes equal neighbours one cell.
    """

    header: str
    value: tuple[str, ...]
    width: float
    align: Literal["left", "center", "right"] = "center"
    missing: str = ""
    join: str = ""
    merge: bool = False


@dataclass(frozen=True)
class Table:
    """A table of the named rows of money, or of the indicators with (or without) some first-level indicators."""

    caption: str
    rows: Literal["indicators", "budget"]
    columns: tuple[TableColumn, ...]
    names: tuple[str, ...] = ()
    level1: tuple[str, ...] = ()
    not_level1: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """The list of findings at the end, and who signs the comments in the margin."""

    heading: str
    text: str
    none: str
    author: str
    headers: tuple[str, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Style:
    """A paragraph: font, size and line spacing in points (0 for single), indent of its first line in characters."""

    font: str
    size: float
    bold: bool = False
    align: Literal["left", "center", "both"] = "both"
    indent: float = 0
    spacing: float = 28.9
    after: float = 0


@dataclass(frozen=True)
class Page:
    """An A4 page, in millimetres, and its number."""

    top: float
    bottom: float
    left: float
    right: float
    footer: float
    number: str
    number_size: float
    number_font: str


@dataclass(frozen=True)
class Report:
    """The whole draft: what it is called, its names for figures and texts, its blocks in order, and its looks."""

    title: str
    subtitle: str
    missing: str
    unit: Literal["元", "千元", "万元", "亿元"]
    decimals: int
    forms: tuple[str, ...]
    no_report: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, Text]
    rows: Mapping[str, Row]
    columns: Mapping[str, Column]
    change: Change
    blocks: tuple[Block, ...]
    tables: Mapping[str, Table]
    findings: Findings
    page: Page
    styles: Mapping[str, Style]

    @property
    def scale(self) -> int:
        """元 in one unit of money."""
        return FEN[self.unit] // 100


@cache
def shipped() -> Report:
    """The report that comes with the program."""
    return load_report(Path(str(files("selfeval_xl").joinpath("data", "report.toml"))))


def load_report(path: str | os.PathLike[str]) -> Report:
    """A report of one's own. Raises SpecError, with file, key and what is allowed, for a name or a column that there is not."""
    file = Path(path)
    report = load(file, Report)
    for where, name, allowed in _names(report):
        if name not in allowed:
            raise SpecError(f"{file.name}：{where}：没有“{name}”，可用的是 {'、'.join(sorted(allowed))}。")
    if len(report.findings.headers) != len(report.findings.widths):
        raise SpecError(f"{file.name}：findings.widths：应与 headers 一样多，各有 {len(report.findings.headers)} 个。")
    return report


def _names(report: Report) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Every name that the file refers to: where, the name, and those that there are."""
    single = report.fields.keys() | report.texts.keys()
    known = frozenset(single | {f"{row}.{column}" for row in report.rows for column in report.columns})
    for style in ("title", "subtitle", "heading", "text", "lead", "caption", "cell", "header"):
        yield "styles", style, frozenset(report.styles)
    for key, text in (("title", report.title), ("subtitle", report.subtitle)):
        yield from ((key, name, frozenset(report.fields)) for name in PLACE.findall(text))
    for key, text in vars(report.change).items():
        yield from ((f"change.{key}", name, CHANGE_PLACES) for name in PLACE.findall(text))
    yield from (("findings.text", name, frozenset({"file", "count"})) for name in PLACE.findall(report.findings.text))
    for at, block in enumerate(report.blocks, 1):
        told = [*PLACE.findall(block.text), *filter(None, (block.only_with, block.without))]
        yield from ((f"blocks[{at}]", name, known) for name in told)
        if block.kind == "table":
            yield f"blocks[{at}].table", block.table, frozenset(report.tables)
    profile, budget = frozenset(names("profile")), frozenset(names("budget"))
    yield from ((f"fields.{name}", column, profile) for name, found in report.fields.items() for column in found)
    for name, one in report.columns.items():
        wanted = (*one.columns, *one.rates, *filter(None, [one.base]))
        yield from ((f"columns.{name}", column, budget) for column in wanted)
    for name, table in report.tables.items():
        yield from ((f"tables.{name}.caption", place, frozenset({"unit"})) for place in PLACE.findall(table.caption))
        yield from ((f"tables.{name}.names", row, frozenset(report.rows)) for row in table.names)
        allowed = frozenset(report.columns) | {NAME} if table.rows == "budget" else OWN.union(names("indicators"))
        yield from ((f"tables.{name}.columns", value, allowed) for column in table.columns for value in column.value)
