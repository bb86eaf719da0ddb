"""The formula language of summary.toml, without Excel: names become addresses, and what cannot work is refused on load."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sample_evaluations as sample

from selfeval_xl import SpecError
from selfeval_xl.writer.formulas import FUNCTIONS, Live, Parameter, Reference, parse, plain
from selfeval_xl.writer.looks import Column, Sheet, load_summary, summary
from selfeval_xl.writer.places import Draft, lively
from selfeval_xl.writer.tables import Table, tables

MONEY = Sheet("钱", "钱", "budget", (Column("甲", "plan"), Column("乙", "paid"), Column("丙", "rate")))
FORMS = Sheet("表", "表", "scores", (Column("部门", "name"), Column("合计", "sum")))
NAMES = {"p": {"places": "小数位"}, "q": {"places": "小数位_2"}}


def drafts() -> dict[str, Draft]:
    """Two forms: the first has the rows 5 and 6 of 钱 (below 4 rows), the second row 7; of 表 they are the rows 3 and 4."""
    money = pd.DataFrame({"plan": [2.0, 4.0, 0.0], "paid": [1.0, None, 3.0], "owner": [0, 0, 1], "policy": ["p", "p", "q"]})
    forms = pd.DataFrame({"name": ["甲局", "乙局"], "sum": [1.0, 3.0], "best": [1, 2], "policy": ["p", "q"]})
    return {"钱": Draft(MONEY, (), money, 4), "表": Draft(FORMS, (), forms, 2)}


def written(home: str, template: str, cells: list[float | None], **column: object) -> list[str | None]:
    """The formulas of a column with a template, None where a value or a blank stands."""
    known = drafts()
    made = lively(Column("丁", "x", formula=template, **column), cells, known[home].some(), known, NAMES)  # type: ignore[arg-type]
    return [cell.formula if isinstance(cell, Live) else None for cell in made]


@pytest.mark.parametrize(
    ("template", "first", "last"),
    [
        ("[paid]/[plan]", "B5/A5", "B7/A7"),
        ("ROUND([plan],{places})", "ROUND(A5,小数位)", "ROUND(A7,小数位_2)"),
        ("RANK([plan],[plan::])", "RANK(A5,'钱'!$A$5:$A$7)", "RANK(A7,'钱'!$A$5:$A$7)"),
        ("[表!sum]", "'表'!$B$3", "'表'!$B$4"),
        ('IF([plan]=0,"[plan]{x}",1)', 'IF(A5=0,"[plan]{x}",1)', 'IF(A7=0,"[plan]{x}",1)'),
    ],
)
def test_names_become_addresses(template: str, first: str, last: str) -> None:
    """The cell of the same row, a parameter by the row's policy, a whole column, the form's row on another sheet; text stays."""
    found = written("钱", template, [1.0, 1.0, 1.0])
    assert (found[0], found[-1]) == (first, last)


@pytest.mark.parametrize(
    ("template", "formulas"),
    [
        ("SUM([钱!paid:])", ["SUM('钱'!$B$5:$B$6)", "SUM('钱'!$B$7:$B$7)"]),
        ("[钱!paid@best]", ["'钱'!$B$6", "'钱'!$B$7"]),
        ("SUM([钱!plan::])", ["SUM('钱'!$A$5:$A$7)"] * 2),
    ],
)
def test_a_form_points_at_its_rows(template: str, formulas: list[str]) -> None:
    """The rows of another sheet that are the form's own, one of them by its key, or all."""
    assert written("表", template, [1.0, 2.0]) == formulas


def test_a_missing_value_stays_blank() -> None:
    """No formula where there is no value, unless a code says that a change may give one; an empty formula is none."""
    assert written("钱", "[plan]", [1.0, None, 1.0]) == ["A5", None, "A7"]
    chosen = {"0": "[paid]", "1": ""}
    assert written("钱", "[plan]", [None, None, 1.0], by="owner", formulas=chosen) == ["B5", "B6", None]


def test_a_formula_that_would_point_at_nothing_is_not_written() -> None:
    """Without a row to point at, such a parameter, or such a sheet in the workbook, the value that the rules gave stands."""
    known = drafts()
    alone = {"表": known["表"], "钱": Draft(MONEY, (), known["钱"].rows.iloc[:2], 4)}
    [first, second] = lively(Column("丁", "x", formula="SUM([钱!paid:])"), [1.0, 2.0], known["表"].some(), alone, NAMES)
    assert (first, second) == (Live(1.0, "SUM('钱'!$B$5:$B$6)"), 2.0)
    assert lively(Column("丁", "x", formula="{other}"), [1.0, 2.0], known["表"].some(), known, NAMES) == [1.0, 2.0]
    del alone["钱"]
    assert lively(Column("丁", "x", formula="[钱!paid@best]"), [1.0, 2.0], known["表"].some(), alone, NAMES) == [1.0, 2.0]


