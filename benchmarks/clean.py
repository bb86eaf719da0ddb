"""Clean workbooks, in which every figure agrees with the others: those of samples/, and others filled in at random from a seed.

The standard workbook is filled in cell by cell from templates/input_template.xlsx; official forms are drawn from
tests/official_forms/ and their figures replaced.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from decimal import Decimal
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import openpyxl

from selfeval_xl.specs import Layout, layouts
from selfeval_xl.writer.filling import fill
from selfeval_xl.writer.template import plan_form, slots

from .arithmetic import PLACE, RATE, Clean, Name, grade, rounded, scored

ROOT = Path(__file__).parent.parent
COLUMNS = ("original_budget", "final_budget", "actual", "prior_budget", "prior_actual")
FIELDS, MONEY, OFFICIALS = "fields", "预算执行情况", "三公经费支出情况"
SUMS = {
    "收入合计": ("财政拨款收入", "财政专户管理资金", "单位资金", "其他资金", "上年结转结余"),
    "财政拨款收入": ("一般公共预算财政拨款收入", "政府性基金预算财政拨款收入", "国有资本经营预算财政拨款收入"),
    "支出合计": ("基本支出", "项目支出"),
    "基本支出": ("人员经费", "公用经费"),
    "财政拨款支出合计": ("一般公共预算财政拨款支出", "政府性基金预算财政拨款支出", "国有资本经营预算财政拨款支出"),
    "“三公”经费合计": ("因公出国（境）费", "公务用车购置及运行维护费", "公务接待费"),
    "公务用车购置及运行维护费": ("公务用车购置费", "公务用车运行维护费"),
}
REASON = "按工程进度和合同约定支付，已制定下年改进措施。"
INDICATORS = (
    ("产出指标", "数量指标", "农村公路养护里程", "≥", "公里", 12), ("产出指标", "数量指标", "技能培训人次", "≥", "人次", 12),
    ("产出指标", "质量指标", "工程验收合格率", "≥", "%", 10), ("产出指标", "时效指标", "补助资金按时发放率", "=", "%", 8),
    ("产出指标", "成本指标", "单公里养护成本", "≤", "万元", 8), ("效益指标", "经济效益指标", "带动就业增收", "≥", "万元", 12),
    ("效益指标", "社会效益指标", "受益群众", "≥", "人", 12), ("效益指标", "可持续影响指标", "管护机制", "定性", None, 6),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", "%", 10),
)  # fmt: skip


def module(path: Path) -> ModuleType:
    """A script of the project that lies in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def samples() -> list[Clean]:
    """Every .xlsx of samples/ that is a whole standard workbook; whether it is clean is found by evaluating it."""
    rearranged = module(ROOT / "tools" / "make_samples.py").rearranged(layouts()["standard"])
    found = []
    for path in sorted((ROOT / "samples").glob("*_2021.xlsx")):
        try:
            openpyxl.load_workbook(path, read_only=True).close()
        except Exception:  # noqa: BLE001, S112 (the sample that is broken on purpose)
            continue
        found.append(standard(path, rearranged if "农业农村" in path.name else layouts()["standard"]))
    return found


# -- the standard workbook -----------------------------------------------------------------------------------------


