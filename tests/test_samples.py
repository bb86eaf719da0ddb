"""The samples are what their README promises, and anyone can make them again."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import tomllib
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import xlrd
from openpyxl import load_workbook

from selfeval_xl.specs import layouts
from selfeval_xl.writer.filling import fill, shown
from selfeval_xl.writer.hints import Parts
from selfeval_xl.writer.template import plan_form, slots

SAMPLES = Path(__file__).parent.parent / "samples"
CONTENTS: dict[str, Any] = tomllib.loads((SAMPLES.parent / "tools" / "samples.toml").read_text(encoding="utf-8"))
SEED = "新丰县工业和信息化局_2021"
CLEAN = ["示例县教育局_2021", "示例县交通运输局_2021", "示例县农业农村局_2021", "示例县水利局_2021"]

# Every figure that the report prints, in its order, without paragraph numbers.
FIGURES = """
2021 2019 2002 10 1-12月 82 39 8 101 8 4 18 101 8 4 7 20 6 2021年计划投资3亿元 3 3.5
1号、2号、3号 4月上旬 586 2.7 46.5 823.75 790.32 9月13日 120.7 6月份 2018 300号 4000亩 300亩 100亩
1 9 92 9 900-1000 3-4 58 45 13 3228 6月底 10栋 2.0以上 4.0 1200万 80% 61 9 14 15 14+7 14 2 3 102 12943 6663 6280
16.97 0.2 13.56 8.5 2.08 20.4 9 26.81 11.3 第三 19.6 14.7 2 22 6 111.92 22 122.22% 14 66.31 15 107.14%
20.35 113.05% 2132 182.33% 600 2.9 108.90% 14 4 2 2020年 1.46
769.21 13.19 1.74% 2293.34 3272.35 58.80% 562.25 4.92 0.87% 1731.09 3258.43 65.31% 1524.13 198.14% 100%以下 百分之九十五以上 优
""".split()  # noqa: SIM905 (a list to be read beside the report)


def script() -> ModuleType:
    """The script that makes the samples."""
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES.parent / "tools" / "make_samples.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(path: Path) -> dict[str, bytes]:
    """What a workbook holds, uncompressed: two machines may compress the same content differently."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def seed_texts() -> list[str]:
    """Every filled cell of the seed's workbook as a person sees it, signs left away as the report does."""
    book = load_workbook(SAMPLES / f"{SEED}.xlsx")
    found = []
    for sheet, address in slots().values():
        cell = book[sheet][address]
        if isinstance(cell.value, int | float):
            size = abs(Decimal(repr(cell.value)))
            found.append(f"{size * 100:.2f}%" if "%" in str(cell.number_format) else f"{size.normalize():f}")
        elif cell.value is not None:
            found.append(str(cell.value))
    return found


def test_samples_are_made_again_from_their_contents(tmp_path: Path) -> None:
    """Running the script gives the very files that lie in the folder, and giving them twice gives the same bytes."""
    made = script().main(tmp_path)
    there = {path.name for path in SAMPLES.iterdir() if path.suffix in {".xls", ".xlsx"} and not path.name.startswith("~$")}
    assert {path.name for path in made} == there
    for path in made:
        if path.suffix == ".xls":
            assert path.read_bytes() == (SAMPLES / path.name).read_bytes()
        elif "林业" not in path.name:
            assert parts(path) == parts(SAMPLES / path.name)
    before = {path: path.read_bytes() for path in made}
    assert {path: path.read_bytes() for path in script().main(tmp_path)} == before


@pytest.mark.parametrize("figure", sorted(set(FIGURES)))
def test_every_figure_of_the_report_is_in_its_workbook(figure: str) -> None:
    """A figure stands in a cell of its own, or within a sentence, but never as a piece of a longer number."""
    whole = re.compile(rf"(?<![\d.]){re.escape(figure)}(?!\d|\.\d)")
    assert any(text == figure or whole.search(text) for text in seed_texts())


@pytest.mark.parametrize(
    ("label", "figures"),
    [
        (
            "收入合计",
            {"年初预算数": 769.21, "决算数（执行数）": 2293.34, "预算比上年/增减额": 13.19, "预算比上年/增减率": 0.0174},
        ),
        ("财政拨款收入", {"决算数（执行数）": 2293.34, "决算比上年/增减额": -3272.35, "决算比上年/增减率": -0.5880}),
        (
            "支出合计",
            {"年初预算数": 769.21, "决算数（执行数）": 2293.34, "预算比上年/增减额": 13.19, "预算比上年/增减率": 0.0174},
        ),
        ("基本支出", {"决算数（执行数）": 562.25, "决算比上年/增减额": -4.92, "决算比上年/增减率": -0.0087}),
        ("项目支出", {"决算数（执行数）": 1731.09, "决算比上年/增减额": -3258.43, "决算比上年/增减率": -0.6531}),
        ("财政拨款支出合计", {"决算数（执行数）": 2293.34}),
        (
            "一般公共预算财政拨款支出",
            {"决算数（执行数）": 2293.34, "决算比年初预算/增减额": 1524.13, "决算比年初预算/增减率": 1.9814},
        ),
        ("上年结转结余", {}),
    ],
)
def test_the_money_of_the_report_is_at_its_place(label: str, figures: dict[str, float]) -> None:
    """Found as a person finds it: the row by its label, the column by its two-level header."""
    sheet = load_workbook(SAMPLES / f"{SEED}.xlsx")["预算执行"]
    row = next(cell.row for cell in sheet["A"] if cell.value == label)
    upper, found = "", {}
    for column in range(2, 14):
        upper, lower = sheet.cell(4, column).value or upper, sheet.cell(5, column).value
        value = sheet.cell(row, column).value
        if value is not None:
            found[f"{upper}/{lower}" if lower else upper] = value
    assert found == figures


