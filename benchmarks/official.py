"""Official forms with figures that agree: drawn from tests/official_forms/, their figures replaced at random from a seed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import openpyxl

from .arithmetic import PLACE, RATE, Clean, Name, rounded, scored
from .clean import ROOT, amount, module

Cells = dict[Name, str]
FUNDS = ("original_budget", "final_budget", "actual")
TOTAL: Name = ("总分", "reported_score")


def official(path: Path, edition: str, chance: Random) -> Clean:
    """One official form, filled in."""
    forms = module(ROOT / "tests" / "forms.py")
    text = (ROOT / "tests" / "official_forms" / f"{edition}.txt").read_text(encoding="utf-8").partition("\n")[2]
    forms.draw(path, 表=text.partition("\n----\n")[0])
    form = EDITIONS[edition](path, chance)
    book = openpyxl.load_workbook(path)
    for name, value in form.figures.items():
        write(book, form, name, value)
        if name[1] == "reported_execution_rate":
            sheet, cell = form.where[name]
            book[sheet][cell].number_format = "0.00%"  # as forms print it; without it 0.9800 could not be seen to be 98.00%
    book.save(path)
    return form


def write(book: Any, form: Clean, name: Name, value: Any) -> None:
    """Put a figure into its cell, in the shape that the form gives it."""
    sheet, cell = form.where[name]
    shape = form.shapes.get(name)
    plain = float(value) if isinstance(value, Decimal) else value
    book[sheet][cell].value = shape.format(f"{value:f}") if shape and value is not None else plain


def _form(path: Path, values: dict[Name, Any], cells: Cells, unit: str = "万元") -> Clean:
    return Clean(path, values, {name: ("表", cell) for name, cell in cells.items()}, unit=unit)


# -- project forms -------------------------------------------------------------------------------------------------


def _project(path: Path, chance: Random, funds: tuple[tuple[str, int], ...], columns: str, rows: dict[str, Any]) -> Clean:
    """A project form: rows of funds (name and row) in `columns` (三个金额、分值、执行率、得分), indicators by their row."""
    values: dict[Name, Any] = {}
    cells: Cells = {}
    roles = (*FUNDS, "weight", "reported_execution_rate", "reported_score")
    parts = {name: _falling(chance) for name, _ in funds[1:]}
    for at, (name, row) in enumerate(funds):
        money = parts.get(name) or [sum(column, Decimal(0)) for column in zip(*parts.values(), strict=True)]
        stated = [Decimal(10), rounded(money[2] / money[1], RATE), scored(Decimal(10), money[2], money[1])]
        for role, letter, value in zip(roles, columns, [*money, *stated], strict=True):
            if at == 0 or role in FUNDS:
                values[name, role], cells[name, role] = value, f"{letter}{row}"
    for name, (row, target, achieved, weight, score, reason, reverse, shape, reached) in rows.items():
        aim = Decimal(chance.randrange(70, 96))
        got = rounded(aim * Decimal(repr(chance.uniform(0.84, 1.04))), Decimal(1))
        sides = (aim, got) if reverse else (got, aim)
        share = Decimal(weight[1])
        told = {"target": aim, "achieved": got, "weight": share, "reported_score": scored(share, *sides),
                "deviation_reason": "进度受天气影响，已排入下年计划。" if sides[0] < sides[1] else None}  # fmt: skip
        places = {
            "target": target,
            "achieved": achieved,
            "weight": weight[0],
            "reported_score": score,
            "deviation_reason": reason,
        }
        values |= {(name, role): value for role, value in told.items()}
        cells |= {(name, role): f"{letter}{row}" for role, letter in places.items()}
        values[name, "shapes"] = (shape, reached)
    shapes = {key: value for key, value in values.items() if key[1] == "shapes"}
    form = _form(path, {key: value for key, value in values.items() if key[1] != "shapes"}, cells)
    for (name, _), (shape, reached) in shapes.items():
        form.shapes |= {(name, "target"): shape, (name, "achieved"): reached}
    return _related(form, funds, rows)


def _related(form: Clean, funds: tuple[tuple[str, int], ...], rows: dict[str, Any]) -> Clean:
    whole = funds[0][0]
    form.rate((whole, "reported_execution_rate"), (whole, "actual"), (whole, "final_budget"))
    form.score(whole, (whole, "actual"), (whole, "final_budget"))
    for column in FUNDS:
        form.sum((whole, column), [(name, column) for name, _ in funds[1:]])
    for name, entry in rows.items():
        sides = ((name, "target"), (name, "achieved")) if entry[6] else ((name, "achieved"), (name, "target"))
        form.score(name, *sides)
        form.reason((name, "deviation_reason"), *sides, Decimal(1))
    return form


def _closed(form: Clean, cell: str, judged: dict[str, tuple[str, str, int]]) -> Clean:
    """The same with its qualitative rows (weight's and score's cell, weight) and its total."""
    for name, (weight, score, share) in judged.items():
        form.figures |= {(name, "weight"): Decimal(share), (name, "reported_score"): Decimal(share)}
        form.where |= {(name, "weight"): ("表", weight), (name, "reported_score"): ("表", score)}
    rows = [name for name, role in form.figures if role == "reported_score"]
    form.figures[TOTAL] = sum((form.figures[row, "reported_score"] for row in rows), Decimal(0))
    form.where[TOTAL] = ("表", cell)
    form.total(TOTAL, rows)
    return form


def _levels(form: Clean, levels: dict[int, tuple[str, ...]]) -> Clean:
    """The same with the points that it prints beside each level: 产出指标（50分）."""
    for whole, rows in levels.items():
        form.points("level", [(row, "weight") for row in rows], Decimal(whole))
    return form


def _falling(chance: Random) -> list[Decimal]:
    """年初预算数, 全年预算数 and 全年执行数 of a source of money."""
    original = amount(chance, 30, 90)
    final = rounded(original * Decimal(repr(chance.uniform(1.0, 1.2))), PLACE)
    return [original, final, rounded(final * Decimal(repr(chance.uniform(0.92, 0.999))), PLACE)]


def central(path: Path, chance: Random) -> Clean:
    """项目支出绩效自评表 of 2020."""
    rows = {
        "受益人口": (13, "E", "F", ("G", 30), "H", "I", False, "≥{}人", "{}人"),
        "单位成本": (16, "E", "F", ("G", 20), "H", "I", True, "≤{}元/人", "{}元/人"),
        "群众满意度": (18, "E", "F", ("G", 10), "H", "I", False, "≥{}%", "{}%"),
    }
    form = _project(path, chance, (("年度资金总额", 6), ("其中：当年财政拨款", 7), ("上年结转资金", 8)), "DEFGHI", rows)
    form.figures["用水条件", "achieved"], form.where["用水条件", "achieved"] = "达成年度指标", ("表", "F17")
    form = _closed(form, "H19", {"用水条件": ("G17", "H17", 30)})
    return _levels(form, {50: ("受益人口", "单位成本"), 30: ("用水条件",), 10: ("群众满意度",)})


def anhui(path: Path, chance: Random) -> Clean:
    """项目支出绩效自评表 as a county of Anhui has it."""
    rows = {
        "物资批次": (13, "E", "F", ("G", 50), "H", "I", False, "≥{}批", "{}批"),
        "群众满意度": (16, "E", "F", ("G", 10), "H", "I", False, "≥{}%", "{}%"),
    }
    form = _project(path, chance, (("年度资金总额", 6), ("其中:本年财政拨款", 7), ("其他资金", 9)), "DEFGHI", rows)
    form.figures |= {("其中:本年财政拨款", "reported_execution_rate"): None}
    form.where |= {("其中:本年财政拨款", "reported_execution_rate"): ("表", "H7")}
    form = _closed(form, "H17", {"抢险能力": ("G15", "H15", 30)})
    return _levels(form, {50: ("物资批次",), 30: ("抢险能力",), 10: ("群众满意度",)})


def sichuan(path: Path, chance: Random) -> Clean:
    """部门预算项目支出绩效自评表."""
    rows = {
        "开放天数": (13, "F", "H", ("I", 50), "J", "K", False, "{}", "{}"),
        "讲座知晓率": (14, "F", "H", ("I", 30), "J", "K", False, "{}", "{}"),
    }
    funds = (("总额", 7), ("其中：财政资金", 8), ("其他资金", 11))
    form = _project(path, chance, funds, "EFGIHJ", rows)
    for name, cell in (("其中：财政资金", "H8"), ("其他资金", "H11")):
        form.figures[name, "reported_execution_rate"] = rounded(
            form.figures[name, "actual"] / form.figures[name, "final_budget"], RATE
        )
        form.where[name, "reported_execution_rate"] = ("表", cell)
        form.rate((name, "reported_execution_rate"), (name, "actual"), (name, "final_budget"))
    return _closed(form, "J16", {"管理机制健全性": ("I15", "J15", 10)})


# -- final accounts ------------------------------------------------------------------------------------------------


def accounts_totals(path: Path, chance: Random) -> Clean:
    """收入支出决算总表, in 元."""
    one, other, brought = (amount(chance, 1e6, 9e6) for _ in range(3))
    spent = rounded((one + other) * Decimal("0.97"), PLACE)
    whole = one + other + brought
    figures = {
        "一般公共预算财政拨款收入": (one, "C7"),
        "事业收入": (other, "C8"),
        "本年收入合计": (one + other, "C9"),
        "年初结转和结余": (brought, "C11"),
        "总计（收入）": (whole, "C12"),
        "卫生健康支出": (spent, "F8"),
        "本年支出合计": (spent, "F9"),
        "年末结转和结余": (whole - spent, "F11"),
        "总计（支出）": (whole, "F12"),
    }
    form = _table(path, figures, "元")
    _sum(form, "本年收入合计", "一般公共预算财政拨款收入", "事业收入")
    _sum(form, "本年支出合计", "卫生健康支出")
    _sum(form, "总计（收入）", "本年收入合计", "年初结转和结余")
    _sum(form, "总计（支出）", "本年支出合计", "年末结转和结余")
    _sum(form, "总计（收入）", "总计（支出）")
    return form


def fiscal_totals(path: Path, chance: Random) -> Clean:
    """财政拨款收入支出决算总表, its expenditure split by budget."""
    one, two, brought = amount(chance, 90, 200), amount(chance, 10, 60), amount(chance, 2, 9)
    school, city = rounded(one * Decimal("0.96"), PLACE), two
    left = one + two + brought - school - city
    figures = {
        "一般公共预算财政拨款": (one, "B5"),
        "政府性基金预算财政拨款": (two, "B6"),
        "本年收入合计": (one + two, "B7"),
        "年初结转": (brought, "B8"),
        "总计（收入）": (one + two + brought, "B9"),
        "教育支出": (school, "D5"),
        "教育支出·一般": (school, "E5"),
        "城乡社区支出": (city, "D6"),
        "城乡社区支出·基金": (city, "F6"),
        "本年支出合计": (school + city, "D7"),
        "本年支出合计·一般": (school, "E7"),
        "本年支出合计·基金": (city, "F7"),
        "年末结转": (left, "D8"),
        "年末结转·一般": (left, "E8"),
        "总计（支出）": (school + city + left, "D9"),
        "总计（支出）·一般": (school + left, "E9"),
        "总计（支出）·基金": (city, "F9"),
    }
    form = _table(path, figures, "万元")
    _sum(form, "本年收入合计", "一般公共预算财政拨款", "政府性基金预算财政拨款")
    _sum(form, "总计（收入）", "本年收入合计", "年初结转")
    _sum(form, "总计（收入）", "总计（支出）")
    for row in ("本年支出合计", "总计（支出）"):
        _sum(form, row, f"{row}·一般", f"{row}·基金")
    for row, split in (("教育支出", "一般"), ("城乡社区支出", "基金"), ("年末结转", "一般")):
        _sum(form, row, f"{row}·{split}")
    for split in ("", "·一般", "·基金"):
        _sum(form, f"本年支出合计{split}", f"教育支出{split}", f"城乡社区支出{split}")
        _sum(form, f"总计（支出）{split}", f"本年支出合计{split}", f"年末结转{split}")
    return form


def three_public(path: Path, chance: Random) -> Clean:
    """财政拨款“三公”经费支出决算表."""
    plan = {name: amount(chance, 3, 20) for name in ("出国", "购置", "运行", "接待")}
    spent = {name: rounded(value * Decimal("0.93"), PLACE) for name, value in plan.items()}
    cells = {"合计": "AB", "出国": "CD", "公车": "EF", "购置": "GH", "运行": "IJ", "接待": "KL"}
    figures: dict[str, tuple[Decimal, str]] = {}
    for at, column in enumerate((plan, spent)):
        column["公车"] = column["购置"] + column["运行"]
        column["合计"] = column["公车"] + column["出国"] + column["接待"]
        figures |= {f"{name}{at}": (column[name], f"{letters[at]}6") for name, letters in cells.items()}
    form = _table(path, figures, "万元")
    for at in (0, 1):
        _sum(form, f"公车{at}", f"购置{at}", f"运行{at}")
        _sum(form, f"合计{at}", f"出国{at}", f"公车{at}", f"接待{at}")
    return form


def _table(path: Path, figures: dict[str, tuple[Decimal, str]], unit: str) -> Clean:
    values: dict[Name, Any] = {(name, "actual"): value for name, (value, _) in figures.items()}
    return _form(path, values, {(name, "actual"): cell for name, (_, cell) in figures.items()}, unit)


def _sum(form: Clean, total: str, *parts: str) -> None:
    form.sum((total, "actual"), [(part, "actual") for part in parts])


EDITIONS: dict[str, Callable[[Path, Random], Clean]] = {
    "central-project-2020": central,
    "anhui-project": anhui,
    "sichuan-project": sichuan,
    "accounts-01-totals": accounts_totals,
    "accounts-04-fiscal-totals": fiscal_totals,
    "accounts-07-three-public": three_public,
}