def standard(path: Path, layout: Layout) -> Clean:
    """A filled-in standard workbook with what must hold in it."""
    book = openpyxl.load_workbook(path)
    where: dict[Name, tuple[str, str]] = {}
    values: dict[Name, Any] = {}
    for key, place in slots(layout).items():
        name = (key.table if key.table == FIELDS else f"{key.table}/{key.row}", key.role)
        where[name], value = place, book[place[0]][place[1]].value
        number = isinstance(value, int | float) and not isinstance(value, bool)
        values[name] = Decimal(repr(value)) if number else value
    form = Clean(path, values, where, unit=str(values[FIELDS, "amount_unit"]))
    rows = dict.fromkeys(row for row, _ in where)
    for row in rows:
        if row.startswith((MONEY, OFFICIALS, "项目支出")):
            _money(form, row)
    for table in (MONEY, OFFICIALS):
        for total, parts in SUMS.items():
            for column in COLUMNS:
                form.sum((f"{table}/{total}", column), [(f"{table}/{part}", column) for part in parts])
    _balance(form)
    indicators = [row for row in rows if row.startswith("绩效指标") and values[row, "level3"]]
    for row in indicators:
        _indicator(form, row)
    form.total((FIELDS, "reported_total_score"), [f"{MONEY}/支出合计", *indicators])
    form.grade((FIELDS, "reported_grade"), (FIELDS, "reported_total_score"))
    _tasks(form, [row for row in rows if row.startswith("重点工作任务") and values[row, "level3"]])
    form.at_most("part", ("固定资产/其中：在用固定资产", "actual"), ("固定资产/固定资产总额", "actual"))
    return form


def _money(form: Clean, row: str) -> None:
    form.rate((row, "reported_execution_rate"), (row, "actual"), (row, "final_budget"))
    for name, amount, base in (("variance", "actual", "original_budget"), ("change", "actual", "prior_actual"),
                               ("change_budget", "original_budget", "prior_budget")):  # fmt: skip
        form.difference((row, f"reported_{name}"), (row, f"reported_{name}_rate"), (row, amount), (row, base))
    if form.figures.get((row, "weight")) is not None:
        form.score(row, (row, "actual"), (row, "final_budget"))
    if row.startswith("项目支出") or row.endswith("/支出合计"):
        form.reason((row, "reason"), (row, "actual"), (row, "final_budget"), Decimal("0.9"))
    if (row, "reported_grade") in form.figures:
        form.grade((row, "reported_grade"), (row, "reported_score"))


def _balance(form: Clean) -> None:
    """收入合计 (with 上年结转) − 支出合计 = 年末结转结余; this year's 上年结转 is last year's 年末结转结余."""
    income, spent, left, brought = (f"{MONEY}/{label}" for label in ("收入合计", "支出合计", "年末结转结余", "上年结转结余"))
    names = (income, "actual"), (spent, "actual"), (left, "actual")
    form.balance("balance", names, lambda v: v[names[0]] - v[names[1]] - v[names[2]], 2 * PLACE)
    pair = (brought, "actual"), (left, "prior_actual")
    form.balance("carry-over", pair, lambda v: v[pair[0]] - v[pair[1]], PLACE)


def _indicator(form: Clean, row: str) -> None:
    target, achieved = (row, "target"), (row, "achieved")
    if not all(isinstance(form.figures[name], Decimal) for name in (target, achieved)):
        return
    sides = (target, achieved) if form.figures.get((row, "operator")) == "≤" else (achieved, target)
    form.score(row, *sides)
    form.reason((row, "deviation_reason"), *sides, Decimal(1))
    if sides[0] == achieved:
        form.rate((row, "reported_completion"), achieved, target)


def _tasks(form: Clean, rows: list[str]) -> None:
    totals: dict[str, list[str]] = {}
    for row in rows:
        if form.figures[row, "achieved"] is not None and form.figures[row, "target"] is not None:
            _indicator(form, row)
        if str(form.figures[row, "level3"]).startswith("其中"):
            totals[next(reversed(totals))].append(row)
        else:
            totals[row] = []
    for total, parts in totals.items():
        form.sum((total, "achieved"), [(part, "achieved") for part in parts])


def filled(path: Path, chance: Random) -> Clean:
    """The blank standard workbook, filled in with plausible figures of a department that does not exist."""
    book = openpyxl.load_workbook(ROOT / "templates" / "input_template.xlsx")
    for (sheet, row, column), value in fill(plan_form(layouts()["standard"]), department(chance)).items():
        cell = book[sheet].cell(row + 1, column + 1)
        cell.value = float(value) if isinstance(value, Decimal) else value
    book.save(path)
    return standard(path, layouts()["standard"])


def amount(chance: Random, low: float, high: float) -> Decimal:
    """An amount with two decimals."""
    return rounded(Decimal(repr(chance.uniform(low, high))), PLACE)


