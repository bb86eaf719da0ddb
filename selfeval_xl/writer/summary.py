"""The summary as a file: the cover, every table, a page for each department, and the ways between them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from selfeval_xl.errors import SelfEvalError
from selfeval_xl.frames import Evaluations

from .book import opened
from .cover_sheet import draw_cover
from .departments import forms
from .dossier import dossiers
from .dossier_sheet import draw_dossiers, sheet_names
from .finish import finish, inner
from .links import targets
from .looks import Summary, beside, summary
from .navigation import ways
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
    return _write(evaluations, path, beside(summary(), dataset), "summary", tuple(roster))


def write_dossier(evaluations: Evaluations, path: str | os.PathLike[str]) -> Path:
    """The workbook of one department, to be sent back or filed: its page in front, then its rows of each table.

    `evaluations` has the rows of that department only. Raises as `write_summary` does.
    """
    looks = summary()
    kept = [sheet for sheet in looks.sheets if sheet.details]
    ordered = sorted(kept, key=lambda sheet: sheet.rows != "dossiers")
    return _write(evaluations, path, replace(looks, sheets=tuple(ordered)), "details")


def _write(
    evaluations: Evaluations, path: str | os.PathLike[str], looks: Summary, kind: str, roster: tuple[str, ...] = ()
) -> Path:
    to = targets(evaluations.sources, Path(path).parent)
    with whole_file(path) as stream, opened(stream, looks, kind) as book:
        drawn = {table.sheet.rows: table for table in tables(evaluations, looks, to, roster)}
        found = forms(evaluations, looks)
        way = ways(evaluations, found, drawn.values(), looks)
        for sheet in looks.sheets:
            book.add_sheets(sheet_names(sheet, way) if sheet.rows == "dossiers" else [sheet.name])
        places: dict[int, tuple[str, int]] = {}
        for sheet in sorted(looks.sheets, key=lambda sheet: sheet.rows != "dossiers"):  # the others lead to the pages
            if sheet.rows == "cover":
                draw_cover(book, sheet, evaluations, way)
            elif sheet.rows == "dossiers":
                places = draw_dossiers(book, sheet, dossiers(evaluations, found, way), way)
            else:
                table = drawn[sheet.rows]
                draw(book, table, inner(table, way, places))
                finish(book, table, way)
    return stream.path
