"""The blank standard workbook: what an accountant sees, may type and is told, drawn from the layout and nothing else."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from selfeval_xl.errors import OutputError, SelfEvalError, SpecError
from selfeval_xl.specs import Block, Layout, Sheet, TableColumn, TableRow, layouts
from selfeval_xl.writer.filling import fill
from selfeval_xl.writer.hints import Parts, Ratio, Sum
from selfeval_xl.writer.template import Key, display_width, plan_form, slots, write_template

STANDARD = layouts()["standard"]
LOCKED_GREY, YELLOW = "FFF2F2F2", "FFFFF8D6"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The blank workbook as a person opens it, formulas in place."""
    return load_workbook(write_template(tmp_path_factory.mktemp("blank") / "模板.xlsx", year=2021))


def drawn(folder: Path, values: dict[str, Any], layout: Layout = STANDARD) -> Workbook:
    """A filled workbook as a viewer shows it: results, not formulas."""
    return load_workbook(write_template(folder / "填好.xlsx", values=values, layout=layout), data_only=True)


def rules(sheet: Worksheet, address: str) -> list[Any]:
    """Validations that hold for a cell."""
    return [rule for rule in sheet.data_validations.dataValidation if address in rule.sqref]


# -- the file --------------------------------------------------------------------------------------------------------


def test_same_input_same_bytes(tmp_path: Path) -> None:
    """Drawn twice, the template is the same file; with another year it is another."""
    first = write_template(tmp_path / "a.xlsx", year=2021).read_bytes()
    assert write_template(tmp_path / "b.xlsx", year=2021).read_bytes() == first
    assert write_template(tmp_path / "b.xlsx", year=2022).read_bytes() != first


def test_the_template_in_the_repository_is_fresh(tmp_path: Path, root: Path) -> None:
    """Who changes the layout or the looks draws templates/input_template.xlsx again: `selfeval-xl template`."""
    with (
        zipfile.ZipFile(write_template(tmp_path / "new.xlsx")) as new,
        zipfile.ZipFile(root / "templates/input_template.xlsx") as old,
    ):
        assert new.namelist() == old.namelist()
        assert [name for name in new.namelist() if new.read(name) != old.read(name)] == []


def test_the_workbook_says_which_form_it_is_and_names_nobody(blank: Workbook) -> None:
    """Layout, version and year stand in the document's properties; author and last editor do not."""
    held = {entry.name: entry.value for entry in blank.custom_doc_props.props}
    assert held == {"selfeval_xl.layout": "standard", "selfeval_xl.version": STANDARD.version, "selfeval_xl.year": 2021}
    assert not blank.properties.creator
    assert not blank.properties.lastModifiedBy
    assert blank["部门概况"][slots()[Key("fields", "", "fiscal_year")][1]].value == 2021


def test_the_explanation_shows_version_and_year(tmp_path: Path) -> None:
    """The first page says which edition and which year it is for, and follows what is filled in."""
    book = drawn(tmp_path, {"fields": {"fiscal_year": 2023, "amount_unit": "元"}})
    assert book["填报说明"]["A2"].value == "部门整体支出绩效自评标准模板　版本 1.0　评价年度：2023"
    assert str(book["预算执行"]["A2"].value).startswith("金额单位：元")


