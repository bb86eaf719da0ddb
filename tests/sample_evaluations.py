"""A small batch of fictional departments of 示例县 as evaluations, made by hand so that the writer is tested alone.

交通运输局: a clean one. 农业农村局 with a long name and long reasons. 水务局: blanks, zeros, a dash and an error value.
a project form, and a file that could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from selfeval_xl import frames, numbers
from selfeval_xl.findings import Finding, finding
from selfeval_xl.frames import BLANK, DASH, ERROR, VALUE, Evaluations, Records

WAN = 10_000.0
ROAD, FARM, WATER, PROJECT, BROKEN, LOCK = (
    "示例县交通运输局_2021.xlsx",
    "第二批/示例县农业农村和水利发展服务保障中心_2021.xlsx",
    "示例县水务局_2021.xlsx",
    "示例县文化广电旅游体育局_项目.xls",
    "示例县统计局_2021.xlsx",
    "~$示例县交通运输局_2021.xlsx",
)
LONG = (
    "受持续强降雨和主要建材价格上涨影响，年中经县政府同意追加预算，用于水毁路段抢修、灌区续建配套与节水改造、高标准农田建设和村级污水管网完善等"
    "七个项目；部分项目因用地报批手续未能按期办结，工程款需待竣工结算审计后支付，已结转下年使用。下一步将提前开展前期工作，按月通报支出进度，"
    "对连续两个月低于序时进度的项目由分管负责同志约谈。"
)
MONEY = ("original_budget", "final_budget", "actual", "prior_budget", "prior_actual")


def evaluations(records: list[Records] | None = None) -> Evaluations:
    """The sample batch, or the given records, with its computed columns."""
    read = frames.build([road(), farm(), water(), project(), broken(), lock_file()] if records is None else records)
    budget, indicators = _budget(read.budget), _indicators(read.indicators)
    return Evaluations(
        files=read.files,
        profile=read.profile,
        budget=budget,
        indicators=indicators,
        texts=read.texts,
        findings=read.findings,
        places=read.places,
        scores=_scores(read.profile, budget, indicators),
        measures=_measures(read.profile),
        checks=_checks(read.profile),
    )


def road() -> Records:
    """A clean department: everything filled, everything adds up."""
    made = _file(ROAD, department="示例县交通运输局", total=96.5, grade="优")
    _money(made, ("income_total", "收入合计", "收入"), (2300, 2451.5, 2451.5, 2100, 2080))
    scored = {"weight": 10.0, "reported_score": 9.83}
    _money(made, ("expenditure_total", "支出合计", "支出"), (2300, 2451.5, 2410.25, 2100, 2080), **scored)
    _money(made, ("basic_expenditure", "基本支出", "支出"), (800, 820, 819.75, 790, 801.4))
    _money(made, ("personnel", "人员经费", "支出"), (650, 668, 667.9, 640, 655.1))
    _money(made, ("project_expenditure", "项目支出", "支出"), (1500, 1631.5, 1590.5, 1310, 1278.6), reason="按工程进度支付。")
    _indicator(made, ("产出指标", "数量指标", "农村公路养护里程"), ("≥100", "ge", 100, "公里"), ("112", 112), (20.0, 20.0))
    _indicator(made, ("产出指标", "质量指标", "工程验收合格率"), ("95%", "ge", 95, "%"), ("100%", 100), (30.0, 30.0))
    _indicator(made, ("效益指标", "社会效益指标", "通客车建制村"), ("60", "eq", 60, "个"), ("60", 60), (30.0, 28.0))
    _indicator(made, ("满意度指标", "服务对象满意度指标", "群众满意度"), ("90", "ge", 90, "%"), ("88", 88), (10.0, 10.0))
    return made


def farm() -> Records:
    """A department with a long name, amounts to the last 分, long reasons and a split amount."""
    made = _file(FARM, department="示例县农业农村和水利发展服务保障中心（县乡村振兴工作专班办公室）", total=91.0, grade="优")
    big = (999_999_999.99, 123_456_789.01, 119_876_543.21, 98_765.43, 87_654.32)
    _money(made, ("expenditure_total", "支出合计", "支出"), big, weight=10.0, reported_score=10.0, reason=LONG)
    part = {"part": "basic_expenditure", "part_label": "基本支出"}
    _money(made, ("expenditure_total", "支出合计", "支出"), (1, 2, 1.999999), **part)
    _money(made, (None, "2130305 水利工程建设", None), (None, 12.34565, 12.34565), code="2130305", table="项目支出")
    land = ("产出指标", "数量指标", "建成高标准农田面积（含新建和改造提升，以竣工验收为准）")
    _indicator(made, land, ("5000", "ge", 5000, "亩"), ("4500", 4500), (50.0, 50.0), deviation_reason=LONG)
    _indicator(made, ("效益指标", "经济效益指标", "亩均管护成本"), ("1.2", "le", 1.2, "万元"), ("1.5", 1.5), (30.0, 30.0))
    pleased = ("满意度指标", "服务对象满意度指标", "农户满意度")
    _indicator(made, pleased, ("较满意", "text", None, None), ("较满意", None), (10.0, 9.0))
    words = {"stated": "50.00", "expected": "45.00", "target": "≥5000亩", "achieved": "4500", "direction": "多计", "gap": "5.00"}
    rounding = {"stated": "2.00", "expected": "1.99", "gap": "0.01"}
    missed = {"target": "≤1.2", "achieved": "1.5", "completion": "80.00%", "given": "没有填写"}
    _find(made, "parts.rounding", (FARM, "预算执行", "D6"), label="支出合计", field="决算数", **rounding)
    _find(made, "reason.missed", (FARM, "绩效指标", "L7"), label="亩均管护成本", **missed)
    _find(made, "score.computed", (FARM, "绩效指标", "K6"), label="建成高标准农田面积", completion="90.00%", **words)
    return made


def water() -> Records:
    """A half-filled department: blanks, zeros, a dash, an error value, a zero base, a part below its total."""
    made = _file(WATER, department=None, total=None, grade=None)
    states = {"prior_budget": DASH, "prior_actual": ERROR}
    _money(made, ("expenditure_total", "支出合计", "支出"), (0, 0, 15.6), states=states)
    _money(made, ("three_public", "“三公”经费合计", None), (3, 3, 0), table="三公经费支出情况")
    _indicator(made, ("重点工作任务", None, "解除隔离人员"), (None, None, None, "人"), ("15", 15), (None, None))
    _indicator(made, ("重点工作任务", None, "其中：省内转接"), (None, None, None, "人"), ("2", 2), (None, None), part_of="B6")
    words = {"goal": "全面落实河湖长制，完成年度巡查任务", "progress": "已完成"}
    _indicator(made, ("重点工作任务", None, "河道巡查"), (None, None, None, None), (None, None), (None, None), **words)
    _find(made, "missing.profile", (WATER, "部门概况", "B4"), stated="部门名称、自评得分")
    _find(made, "cell.error", (WATER, "预算执行", "G5"), label="支出合计", field="上年决算数", stated="#DIV/0!")
    return made


def project() -> Records:
    """A project form: its form stands on its own sheet."""
    where = {"sheet": "项目支出绩效自评表", "form": "generic"}
    made = _file(PROJECT, department="示例县文化广电旅游体育局", project="文化馆维修", total=88.0, grade="良", **where)
    scored = {"weight": 10.0, "reported_score": 10.0}
    _money(made, ("total", "年度资金总额", None), (90, 90, 89.974), sheet=where["sheet"], **scored)
    return made


def broken() -> Records:
    """A file that could not be opened."""
    made = Records()
    why = {"status": "needs_review", "reason": "文件打不开：压缩包已损坏。请部门重新保存后再报。"}
    made.add("files", {"file": BROKEN, "sha256": "0" * 64, "bytes": 1_048_576, **why})
    _find(made, "file.unreadable", (BROKEN, None, None), why="压缩包已损坏")
    return made


def lock_file() -> Records:
    """Excel's own lock file beside an open workbook."""
    made = Records()
    why = {"status": "skipped", "reason": "Excel 打开文件时的临时锁定文件。"}
    made.add("files", {"file": LOCK, "sha256": "f" * 64, "bytes": 165, **why})
    return made