def department(chance: Random) -> dict[str, Any]:
    """What a department fills in: every figure agrees with the others."""
    money = {column: _column(chance) for column in COLUMNS}
    for now, before in (("final_budget", "original_budget"), ("actual", "final_budget")):
        money[now] = {
            label: rounded(value * Decimal(repr(chance.uniform(0.91, 0.999))), PLACE) for label, value in money[before].items()
        }
    left, before = amount(chance, 20, 90), amount(chance, 20, 90)
    for column, carried in (("original_budget", before), ("final_budget", before), ("actual", before)):
        money[column]["上年结转结余"] = carried
    for column in COLUMNS:
        _totals(money[column], {"actual": left, "prior_actual": before}.get(column, Decimal(0)))
    money["actual"]["年末结转结余"], money["prior_actual"]["年末结转结余"] = left, before
    labels = dict.fromkeys(label for column in COLUMNS for label in money[column])
    rows = [_stated({"label": label, **{c: money[c][label] for c in COLUMNS if label in money[c]}}) for label in labels]
    main = next(row for row in rows if row["label"] == "支出合计")
    main |= {"weight": Decimal(10), "reported_score": scored(Decimal(10), main["actual"], main["final_budget"])}
    indicators = [_filled_indicator(chance, *entry) for entry in INDICATORS]
    score = main["reported_score"] + sum(row["reported_score"] for row in indicators)
    projects = next(row for row in rows if row["label"] == "项目支出")
    here = {label for label in labels if "公务" in label or "三公" in label or "出国" in label}
    return {
        "fields": {
            "department": f"示例县第{chance.randrange(1000)}局",
            "unit_code": "101001",
            "fiscal_year": 2021,
            "amount_unit": "万元",
            "filled_by": "财务股",
            "phone": "0000-0000001",
            "filled_on": dt.date(2022, 3, 15),
            "posts": 46,
            "staff": 44,
            "offices": 6,
            "text:functions": "负责示例事务。",
            "reported_total_score": score,
            "reported_grade": grade(score),
        },
        "tables": {
            MONEY: [row for row in rows if row["label"] not in here],
            OFFICIALS: [row for row in rows if row["label"] in here],
            "绩效指标": indicators,
            "重点工作任务": _filled_tasks(chance),
            "项目支出": _filled_projects(chance, projects),
            "固定资产": [
                {"label": "固定资产总额", "actual": Decimal(9000)},
                {"label": "其中：在用固定资产", "actual": amount(chance, 8000, 8999)},
            ],
            "自评结论": [
                {"label": "目标实现程度", "text": "年度目标基本完成。"},
                {"label": "存在问题", "text": "个别项目进度偏慢。"},
            ],
        },
    }


def _column(chance: Random) -> dict[str, Decimal]:
    """The amounts of a column that are no totals."""
    return {
        "人员经费": amount(chance, 2500, 2900), "公用经费": amount(chance, 300, 340), "项目支出": amount(chance, 1900, 2300),
        "政府性基金预算财政拨款支出": amount(chance, 100, 140), "上年结转结余": amount(chance, 20, 90),
        "单位资金": amount(chance, 40, 60), "政府采购": amount(chance, 380, 420), "公务用车运行维护费": amount(chance, 20, 26),
        "公务用车购置费": amount(chance, 15, 18), "公务接待费": amount(chance, 9, 13), "因公出国（境）费": Decimal(0),
    }  # fmt: skip