@pytest.mark.parametrize("name", ["没有这个文件夹/模板.xlsx", "."])
def test_an_unwritable_place_is_told_in_chinese(tmp_path: Path, name: str) -> None:
    """No traceback for a mistyped folder; nothing is left behind."""
    with pytest.raises(OutputError, match=r"[一-龥]"):
        write_template(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_layout_is_refused_by_name(tmp_path: Path) -> None:
    """The message says which layouts there are."""
    with pytest.raises(SpecError, match=r"没有名为“standart”的表样.*standard"):
        write_template(tmp_path / "a.xlsx", layout="standart")


# -- the sheets ------------------------------------------------------------------------------------------------------


def test_sheets_stand_in_the_layout_s_order_and_open_on_the_first(blank: Workbook) -> None:
    """The workbook opens on 填报说明, at its first cell."""
    assert blank.sheetnames == [sheet.name for sheet in STANDARD.sheets]
    assert blank.active is not None
    assert blank.active.title == "填报说明"


def test_only_input_cells_are_open(blank: Workbook) -> None:
    """Every input cell may be typed into; titles, headers, labels and hints may not; no password stands in the way."""
    inputs = set(slots().values())
    for sheet in blank.worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        assert not sheet.protection.insertRows  # False: not forbidden
        for row in sheet.iter_rows():
            for cell in row:
                if (sheet.title, cell.coordinate) in inputs:
                    assert not cell.protection.locked, cell
                elif cell.value is not None:
                    assert cell.protection.locked, cell


def test_required_fields_are_yellow_and_closed_ones_grey(blank: Workbook) -> None:
    """The colour key of the first page holds."""
    for key, (sheet, address) in slots().items():
        field = next((entry for entry in STANDARD.fields() if key.table == "fields" and entry.role == key.role), None)
        colour = blank[sheet][address].fill.fgColor.rgb
        assert (colour == YELLOW) == bool(field and field.required), key
    closed = blank["预算执行"]["O6"]
    assert closed.fill.fgColor.rgb == LOCKED_GREY
    assert closed.protection.locked
    assert Key("预算执行情况", "收入合计", "weight") not in slots()
    assert Key("预算执行情况", "支出合计", "weight") in slots()


def test_two_level_headers_are_merged_across_and_down(blank: Workbook) -> None:
    """决算比年初预算 spans its two columns, single headers span both rows."""
    merged = {str(area) for area in blank["预算执行"].merged_cells.ranges}
    assert {"H4:I4", "J4:K4", "L4:M4", "A4:A5", "B4:B5", "Q4:R4"} <= merged
    assert [blank["预算执行"][address].value for address in ("H4", "H5", "I5")] == ["决算比年初预算", "增减额", "增减率"]


def test_no_merged_areas_overlap(blank: Workbook) -> None:
    """Overlapping merges are what Excel offers to repair."""
    for sheet in blank.worksheets:
        covered = [cell for area in sheet.merged_cells.ranges for row in area.rows for cell in row]
        assert len(covered) == len(set(covered)), sheet.title


def test_pages_are_a4_and_repeat_their_headers(blank: Workbook) -> None:
    """Each sheet is one A4 page wide; long tables repeat their header on every page and keep it in view."""
    for sheet, spec in zip(blank.worksheets, STANDARD.sheets, strict=True):
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == ("landscape" if spec.landscape else "portrait")
        assert (sheet.page_setup.fitToWidth or 1) == 1
        assert "第&P页 共&N页" in sheet.oddFooter.center.text
    assert blank["绩效指标"].print_title_rows == "$3:$5"
    assert blank["绩效指标"].freeze_panes == "E6"
    assert blank["预算执行"].print_title_rows == "$3:$5"
    assert blank["预算执行"].freeze_panes == "B6"


def test_automatic_hints_are_not_printed(blank: Workbook) -> None:
    """What goes to the finance bureau on paper ends before the hint columns."""
    assert blank["预算执行"].print_area == "'预算执行'!$A$1:$P$25"


def test_every_printed_word_fits_its_cell(blank: Workbook) -> None:
    """Counting a Chinese character as two, the lines that a header or label needs fit its height and width."""
    for sheet in blank.worksheets:
        areas = {area.min_row * 1000 + area.min_col: area for area in sheet.merged_cells.ranges}
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and cell.protection.locked):
            if cell.value.startswith("=") or not cell.alignment.wrap_text:
                continue
            area = areas.get(cell.row * 1000 + cell.column)
            columns = range(area.min_col, area.max_col + 1) if area else [cell.column]
            lines = range(area.min_row, area.max_row + 1) if area else [cell.row]
            width = sum(sheet.column_dimensions[letter(column)].width for column in columns)
            height = sum(sheet.row_dimensions[line].height or sheet.sheet_format.defaultRowHeight for line in lines)
            assert -(-display_width(cell.value) // width) * 14 <= height, cell


def letter(column: int) -> str:
    """A column's letter, for the first 26."""
    return chr(64 + column)


# -- what may be typed ------------------------------------------------------------------------------------------------


def test_every_input_cell_tells_what_to_fill_in(blank: Workbook) -> None:
    """Selecting any input cell shows a Chinese title and prompt, within Excel's limits."""
    for sheet, address in slots().values():
        found = rules(blank[sheet], address)
        assert len(found) == 1, (sheet, address)
        rule = found[0]
        assert 0 < len(rule.promptTitle) <= 32
        assert 0 < len(rule.prompt) <= 255
        assert re.search(r"[一-龥]", rule.prompt)
        assert len(rule.formula1 or "") <= 257


@pytest.mark.parametrize(
    ("key", "kind", "style", "limits"),
    [
        (Key("预算执行情况", "支出合计", "actual"), "decimal", None, ("-1000000000000", "1000000000000")),
        (Key("预算执行情况", "支出合计", "reported_execution_rate"), "decimal", "warning", None),
        (Key("预算执行情况", "支出合计", "reported_score"), "decimal", None, ("0", "1000")),
        (Key("fields", "", "fiscal_year"), "whole", None, ("2000", "2100")),
        (Key("fields", "", "staff"), "whole", None, ("0", "10000000")),
        (Key("fields", "", "filled_on"), "date", None, ("36526", "73415")),
        (Key("fields", "", "amount_unit"), "list", None, ('"万元,元"', None)),
        (Key("fields", "", "reported_grade"), "list", None, ('"优,良,中,差"', None)),
        (Key("绩效指标", 1, "operator"), "list", None, ('"≥,≤,=,>,<,定性"', None)),
        (Key("绩效指标", 1, "level1"), "list", "information", None),
        (Key("绩效指标", 1, "target"), None, None, (None, None)),
    ],
)
def test_validations_suit_what_belongs_there(
    blank: Workbook, key: Key, kind: str | None, style: str | None, limits: tuple[str | None, str | None] | None
) -> None:
    """Money takes any number, scores none below 0, a year four digits; a level may also be the department's own word."""
    sheet, address = slots()[key]
    [rule] = rules(blank[sheet], address)
    assert (rule.type, rule.errorStyle) == (kind, style)
    if limits:
        assert (rule.formula1, rule.formula2) == limits


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (Key("fields", "", "unit_code"), "@"),
        (Key("fields", "", "phone"), "@"),
        (Key("项目支出", 1, "code"), "@"),
        (Key("绩效指标", 1, "target"), "General"),
        (Key("绩效指标", 1, "achieved"), "General"),
        (Key("绩效指标", 1, "operator"), "@"),
        (Key("绩效指标", 1, "weight"), "General"),
        (Key("预算执行情况", "支出合计", "actual"), "#,##0.00"),
        (Key("预算执行情况", "支出合计", "reported_execution_rate"), "0.00%"),
        (Key("fields", "", "filled_on"), "yyyy-mm-dd"),
        (Key("重点工作任务", 1, "due"), "@"),
    ],
)
def test_number_formats_keep_what_was_typed(blank: Workbook, key: Key, shown: str) -> None:
    """Codes keep their leading zeros, `2021年12月` stays text, targets that are numbers stay numbers."""
    sheet, address = slots()[key]
    assert blank[sheet][address].number_format == shown


