"""The way back: every reported figure of the summary linked to the file, sheet and cell that it was read from.

A link is relative to the folder of the summary, so that it holds where summary and files are moved together. Files that
cannot be reached so, as those on another drive, have none, nor have frames whose files are not known. Where a sheet would
have more links than Excel opens, its addresses alone are linked, or nothing is, and a line under its title says so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote_from_bytes

import pandas as pd

from selfeval_xl.frames import Evaluations, addresses, names

from .looks import Column, Sheet, Summary
from .text import clean, units

MOST = 65_530
"""Links that a sheet may have (Excel's limit)."""
LONGEST = 2_079
"""UTF-16 units of an address that Excel takes."""
LONGEST_TIP = 255
_SHEETED = (".xlsx", ".xlsm", ".ods")
_MAYBE_SHEETED = (".xls", ".xml", ".et")  # a web page or a text table under such a name has no sheets to jump to
_SIGNATURES = (b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08", b"<?xml")
_AS_THEY_ARE = frozenset("-._~!$&'()+,;=@/")
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")
_ESCAPE = re.compile(r"(_x[0-9A-Fa-f]{4}_)")
_ADDRESS = re.compile(r"(?:(?P<sheet>.+)!)?(?P<cell>[A-Z]{1,3}[1-9]\d{0,6}(?::[A-Z]{1,3}[1-9]\d{0,6})?)", re.DOTALL)


class Link(NamedTuple):
    """Where a cell of the summary leads: the escaped relative path of a file, a place in it (or ""), and what it says."""

    path: str
    place: str
    tip: str


Links = Mapping[int, list[Link | None]]
"""The links of a table: for each column that has any, one for each row."""


@dataclass(frozen=True)
class Targets:
    """The files that can be linked to, by the name that rows carry; `apart` is how many cannot be reached."""

    paths: Mapping[str, str]
    sheeted: frozenset[str]
    apart: int = 0


NOWHERE = Targets({}, frozenset())


def targets(sources: Mapping[str, str], folder: str | os.PathLike[str]) -> Targets:
    """The files as they are reached from the folder that the summary is written into."""
    paths, start = {}, os.path.abspath(folder)  # noqa: PTH100 (relpath is of os.path too, and follows no symbolic link)
    for file, source in sources.items():
        try:
            path = escaped(os.path.relpath(source, start).replace(os.sep, "/"))
        except ValueError:  # on another drive
            continue
        if units(path) <= LONGEST:
            paths[file] = path
    return Targets(paths, frozenset(file for file in paths if _has_sheets(sources[file])), len(sources) - len(paths))


def escaped(path: str) -> str:
    """A relative path as a link holds it: as Excel escapes it, with every % and # escaped, letters of any script as they are.

    >>> escaped("收件箱/三 农#1 50%.xlsx")
    '收件箱/三%20农%231%2050%25.xlsx'
    """
    kept = (sign if sign.isalnum() or sign in _AS_THEY_ARE or _plain(sign) else _percent(sign) for sign in path)
    found = "".join(kept)
    return f"./{found}" if len(found) < 2 else found  # noqa: PLR2004 (xlsxwriter looks for a drive in the first two)


def of_sheet(evaluations: Evaluations, sheet: Sheet, rows: pd.DataFrame, to: Targets, looks: Summary) -> tuple[Links, list[str]]:
    """The links of one sheet's rows, and lines that say what could not be linked."""
    if sheet.rows == "notes":
        return {}, [looks.lines["links_apart"].format(count=to.apart)] if to.apart else []
    if not to.paths:
        return {}, []
    plans = [(at, plan) for at, column in enumerate(sheet.columns) if (plan := _plan(sheet, column, looks))]
    found = {at: _links(evaluations, rows, plan, to, looks) for at, plan in plans}
    kept, most = dict(found), looks.most_links
    if count(kept) > most:
        kept = {at: found[at] for at, plan in plans if plan == ("cell",)}
    if count(kept) > most:
        kept = {}
    lines = [looks.lines["links_cells" if kept else "links_none"].format(most=most)] if count(kept) < count(found) else []
    return kept, lines


def count(links: Links) -> int:
    """How many links there are."""
    return sum(link is not None for column in links.values() for link in column)


def _plan(sheet: Sheet, column: Column, looks: Summary) -> tuple[str, ...]:
    """Whose cells a column is linked to: `frame.column` as summary.toml names them, or a column of addresses."""
    if column.place:
        return tuple(column.place.split())
    if column.value == "cell":
        return ("cell",)
    own = sheet.frame and column.value in names(sheet.frame, placed=True) and looks.styles[column.style].number
    return (f"{sheet.frame}.{column.value}",) if own else ()


def _links(evaluations: Evaluations, rows: pd.DataFrame, plan: tuple[str, ...], to: Targets, looks: Summary) -> list[Link | None]:
    """The links of one column, row by row: the first place of its plan that the row has."""
    found: list[Link | None] = [None] * len(rows)
    sheets: dict[tuple[str, str], Link | None] = {}  # what the links to one sheet have in common
    for name in plan:
        for at, (file, sheet, cell) in enumerate(_places(evaluations, rows, name)):
            if found[at] is not None or cell is None:
                continue
            if (file, sheet) not in sheets:
                sheets[file, sheet] = _sheet_link(file, sheet, to, looks)
            if (whole := sheets[file, sheet]) is not None:
                found[at] = Link(whole.path, whole.place and whole.place + cell, whole.tip + cell)
    return found


def _places(evaluations: Evaluations, rows: pd.DataFrame, name: str) -> Iterator[tuple[str, str, str | None]]:
    """File, sheet and cell of each row by one name of a plan; a cell of "" is the whole file, none where there is none."""
    frame, dot, column = name.partition(".")
    if name == "file":
        yield from ((file, "", "") for file in rows["file"])
    elif dot:
        cells = addresses(evaluations.places[frame][column], printed=True)  # as evaluations.cells(frame) has them
        keys = getattr(evaluations, frame)[["file", "sheet"]].assign(cell=cells.astype(object).where(cells.notna(), None))
        keys = keys.reindex(rows.get(f"{frame}_at", rows.index))
        yield from zip(keys["file"], keys["sheet"], keys["cell"].where(keys["cell"].notna(), None), strict=True)
    else:
        for file, sheet, text in zip(rows["file"], rows["sheet"], rows[name], strict=True):
            spot = _ADDRESS.fullmatch(text.split(",")[0]) if isinstance(text, str) else None
            yield (file, spot["sheet"] or sheet, spot["cell"]) if spot else (file, sheet, None)


def _sheet_link(file: str, sheet: str, to: Targets, looks: Summary) -> Link | None:
    """The link to a sheet, or to a file where there is no sheet, to which the cell is still to be added."""
    path, name = to.paths.get(file), file.rpartition("/")[2]
    if path is None or not isinstance(sheet, str):
        return None
    if not sheet:
        return Link(path, "", _tip(looks.lines["link_file"].format(file=name)))
    return Link(path, _quoted(sheet) if file in to.sheeted else "", _tip(looks.lines["link"].format(file=name, sheet=sheet)))


def _quoted(sheet: str) -> str:
    """A sheet's name as a reference begins with it; "" where no sheet of a workbook can have that name."""
    if clean(sheet) != sheet or "\n" in sheet or _NO_SHEET.search(sheet):
        return ""
    return "'" + _ESCAPE.sub(r"_x005F\1", sheet).replace("'", "''") + "'!"


def _tip(text: str) -> str:
    """A tip as Excel takes it, with room for a cell at its end."""
    kept, most = _ESCAPE.sub(r"_x005F\1", clean(text)), LONGEST_TIP - len("XFD1048576:XFD1048576")
    while units(kept) > most:
        kept = kept[: len(kept) - max(1, (units(kept) - most) // 2) - 1] + "…"
    return kept


def _plain(sign: str) -> bool:
    """Whether a sign that is no letter may stand as it is: of another script than ASCII, and to be seen."""
    return not sign.isascii() and (sign.isprintable() or sign == "\u3000")


def _percent(sign: str) -> str:
    return quote_from_bytes(sign.encode("utf-8", "surrogateescape" if "\udc80" <= sign <= "\udcff" else "replace"), safe="")


def _has_sheets(path: str) -> bool:
    """Whether a place in the file can be jumped to."""
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 (as the path came)
    if suffix not in _MAYBE_SHEETED:
        return suffix in _SHEETED
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 (the same)
            return stream.read(5).startswith(_SIGNATURES)
    except OSError:
        return False