def _totals(column: dict[str, Decimal], left: Decimal) -> None:
    """The totals of a column, from the bottom up; `left` is what is not spent at the end of the year."""
    column["基本支出"] = column["人员经费"] + column["公用经费"]
    column["支出合计"] = column["基本支出"] + column["项目支出"]
    column["财政拨款支出合计"] = column["支出合计"] - column["单位资金"]
    column["一般公共预算财政拨款支出"] = column["财政拨款支出合计"] - column["政府性基金预算财政拨款支出"]
    column["收入合计"] = column["支出合计"] + left
    column["财政拨款收入"] = column["收入合计"] - column["单位资金"] - column["上年结转结余"]
    column["政府性基金预算财政拨款收入"] = column["政府性基金预算财政拨款支出"]
    column["一般公共预算财政拨款收入"] = column["财政拨款收入"] - column["政府性基金预算财政拨款收入"]
    column["公务用车购置及运行维护费"] = column["公务用车购置费"] + column["公务用车运行维护费"]
    column["“三公”经费合计"] = column["公务用车购置及运行维护费"] + column["公务接待费"] + column["因公出国（境）费"]


def _stated(row: dict[str, Any]) -> dict[str, Any]:
    """A row of money with the rates and differences that a department states, and a reason."""
    if row.get("final_budget"):
        row["reported_execution_rate"] = rounded(row["actual"] / row["final_budget"], RATE)
    for name, now, base in (("variance", "actual", "original_budget"), ("change_budget", "original_budget", "prior_budget"),
                            ("change", "actual", "prior_actual")):  # fmt: skip
        if row.get(base) is not None and row.get(now) is not None:
            row[f"reported_{name}"] = row[now] - row[base]
            if row[base]:
                row[f"reported_{name}_rate"] = rounded((row[now] - row[base]) / row[base], RATE)
    return row if row["label"] == "因公出国（境）费" else {**row, "reason": REASON}


def _filled_indicator(chance: Random, *entry: Any) -> dict[str, Any]:
    level1, level2, level3, operator, unit, weight = entry
    row = {"level1": level1, "level2": level2, "level3": level3, "operator": operator, "unit": unit, "weight": Decimal(weight)}
    if operator == "定性":
        return row | {"target": "进一步完善", "achieved": "达成年度指标", "reported_score": Decimal(weight)}
    target = Decimal(chance.randrange(80, 95)) if unit == "%" else Decimal(chance.randrange(120, 3000))
    achieved = rounded(target * Decimal(repr(chance.uniform(0.82, 1.05))), Decimal(1))
    top, below = (target, achieved) if operator == "≤" else (achieved, target)
    row |= {"target": target, "achieved": achieved, "reported_score": scored(Decimal(weight), top, below)}
    row |= {"reported_completion": rounded(achieved / target, RATE)} if operator != "≤" else {}
    return row | ({"deviation_reason": REASON} if top < below else {})


def _filled_tasks(chance: Random) -> list[dict[str, Any]]:
    one, other = Decimal(chance.randrange(20, 60)), Decimal(chance.randrange(60, 99))
    target = one + other + chance.randrange(0, 3)
    late = {"deviation_reason": REASON} if one + other < target else {}
    rows = [
        {
            "level3": "改造薄弱学校",
            "goal": "按计划改造",
            "target": target,
            "unit": "所",
            "progress": "通过验收。",
            "achieved": one + other,
            **late,
        }
    ]
    rows[0]["reported_completion"] = rounded((one + other) / target, RATE)
    return rows + [
        {"level3": f"其中：{name}", "achieved": value, "unit": "所"} for name, value in (("小学", one), ("初中", other))
    ]


def _filled_projects(chance: Random, whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Three projects that make up 项目支出, each with a score and its grade."""
    rows = []
    for at, name in enumerate(("农村公路养护", "水毁修复", "安全设施")):
        row = {"item_label": name, "code": f"00010100{at}", "department": "示例局", "implementing_unit": "示例局"}
        for column in COLUMNS[:3]:
            others = sum((earlier[column] for earlier in rows), Decimal(0))
            row[column] = whole[column] - others if name == "安全设施" else rounded(whole[column] / 3, PLACE)
        score = rounded(Decimal(repr(chance.uniform(78, 99.9))), Decimal("0.1"))
        row |= {"reported_execution_rate": rounded(row["actual"] / row["final_budget"], RATE), "reason": REASON}
        rows.append(row | {"reported_score": score, "reported_grade": grade(score)})
    return rows