def test_rows_that_do_not_stand_together_are_no_range() -> None:
    """A range that would take in another form's row, or not all of its own, is not written."""
    known = drafts()
    short = {**known, "钱": Draft(MONEY, (), known["钱"].rows, 4, cut=1)}
    own = lively(Column("丁", "x", formula="SUM([钱!paid:])"), [1.0, 2.0], known["表"].some(), short, NAMES)
    assert own == [Live(1.0, "SUM('钱'!$B$5:$B$6)"), 2.0]
    assert lively(Column("丁", "x", formula="SUM([钱!paid::])"), [1.0, 2.0], known["表"].some(), short, NAMES) == [1.0, 2.0]
    mixed = {**known, "钱": Draft(MONEY, (), known["钱"].rows.assign(owner=[0, 1, 0]), 4)}
    assert lively(Column("丁", "x", formula="SUM([钱!paid:])"), [1.0, 2.0], known["表"].some(), mixed, NAMES)[0] == 1.0


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("[actuel]/[final_budget]", ["预算执行", "执行率/核算", "没有列“actuel”", "final_budget"]),
        ("[没有!actual]", ["没有表“没有”", "总览"]),
        ("ROUND([actual],{rate_place})", ["没有参数“rate_place”", "rate_places"]),
        ("LET([actual],1)", ["不能用函数“LET”", "ROUND"]),
        ("=[actual]", ["不以“=”开头"]),
        ("ROUND([actual],4", ["左右括号要一样多"]),
        ("[actual]/$F$5", ["直接写了单元格地址"]),
        ("[actual", ["没有配对"]),
        ("[!actual]", ["写法不对", "[表!列]"]),
    ],
)
def test_a_formula_that_cannot_work_is_refused(formula: str, words: list[str], tmp_path: Path) -> None:
    """The message names the sheet and the column, what stands there and what is allowed."""
    shipped = Path(str(Path(__file__).parent.parent / "selfeval_xl" / "data" / "summary.toml")).read_text(encoding="utf-8")
    good = """formula = 'IF(COUNT([actual],[final_budget])<2,"",IF([final_budget]=0,"—",ROUND("""
    assert good in shipped
    line = next(line for line in shipped.splitlines() if good in line and "执行率/核算" in line)
    start = line.index("formula = '") + len("formula = '")
    path = tmp_path / "summary.toml"
    path.write_text(shipped.replace(line, line[:start] + formula + line[line.index("'", start) :]), encoding="utf-8")
    with pytest.raises(SpecError) as refusal:
        load_summary(path)
    assert [word for word in [path.name, *words] if word not in str(refusal.value)] == []


def test_formulas_without_a_code_to_choose_by_are_refused(tmp_path: Path) -> None:
    """`formulas` says which formula for which code, `by` where the code stands."""
    shipped = (Path(__file__).parent.parent / "selfeval_xl" / "data" / "summary.toml").read_text(encoding="utf-8")
    path = tmp_path / "summary.toml"
    path.write_text(shipped.replace('by = "base.original_budget", ', "", 1), encoding="utf-8")
    with pytest.raises(SpecError, match="有 formulas 而没有 by"):
        load_summary(path)


def test_the_pieces_of_a_template() -> None:
    """Text, references and parameters; a bracket within quotes is text."""
    assert parse('IF([表!列@键]="[a]",{places},[b::])') == (
        "IF", "(", Reference("列", "表", "键"), "=", '"[a]"', ",", Parameter("places"), ",", Reference("b", span="::"), ")",
    )  # fmt: skip
    assert "LET" not in FUNCTIONS


@pytest.fixture(scope="module")
def made() -> dict[str, Table]:
    """The sheets of the sample batch by name."""
    return {table.sheet.name: table for table in tables(sample.evaluations())}


def test_a_live_cell_carries_its_value(made: dict[str, Table]) -> None:
    """What is shown is the value that the rules gave; the formula stands beside it."""
    at = [column.value for column in made["预算执行"].sheet.columns].index("execution_rate")
    rate = made["预算执行"].cells[at][1]
    assert isinstance(rate, Live)
    assert (rate.value, plain(rate), plain("甲"), plain(None)) == (0.9832, 0.9832, "甲", None)
    assert rate.formula == 'IF(COUNT(F7,E7)<2,"",IF(E7=0,"—",ROUND(ROUND(F7/E7,12),比率小数位)))'


def test_what_a_department_filled_in_has_no_formula() -> None:
    """Columns of reported values have none; every `by` is a column of codes that some sheet has."""
    computed = {column.value for sheet in summary().sheets for column in sheet.columns if column.templates()}
    assert not {name for name in computed if name.startswith("reported_") or name in {*sample.MONEY, "target_value", "weight"}}