def _file(file: str, *, total: float | None, grade: str | None, **profile: Any) -> Records:
    made = Records()
    form = profile.setdefault("form", "standard")
    made.add("files", {"file": file, "sha256": f"{len(file):064x}", "bytes": 34_567, "status": "read", "forms": form})
    values = {"file": file, "sheet": "部门概况", "cell": "B3", "fiscal_year": 2021, "amount_unit": "万元", **profile}
    made.add("profile", {**values, "reported_total_score": total, "reported_grade": grade})
    return made


def _money(
    made: Records, what: Sequence[str | None], wan: Sequence[float | None], states: Mapping[str, int] | None = None, **more: Any
) -> None:
    row = len(made.rows["budget"])
    amounts = {name: None if value is None else value * WAN for name, value in zip(MONEY, wan, strict=False)}
    values = dict(zip(("item", "item_label", "side"), what, strict=True))
    where = {"file": made.rows["files"][0][0], "sheet": "预算执行", "cell": f"A{row + 5}", "table": "预算执行情况"}
    known = {name: VALUE if amounts.get(name) is not None else BLANK for name in MONEY} | dict(states or {})
    places = {name: frames.place(row + 4, at + 1, state) for at, (name, state) in enumerate(known.items())}
    made.add("budget", {**where, **values, **amounts, **more}, places)


