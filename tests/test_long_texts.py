"""Texts that need a higher row than Excel has: whole in their cell, their beginning seen there, in full under the table."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import sample_evaluations as sample
from hypothesis import given
from hypothesis import strategies as st
from ooxml_rules import problems
from openpyxl.worksheet.worksheet import Worksheet

from selfeval_xl import write_summary
from selfeval_xl.frames import Records
from selfeval_xl.writer.looks import summary
from selfeval_xl.writer.text import HIGHEST, lines, most_lines, pieces, row_height, text_width

SENTENCE = "受强降雨和建材价格上涨影响，年中追加预算，用于水毁路段抢修。"
SHORT, LONG, LONGER = "追加预算。", SENTENCE * 40, "\n".join(f"（{at}）{SENTENCE}" for at in range(600))


def drawn(path: Path, *reasons: str) -> Worksheet:
    """预算执行 of one department with these reasons."""
    made, where = Records(), {"file": "甲.xlsx", "sheet": "表", "cell": "A1"}
    made.add("files", {"file": "甲.xlsx", "status": "read", "forms": "standard"})
    made.add("profile", {**where, "form": "standard", "department": "水务局"})
    for at, reason in enumerate(reasons):
        made.add("budget", {**where, "item_label": f"项目{at}", "actual": 1.0, "reason": reason})
    sheet = openpyxl.load_workbook(write_summary(sample.evaluations([made]), path))["预算执行"]
    assert problems(path) == []
    return sheet


def under(sheet: Worksheet, first: int) -> dict[str, str]:
    """What stands under the table, joined, by the address that it is named by."""
    found, name = dict[str, str](), ""
    for where, text, *_ in sheet.iter_rows(min_row=first, values_only=True):
        name = name if where == "续" else str(where)
        found[name] = found.get(name, "") + str(text)
    return found


def test_a_long_text_is_printed_in_full_under_its_table(tmp_path: Path) -> None:
    """Three reasons, two of them too long for a row: each cell holds its text, the two stand in full under the table."""
    sheet = drawn(tmp_path / "汇总.xlsx", SHORT, LONG, LONGER)
    top = int(sheet.freeze_panes[1:])
    column = next(cell.column for cell in sheet[top - 1] + sheet[top - 2] if cell.value == "变动原因")
    cells = [sheet.cell(top + at, column) for at in range(3)]
    assert [cell.value for cell in cells] == [SHORT, LONG, LONGER]
    assert [cell.alignment.vertical for cell in cells] == ["center", "top", "top"]  # what is seen is the beginning
    assert [sheet.row_dimensions[cell.row].height for cell in cells[1:]] == pytest.approx([HIGHEST, HIGHEST], abs=0.5)
    assert {name: text.replace("\n", "") for name, text in under(sheet, top + 3).items()} == {
        cells[1].coordinate: LONG,
        cells[2].coordinate: LONGER.replace("\n", ""),
    }
    assert f"有 2 处文字太长，格内显示不完，全文在表末（第 {top + 3} 行起）。" in [cell.value for cell in sheet[1]]
    assert sheet.auto_filter.ref.endswith(str(top + 2))  # the table ends where it ended
    assert sheet.print_area.endswith(str(sheet.max_row))
    assert all((sheet.row_dimensions[row].height or 0) < HIGHEST for row in range(top + 3, sheet.max_row + 1))


def test_the_same_text_is_printed_once(tmp_path: Path) -> None:
    """A text that was copied from row to row stands under the table once, named by the first cell."""
    sheet = drawn(tmp_path / "汇总.xlsx", LONG, LONG)
    assert len(under(sheet, int(sheet.freeze_panes[1:]) + 2)) == 1


def test_more_than_a_few_are_counted(tmp_path: Path) -> None:
    """As many as the looks allow stand there; the line says how many there are."""
    most = summary().most_long
    sheet = drawn(tmp_path / "汇总.xlsx", *(f"{at}{LONG}" for at in range(most + 2)))
    first = int(sheet.freeze_panes[1:]) + most + 2
    assert len(under(sheet, first)) == most
    line = f"有 {most + 2} 处文字太长，格内显示不完，前 {most} 处的全文在表末（第 {first} 行起）。"
    assert line in [cell.value for cell in sheet[1]]


def test_where_all_can_be_read_nothing_is_added(tmp_path: Path) -> None:
    """No line beside the title, no row under the table."""
    sheet = drawn(tmp_path / "汇总.xlsx", SHORT, SHORT)
    assert sheet.max_row == int(sheet.freeze_panes[1:]) + 1
    assert not any("显示不完" in str(cell.value) for cell in sheet[1])


@given(st.text(st.sampled_from("长a1，\n é"), max_size=400), st.floats(4, 60), st.floats(8, 12), st.integers(1, 20))
def test_parts_make_up_the_text(text: str, width: float, size: float, most: int) -> None:
    """Each part has its lines, and joined they are the text; only line ends between two parts go."""
    parts = list(pieces(text, width, size, most))
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    assert all(lines(part, width, size) <= most for part in parts)
    assert len(parts) == 1 or most * len(parts) <= lines(text, width, size) * 3 + most


@given(st.text(st.sampled_from("长a1，.-"), min_size=1, max_size=60), st.floats(8, 12))
def test_a_column_as_wide_as_its_text_holds_it_on_one_line(text: str, size: float) -> None:
    """Also where a file rounds the width to whole pixels."""
    assert lines(text, text_width(text, size) - 1 / 14, size) == 1


def test_a_long_number_goes_to_a_new_line_as_a_whole() -> None:
    """Programs do not break 51000021R000000019951: what stands before it fills its line only in part."""
    assert lines("示例县发展和改革局（51000021R000000019951-工资性支出）", 30.8, 10) == 3
    assert lines("发展和改革局（工资性支出）", 30.8, 10) == 1


def test_the_highest_row_holds_the_most_lines() -> None:
    """One line more would be higher than Excel allows."""
    most = most_lines(10)
    assert row_height(["\n" * (most - 1)], [10], 10) <= HIGHEST < (most + 1) * 14.5 + 4
