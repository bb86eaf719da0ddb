"""The way back: every reported figure of the summary linked to the file, sheet and cell that it was read from.

A link is relative to the folder of the summary, so that it holds where summary and files are moved together. Files that
cannot be reached so, as those on another drive, have none, nor have frames whose files are not known. Where a sheet would
have more links than Excel opens, its addresses alone are linked, or nothing is, and a line under its title says so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote_from_bytes

import numpy as np
import numpy.typing as npt
import pandas as pd

from selfeval_xl.frames import Evaluations, addresses, names
from selfeval_xl.ownership import pairs

from .looks import Column, Sheet, Summary
from .text import clean, units

MOST = 65_530
"""Links that a sheet may have (Excel's limit)."""
LONGEST = 2_079
"""UTF-16 units of an address that Excel takes."""
LONGEST_TIP = 255
CELL = ("cell",)
"""The plan of a column of addresses."""
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


@dataclass(frozen=True)
class Leads:
    """Where a column leads: of each row the number of a sheet in `sheets`, -1 for none, and the cell there.

    Its links, which take many times the memory, are made of a few rows at a time.
    """

    sheets: Sequence[Link]
    number: npt.NDArray[np.int32]
    cell: npt.NDArray[np.object_]

    def __iter__(self) -> Iterator[Link | None]:
        """The link of each row."""
        return iter(self.of(slice(None)))

    def of(self, rows: slice) -> list[Link | None]:
        """The links of some rows."""
        made: list[Link | None] = []
        for number, cell in zip(self.number[rows].tolist(), self.cell[rows].tolist(), strict=True):
            if number < 0:
                made.append(None)
            else:
                path, place, tip = self.sheets[number]
                made.append(Link(path, place and place + cell, tip + cell))
        return made

    def only(self, rows: npt.NDArray[np.intp]) -> Leads:
        """The same for some rows."""
        return Leads(self.sheets, self.number[rows], self.cell[rows])

    @property
    def count(self) -> int:
        """How many links there are."""
        return int((self.number >= 0).sum())


Links = Mapping[int, Leads]
"""The links of a table, for each column that has any."""


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
    plans = {at: plan for at, column in enumerate(sheet.columns) if (plan := _plan(sheet, column, looks))}
    made, found = _Made(evaluations, rows, to, looks), dict[int, Leads]()
    for at in sorted(plans, key=lambda at: plans[at] != CELL):
        found[at] = _leads(made, plans[at])
        if count(found) > looks.most_links:
            break
    return within(found, sheet, looks)


def within(links: Links, sheet: Sheet, looks: Summary) -> tuple[Links, list[str]]:
    """Of the links of a sheet as many as it may have, and a line that says which were left out."""
    most = looks.most_links
    if count(links) <= most:
        return links, []
    cells = {at: leads for at, leads in links.items() if _plan(sheet, sheet.columns[at], looks) == CELL}
    kept = cells if count(cells) <= most else {}
    return kept, [looks.lines["links_cells" if kept else "links_none"].format(most=most)]


def count(links: Links) -> int:
    """How many links there are."""
    return sum(leads.count for leads in links.values())


def _plan(sheet: Sheet, column: Column, looks: Summary) -> tuple[str, ...]:
    """Whose cells a column is linked to: `frame.column` as summary.toml names them, or a column of addresses."""
    if column.place:
        return tuple(column.place.split())
    if column.value == "cell":
        return CELL
    own = sheet.frame and column.value in names(sheet.frame, placed=True) and looks.styles[column.style].number
    return (f"{sheet.frame}.{column.value}",) if own else ()


@dataclass(frozen=True)
class _Made:
    """What the links of one sheet are made from, and the sheets that they lead to so far, each with its number."""

    evaluations: Evaluations
    rows: pd.DataFrame
    to: Targets
    looks: Summary
    sheets: list[Link] = field(default_factory=list)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def numbered(self, keys: pd.DataFrame) -> npt.NDArray[np.int32]:
        """The number of the sheet that rows with `file` and `sheet` lead to, -1 where they lead nowhere."""
        pair, known = pairs(keys)
        return np.array([self._number(file, sheet) for file, sheet in zip(*known, strict=True)], dtype=np.int32)[pair]

    def _number(self, file: str, sheet: str) -> int:
        if (file, sheet) not in self.numbers:
            link = _sheet_link(file, sheet, self.to, self.looks)
            self.numbers[file, sheet] = -1 if link is None else len(self.sheets)
            self.sheets.extend([] if link is None else [link])
        return self.numbers[file, sheet]


def _leads(made: _Made, plan: tuple[str, ...]) -> Leads:
    """The links of one column: of each row the first place of its plan that it has."""
    found = np.full(len(made.rows), -1, dtype=np.int32)
    cells = np.full(len(made.rows), None, dtype=object)
    for name in plan:
        number, cell = _places(made, name)
        here = (found < 0) & (number >= 0) & ~pd.isna(cell)
        found[here], cells[here] = number[here], cell[here]
    return Leads(made.sheets, found, cells)


def _places(made: _Made, name: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    """Sheet and cell of each row by one name of a plan; a cell of "" is the whole file, none where there is none."""
    (frame, dot, column), rows = name.partition("."), made.rows
    if name == "file":
        return made.numbered(rows[["file"]].assign(sheet="")), np.full(len(rows), "", dtype=object)
    if dot:
        labels = rows.get(f"{frame}_at", rows.index)
        if frame not in made.frames:
            keys = getattr(made.evaluations, frame)[["file", "sheet"]].reindex(labels)
            made.frames[frame] = keys.assign(number=made.numbered(keys))
        places = made.evaluations.places[frame][column].reindex(labels).fillna(0).astype(np.int64)
        which, unique = pd.factorize(places)
        return made.frames[frame]["number"].to_numpy(), addresses(pd.Series(unique), printed=True).to_numpy(object)[which]
    which, texts = pd.factorize(rows[name])
    spots = [_ADDRESS.fullmatch(text.split(",")[0]) if isinstance(text, str) else None for text in texts]
    sheet, cell = (np.array([*(spot and spot[part] for spot in spots), None], dtype=object)[which] for part in ("sheet", "cell"))
    return made.numbered(rows[["file"]].assign(sheet=np.where(pd.isna(sheet), rows["sheet"], sheet))), cell


def _sheet_link(file: str, sheet: str, to: Targets, looks: Summary) -> Link | None:
    """The link to a sheet, or to a file where there is no sheet, to which the cell is still to be added."""
    path = to.paths.get(file)
    if path is None or not isinstance(sheet, str):
        return None
    name = file.rpartition("/")[2]
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