# -- automatic hints --------------------------------------------------------------------------------------------------

BUDGET = [
    {"label": "支出合计", "final_budget": 5600, "actual": 5516.05},
    {"label": "基本支出", "actual": 3205.4},
    {"label": "公用经费", "final_budget": 0, "actual": 3205.4},
    {"label": "项目支出", "actual": 2310.6},
]
INDICATORS = [
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "level3": "甲",
        "target": 18,
        "achieved": 22,
        "weight": 10,
        "reported_score": 9.1,
    },
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "level3": "乙",
        "target": "≥18",
        "achieved": 22,
        "weight": 0.1,
        "reported_score": 0.2,
    },
]


def test_formulas_use_only_what_every_office_program_has(blank: Workbook) -> None:
    """IF, COUNT, SUM, ROUND, ABS and TEXT are in Excel 2010, WPS and LibreOffice alike; formulas stay within Excel's length."""
    formulas = [
        cell.value for sheet in blank.worksheets for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")
    ]
    assert len(formulas) > 100
    assert {name for formula in formulas for name in re.findall(r"([A-Z]+)\(", formula)} <= {
        "IF",
        "COUNT",
        "SUM",
        "ROUND",
        "ABS",
        "TEXT",
    }
    assert max(map(len, formulas)) < 8192


