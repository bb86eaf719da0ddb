"""How the summary looks, as a file: types, print set-up, safety, and the whole of it against a golden text.

After a wanted change of the looks: UPDATE_GOLDEN=1 pytest tests/test_summary_workbook.py, then read the difference.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sample_evaluations as sample
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from selfeval_xl import OutputError, write_summary
from selfeval_xl._version import __version__
from selfeval_xl.frames import Records
from selfeval_xl.writer import body, output, workbook
from selfeval_xl.writer import summary as summary_file
from selfeval_xl.writer.looks import Sheet, summary
from selfeval_xl.writer.text import LONGEST, clean, display_width, lines, number_width, row_height

GOLDEN = Path(__file__).parent / "golden" / "summary.txt"
Machinery = tuple[list[bytes], set[bytes], list[bytes]]
PADDING = 5 / 7  # pixels of padding in units of a digit, as xlsxwriter writes them
TYPED = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "https://example.com/",
    "mailto:a@b.cn",
    "{=1}",
    "001",
    "1e5",
    "'=1",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The summary of the sample batch."""
    return write_summary(sample.evaluations(), tmp_path_factory.mktemp("out") / "汇总.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    """The same with its formulas, as openpyxl reads it in full; any warning is an error."""
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def shown(path: Path) -> Workbook:
    """The same as a person sees it: of a formula its value."""
    return openpyxl.load_workbook(path, data_only=True)


def cells(sheet: Worksheet) -> Iterator[Cell]:
    """Cells of a sheet that hold something."""
    yield from (cell for row in sheet.iter_rows() for cell in row if not isinstance(cell, MergedCell) and cell.value is not None)


def widths(sheet: Worksheet) -> dict[int, float]:
    """Width of each column by its number, without the padding that Excel adds in the file."""
    found = sheet.column_dimensions.values()
    return {at: column.width - PADDING for column in found for at in range(column.min, column.max + 1)}


def listed(book: Workbook) -> list[tuple[Sheet, Worksheet]]:
    """The sheets that are tables, each with its looks."""
    return [(spec, book[spec.name]) for spec in summary().sheets if spec.columns]


def letter(column: int) -> str:
    """A column's letter."""
    return str(openpyxl.utils.get_column_letter(column))


def told(cell: Cell, alive: Cell) -> str:
    """A cell in one line: sheet, cell, value, formula, style."""
    fill = cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else "-"
    look = f"{cell.number_format} {cell.font.sz:g}{'b' if cell.font.b else ''} {cell.font.color.rgb[2:]} {fill}"
    side = f"{cell.alignment.horizontal or '-'}{int(cell.alignment.indent)}"
    formula = alive.value if alive.data_type == "f" else "-"
    value = str(cell.value).replace(__version__, "VERSION").replace("\n", "\\n")
    return "\t".join([cell.parent.title, cell.coordinate, type(cell.value).__name__, value, formula, f"{look} {side}"])


def told_whole(book: Workbook, formulas: Workbook) -> str:
    """A workbook as text: column widths, merged ranges, then every cell that holds something."""
    found = []
    for sheet in book:
        wide = [f"{at}={width:g}" for at, width in widths(sheet).items()]
        heights = [f"{at}={row.height:g}" for at, row in sorted(sheet.row_dimensions.items())]
        merged = sorted(str(area) for area in sheet.merged_cells.ranges)
        whole = {"widths": wide, "heights": heights, "merged": merged}
        found += [f"{sheet.title}\t{what}\t{' '.join(each)}" for what, each in whole.items()]
        found += [told(cell, formulas[sheet.title][cell.coordinate]) for cell in cells(sheet)]
    return "\n".join(found) + "\n"


def test_the_summary_is_as_it_was(book: Workbook, shown: Workbook) -> None:
    """Every value, formula, type, style, width and height is what was looked at and found good."""
    now = told_whole(shown, book)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(now, encoding="utf-8")
    assert now.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_a_formula_stands_only_in_a_computed_column(book: Workbook) -> None:
    """What a department filled in is a value; in a table a formula stands only where summary.toml has one."""
    alive = set()
    for spec, sheet in listed(book):
        for cell in cells(sheet):
            if cell.data_type == "f":
                assert spec.columns[cell.column - 1].templates(), (sheet.title, cell.coordinate)
                alive.add(sheet.title)
    assert alive >= {"预算执行", "指标完成", "得分构成", "部门指标", "参数"}


def test_nothing_asks_to_be_saved_that_nobody_touched(path: Path) -> None:
    """Excel trusts the values until something is changed: no full calculation on opening, and the engine of today."""
    with zipfile.ZipFile(path) as archive:
        [told] = re.findall(r"<calcPr[^>]*>", archive.read("xl/workbook.xml").decode())
    assert "fullCalcOnLoad" not in told
    assert 'calcId="191029"' in told


def test_every_link_leads_somewhere(book: Workbook) -> None:
    """Each link goes to a cell of this workbook that holds something, and every sheet but the cover leads back to it."""
    seen = 0
    for sheet in book:
        targets = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        for found in targets:
            assert found.target is None
            name, _, cell = found.location.rpartition("!")
            assert any(each.value is not None for each in book[name.strip("'")][book[name.strip("'")][cell].row])
            seen += 1
        assert sheet.title == "总览" or any("总览" in found.location or "排名" in found.location for found in targets), (
            sheet.title
        )
    assert seen > 40


def test_every_column_has_one_type(shown: Workbook) -> None:
    """In a column of figures stand numbers and the few words that say why there is none; in a column of text, text."""
    looks = summary()
    words = {*looks.words["state"].values(), looks.words["zero_base"]["zero"]}
    for spec, sheet in listed(shown):
        top = int(re.sub(r"\D", "", sheet.freeze_panes))
        for at, column in enumerate(spec.columns, 1):
            values = [sheet.cell(row, at).value for row in range(top, sheet.max_row + 1)]
            values = [value for value in values if value is not None]
            if column.style == "input" or column.value == "default":  # numbers and words for choosing, side by side
                continue
            figures = bool(looks.styles[column.style].number)
            odd = [value for value in values if isinstance(value, str) == figures and value not in words]
            assert odd == [], (sheet.title, column.header)


def test_no_figure_shows_as_hashes(shown: Workbook) -> None:
    """Every number fits its column, -880,123,456.78 and 1012400.02% among them, or is shown smaller in a column that grew."""
    looks = summary()
    seen = 0
    for spec, sheet in listed(shown):
        wide = widths(sheet)
        for cell in cells(sheet):
            if isinstance(cell.value, int | float):
                shown = workbook.printed(cell.value, looks.styles[spec.columns[cell.column - 1].style])
                fits = number_width(shown, looks.size) <= wide[cell.column] + 0.01
                shrinks = cell.alignment.shrink_to_fit and wide[cell.column] >= spec.columns[cell.column - 1].width * 1.3
                assert fits or shrinks, (sheet.title, cell.coordinate, shown)
                seen += 1
    assert seen > 200


def test_no_text_is_cut_off(shown: Workbook) -> None:
    """Every wrapped text stands in a row that is high enough for it, indent and font size counted."""
    for _, sheet in listed(shown):
        top, wide = int(re.sub(r"\D", "", sheet.freeze_panes)), widths(sheet)
        for cell in cells(sheet):
            if cell.row >= top and cell.alignment.wrap_text:
                room = wide[cell.column] - cell.alignment.indent * body.INDENT
                need = row_height([str(cell.value)], [room], cell.font.sz)
                assert need <= sheet.row_dimensions[cell.row].height + 1, (sheet.title, cell.coordinate)


def test_every_sheet_could_be_printed_now(book: Workbook) -> None:
    """A4 across, one page wide, title and header on each page, page numbers, no column of the print area left out."""
    for spec, sheet in listed(book):
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)  # None is Excel's default: 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        top = int(re.sub(r"\D", "", sheet.freeze_panes))
        assert sheet.print_title_rows == f"$1:${top - 1}"
        last = letter(sum(column.printed for column in spec.columns))
        assert sheet.print_area == f"'{sheet.title}'!$A$1:${last}${sheet.max_row}"
        assert sheet.freeze_panes == f"{letter(spec.frozen + 1)}{top}"
        assert sheet.auto_filter.ref == f"A{top - 1}:{letter(len(spec.columns))}{sheet.max_row}"