def _indicator(
    made: Records,
    levels: Sequence[str | None],
    target: Sequence[Any],
    achieved: Sequence[Any],
    points: Sequence[Any],
    **more: Any,
) -> None:
    row = len(made.rows["indicators"])
    values = dict(zip(("level1", "level2", "level3"), levels, strict=True))
    values |= dict(zip(("target_text", "operator", "target_value", "unit"), target, strict=True))
    values |= dict(zip(("achieved_text", "achieved_value"), achieved, strict=True))
    values |= dict(zip(("weight", "reported_score"), points, strict=True))
    where = {"file": made.rows["files"][0][0], "sheet": "绩效指标", "cell": f"D{row + 6}"}
    made.add("indicators", {**where, **values, **more})


def _find(made: Records, code: str, where: tuple[str, str | None, str | None], **places: Any) -> None:
    found: Finding = finding(code, where, basis="财预〔2020〕10号", **places)
    made.add("findings", {name: getattr(found, name) for name in frames.names("findings")})


def _budget(rows: pd.DataFrame) -> pd.DataFrame:
    """The computed columns of budget, by their definitions in columns.csv."""
    made = dict.fromkeys(frames.names("budget", origin="computed"), float("nan"))
    original, final, actual = rows["original_budget"], rows["final_budget"], rows["actual"]
    rows = rows.assign(**made).assign(implied_bases=pd.Series(None, index=rows.index, dtype="str"))
    for name, left, right in (
        ("variance", actual, final),
        ("variance_original", actual, original),
        ("change_prior", actual, rows["prior_actual"]),
        ("change_budget", original, rows["prior_budget"]),
    ):
        gap = numbers.subtract(left, right)
        rows = rows.assign(**{name: gap, f"{name}_rate": numbers.ratio(gap, right, 4)})
    rate = numbers.ratio(actual, final, 4)
    score = numbers.ratio(rows["weight"], rate * 0 + 1, 2, times=rate)
    scored = rows["weight"].notna()
    return rows.assign(
        execution_rate=rate, computed_score=score, scored_rate=(actual / final).where(scored), counted_weight=rows["weight"]
    )


def _indicators(rows: pd.DataFrame) -> pd.DataFrame:
    """The computed columns of indicators, for plain targets only."""
    reverse = rows["operator"] == "le"
    value, target = rows["achieved_value"], rows["target_value"]
    completion = numbers.ratio(value.where(~reverse, target), target.where(~reverse, value), 4)
    met = completion >= 1
    score = numbers.ratio(rows["weight"], target * 0 + 1, 2, times=completion.clip(upper=1))
    method = met.map({True: "quantitative.met", False: "quantitative.proportional"}).where(completion.notna())
    method = method.where(rows["operator"] != "text", "qualitative.judged")
    component = rows["level1"].map({"产出指标": "output", "效益指标": "benefit", "满意度指标": "satisfaction"})
    share = (value.where(~reverse, target) / target.where(~reverse, value)).clip(0, 1).where(rows["weight"].notna())
    return rows.assign(
        completion=completion, achieved_in_target_unit=value, share=share, score_low=score, score_high=score,
        computed_score=score, counted_score=score.fillna(rows["reported_score"]),
        component=component.where(rows["weight"].notna()).astype("str"), method=method.astype("str"),
    )  # fmt: skip


def _checks(profile: pd.DataFrame) -> pd.DataFrame:
    """Three checks on every form: one that found nothing, one that found something, one that lacked a column on some."""
    made: list[tuple[str | int | None, ...]] = []
    for at, form in enumerate(profile.itertuples()):
        place = (form.file, form.sheet, form.cell)
        made.append((*place, "parts.totals", "分项之和与合计", "ok", 0, None))
        made.append((*place, "points.rows", "指标得分", "found", 2, None))
        told = ("没有填“分值”", "表上没有“分值”")[at % 2]
        made.append((*place, "sums.weights", "分值合计", "not_run", 0, told))
    return frames.table("checks", made, frames.names("checks"))