def test_hints_are_blank_in_the_blank_template(tmp_path: Path) -> None:
    """Nothing is claimed of a form in which nothing stands."""
    book = drawn(tmp_path, {})
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=6, min_col=13):
            assert {cell.value for cell in row} <= {None, ""}


def test_hints_show_their_results_at_once(tmp_path: Path) -> None:
    """A viewer that does not calculate shows rates, totals and differences all the same."""
    book = drawn(tmp_path, {"tables": {"预算执行情况": BUDGET, "绩效指标": INDICATORS}})
    money, indicators = book["预算执行"], book["绩效指标"]
    assert money["Q15"].value == pytest.approx(5516.05 / 5600)
    assert money["R15"].value == "决算数（执行数）分项之和 5,516.00，差 0.05"
    assert money["R16"].value == "相符"
    assert money["Q18"].value is None  # the full-year budget is zero: no rate
    assert indicators["M6"].value == pytest.approx(22 / 18)
    assert indicators["M7"].value is None  # the target is text
    total = next(row for row in indicators.iter_rows() if row[0].value == "合计")
    assert [total[9].value, total[10].value] == [10.1, 9.3]


AMOUNTS = st.one_of(st.none(), st.just("—"), st.integers(-(10**9), 10**9).map(lambda units: units / 100))


@given(total=AMOUNTS, parts=st.lists(AMOUNTS, min_size=1, max_size=5))
def test_parts_agree_exactly_when_they_add_up(total: Any, parts: list[Any]) -> None:
    """相符 where total and parts are equal to the 分, the difference where not, silence where there is nothing to compare."""
    rows = tuple(range(1, len(parts) + 1))
    values = {(0, 1): total, **{(row, 1): part for row, part in zip(rows, parts, strict=True)}}
    said = Parts(0, rows, (("决算数", 1),)).result(values)
    numbers = [Decimal(repr(part)) for part in parts if isinstance(part, float)]
    if not isinstance(total, float) or not numbers:
        assert said == ""
    elif sum(numbers) == Decimal(repr(total)):
        assert said == "相符"
    else:
        assert said == f"决算数分项之和 {sum(numbers):,.2f}，差 {abs(Decimal(repr(total)) - sum(numbers)):,.2f}"


def test_hints_ignore_text_as_excel_does() -> None:
    """A dash is no number: no rate, and the sum leaves it out."""
    values = {(0, 0): "—", (0, 1): 5.0, (1, 1): 0.1, (2, 1): 0.2, (3, 1): True}
    assert Ratio((0, 0), (0, 1)).result(values) == ""
    assert Sum((0, 1), (3, 1)).result(values) == 5.3
    assert Sum((0, 0), (3, 0)).result(values) == ""


# -- filling by meaning -----------------------------------------------------------------------------------------------


def placed(values: dict[str, Any], layout: Layout = STANDARD) -> dict[Key, Any]:
    """What was filled in, by meaning."""
    plans = plan_form(layout)
    filled = fill(plans, values)
    places = {(drawn.sheet.name, cell.row, cell.column): cell.key for drawn in plans for cell in drawn.cells if cell.key}
    blank = {key for key, value in ((places[place], value) for place, value in fill(plans, {}).items())}
    return {places[place]: value for place, value in filled.items() if places[place] not in blank or value != "万元"}


def test_slots_are_apart() -> None:
    """No two meanings share a cell."""
    assert len(set(slots().values())) == len(slots()) > 1000