def test_it_opens_on_the_cover(book: Workbook) -> None:
    """The overview is in front, and every sheet opens at its top left."""
    assert book.active is book.worksheets[0]
    assert all(bool(view.tabSelected) == (sheet.title == "总览") for sheet in book for view in sheet.views.sheetView)
    for sheet in book:
        [view] = sheet.views.sheetView
        pane = view.pane.activePane if view.pane else None
        assert {each.activeCell or "A1" for each in view.selection if pane is None or each.pane == pane} <= {"A1"}


def test_colour_always_has_a_word(book: Workbook) -> None:
    """A cell in a warning colour says in words what the colour says."""
    looks = summary()
    fills = {looks.palette[f"{tone}_fill"][1:] for tone in looks.tones.values()}
    coloured = [
        cell.value for sheet in book for cell in cells(sheet) if cell.fill.fill_type and cell.fill.fgColor.rgb[2:] in fills
    ]
    assert {"差错", "请说明", "提示", "错误值", "待核", "未核实"} <= set(coloured) <= looks.tones.keys()
    changing = [rule.formula for area in book["指标完成"].conditional_formatting for rule in area.rules]
    assert ['"未达标"'] in changing  # the colour of a word that a formula gives goes by the word


def test_the_properties_name_the_work_and_no_person(book: Workbook) -> None:
    """Title and program, no author."""
    assert (book.properties.title, book.properties.creator or "") == ("绩效自评汇总", "")
    assert __version__ in book.properties.description


