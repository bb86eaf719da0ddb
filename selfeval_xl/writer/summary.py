"""The summary as a file: the cover, every table, a page for each department, and the ways between them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from selfeval_xl.errors import SelfEvalError
from selfeval_xl.frames import Evaluations

from .book import Book, opened
from .cover_sheet import draw_cover
from .departments import forms
from .dossier import Dossier, dossiers, told
from .dossier_sheet import draw_dossiers, sheet_names
from .finish import finish, inner
from .links import targets
from .looks import beside, summary
from .navigation import Ways, ways
from .output import whole_file
from .tables import tables
from .workbook import draw


def write_summary(
    evaluations: Evaluations,
    path: str | os.PathLike[str],
    *,
    roster: Iterable[str] = (),
    dataset: str | os.PathLike[str] | None = None,
) -> Path:
    """The batch as one Excel workbook for the desk, its sheets in the order of `data/summary.toml`.

    总览 (the cover), 排名 (`ranking`), 预算执行, 指标完成, 得分构成, 三公经费, 项目支出, 部门指标 (`measures`),
    问题清单 (`findings`), 未交与待核, 部门页 (a page of A4 for each department), 文件清单 (`files`), 未核对 (of
    `checks` those that could not run), 参数 (the policies' values that formulas go by), 说明.
    `roster` has the names of all departments that should have sent: 未交与待核 then says who has not.

    What was computed stands as a formula over the cells that it comes from and the names of 参数, with its value; a value
    that is changed on 参数 recomputes scores, totals, grades and ranks. Each reported figure, and each cell that is named,
    is linked to the file, sheet and cell that it came from, relative to the folder of `path`, where the evaluations know it
    (`sources`).

    Amounts are shown in 万元 to two decimals (each cell holds the value exact to the 分), rates as percentages and
    scores to two decimals. Missing stays blank, zero is 0.00, — is a rate whose base is zero. The same batch gives
    the same bytes.

    Returns the path that was written: where `path` is open in Excel, WPS or LibreOffice, a second name beside it
    (汇总_2.xlsx). Where the batch stands in a `dataset` too, a sheet lists at most 200,000 rows and names it for the rest.

    Raises OutputError, in Chinese and with what to do, where the file cannot be written; an older file of that name
    then stays as it was.
    """
    if isinstance(roster, str | os.PathLike):
        raise SelfEvalError("roster 应为部门名称的列表；名册文件请先用 read_roster 读出。")
    looks, to = beside(summary(), dataset), targets(evaluations.sources, Path(path).parent)
    with whole_file(path) as stream:
        made = tables(evaluations, looks, to, tuple(roster))
        found = forms(evaluations, looks)
        way = ways(evaluations, found, made, looks)
        with opened(stream, looks, "summary") as book:
            draw_sheets(book, evaluations, way, dossiers(found, way, told(evaluations, looks.dossier)))
    return stream.path


def draw_sheets(book: Book, evaluations: Evaluations, way: Ways, pages: Iterable[Sequence[Dossier]]) -> None:
    """Every sheet of the looks, in their order; the pages first of all, since the others lead to them."""
    places: dict[int, tuple[str, int]] = {}
    for sheet in book.looks.sheets:
        book.add_sheets(sheet_names(sheet, way) if sheet.rows == "dossiers" else [sheet.name])
    for sheet in sorted(book.looks.sheets, key=lambda sheet: sheet.rows != "dossiers"):
        if sheet.rows == "cover":
            draw_cover(book, sheet, evaluations, way)
        elif sheet.rows == "dossiers":
            places = draw_dossiers(book, sheet, pages, way)
        else:
            table = way.tables[sheet.rows]
            draw(book, table, inner(table, way, places))
            finish(book, table, way)
