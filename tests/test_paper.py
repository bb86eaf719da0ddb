"""Where printed pages end: blocks of rows stay together, nothing stands alone at the foot or the top of a page."""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
import sample_evaluations as sample
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl import write_summary
from selfeval_xl.frames import Records
from selfeval_xl.writer.looks import summary
from selfeval_xl.writer.paper import Drawn, breaks, room_of

PAGE = summary().page
ROW = 20.0


def ended(blocks: list[int], rows: int) -> list[int]:
    """Where pages of so many rows end, for blocks of so many rows."""
    starts = [sum(blocks[:at]) for at in range(len(blocks))]
    return breaks(PAGE, Drawn([10.0], 0.0, array("d", [ROW] * sum(blocks)), starts), rows * ROW)


@pytest.mark.parametrize(
    ("blocks", "rows", "expected"),
    [
        ([4, 4], 10, []),  # all on one page
        ([4, 4, 4], 10, [8]),  # the third whole on the next page
        ([8, 8, 8], 10, [8, 16]),  # two rows stay empty
        ([6, 6, 6], 10, [9]),  # four would: the second goes on on the next page, three rows here, three there
        ([4, 7], 10, [8]),  # ... three of its rows there, though two would do
        ([8, 1, 9], 10, [9]),  # a single row is a block too
        ([30], 10, [10, 20]),  # larger than a page
        ([31], 10, [10, 20, 28]),  # and the last of it not alone
        ([9, 30], 10, [9, 19, 29]),
    ],
)
def test_a_block_stays_together_where_little_is_wasted(blocks: list[int], rows: int, expected: list[int]) -> None:
    """Departments of 4, 4 and 4 rows on pages of ten: the third begins a page."""
    assert ended(blocks, rows) == expected


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(8, 30))
def test_pages_hold_what_stands_on_them(blocks: list[int], rows: int) -> None:
    """No page is overfull or empty, every row is printed once, and pages are not many more than are needed."""
    pages = [0, *ended(blocks, rows), sum(blocks)]
    sizes = [low - top for top, low in pairwise(pages)]
    assert all(0 < size <= rows for size in sizes)
    assert len(sizes) <= sum(blocks) / (rows * (1 - PAGE.most_empty) - PAGE.least_rows) + 1
    assert all(size >= min(PAGE.least_rows, *blocks) for size in sizes)


def test_breaks_end_where_excel_has_no_more() -> None:
    """Excel has 1,023 breaks a sheet; further pages end where they are full."""
    assert len(ended([5] * 20_000, 10)) == PAGE.most_breaks < 1023


def test_a_row_higher_than_a_page_has_one_of_its_own() -> None:
    """A page that holds less than one row does not go round in circles."""
    drawn = Drawn([10.0], 0.0, array("d", [400.0] * 3), [0])
    assert breaks(PAGE, drawn, 100.0) == [1, 2]


def test_a_wider_sheet_holds_more_rows() -> None:
    """What is printed smaller to fit the width has room for more rows; nothing is printed larger than it is."""
    narrow, fitting, wide = (Drawn([width], 100.0, array("d"), []) for width in (10.0, 140.0, 280.0))
    assert room_of(PAGE, narrow) == room_of(PAGE, fitting) < room_of(PAGE, wide)
    assert room_of(PAGE, fitting) == pytest.approx((595.28 - 1.1 * 72) * PAGE.filled - 100)


def departments(count: int, rows: int) -> list[Records]:
    """So many departments with so many amounts each."""
    made = []
    for at in range(count):
        records = Records()
        where = {"file": f"{at}.xlsx", "sheet": "表", "cell": "A1"}
        records.add("files", {"file": where["file"], "status": "read", "forms": "standard"})
        records.add("profile", {**where, "form": "standard", "department": f"第{at}局"})
        for row in range(rows):
            records.add("budget", {**where, "item_label": f"项目{row}", "actual": 1.0})
        made.append(records)
    return made


def test_the_summary_prints_departments_whole(tmp_path: Path) -> None:
    """Thirty departments of five amounts each: every page of 预算执行 begins with the first row of a department."""
    path = write_summary(sample.evaluations(departments(30, 5)), tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(path)["预算执行"]
    tops = [each.id + 1 for each in sheet.row_breaks.brk]
    assert len(tops) >= 2
    names = [sheet.cell(row, 3).value for row in tops]
    assert names == ["项目0"] * len(tops)
    assert sheet.page_setup.fitToHeight == 0


@pytest.mark.parametrize(("rows", "high", "pages"), [(38, 0, 1), (42, None, 1), (48, 0, 2)])
def test_two_rows_too_many_are_fitted(rows: int, high: int | None, pages: int, tmp_path: Path) -> None:
    """Where a sheet is a little longer than a page, it is printed a little smaller rather than two rows on a page."""
    path = write_summary(sample.evaluations(departments(1, rows)), tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(path)["预算执行"]
    assert sheet.page_setup.fitToHeight == high  # None is Excel's default: 1
    assert len(sheet.row_breaks.brk) == pages - 1


def test_a_page_may_be_set_otherwise() -> None:
    """Where nothing may stay empty, pages are as full as they can be."""
    full = replace(PAGE, most_empty=0.0, least_rows=1)
    drawn = Drawn([10.0], 0.0, array("d", [ROW] * 24), [0, 8, 16])
    assert breaks(full, drawn, 10 * ROW) == [10, 20]