@pytest.mark.shared
def test_no_figure_of_the_report_was_forgotten(shared: Path) -> None:
    """Every number in the report's own text is in the workbook, but for the numbers of its paragraphs."""
    report = next(shared.joinpath("seed").glob("*.txt")).read_text(encoding="utf-8")
    report = re.sub(r"(?m)^\s*\d+、|^\s*[(（]\d+[)）]", "", report)
    printed = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", report)}
    held = {Decimal(number) for text in seed_texts() for number in re.findall(r"\d+(?:\.\d+)?", text)}
    assert printed - held == set()


def test_what_the_report_does_not_print_is_blank() -> None:
    """No full-year budget, no figures of the year before, no 三公, no weights, no scores were made up."""
    book = load_workbook(SAMPLES / f"{SEED}.xlsx")
    unprinted = {"final_budget", "prior_budget", "prior_actual", "weight", "reported_score", "reported_total_score",
                 "reported_execution_rate", "operator"}  # fmt: skip
    for key, (sheet, address) in slots().items():
        if key.role in unprinted or key.table in {"三公经费支出情况", "项目支出", "固定资产"}:
            assert book[sheet][address].value is None, key


def test_implied_targets_are_the_only_guessed_figures() -> None:
    """18, 14 and 18 follow from printed rates and are named in the README; 22, 15 and 20.35 over them give these."""
    targets = {row["level3"]: row["target"] for row in CONTENTS[SEED]["tables"]["绩效指标"] if "target" in row}
    assert targets == {"新开工项目": 18, "新竣工投产项目": 14, "实际到位资金": 18, "实际利用外资": 600}
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert "新开工项目的目标 18、新竣工投产项目的目标 14、实际到位资金的目标 18" in readme


# -- departments in which everything agrees --------------------------------------------------------------------------


def half_up(value: Decimal, places: int) -> Decimal:
    """Rounded as an accountant rounds."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def exact(row: dict[str, Any], role: str) -> Decimal | None:
    """A number of a row as typed."""
    return Decimal(repr(row[role])) if isinstance(row.get(role), int | float) else None


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize(
    ("rate", "top", "base"),
    [
        ("reported_execution_rate", "actual", "final_budget"),
        ("reported_variance_rate", "reported_variance", "original_budget"),
        ("reported_change_budget_rate", "reported_change_budget", "prior_budget"),
        ("reported_change_rate", "reported_change", "prior_actual"),
        ("reported_completion", "achieved", "target"),
    ],
)
def test_stated_rates_of_clean_samples_are_right(name: str, rate: str, top: str, base: str) -> None:
    """A checker has no reason to speak: every stated rate is the half-up quotient."""
    stated = [row for rows in CONTENTS[name]["tables"].values() for row in rows if rate in row]
    assert stated
    for row in stated:
        over, under = exact(row, top), exact(row, base)
        assert over is not None
        assert under
        assert exact(row, rate) == half_up(over / under, 4), row


@pytest.mark.parametrize("name", CLEAN)
def test_stated_differences_of_clean_samples_are_right(name: str) -> None:
    """Increase and decrease are exact to the 分."""
    pairs = {"reported_variance": ("actual", "original_budget"), "reported_change": ("actual", "prior_actual"),
             "reported_change_budget": ("original_budget", "prior_budget")}  # fmt: skip
    checked = 0
    for rows in CONTENTS[name]["tables"].values():
        for row in rows:
            for role in pairs.keys() & row.keys():
                now, before = (exact(row, each) for each in pairs[role])
                assert now is not None
                assert before is not None
                assert exact(row, role) == now - before, row
                checked += 1
    assert checked > 20


@pytest.mark.parametrize("name", [*CLEAN, "示例县卫生健康局_2021"])
def test_parts_add_up_in_clean_samples_only(name: str) -> None:
    """The form's own hint says 相符 wherever it speaks, and names a difference where there is one."""
    layout = script().rearranged(layouts()["standard"]) if "农业" in name else layouts()["standard"]
    plans = plan_form(layout)
    filled = fill(plans, CONTENTS[name])
    said = {value for drawn in plans for cell, value in shown(drawn, filled) if isinstance(cell.helper, Parts)}
    wrong = {"决算数（执行数）分项之和 7,812.00，差 100.00", "全年预算数分项之和 9,000.00，差 200.00"}
    assert said - {""} == ({"相符"} if name in CLEAN else {"相符", *wrong})


