"""Official forms of many regions: which edition each is, and what is read from it.

`official_forms/` holds one form an edition, named by the layout's id, with invented figures of 示例县: the form as
`forms.draw` draws it, a line of dashes, and what must be read from it, a line a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forms import draw

import selfeval_xl as sx
from selfeval_xl import frames, loading, specs
from selfeval_xl.reader import read_workbook

FOLDER = Path(__file__).parent / "official_forms"
EDITIONS = sorted(path.stem for path in FOLDER.glob("*.txt"))
KINDS = ("profile", "budget", "indicator", "text", "finding")
AMOUNTS = ("original_budget", "final_budget", "actual", "prior_budget", "prior_actual")
MEASURES = ("code", "weight", "reported_execution_rate", "reported_score", "reported_grade", "reason")
PROFILE = ("fiscal_year", "department", "implementing_unit", "project", "amount_unit", "reported_total_score", "reported_grade")

NOT_YET = {}
"""What the reader does not do yet, by edition and kind of row; a row that comes right must be taken out here."""

SHARED_FORMS = {
    "01_tangxi_township_project.xlsx": ["anhui-project"],
    "02_mingliang_school_yunnan14.xls": ["yunnan-project"],
    "04_market_supervision_hubei.xlsx": ["hubei-project"],
    "06_qingshen_salary_sichuan.xlsx": ["sichuan-project"],
    "08_jishan_health_centre.xlsx": ["central-project-2020"],  # Shanxi: the central form unchanged
    "10_zhangzhuangzhai_livestock.xlsx": ["central-transfer-selfeval"],
    "12_jinzhai_department_whole.xls": ["anhui-department"],
    "13_xiangyang_hospital.xlsx": ["hubei-project"],
    "16_chengan_civil_affairs.xls": ["hebei-project"],
    "28_daying_culture_fragment.xlsx": ["sichuan-project", "sichuan-project"],
    "31_tianxing_health_yunnan01.xls": ["accounts-01-totals"],
    "32_gd_science_summary.xlsx": ["selfeval-summary"],
    "33_qingshan_education_goals.xlsx": ["central-transfer-goals"],
    "36_jiayuguan_museum_goals.ods": ["central-goals-2022"],
}
NINE_TABLES = [
    *("accounts-01-totals", "accounts-02-income", "accounts-03-expenditure", "accounts-04-fiscal-totals"),
    *("accounts-05-general-expenditure", "accounts-06-basic-expenditure", "accounts-07-three-public"),
    *("accounts-08-government-fund", "accounts-09-state-capital"),
]
NARRATIVE = ["generic"] * 3  # tables drawn from the text of the report, which no edition has


def split(edition: str) -> tuple[str, list[str]]:
    """The form of an edition as it is drawn, and what must be read from it."""
    text = (FOLDER / f"{edition}.txt").read_text(encoding="utf-8").partition("\n")[2]
    drawn, _, read = text.partition("\n----\n")
    return drawn, read.splitlines()


def told(row: Any, *columns: str) -> Iterator[str]:
    """The columns of a row that hold anything, by name."""
    for column in columns:
        value = getattr(row, column)
        if pd.notna(value):
            yield f"{column} {shown(value)}"


def shown(*values: object) -> str:
    """Those values that are there, one after another."""
    return " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values if pd.notna(value))


def lines(subs: sx.Submissions) -> Iterator[str]:
    """What was read, a line a row, every amount with its cell; notes of level info are left out."""
    for row in subs.profile.itertuples():
        yield " | ".join([f"profile {row.cell}", *told(row, "form", *PROFILE)])
    cells = subs.cells("budget")
    for row in subs.budget.itertuples():
        part = [f"part {shown(row.part, row.part_label)}"] if pd.notna(row.part_label) else []
        money = [
            f"{name} {getattr(row, name):.2f} {cells.loc[row.Index, name]}" for name in AMOUNTS if pd.notna(getattr(row, name))
        ]
        yield " | ".join([f"budget {shown(row.cell, row.side, row.item, row.item_label)}", *part, *money, *told(row, *MEASURES)])
    for row in subs.indicators.itertuples():
        levels = "/".join(str(level) for level in (row.level1, row.level2, row.level3) if pd.notna(level))
        target = shown(row.target_text, "→", row.operator, row.target_value, row.target_high, row.unit)
        achieved = shown(row.achieved_text, "→", row.achieved_value, row.achieved_unit)
        rest = told(row, "part_of", "weight", "reported_score", "deviation_reason")
        yield " | ".join([f"indicator {row.cell} {levels}", f"target {target}", f"achieved {achieved}", *rest])
    for row in subs.texts.itertuples():
        yield f"text {row.cell} {row.section} {row.text}"
    for row in subs.findings[subs.findings["severity"] != "info"].itertuples():
        yield f"finding {shown(row.code, row.cell)}"


def of_kind(told_lines: Sequence[str], kind: str) -> list[str]:
    """The lines of one kind of row."""
    return [line for line in told_lines if line.partition(" ")[0] == kind]


def listed() -> Iterator[Any]:
    """Every edition with every kind of row."""
    for edition in EDITIONS:
        for kind in KINDS:
            reason = NOT_YET.get((edition, kind))
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            yield pytest.param(edition, kind, marks=marks, id=f"{edition}-{kind}")


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is read from the form of each edition."""
    folder = tmp_path_factory.mktemp("editions")
    return {edition: list(lines(sx.read(draw(folder / f"{edition}.xlsx", 表=split(edition)[0])))) for edition in EDITIONS}