def _scores(profile: pd.DataFrame, budget: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row for each form and component."""
    component = {"产出指标": "output", "效益指标": "benefit", "满意度指标": "satisfaction"}
    keys = ["weight", "reported_score", "computed_score"]
    made = []
    for form in profile.itertuples():
        parts = {
            name: indicators[(indicators["file"] == form.file) & (indicators["level1"] == level)]
            for level, name in component.items()
        }
        parts = {"budget_execution": budget[(budget["file"] == form.file) & budget["weight"].notna()], **parts}
        sums = {name: rows[keys].sum(min_count=1) for name, rows in parts.items() if len(rows)}
        whole = (
            sum((row.fillna(0.0) for row in sums.values()), pd.Series(0.0, index=keys))
            if sums
            else pd.Series(float("nan"), index=keys)
        )
        for name, row in {**sums, "total": whole}.items():
            total = name == "total"
            stated = form.reported_total_score if total else row["reported_score"]
            made.append(
                {
                    "file": form.file, "sheet": form.sheet, "cell": form.cell, "form": form.form, "component": name,
                    "weight": row["weight"], "reported_score": stated, "computed_score": row["computed_score"],
                    "score_gap": numbers.to_fen(pd.Series([stated - row["computed_score"]])).iloc[0] / 100,
                    "counted_score": row["computed_score"] if total else None,
                    "graded_score": row["computed_score"] if total else None,
                    "judged_weight": 10.0 if total and form.file == FARM else None,
                    "reported_grade": form.reported_grade if total else None,
                    "computed_grade": "良" if total and sums else None,
                    "margin_to_next_grade": 4.0 if total and sums else None,
                    "method": "sum.total" if total else "sum.component",
                    "policy": "mof-2020-10",
                }
            )  # fmt: skip
    wanted = frames.names("scores")
    return frames.table("scores", [tuple(row[name] for name in wanted) for row in made], wanted)


def _measures(profile: pd.DataFrame) -> pd.DataFrame:
    """Some common measures of the clean department: of money, with a zero base, of persons, and one without its figures."""
    where = {"sheet": "部门概况", "cell": "B3", "form": "standard", "basis": "财预〔2013〕53号（未核实）"}
    final = {
        "measure": "budget_completion_rate",
        "name": "预算完成率",
        "value": 0.9832,
        "stated": 0.9832,
        "unit": "元",
        "sense": "≥",
    }
    final |= {
        "numerator": 2410.25 * WAN,
        "denominator": 2451.5 * WAN,
        "numerator_cells": "预算执行!D6",
        "denominator_cells": "预算执行!C6",
    }
    final |= {"stated_cell": "绩效指标!H9", "status": "computed", "formula": "支出决算数÷支出全年预算数"}
    change = {
        "measure": "carryover_change_rate",
        "name": "结转结余变动率",
        "unit": "元",
        "sense": "≤0%",
        "status": "not_computable",
    }
    change |= {
        "numerator": 41.25 * WAN,
        "denominator": 0.0,
        "numerator_cells": "预算执行!D24,预算执行!F24",
        "denominator_cells": "预算执行!F24",
    }
    change |= {"formula": "(本年末结转结余−上年末结转结余)÷上年末结转结余", "missing": "分母（上年末结转结余）为 0，没有基数"}
    staff = {
        "measure": "staff_control_rate",
        "name": "在职人员控制率",
        "value": 1.05,
        "numerator": 63.0,
        "denominator": 60.0,
        "unit": "人",
    }
    staff |= {
        "numerator_cells": "B11",
        "denominator_cells": "B10",
        "sense": "≤100%",
        "status": "computed",
        "formula": "在职人数÷编制人数",
    }
    pace = {"measure": "payment_progress_rate", "name": "支付进度率", "unit": "元", "sense": "≥", "status": "not_computable"}
    pace |= {"formula": "实际支付进度÷既定支付进度", "missing": "“实际支付进度”、“既定支付进度”"}
    wanted = frames.names("measures")
    rows: list[dict[str, Any]] = [where | row | {"file": ROAD} for row in (final, change, staff, pace)]
    return frames.table("measures", [tuple(map(row.get, wanted)) for row in rows if ROAD in set(profile["file"])], wanted)
