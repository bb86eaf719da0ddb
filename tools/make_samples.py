"""Samples for newcomers: workbooks as departments would send them, each teaching one thing.

    python tools/make_samples.py [FOLDER]

What each department fills in stands in `tools/samples.toml`, by meaning and not by address (see
`selfeval_xl.writer.filling`); this script draws it. The same contents give the same bytes.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import xlwt

from selfeval_xl.specs import Block, Layout, Sheet, TableRow, layouts
from selfeval_xl.writer.filling import fill, shown
from selfeval_xl.writer.form_cells import Cell, SheetPlan
from selfeval_xl.writer.form_looks import looks
from selfeval_xl.writer.template import plan_form, row_heights, write_template

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
AS_XLS = "示例县水利局_2021"
BROKEN = "示例县林业局_2021"
MOVED = "示例县农业农村局_2021"


def main(folder: Path = SAMPLES) -> list[Path]:
    """Every sample, drawn into a folder."""
    contents = tomllib.loads((HERE / "samples.toml").read_text(encoding="utf-8"))
    return [draw(name, values, folder) for name, values in contents.items()]


def draw(name: str, values: Mapping[str, Any], folder: Path) -> Path:
    """One sample from what its department fills in."""
    standard = layouts()["standard"]
    if name == AS_XLS:
        return write_xls(folder / f"{name}.xls", standard, values)
    path = write_template(folder / f"{name}.xlsx", layout=rearranged(standard) if name == MOVED else standard, values=values)
    if name == BROKEN:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    return path


# -- a department that changed the form to its liking ---------------------------------------------------------------


def rearranged(layout: Layout) -> Layout:
    """The standard form with a sheet renamed, columns in another order, rows inserted, and a sentence above a table."""
    return replace(layout, sheets=tuple(_rearranged(sheet) for sheet in layout.sheets))


def _rearranged(sheet: Sheet) -> Sheet:
    if sheet.name == "部门概况":
        return replace(sheet, note="本表由计财股填写，各股室提供数据")
    if sheet.name == "预算执行":
        return replace(
            sheet, name="收支决算情况", blocks=(_with_subjects(_moved(sheet.blocks[0], "actual", after="prior_actual")),)
        )
    if sheet.name == "绩效指标":
        block = _moved(_moved(sheet.blocks[0], "weight", after="level3"), "reported_score", after="weight")
        return replace(sheet, name="绩效目标完成情况", note="", blocks=(block,))
    return sheet


def _moved(block: Block, role: str, *, after: str) -> Block:
    """A table with the column `role` behind the column `after`."""
    moving = next(column for column in block.columns if column.role == role)
    columns = [column for column in block.columns if column is not moving]
    at = next(place for place, column in enumerate(columns, 1) if column.role == after)
    return replace(block, columns=(*columns[:at], moving, *columns[at:]))


def _with_subjects(block: Block) -> Block:
    """A table with three 科目 of its own under 项目支出."""
    at = next(place for place, row in enumerate(block.rows, 1) if row.code == "project_expenditure")
    closed = block.rows[at - 1].locked
    subjects = [TableRow(name, side="支出", indent=2, locked=closed) for name in ("农业生产发展", "农田建设", "农产品质量安全")]
    return replace(block, rows=(*block.rows[:at], *subjects, *block.rows[at:]))


# -- a department that still saves as .xls --------------------------------------------------------------------------


def write_xls(path: Path, layout: Layout, values: Mapping[str, Any]) -> Path:
    """The same form in the old binary format: merged headers, percent formats, results where the .xlsx has formulas."""
    plans = plan_form(layout)
    filled = fill(plans, values)
    book = xlwt.Workbook(encoding="utf-8")
    formats: dict[tuple[Any, ...], Any] = {}
    for drawn in plans:
        sheet = book.add_sheet(drawn.sheet.name)
        for column, width in drawn.widths.items():
            sheet.col(column).width = int(width * 280)
        contents = list(shown(drawn, filled))
        _set_up_xls(sheet, drawn, row_heights(drawn, contents, looks()))
        for cell, value in contents:
            _write_xls_cell(sheet, cell, value, formats)
    book.save(str(path))
    return path


def _write_xls_cell(sheet: Any, cell: Cell, value: Any, formats: dict[tuple[Any, ...], Any]) -> None:
    shape = looks().shape(cell.format, cell.role)
    key = (cell.style, shape.num_format, shape.align, shape.indent + cell.indent)
    if key not in formats:
        formats[key] = _xls_format(*key)
    content = None if value == "" else value
    last = cell.row + cell.down - 1, cell.column + cell.across - 1
    sheet.write_merge(cell.row, last[0], cell.column, last[1], content, formats[key])


def _xls_format(name: str, number_format: str, align: str, indent: int) -> Any:
    look = looks().styles[name]
    font = f"name {looks().font}, height {int((look.font_size or looks().font_size) * 20)}, bold {'on' if look.bold else 'off'}"
    across = {"center": "centre", "left": "left"}.get(align or look.align, "left" if indent else "general")
    place = f"vert centre, wrap {'on' if look.border else 'off'}, horiz {across}, indent {indent}"
    border = "left thin, right thin, top thin, bottom thin" if look.border else "left no_line"
    colour = "pattern solid, fore_colour gray25" if look.bg_color and look.locked else "pattern no_fill"
    style = xlwt.easyxf(f"font: {font}; align: {place}; borders: {border}; pattern: {colour}")
    style.num_format_str = number_format or "General"
    return style


def _set_up_xls(sheet: Any, drawn: SheetPlan, heights: Mapping[int, float]) -> None:
    for row in range(drawn.next_row):
        sheet.row(row).height_mismatch = True
        sheet.row(row).height = int(heights.get(row, looks().row_height) * 20)
    sheet.portrait = not drawn.sheet.landscape
    sheet.paper_size_code = 9
    sheet.fit_num_pages = 1
    sheet.fit_width_to_pages, sheet.fit_height_to_pages = 1, 0
    sheet.header_str, sheet.footer_str = b"", b"&P / &N"
    sheet.panes_frozen = True
    sheet.horz_split_pos, sheet.vert_split_pos = drawn.freeze


if __name__ == "__main__":
    for made in main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES):
        sys.stdout.write(f"{made.name}\n")