def test_the_same_batch_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    """Two runs, however far apart, differ in nothing: no clock, no random name within."""
    again = write_summary(sample.evaluations(), tmp_path / "又一次.xlsx")
    assert again.read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_an_empty_batch_says_so(tmp_path: Path) -> None:
    """No file, no department: the sheets are there and say that there is nothing."""
    book = openpyxl.load_workbook(write_summary(sample.evaluations([]), tmp_path / "空.xlsx"))
    assert [sheet.cell(int(re.sub(r"\D", "", sheet.freeze_panes)), 1).value for _, sheet in listed(book)][:3] == [
        "没有读到任何部门的自评表。", "没有读到预算执行数据。", "没有读到绩效指标。",
    ]  # fmt: skip


# -- text that a department typed -----------------------------------------------------------------------------------


def typed(text: str) -> Records:
    """A workbook in which a department typed the same text everywhere it can."""
    made = Records()
    where = {"file": f"{text}.xlsx", "sheet": text, "cell": "A1"}
    made.add("files", {"file": where["file"], "status": "read", "reason": text, "forms": "standard"})
    made.add("profile", {**where, "form": "standard", "department": text, "project": text, "reported_grade": text})
    made.add("budget", {**where, "item_label": text, "part_label": text, "table": text, "reason": text})
    words = dict.fromkeys(("level1", "level2", "level3", "target_text", "unit", "achieved_text", "deviation_reason"), text)
    made.add("indicators", {**where, **words, "operator": "ge"})
    made.add("findings", {**where, "severity": "error", "verdict": "missing", "message": text, "stated": text, "expected": text})
    return made


def machinery(path: Path) -> Machinery:
    """What of a workbook acts: its formulas, where its links lead, and what it points at outside of itself."""
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in sorted(archive.namelist()) if name.startswith("xl/worksheets/sheet")]
        relations = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    formulas = [found for sheet in sheets for found in re.findall(rb"<f[ >][^<]*</f>", sheet)]
    links = {found for sheet in sheets for found in re.findall(rb'<hyperlink [^>]*?location="([^"]*)"', sheet)}
    outside = [found for each in relations for found in re.findall(rb'[^ ]*TargetMode="External"', each)]
    return formulas, links, outside


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Machinery:
    """The formulas and links of the same workbook with a plain word in it."""
    path = tmp_path_factory.mktemp("harmless") / "汇总.xlsx"
    write_summary(sample.evaluations([typed("甲")]), path)
    return machinery(path)


def check(text: str, path: Path, harmless: Machinery) -> None:
    """Whatever was typed stands as text: no formula and no link is of its making, nothing is lost that a cell can hold."""
    write_summary(sample.evaluations([typed(text)]), path)
    formulas, links, outside = machinery(path)
    assert (formulas, outside) == (harmless[0], [])
    assert links <= harmless[1]
    book = openpyxl.load_workbook(path)
    found = {cell.value for sheet in book for cell in cells(sheet)}
    escaped = re.sub(r"(_x[0-9a-fA-F]{4}_)", r"_x005F\1", clean(text))  # as Excel writes what looks like its own escape
    assert not text or escaped in found


@pytest.mark.parametrize("text", TYPED)
def test_no_typed_text_becomes_a_formula_or_a_link(text: str, tmp_path: Path, harmless: Machinery) -> None:
    """The tricks that spreadsheets fall for stand as the text that they are."""
    check(text, tmp_path / "汇总.xlsx", harmless)