@pytest.mark.parametrize(("edition", "kind"), list(listed()))
def test_an_edition_is_read(readings: dict[str, list[str]], edition: str, kind: str) -> None:
    """Every row that the form prints is there, amounts in 元 with their cells, and no other."""
    assert sorted(of_kind(readings[edition], kind)) == sorted(of_kind(split(edition)[1], kind))


def test_every_edition_has_a_form() -> None:
    """No layout is shipped that no form here shows."""
    assert set(EDITIONS) == specs.layouts().keys() - {"standard"}


def test_every_edition_says_where_it_is_from() -> None:
    """Title, marks and unit of every edition carry a remark on their source, and no remark names a path or an address."""
    for path in loading.data_files("forms"):
        text = path.read_text(encoding="utf-8")
        if path.stem != "standard":
            values = [line for line in text.splitlines() if re.match(r"(version|document|amount_unit|titles|marks)", line)]
            assert [line for line in values if "# " not in line] == [], path.name
            assert not re.search(r"https?:|www\.|(?<!\w)/\w\w+", text), path.name


def without_layouts(path: Path) -> list[str]:
    """What is read by the field's words alone, the name of the form aside."""
    return [re.sub(r"form [\w-]+", "form", line) for line in lines(sx.read(path, layouts=()))]


@pytest.mark.parametrize("edition", [edition for edition in EDITIONS if not specs.layouts()[edition].headers])
def test_the_name_of_an_edition_changes_nothing_that_is_read(
    tmp_path: Path, readings: dict[str, list[str]], edition: str
) -> None:
    """An edition without headers of its own is read by its words alone just as well."""
    path = draw(tmp_path / "表.xlsx", 表=split(edition)[0])
    assert without_layouts(path) == [re.sub(r"form [\w-]+", "form", line) for line in readings[edition]]


# -- several forms -------------------------------------------------------------------------------------------------


def test_several_forms_in_one_workbook(tmp_path: Path, readings: dict[str, list[str]]) -> None:
    """Each sheet is a form of its own and is read as if it were alone."""
    editions = ["anhui-department", "hubei-project", "accounts-03-expenditure", "accounts-06-basic-expenditure"]
    subs = sx.read(draw(tmp_path / "全套.xlsx", **{edition: split(edition)[0] for edition in editions}))
    assert list(subs.profile["form"]) == editions
    assert subs.files["forms"].item().split(",") == editions
    for kind in ("budget", "indicator"):
        expected = [line for edition in editions for line in of_kind(readings[edition], kind)]
        assert of_kind(list(lines(subs)), kind) == expected


def stacked(folder: Path) -> sx.Submissions:
    """Two project forms, one under another on one sheet."""
    upper, lower = split("central-project-2020")[0], split("anhui-project")[0]
    return sx.read(draw(folder / "两张.xlsx", 项目=f"{upper}\n\n{lower}"))


def test_rows_of_forms_under_one_another(tmp_path: Path) -> None:
    """The rows of both forms are there, each with its own cell."""
    subs = stacked(tmp_path)
    totals = subs.budget[subs.budget["item"] == "total"]
    assert list(totals["final_budget"]) == [1_200_000, 900_000]
    assert list(subs.indicators["level3"]) == [
        "受益人口",
        "单位成本",
        "用水条件",
        "群众满意度",
        "物资批次",
        "抢险能力",
        "群众满意度",
    ]


def test_forms_under_one_another_are_two(tmp_path: Path) -> None:
    """Each of two forms on a sheet has its own project, edition, year and total score."""
    profile = stacked(tmp_path).profile
    assert list(profile["form"]) == ["central-project-2020", "anhui-project"]
    assert list(profile["project"]) == ["农村饮水安全", "219001-水旱灾害防御"]
    assert list(profile["fiscal_year"]) == [2021, 2022]
    assert list(profile["reported_total_score"]) == [99.21, 100]


# -- what people do to forms ---------------------------------------------------------------------------------------

MOVED = """
支出决算表 | < | < | < | <
单位：万元 | < | < | < | <
科目名称 | 功能分类科目编码 | 项目支出 | 本年支出合计 | 基本支出
合计 | < | 35 | 125 | 90
高中教育 | '2050204 | 35 | 125 | 90
"""


