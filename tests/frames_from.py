"""Submissions drawn from what a test says, so that a test shows its input.

    submissions(
        form("示例县交通局.xlsx", department="示例县交通局", fiscal_year=2021),
        budget="item=支出合计 original_budget=100 final_budget=120 actual=108",
    )

Amounts are in the form's unit, as they would be printed. Every value gets a cell: labels stand in column A, the other
columns follow in the order of columns.csv; a blank cell has a place but no value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from selfeval_xl import frames, numbers

SHEETS = {"profile": "部门概况", "budget": "预算执行", "indicators": "绩效指标"}
ITEMS = {
    "收入合计": ("income_total", "收入"),
    "财政拨款收入": ("fiscal_appropriation", "收入"),
    "一般公共预算财政拨款收入": ("general_public_budget", "收入"),
    "政府性基金预算财政拨款收入": ("government_fund", "收入"),
    "上年结转结余": ("prior_carryover", "收入"),
    "其他资金": ("other_funds", "收入"),
    "支出合计": ("expenditure_total", "支出"),
    "基本支出": ("basic_expenditure", "支出"),
    "人员经费": ("personnel", "支出"),
    "公用经费": ("operating", "支出"),
    "项目支出": ("project_expenditure", "支出"),
    "财政拨款支出合计": ("fiscal_appropriation", "支出"),
    "一般公共预算财政拨款支出": ("general_public_budget", "支出"),
    "年末结转结余": ("year_end_carryover", None),
    "“三公”经费合计": ("three_public", None),
    "因公出国（境）费": ("three_public.overseas", None),
    "公务用车购置及运行维护费": ("three_public.vehicles", None),
    "公务用车购置费": ("three_public.vehicle_purchase", None),
    "公务用车运行维护费": ("three_public.vehicle_running", None),
    "公务接待费": ("three_public.hospitality", None),
    "固定资产总额": ("fixed_assets", None),
    "其中：在用固定资产": ("fixed_assets.in_use", None),
    "年度资金总额": ("total", None),
    "政府采购": ("procurement", None),
    "其中：本年财政拨款": (None, None),
}
_TARGET = re.compile(r"(≥|≤|>|<|=)?\s*(-?[\d.]+)(?:～([\d.]+))?\s*(.*)")
_OPERATORS = {"≥": "ge", "≤": "le", ">": "gt", "<": "lt", "=": "eq", None: None}
_MONEY = {c.column for c in frames.columns() if c.frame == "budget" and c.kind == "amount" and c.origin == "reported"}


def submission(
    file: str = "示例.xlsx",
    *,
    budget: Sequence[Mapping[str, Any]] = (),
    indicators: Sequence[Mapping[str, Any]] = (),
    texts: Mapping[str, str] | Sequence[str] = (),
    same_cell: Sequence[str] = (),
    **profile: Any,
) -> frames.Records:
    """One workbook of the standard form: rows of money by their label, indicators by their target and achieved text.

    `texts` are narratives by their section; columns of `same_cell` stand in the cell of the last of them.
    """
    records = frames.Records()
    given = {"department": "示例局", "fiscal_year": 2021, "amount_unit": "万元", "form": "standard", **profile}
    records.add("files", {"file": file, "status": "read", "forms": given["form"], "bytes": 1})
    _add(records, "profile", file, 0, given)
    for at, row in enumerate(budget):
        _add(records, "budget", file, at, _money(row, given["amount_unit"] or "万元"))
    cells: dict[str, str] = {}
    for at, row in enumerate(indicators):
        _add(records, "indicators", file, at, _indicator(row, cells, at), same_cell=same_cell)
    named = isinstance(texts, Mapping)
    said = texts.items() if isinstance(texts, Mapping) else [("achievement", text) for text in texts]
    for at, (section, text) in enumerate(said):
        own = {"file": file, "sheet": "部门概况" if named else "总体情况", "cell": f"B{at + 5}"}
        records.add("texts", {**own, "section": section, "text": text})
    return records


def submissions(*records: frames.Records) -> frames.Submissions:
    """A batch of such workbooks."""
    return frames.build(records)


def _add(  # noqa: PLR0913 (a row, where it goes and what shares a cell)
    records: frames.Records, frame: str, file: str, at: int, values: Mapping[str, Any], *, same_cell: Sequence[str] = ()
) -> None:
    placed = frames.names(frame, placed=True)
    places = {
        name: frames.place(at + 4, column, frames.BLANK if values.get(name) is None else frames.VALUE)
        for column, name in enumerate(placed, 1)
    }
    for name in same_cell:
        places[name] = places[same_cell[-1]]
    keys = {"file": file, "sheet": SHEETS[frame], "cell": frames.a1(at + 4, 0)}
    records.add(frame, {**keys, **values}, places)


def _money(row: Mapping[str, Any], unit: str) -> dict[str, Any]:
    label = row["item_label"]
    item, side = ITEMS.get(label, (None, None))
    table = {"three_public": "三公经费支出情况", "fixed_assets": "固定资产"}.get((item or "").split(".")[0], "预算执行情况")
    amounts = {
        name: numbers.yuan(numbers.fen(float(value), unit)[0]) if name in _MONEY and value is not None else value
        for name, value in row.items()
    }
    return {"table": table, "item": item, "side": side, **amounts}


def _indicator(row: Mapping[str, Any], cells: dict[str, str], at: int) -> dict[str, Any]:
    """`target` ≥95%, 900～1000 件, 2021年12月前, 有所提升; `achieved` 80 公里, 达成; `part_of` the name of the total's row."""
    given = {"level1": "产出指标", "level2": "数量指标", "level3": f"指标{at + 1}", "table": "绩效指标", **row}
    target, achieved = given.pop("target", None), given.pop("achieved", None)
    cells[given["level3"]] = frames.a1(at + 4, 0)
    if "part_of" in given:
        given["part_of"] = cells[given["part_of"]]
    found = _TARGET.fullmatch(str(target)) if target is not None else None
    dated = bool(re.search(r"年|\d月|季度|\d{4}-\d", str(target)))
    if found and not dated:
        sign, low, high, unit = found.groups()
        given |= {"target_value": float(low), "operator": "range" if high else _OPERATORS[sign], "unit": unit or None}
        given |= {"target_high": float(high)} if high else {}
    elif target is not None:
        given["operator"] = "by_date" if dated else "text"
    reached = _TARGET.fullmatch(str(achieved)) if achieved is not None else None
    if reached:
        given |= {"achieved_value": float(reached[2]), "achieved_unit": reached[4] or None}
    texts = {"target_text": target, "achieved_text": achieved}
    return {**{name: str(text) for name, text in texts.items() if text is not None}, **given}