@settings(max_examples=12)
@given(
    st.text(st.characters(codec=None), min_size=1, max_size=30)
    | st.tuples(st.sampled_from("=+-@\t"), st.text(max_size=20)).map("".join)
    | st.text(st.sampled_from("\x00\x01\x0b\x1f\x7f\ud800\udfff\ufffe\uffff\r\n\t _x0041_<&\"'>"), min_size=1, max_size=20)
)
def test_any_text_is_safe(tmp_path_factory: pytest.TempPathFactory, harmless: Machinery, text: str) -> None:
    """Control characters, lone surrogates, markup: the file opens, and what was typed is there as text."""
    check(text, tmp_path_factory.mktemp("typed") / "汇总.xlsx", harmless)


@pytest.mark.parametrize("text", ["长" * 40_000, "\U0001f600" * 20_000, "=" * 32_768], ids=["wide", "pairs", "formula"])
def test_too_long_a_text_is_cut_with_a_mark(text: str, tmp_path: Path, harmless: Machinery) -> None:
    """A cell holds 32,767 UTF-16 units; more is cut, visibly, and the file opens."""
    kept = clean(text)
    assert len(kept.encode("utf-16-le")) // 2 <= LONGEST
    assert kept.endswith("（内容超过单元格上限，已截断）")
    check(text, tmp_path / "汇总.xlsx", harmless)


@given(st.text(st.characters(codec=None)))
def test_cleaning_is_done_once(text: str) -> None:
    """What is clean stays as it is, and can be written as XML."""
    kept = clean(text)
    assert clean(kept) == kept
    kept.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", kept)


# -- measuring ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("执行率", 6), ("（执行）98%", 11), ("短\n长一些", 6), ("e\u0301", 1)]
)
def test_chinese_counts_double(text: str, width: int) -> None:
    """A Chinese character or full-width sign takes two half-widths, the longest line counts."""
    assert display_width(text) == width


@given(st.text(max_size=200), st.floats(4, 100), st.floats(8, 12))
def test_a_wider_column_never_needs_more_lines(text: str, width: float, size: float) -> None:
    """Wrapping behaves: wider is never higher, larger letters never lower."""
    assert lines(text, width, size) >= lines(text, width + 5, size) >= text.count("\n") + 1
    assert row_height([text], [width], size) <= row_height([text], [width], size + 1) <= 409


# -- whole or absent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [("没有/汇总.xlsx", "请先建立文件夹"), ("汇总.xls", "以 .xlsx 结尾"), ("文件夹.xlsx", "是一个文件夹")],
)
def test_a_target_that_cannot_be_is_refused(name: str, words: str, tmp_path: Path) -> None:
    """The message says what to do, and nothing is left behind."""
    (tmp_path / "文件夹.xlsx").mkdir()
    with pytest.raises(OutputError, match=words):
        write_summary(sample.evaluations([]), tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == ["文件夹.xlsx"]


@pytest.mark.parametrize(
    ("error", "words"),
    [(PermissionError(13, "denied"), "Excel 或 WPS 中打开"), (OSError(28, "full"), "磁盘空间")],
)
def test_a_target_that_is_open_keeps_its_content(
    error: OSError, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A summary that is open in Excel stays as it was; the message says to close it; no temporary file remains."""
    target = tmp_path / "汇总.xlsx"
    target.write_bytes(b"old")

    def refuse(*_: Any) -> None:
        raise error

    monkeypatch.setattr(output.Path, "replace", refuse)
    with pytest.raises(OutputError, match=words):
        write_summary(sample.evaluations([]), target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_read_only_target_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that someone protected is not replaced."""
    target = tmp_path / "汇总.xlsx"
    target.write_bytes(b"old")
    monkeypatch.setattr(output.os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="只读"):
        write_summary(sample.evaluations([]), target)
    assert target.read_bytes() == b"old"


def test_a_failure_midway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong while drawing, no half-written and no temporary file stays."""

    def fail(*_: Any) -> None:
        raise ValueError("midway")

    monkeypatch.setattr(summary_file, "draw", fail)
    with pytest.raises(ValueError, match="midway"):
        write_summary(sample.evaluations([]), tmp_path / "汇总.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_others_may_read_the_summary(path: Path) -> None:
    """The file has the usual rights, not those of a temporary one."""
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