def test_columns_in_another_order(tmp_path: Path) -> None:
    """Columns are known by their headers: moving them moves addresses and nothing else."""
    subs = sx.read(draw(tmp_path / "表.xlsx", 支出=MOVED))
    assert of_kind(list(lines(subs)), "budget") == [
        "budget A4 total 合计 | actual 1250000.00 D4",
        "budget A4 total 合计 | part project_expenditure 项目支出 | actual 350000.00 C4",
        "budget A4 total 合计 | part basic_expenditure 基本支出 | actual 900000.00 E4",
        "budget A5 高中教育 | actual 1250000.00 D5 | code 2050204",
        "budget A5 高中教育 | part project_expenditure 项目支出 | actual 350000.00 C5",
        "budget A5 高中教育 | part basic_expenditure 基本支出 | actual 900000.00 E5",
    ]


THREE_PUBLIC = """
一般公共预算财政拨款“三公”经费及会议费、培训费支出决算表 | < | < | < | < | < | < | <
金额单位：元 | < | < | < | < | < | < | <
项目 | “三公”经费 | < | < | < | < | 会议费 | 培训费
^ | 小计 | 因公出国（境）费用 | 公务接待费 | 公务用车购置及运行维护费 | < | ^ | ^
^ | ^ | ^ | ^ | 公务用车购置费 | 公务用车运行维护费 | ^ | ^
预算数 | 12000 | 0 | 5000 | 0 | 7000 | 3000 | 2000
决算数 | 11000 | 0 | 4500.5 | 0 | 6499.5 | 2800 | 1900
"""


def test_budget_and_accounts_as_rows(tmp_path: Path) -> None:
    """Shaanxi and others print 三公 items as columns and 预算数, 决算数 as rows: each column is a row of money."""
    budget = sx.read(draw(tmp_path / "表.xlsx", 三公=THREE_PUBLIC)).budget.set_index("item")
    assert budget.loc["three_public.hospitality", ["final_budget", "actual"]].tolist() == [5000, 4500.5]
    assert budget.loc["three_public", ["final_budget", "actual"]].tolist() == [12000, 11000]


COUNTS = """
财政拨款“三公”经费、行政参公单位机关运行经费情况表 | < | < | <
金额单位：元 | < | < | <
项目 | 行次 | 预算数 | 决算统计数
1．公务接待费 | 7 | 20000 | 15000
（二）相关统计数 | 8 | — | —
1．因公出国（境）团组数（个） | 9 | — | 0
2．国内公务接待批次（个） | 10 | — | 12
3．国内公务接待人次（人） | 11 | — | 96
"""


def test_rows_that_count_are_no_money(tmp_path: Path) -> None:
    """A row whose name ends with a unit that is not money, as 批次（个）, holds no amount."""
    subs = sx.read(draw(tmp_path / "表.xlsx", 三公=COUNTS))
    assert of_kind(list(lines(subs)), "budget") == [
        "budget A4 three_public.hospitality 1.公务接待费 | final_budget 20000.00 C4 | actual 15000.00 D4"
    ]


# -- the shared documents ------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_the_editions_of_the_shared_documents(shared: Path) -> None:
    """Every public document is the edition that it is, and all nine tables of the final accounts are told apart."""
    folder = shared / "cases"
    named = {**SHARED_FORMS}
    for path in folder.glob("*_final_accounts.xls*"):
        named[path.name] = NINE_TABLES + NARRATIVE
    files = {json.loads(path.read_text(encoding="utf-8"))["file"] for path in folder.glob("*.expected.json")}
    assert files == named.keys()
    profile = sx.read(folder).profile
    assert {name: list(forms) for name, forms in profile.groupby("file")["form"]} == named


# -- the example of the manual -------------------------------------------------------------------------------------


def block(page: Path, language: str) -> str:
    """The first block of a language on a page."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_the_example_of_the_manual_works(root: Path, tmp_path: Path) -> None:
    """The form of docs/layouts.md is read by the layout that stands below it, and the Chinese manual has the same one."""
    page = root / "docs/layouts.md"
    assert block(page, "toml") == block(root / "docs/manual.zh-CN.md", "toml")
    (tmp_path / "community-centre.toml").write_text(block(page, "toml"), encoding="utf-8")
    layout = specs.load_layout(tmp_path / "community-centre.toml")
    book = draw(tmp_path / "社区.xlsx", 自查表=block(page, "text"))
    expected = [line.strip() for line in block(page, "read").splitlines()]
    assert list(lines(frames.build([read_workbook(book, book.name, [layout])]))) == [line for line in expected if line]


def test_headers_of_an_edition_have_a_column() -> None:
    """What an edition says of a header of its own is a column of that frame, a part of an amount, or not read."""
    for layout in specs.layouts().values():
        for header, role in layout.headers.items():
            frame, _, column = role.partition(".")
            assert frame in {"budget", "indicators"}, (layout.id, header)
            known = {"target", "achieved", "part", "ignored", *frames.read_columns(frame)}
            assert column in known, (layout.id, header)