def test_indicator_rows_go_to_their_own_lines_first_then_to_blank_ones() -> None:
    """The seventh 数量指标 finds its six pre-printed lines taken and is written out on the first blank line."""
    rows = [{"level1": "产出指标", "level2": "数量指标", "level3": f"指标{n}"} for n in range(7)]
    rows.append({"level1": "满意度指标", "level2": "服务对象满意度指标", "level3": "满意度"})
    where = {value: key.row for key, value in placed({"tables": {"绩效指标": rows}}).items() if key.role == "level3"}
    skeleton = sum(row.repeat for row in STANDARD.tables()[2][1].rows)
    assert [where[f"指标{n}"] for n in range(7)] == [1, 2, 3, 4, 5, 6, skeleton + 1]
    assert where["满意度"] == skeleton - 1


def test_repeated_labels_take_their_rows_from_the_top() -> None:
    """Two problems go to the first two rows of 存在问题."""
    rows = [{"label": "存在问题", "text": "甲"}, {"label": "存在问题", "text": "乙"}]
    found = placed({"tables": {"自评结论": rows}})
    assert found[Key("自评结论", "存在问题", "text")] == "甲"
    assert found[Key("自评结论", "存在问题#2", "text")] == "乙"


def test_side_tells_two_rows_of_one_label_apart() -> None:
    """A table with 财政拨款 on both sides fills the side that is named."""
    block = Block(
        "table",
        title="收支",
        frame="budget",
        label_role="item_label",
        columns=(TableColumn("项目", "item_label", "label"), TableColumn("金额", "actual", "money")),
        rows=(TableRow("财政拨款", side="收入"), TableRow("财政拨款", side="支出")),
    )
    layout = replace(STANDARD, sheets=(Sheet("表", "表", blocks=(block,)),))
    found = fill(plan_form(layout), {"tables": {"收支": [{"label": "财政拨款", "side": "支出", "actual": 2}]}})
    assert found == {("表", 4, 1): 2}  # under title, section, header and the row of 收入


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"field": {}}, "没有栏目“field”"),
        ({"fields": {"departement": "甲"}}, "没有栏目“departement”"),
        ({"tables": {"预算": []}}, "没有表“预算”"),
        ({"tables": {"预算执行情况": [{"label": "收入总额"}]}}, "没有空着的“收入总额”行"),
        ({"tables": {"预算执行情况": [{"label": "基本支出", "side": "收入"}]}}, "没有空着的“基本支出”行"),
        ({"tables": {"预算执行情况": [{"label": "基本支出"}, {"label": "基本支出"}]}}, "没有空着的“基本支出”行"),
        ({"tables": {"预算执行情况": [{"label": "基本支出", "amount": 1}]}}, "没有栏目“amount”"),
        ({"tables": {"预算执行情况": [{"label": "基本支出", "weight": 10}]}}, "没有栏目“weight”"),
        ({"tables": {"项目支出": [{"item_label": f"项目{n}"} for n in range(41)]}}, "填不下"),
    ],
)
def test_what_the_form_does_not_have_is_refused(values: dict[str, Any], told: str) -> None:
    """A misspelt name fails loudly instead of leaving a figure out."""
    with pytest.raises(SelfEvalError, match=told):
        fill(plan_form(STANDARD), values)


def test_typed_text_never_becomes_a_formula(tmp_path: Path) -> None:
    """What a department typed is written as it is."""
    values = {
        "fields": {"department": "=1+1", "phone": "0751"},
        "tables": {"自评结论": [{"label": "存在问题", "text": "https://x"}]},
    }
    book = load_workbook(write_template(tmp_path / "a.xlsx", values=values))
    for role in ("department", "phone"):
        sheet, address = slots()[Key("fields", "", role)]
        assert book[sheet][address].value == values["fields"][role]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        pages = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any("1+1" in page for page in pages)  # it is a shared string, not the formula of a cell
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert not [name for name in archive.namelist() if "rels" in name and b"hyperlink" in archive.read(name)]
