"""The formula language of summary.toml: how a computed figure is written as a formula that Excel keeps up to date.

A template is an Excel formula without its `=`, with names where addresses belong:

    [name]           the cell of this row in the column whose value is `name`
    [name::]         the whole of that column
    [sheet!name]     the cell of that column on another sheet, in the row with this row's key
    [sheet!name@k]   the same, in the row whose key stands in this row under `k`
    [sheet!name:]    the rows of another sheet that belong to this row's form, in that column
    [sheet!name::]   the whole of that column on another sheet
    {name}           a parameter of this row's policy: a defined name of the sheet 参数

`Live` is such a formula worked out for one cell, beside the value that the rules computed: the formula is for what is
changed later, the value is what is shown until then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from selfeval_xl.errors import SpecError

FUNCTIONS = frozenset({
    "ABS", "AND", "COUNT", "COUNTIF", "COUNTIFS", "HYPERLINK", "IF", "IFERROR", "INDEX", "INT", "LARGE", "LOOKUP", "MATCH",
    "MAX", "MIN", "NOT", "OR", "RANK", "ROUND", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "TEXT",
})  # fmt: skip
"""What Excel 2010 and later, WPS and LibreOffice all have and compute alike."""
WAYS = "[列]、[列::]、[表!列]、[表!列@键]、[表!列:] 或 [表!列::]"
ROW = "\x00"
"""Stands for the number of the row in a template whose columns are filled in."""
_PIECE = re.compile(r'("(?:[^"]|"")*")|\[([^\[\]]*)\]|\{([^{}]*)\}|([A-Z][A-Z0-9.]*)(?=\()')
_REFERENCE = re.compile(r"(?:(?P<sheet>[^!@:]+)!)?(?P<name>[^!@:]+)(?:@(?P<key>[^!@:]+))?(?P<span>:{0,2})")


class Live(NamedTuple):
    """A figure that stays alive: its value as the rules computed it, and the formula (without =) that gives it.

    `ROW` in its `pattern` stands for the number of its `row`, so that a thousand rows share one pattern.
    """

    value: str | float | None
    pattern: str
    row: int = 0

    @property
    def formula(self) -> str:
        """The formula as it stands in its row."""
        return self.pattern.replace(ROW, str(self.row)) if self.row else self.pattern


class Reference(NamedTuple):
    """What a template points at: a column of this sheet or another, one cell of it, the form's rows, or the whole."""

    name: str
    sheet: str = ""
    key: str = ""
    span: str = ""


class Parameter(NamedTuple):
    """A parameter of the row's policy."""

    name: str


Piece = str | Reference | Parameter


@cache
def parse(template: str) -> tuple[Piece, ...]:
    """A template in pieces: text as it stands, references and parameters.

    Raises SpecError for a function that not all programs have, a broken reference, and brackets that do not match.
    """
    pieces: list[Piece] = []
    at = 0
    for found in _PIECE.finditer(template):
        pieces.append(_plain(template[at : found.start()], template))
        at = found.end()
        quoted, reference, parameter, function = found.groups()
        if reference is not None:
            parts = _REFERENCE.fullmatch(reference)
            if parts is None:
                raise SpecError(f"公式“{template}”：引用“[{reference}]”写法不对，应为 {WAYS}。")
            pieces.append(Reference(parts["name"], parts["sheet"] or "", parts["key"] or "", parts["span"]))
        elif parameter is not None:
            pieces.append(Parameter(parameter))
        elif quoted is None and function not in FUNCTIONS:
            raise SpecError(f"公式“{template}”：不能用函数“{function}”，可用的是 {'、'.join(sorted(FUNCTIONS))}。")
        else:
            pieces.append(found[0])
    pieces.append(_plain(template[at:], template))
    depth = sum(_depth(piece) for piece in pieces)
    if template.startswith("=") or depth:
        raise SpecError(f"公式“{template}”：不以“=”开头，左右括号要一样多。")
    return tuple(piece for piece in pieces if piece != "")


def _plain(text: str, template: str) -> str:
    if odd := set(text) & set('[]{}"!:$'):
        raise SpecError(f"公式“{template}”：“{'”“'.join(sorted(odd))}”没有配对，或者直接写了单元格地址。")
    return text


def _depth(piece: Piece) -> int:
    if not isinstance(piece, str) or piece.startswith('"'):
        return 0
    return piece.count("(") - piece.count(")")


def references(template: str) -> Iterator[Reference | Parameter]:
    """What a template points at."""
    return (piece for piece in parse(template) if not isinstance(piece, str))


def plain(cell: str | float | Live | None) -> str | float | None:
    """What a cell shows: of a live one its value."""
    return cell.value if isinstance(cell, Live) else cell