@pytest.mark.parametrize("name", CLEAN)
def test_scores_of_clean_samples_follow_the_rule(name: str) -> None:
    """Weights are 10+50+30+10, each score is weight × completion up to the weight, their sum is the total, the grade fits."""
    tables, fields = CONTENTS[name]["tables"], CONTENTS[name]["fields"]
    execution = next(row for row in tables["预算执行情况"] if "weight" in row)
    weights = {"预算执行": execution["weight"]}
    total = exact(execution, "reported_score")
    assert total == half_up(Decimal(repr(execution["actual"])) / Decimal(repr(execution["final_budget"])) * 10, 2)
    for row in tables["绩效指标"]:
        weights[row["level1"]] = weights.get(row["level1"], 0) + row["weight"]
        target, achieved, weight, score = (exact(row, role) for role in ("target", "achieved", "weight", "reported_score"))
        assert weight is not None
        assert score is not None
        if target and achieved is not None:
            degree = target / achieved if row["operator"] == "≤" else achieved / target
            assert score == half_up(min(degree, Decimal(1)) * weight, 2), row
            assert degree >= 1 or row["deviation_reason"]
        else:
            assert score == weight
        total += score
    assert weights == {"预算执行": 10, "产出指标": 50, "效益指标": 30, "满意度指标": 10}
    assert total == exact(fields, "reported_total_score")
    assert total >= Decimal(90)
    assert fields["reported_grade"] == "优"


# -- what each of the others teaches ---------------------------------------------------------------------------------


def test_the_rearranged_workbook_is_rearranged() -> None:
    """Sheets are renamed, 决算数 stands behind 上年决算数, 分值 before 年度指标值, and three 科目 were put in."""
    book = load_workbook(SAMPLES / "示例县农业农村局_2021.xlsx")
    assert {"收支决算情况", "绩效目标完成情况"} < set(book.sheetnames)
    money = book["收支决算情况"]
    printed = [cell.value for cell in money[4]]
    assert printed.index("决算数（执行数）") > printed.index("上年决算数")
    assert {"农业生产发展", "农田建设", "农产品质量安全"} < {cell.value for cell in money["A"]}
    heads = [cell.value for cell in book["绩效目标完成情况"][3]]
    assert heads.index("分值") < heads.index("年度指标值")


def test_the_old_workbook_has_merged_headers_and_percent_formats() -> None:
    """The .xls is a real BIFF file with what makes such files hard: merges and rates that only a format shows as %."""
    book = xlrd.open_workbook(SAMPLES / "示例县水利局_2021.xls", formatting_info=True)
    sheet = book.sheet_by_name("预算执行")
    assert (3, 5, 0, 1) in sheet.merged_cells
    row = next(row for row in range(sheet.nrows) if sheet.cell_value(row, 0) == "支出合计")
    cell = sheet.cell(row, 6)
    assert cell.value == pytest.approx(0.9704)
    assert book.format_map[book.xf_list[cell.xf_index].format_key].format_str == "0.00%"


def test_the_broken_workbook_is_broken() -> None:
    """It begins like a workbook and cannot be opened as one."""
    path = SAMPLES / "示例县林业局_2021.xlsx"
    assert path.read_bytes().startswith(b"PK")
    assert not zipfile.is_zipfile(path)


def test_units_differ_between_samples() -> None:
    """One department counts in 元, the others in 万元; the half-filled one left what the form had pre-filled."""
    units = {name: values["fields"].get("amount_unit") for name, values in CONTENTS.items()}
    assert {name for name, unit in units.items() if unit == "元"} == {"示例县交通运输局_2021"}
    assert [name for name, unit in units.items() if unit is None] == ["示例县文化广电旅游局_2021"]


def test_samples_name_no_person() -> None:
    """Whoever filled a sample in is an office, never a person; telephone numbers cannot be anyone's."""
    for values in CONTENTS.values():
        assert values["fields"].get("filled_by", "财务股") in {"财务股", "计财股", "办公室"}
        assert values["fields"].get("phone", "0000-").startswith("0000-")
        assert isinstance(values["fields"].get("filled_on", dt.date(2022, 1, 1)), dt.date)


def test_the_readme_has_a_line_for_each_sample() -> None:
    """Whoever opens the folder finds what each file shows."""
    told = set(re.findall(r"^\| `(.+?)` \|", (SAMPLES / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert told == {path.name for path in SAMPLES.iterdir() if path.suffix in {".xls", ".xlsx"}}
